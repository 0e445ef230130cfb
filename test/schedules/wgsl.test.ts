import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseGraph } from "../../compiler/graph/parse.ts";
import { wgslCapability } from "../../compiler/plan/capability.ts";
import { formKernels } from "../../compiler/plan/form-kernels.ts";
import { lower } from "../../compiler/plan/lower.ts";
import { scheduleForWgsl } from "../../compiler/plan/schedule-wgsl.ts";
import { showSchedule } from "../../compiler/plan/schedule.ts";
import { verifyLoops } from "../../compiler/plan/verify-loops.ts";
import { expectClose } from "../numeric/drawn-tensors.ts";
import { kernelFamilies, type KernelCase } from "./generate-kernels.ts";
import { kernelOf } from "./kernel-of.ts";
import { meaningOf, runKernel } from "./run-kernel.ts";

/** Workgroups and their threads in turn, on loops that WebGPU can have. */
function agrees(one: KernelCase): void {
  const { graph, kernel } = kernelOf(one.text);
  const { inputs, expected } = meaningOf(graph, one.dims);
  const loops = lower(kernel, scheduleForWgsl(kernel));
  expect(verifyLoops(loops, wgslCapability)).toEqual([]);
  expectClose(runKernel(kernel, loops, inputs, one.dims), expected);
}

/** A matrix product of these sizes, each a number or a free dim of that value. */
function product(M: string, K: string, N: string, dims: KernelCase["dims"]): KernelCase {
  const text = `graph kernel(${Object.keys(dims).join(", ")}) { a = input f32[${M}, ${K}] b = input f32[${K}, ${N}] bias = input f32[${N}]
    c = compute f32[i: ${M}, j: ${N}] sum[k: ${K}] a[i, k] * b[k, j] @contraction{batch: [], m: [i], n: [j], k: [k], left: a, right: b}
    r = compute f32[i: ${M}, j: ${N}] maximum(c[i, j] + bias[j], 0.0) @elementwise{}
    output r = r }`;
  return { text, dims };
}

describe("Schedules for WebGPU", () => {
  it.each([
    ["whole tiles", product("128", "32", "64", {})],
    ["ragged tiles", product("70", "19", "131", {})],
    ["sizes known at run time", product("M", "K", "N", { M: 67, K: 33, N: 65 })],
    ["less than a tile", product("M", "K", "N", { M: 3, K: 5, N: 2 })],
  ])("tile a product: %s", (_name, one) => {
    agrees(one);
  });

  it("stage both factors of a product in memory of the workgroup", () => {
    const { kernel } = kernelOf(product("M", "256", "128", { M: 1 }).text);
    expect(showSchedule(scheduleForWgsl(kernel))).toMatchInlineSnapshot(`
      "split i by 64 into i.g i.b (guard)
      split i.b by 4 into i.l i.u (none)
      bind i.g grid
      bind i.l local
      bind i.u unroll
      split j by 64 into j.g j.b (guard)
      split j.b by 4 into j.l j.u (none)
      bind j.g grid
      bind j.l local
      bind j.u unroll
      split k by 16 into k.o k.i (guard)
      order i.g j.g i.l j.l k.o k.i
      stage a at k.o shared
      stage b at k.o shared"
    `);
    expect(lower(kernel, scheduleForWgsl(kernel)).scratch).toMatchObject([
      { space: "shared" },
      { space: "shared" },
    ]);
  });

  it("sort a row in a thread, and no rows that are not there", () => {
    const graph = parseGraph(
      "graph g(N) { x = input f32[N, 9] p = argsort i32[N, 4] descending x output p = p }",
    );
    const [kernel] = formKernels(graph, { mostOperands: 8 }).map((formed) => formed.kernel);
    if (kernel === undefined) throw new Error("no kernel");
    const loops = lower(kernel, scheduleForWgsl(kernel));
    expect(verifyLoops(loops, wgslCapability)).toEqual([]);
    for (const N of [1, 7, 300]) {
      const { inputs, expected } = meaningOf(graph, { N });
      expectClose(runKernel(kernel, loops, inputs, { N }), expected);
    }
  });

  it("mean what element-wise graphs mean", () => {
    fc.assert(fc.property(kernelFamilies.elementwise, agrees), { numRuns: 30, seed: 5 });
  });

  it("mean what small products mean", () => {
    fc.assert(fc.property(kernelFamilies.gemm, agrees), { numRuns: 15, seed: 6 });
  });
});
