import { describe, expect, it } from "vitest";
import { interpret } from "../../compiler/graph/interpret.ts";
import { parseGraph } from "../../compiler/graph/parse.ts";
import { tensorOf } from "../../compiler/graph/tensor.ts";
import { verify } from "../../compiler/graph/verify.ts";
import { makePlan } from "../../compiler/plan/make-plan.ts";
import type { Plan } from "../../compiler/plan/plan.ts";
import { wasmTarget } from "../../compiler/plan/targets.ts";
import { emitWasm } from "../../compiler/wasm/index.ts";
import { runPlan } from "../schedules/run-plan.ts";
import { numbersFrom } from "./drawn-tensors.ts";
import { runWasm } from "./run-wasm.ts";

function planOf(text: string): { readonly plan: Plan; readonly graph: ReturnType<typeof parseGraph> } {
  const graph = parseGraph(text);
  expect(verify(graph, { normal: true })).toEqual([]);
  return {
    graph,
    plan: makePlan({ name: "T", params: [], states: [], entries: { g: graph } }, wasmTarget()),
  };
}

const order = (type: string, kept: string, direction: string): string =>
  `graph g(N, M) { x = input ${type}[N, M] p = argsort i32[N, ${kept}] ${direction} x output p = p }`;

/** Few different numbers, so that many are equal, among them both zeros, infinities and NaN. */
const odd = [0, -0, 1, -1, Infinity, -Infinity, NaN, 0.5, -3, 1e-40];

describe("an argsort in compiled code", () => {
  it.each([
    ["f32", "M", "ascending"],
    ["f32", "M", "descending"],
    ["f32", "1", "descending"],
    ["f32", "min(3, M)", "ascending"],
    ["f32", "min(3, M)", "descending"],
    ["i32", "M", "ascending"],
    ["i32", "min(4, M)", "descending"],
  ])("of %s keeps %s of a row, %s, equals in their order", async (type, kept, direction) => {
    const { plan, graph } = planOf(order(type, kept, direction));
    const code = emitWasm(plan, "baseline");
    for (const M of [1, 2, 3, 7, 32, 65, 200]) {
      const dims = { N: 3, M };
      const whole = type === "i32" ? [-(2 ** 31), 5, -7, 2 ** 31 - 1, 5] : odd;
      const data = numbersFrom(M, 3 * M).map(
        (value) => whole[Math.floor((value + 1) * 500) % whole.length] ?? 0,
      );
      const inputs = { x: tensorOf([3, M], data, type === "i32" ? "i32" : "f32") };
      const meant = [...(interpret(graph, { dims, inputs })["p"]?.data ?? [])];
      const compiled = await runWasm(plan, code, "g", { dims, inputs });
      expect([...(compiled["p"]?.data ?? [])]).toEqual(meant);
      if (M <= 32) expect([...(runPlan(plan, "g", { dims, inputs })["p"]?.data ?? [])]).toEqual(meant);
    }
  });

  it("orders a long row in n log n steps", async () => {
    const M = 1_000_000;
    const { plan } = planOf(order("f32", "M", "ascending"));
    const x = tensorOf([1, M], numbersFrom(1, M));
    const begin = performance.now();
    const { p } = await runWasm(plan, emitWasm(plan, "baseline"), "g", { dims: { N: 1, M }, inputs: { x } });
    // A quadratic algorithm would take minutes.
    expect(performance.now() - begin).toBeLessThan(20_000);
    const sorted = Array.from(p?.data ?? [], (place) => x.data[place] ?? NaN);
    expect(sorted).toEqual(Array.from(x.data).sort((a, b) => a - b));
  });

  it("stands between other kernels, without rows and behind axes that are split", async () => {
    const { plan, graph } = planOf(`graph g(N) {
      x = input f32[6]
      y = input f32[N, 2, 5]
      w = constant i32[4] [3, 1, 2, 1]
      h = compute f32[i: 6] -x[i] @elementwise{}
      a = argsort i32[6] ascending h
      s = compute f32[i: 6] x[(a[i] in 0..6)] @elementwise{}
      b = argsort i32[N, 2, 2] descending y
      t = compute f32[n: N, c: 2, k: 2] y[n, c, (b[n, c, k] in 0..5)] * 2.0 @elementwise{}
      c = argsort i32[4] ascending w
      output s = s
      output t = t
      output c = c
    }`);
    const inputs = { x: tensorOf([6], [3, 1, 4, 1, 5, 9]), y: tensorOf([3, 2, 5], numbersFrom(3, 30)) };
    const meant = interpret(graph, { dims: { N: 3 }, inputs });
    const found = await runWasm(plan, emitWasm(plan, "baseline"), "g", { dims: { N: 3 }, inputs });
    expect([...(found["s"]?.data ?? [])]).toEqual([9, 5, 4, 3, 1, 1]);
    expect([...(found["c"]?.data ?? [])]).toEqual([1, 3, 2, 0]);
    for (const name of ["t", "s", "c"])
      expect([...(found[name]?.data ?? [])]).toEqual([...(meant[name]?.data ?? [1])]);
  });
});
