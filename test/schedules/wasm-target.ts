import { lower } from "../../compiler/plan/lower.ts";
import type { PlanTarget } from "../../compiler/plan/make-plan.ts";
import { preferredLayouts } from "../../compiler/plan/preferred-layouts.ts";
import { scheduleForWasm, type WasmVariant } from "../../compiler/plan/schedule-wasm.ts";

/** The schedules and layouts that a built module has. */
export function wasmTarget(variant: WasmVariant): PlanTarget {
  return {
    name: "wasm",
    fusion: { mostOperands: 16 },
    inPlace: true,
    endsAtRunTime: true,
    wish: preferredLayouts,
    schedule: (kernel) => scheduleForWasm(kernel, variant),
    lower,
  };
}
