import { lower } from "./lower.ts";
import type { PlanTarget } from "./make-plan.ts";
import { preferredLayouts } from "./preferred-layouts.ts";
import { scheduleForWasm, type WasmVariant } from "./schedule-wasm.ts";

/**
 * WebAssembly with 128-bit vectors. A plan for the relaxed variant also runs as baseline code: the order is the same,
 * only a multiplication and an addition are no longer one instruction.
 */
export function wasmTarget(variant: WasmVariant = "relaxed"): PlanTarget {
  return {
    name: "wasm",
    // A function has its operands' addresses in locals; more than these would spill in the innermost loops.
    fusion: { mostOperands: 24 },
    inPlace: true,
    endsAtRunTime: true,
    wish: preferredLayouts,
    schedule: (kernel) => scheduleForWasm(kernel, variant),
    lower,
  };
}
