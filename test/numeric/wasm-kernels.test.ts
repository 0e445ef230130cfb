import fc from "fast-check";
import { describe, it } from "vitest";
import { lower } from "../../compiler/plan/lower.ts";
import { preferredLayouts } from "../../compiler/plan/preferred-layouts.ts";
import { scheduleForWasm } from "../../compiler/plan/schedule-wasm.ts";
import { emitWasm, type Variant } from "../../compiler/wasm/index.ts";
import { kernelFamilies, type KernelCase } from "../schedules/generate-kernels.ts";
import { kernelOf } from "../schedules/kernel-of.ts";
import { meaningOf, planOfKernel } from "../schedules/run-kernel.ts";
import { expectClose } from "./drawn-tensors.ts";
import { relaxedSimd } from "./relaxed-simd.ts";
import { runWasm } from "./run-wasm.ts";

/** Emitted code on memory full of NaN against the graph's own meaning. */
async function agrees(one: KernelCase, variant: Variant, wished: boolean): Promise<void> {
  const wishes = wished ? [...preferredLayouts(kernelOf(one.text).kernel)] : [];
  const layouts = Object.fromEntries(wishes.map(([name, layout]) => [name.replace(/\.out$/, ""), layout]));
  const { graph, kernel } = kernelOf(one.text, layouts);
  const { inputs, expected } = meaningOf(graph, one.dims);
  const plan = planOfKernel(kernel, lower(kernel, scheduleForWasm(kernel, variant)));
  expectClose(await runWasm(plan, emitWasm(plan, variant), "run", { dims: one.dims, inputs }), expected);
}

const variants: readonly Variant[] = relaxedSimd() ? ["baseline", "relaxed"] : ["baseline"];

describe.each(Object.entries(kernelFamilies))("WebAssembly of a kernel: %s", (_name, family) => {
  it.each(variants)("means what its graph means, %s", async (variant) => {
    await fc.assert(
      fc.asyncProperty(family, fc.boolean(), (one, wished) => agrees(one, variant, wished)),
      { numRuns: 30, seed: 4 },
    );
  });
});
