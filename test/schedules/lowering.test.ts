import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wasmCapability } from "../../compiler/plan/capability.ts";
import { lower } from "../../compiler/plan/lower.ts";
import { preferredLayouts } from "../../compiler/plan/preferred-layouts.ts";
import { scheduleForWasm } from "../../compiler/plan/schedule-wasm.ts";
import { verifyLoops } from "../../compiler/plan/verify-loops.ts";
import { expectClose } from "../numeric/drawn-tensors.ts";
import { anyLayout } from "./draw-layouts.ts";
import { kernelFamilies, type KernelCase } from "./generate-kernels.ts";
import { kernelOf } from "./kernel-of.ts";
import { meaningOf, runKernel } from "./run-kernel.ts";
import type { Layout } from "../../compiler/plan/layout.ts";

type Layouts = Readonly<Record<string, Layout>>;

/** Layouts of the operands, by the names of their nodes. */
function layoutsFor(one: KernelCase): fc.Arbitrary<Layouts> {
  const { graph } = kernelOf(one.text);
  return fc.record(Object.fromEntries(graph.nodes.map((node) => [node.name, anyLayout(node.shape.length)])));
}

function preferred(one: KernelCase): Layouts {
  const { kernel } = kernelOf(one.text);
  return Object.fromEntries(
    [...preferredLayouts(kernel)].map(([name, layout]) => [name.replace(/\.out$/, ""), layout]),
  );
}

function agrees(one: KernelCase, layouts: Layouts, scheduled: boolean): void {
  const { graph, kernel } = kernelOf(one.text, layouts);
  const { inputs, expected } = meaningOf(graph, one.dims);
  const loops = lower(kernel, scheduled ? scheduleForWasm(kernel, "baseline") : []);
  expect(verifyLoops(loops, wasmCapability)).toEqual([]);
  expectClose(runKernel(kernel, loops, inputs, one.dims), expected);
}

describe.each(Object.entries(kernelFamilies))("Loops of a kernel: %s", (_name, family) => {
  it("mean what its graph means, in plain order with any layouts", () => {
    const cases = family.chain((one) => fc.tuple(fc.constant(one), layoutsFor(one)));
    fc.assert(
      fc.property(cases, ([one, layouts]) => {
        agrees(one, layouts, false);
      }),
      { numRuns: 12, seed: 1 },
    );
  });

  it("mean what its graph means, scheduled with any layouts", () => {
    const cases = family.chain((one) => fc.tuple(fc.constant(one), layoutsFor(one)));
    fc.assert(
      fc.property(cases, ([one, layouts]) => {
        agrees(one, layouts, true);
      }),
      { numRuns: 25, seed: 2 },
    );
  });

  it("mean what its graph means, scheduled with the layouts that they wish for", () => {
    fc.assert(
      fc.property(family, (one) => {
        agrees(one, preferred(one), true);
      }),
      { numRuns: 25, seed: 3 },
    );
  });
});
