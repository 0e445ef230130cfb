import { describe, expect, it } from "vitest";
import type { Graph } from "../../compiler/graph/graph.ts";
import { interpret } from "../../compiler/graph/interpret.ts";
import { tensorOf } from "../../compiler/graph/tensor.ts";
import { makePlan } from "../../compiler/plan/make-plan.ts";
import type { Plan } from "../../compiler/plan/plan.ts";
import { wasmTarget } from "../../compiler/plan/targets.ts";
import { emitWasm } from "../../compiler/wasm/index.ts";
import { prepared } from "../gradient/central-differences.ts";
import { programOf } from "../language/check-source.ts";
import { runPlan } from "../schedules/run-plan.ts";
import { forwardOf } from "./compile-source.ts";
import { drawTensors, expectClose, numbersFrom } from "./drawn-tensors.ts";
import { runWasm } from "./run-wasm.ts";

/** A model as its graph means it, and planned. */
function planned(source: string): { readonly graph: Graph; readonly ready: Graph; readonly plan: Plan } {
  const graph = forwardOf(programOf(source));
  const ready = prepared(graph);
  const entries = { forward: ready };
  return { graph, ready, plan: makePlan({ name: "T", params: [], states: [], entries }, wasmTarget()) };
}

/** Compiled, it computes what it means, at each of some sizes. */
async function expectMeaning(source: string, kernel: RegExp): Promise<void> {
  const { ready, plan } = planned(source);
  expect([...plan.code.values()].filter(({ kernel: { name } }) => kernel.test(name))).not.toEqual([]);
  const code = emitWasm(plan, "baseline");
  for (const dims of [
    { N: 1, K: 1 },
    { N: 3, K: 2 },
    { N: 2, K: 37 },
  ]) {
    const known = Object.fromEntries(
      ready.dims.map(({ name, low }) => [name, Math.max(low, name === "N" ? dims.N : dims.K)]),
    );
    const { inputs } = drawTensors(ready, known);
    const meant = interpret(ready, { dims: known, inputs });
    expectClose(await runWasm(plan, code, "forward", { dims: known, inputs }), meant);
    expectClose(runPlan(plan, "forward", { dims: known, inputs }), meant);
  }
}

describe("a running sum takes one term a place:", () => {
  it.each([
    ["up to each place", "model M(x: f32[N, K]) -> (y: f32[N, K]) { y[n, i] = sum[j where j <= i] x[n, j] }"],
    ["before it", "model M(x: f32[N, K]) -> (y: f32[N, K]) { y[n, i] = sum[j where j < i] x[n, j] }"],
    ["from it on", "model M(x: f32[N, K]) -> (y: f32[N, K]) { y[n, i] = sum[j where j >= i] x[n, j] }"],
    ["behind it", "model M(x: f32[N, K]) -> (y: f32[N, K]) { y[n, i] = sum[j where j > i] x[n, j] }"],
    [
      "some places ahead",
      "model M(x: f32[N, K]) -> (y: f32[N, K]) { y[n, i] = sum[j where j <= i + 3] x[n, j] }",
    ],
    [
      "into fewer places",
      "model M(x: f32[N, K]) -> (y: f32[N, 1]) { y[n, i] = sum[j where j <= i] x[n, j] }",
    ],
    [
      "into more places, backwards",
      "model M(x: f32[N, K]) -> (y: f32[N, 5]) { y[n, i] = sum[j where j >= i] x[n, j] }",
    ],
    [
      "side by side",
      "model M(x: f32[N, K, 21]) -> (y: f32[N, K, 21]) { y[n, i, d] = sum[j where j <= i] x[n, j, d] }",
    ],
    [
      "of rows that are moved as they are written",
      "model M(x: f32[N, K, 6]) -> (y: f32[K, 6, N]) { y[i, d, n] = sum[j where j >= i] x[n, j, d] }",
    ],
    [
      "of what is computed there, some of it left out",
      "model M(x: f32[N, K]) -> (y: f32[N, K]) { y[n, i] = sum[j where j <= i and j != 2] exp(x[n, j]) * x[n, 0] }",
    ],
    [
      "of whole numbers and of conditions",
      "model M(x: i32[N, K], z: f32[K]) -> (y: i32[N, K], c: i32[K]) { y[n, i] = sum[j where j <= i] x[n, j]\n c[i] = sum[j where j <= i] (z[j] > 0) }",
    ],
    ["as `cumsum`", "model M(x: f32[N, K]) -> (y: f32[N, K]) { y[n, :] = cumsum(x[n, :]) }"],
    ["as a maximum", "model M(x: f32[N, K]) -> (y: f32[N, K]) { y[n, i] = max[j where j <= i] x[n, j] }"],
    [
      "as a product",
      "model M(x: f32[N, K]) -> (y: f32[N, K]) { y[n, i] = prod[j where j >= i] (1 + x[n, j] / 9) }",
    ],
    [
      "as a condition",
      "model M(x: f32[N, K]) -> (y: bool[N, K]) { y[n, i] = any[j where j <= i] (x[n, j] > 0.5) }",
    ],
    [
      "in its gradient",
      "model M(x: f32[N, K], w: f32[N, K]) -> (g: f32[N, K]) { y[n, :] = cumsum(x[n, :] * x[n, :])\n g = grad(sum(w * y), x) }",
    ],
  ])("%s", async (_, source) => {
    await expectMeaning(source, /running/);
  });

  it("in linear time, within two roundings of what it means however long it is", async () => {
    const { ready, plan } = planned("model M(x: f32[K]) -> (y: f32[K]) { y = cumsum(x) }");
    const K = 1_000_000;
    const dims = { K };
    const data = numbersFrom(7, K).map(Math.abs);
    const begin = performance.now();
    const { y } = await runWasm(plan, emitWasm(plan, "baseline"), "forward", {
      dims,
      inputs: { x: tensorOf([K], data) },
    });
    // A quadratic one takes minutes.
    expect(performance.now() - begin).toBeLessThan(5_000);
    expect(ready.nodes).toHaveLength(2);
    let [sum, worst] = [0, 0];
    data.forEach((value, place) => {
      sum += value;
      worst = Math.max(worst, Math.abs((y?.data[place] ?? NaN) - sum) / sum);
    });
    expect(worst).toBeLessThan(2 ** -22);
  });

  it("and what is infinite or not a number stays so, from there on", async () => {
    const { plan } = planned("model M(x: f32[K]) -> (y: f32[K]) { y = cumsum(x) }");
    const code = emitWasm(plan, "baseline");
    const sums = async (data: readonly number[]): Promise<readonly number[]> => {
      const { y } = await runWasm(plan, code, "forward", {
        dims: { K: data.length },
        inputs: { x: tensorOf([data.length], data) },
      });
      return [...(y?.data ?? [])];
    };
    expect(await sums([1, Infinity, 2, 3])).toEqual([1, Infinity, Infinity, Infinity]);
    expect(await sums([1, -Infinity, 2, Infinity, 1])).toEqual([1, -Infinity, -Infinity, NaN, NaN]);
    expect(await sums([3e38, 3e38, -1])).toEqual([Math.fround(3e38), Infinity, Infinity]);
  });
});

describe("a sum over the terms that have a key is one pass over them:", () => {
  it.each([
    [
      "counts",
      "model M(token: i32[K] in 0..9) -> (count: i32[9]) { count[w in 0..9] = sum[m where token[m] == w] 1 }",
    ],
    [
      "messages along edges",
      "model M(to: i32[K] in 0..5, x: f32[K, N]) -> (y: f32[5, N]) { y[v in 0..5, d] = sum[e where to[e] == v] x[e, d] }",
    ],
    [
      "means of segments",
      "model M(segment: i32[K] in 0..4, x: f32[K]) -> (y: f32[4]) { y[s in 0..4] = sum[k where segment[k] == s] x[k] / max(1, real(sum[l where segment[l] == s] 1)) }",
    ],
    [
      "a table of two keys",
      "model M(a: i32[K] in 0..3, b: i32[K] in 0..4, x: f32[K]) -> (y: f32[3, 4]) { y[i in 0..3, j in 0..4] = sum[k where a[k] == i and b[k] == j] x[k] }",
    ],
  ])("%s", async (_, source) => {
    await expectMeaning(source, /scatter/);
  });

  it("and its gradient reads where the key says", async () => {
    const source =
      "model M(to: i32[K] in 0..5, x: f32[K], w: f32[5]) -> (g: f32[K]) { y[v in 0..5] = sum[e where to[e] == v] x[e] * x[e]\n g = grad(sum(w * y), x) }";
    const { ready } = planned(source);
    expect(ready.nodes.some(({ kind }) => kind === "scatter")).toBe(false);
    await expectMeaning(source, /multiply/);
  });

  it("in linear time", async () => {
    const { plan } = planned(
      "model M(token: i32[K] in 0..20000) -> (count: i32[20000]) { count[w in 0..20000] = sum[m where token[m] == w] 1 }",
    );
    const K = 1_000_000;
    const token = numbersFrom(3, K).map((value) => Math.floor((value + 1) * 10_000));
    const begin = performance.now();
    const { count } = await runWasm(plan, emitWasm(plan, "baseline"), "forward", {
      dims: { K },
      inputs: { token: tensorOf([K], token, "i32") },
    });
    expect(performance.now() - begin).toBeLessThan(5_000);
    const counted = new Map<number, number>();
    for (const word of token) counted.set(word, (counted.get(word) ?? 0) + 1);
    expect([...(count?.data ?? [])]).toEqual(
      Array.from({ length: 20_000 }, (_, word) => counted.get(word) ?? 0),
    );
  });
});

describe("a place in an array that is in order is searched by halves:", () => {
  const source = "model M(s: f32[K], v: f32[N]) -> (y: i32[N] in 0..K + 1) { y = searchsorted(s, v) }";

  it("between, before and behind what is there, among equals before the first, NaN behind all", async () => {
    const { plan } = planned(source);
    const code = emitWasm(plan, "baseline");
    const v = [-Infinity, -1, 0, 1, 1.5, 2, 7, 8, Infinity, NaN];
    for (const s of [[1], [1, 1], [0, 1, 2], [-1, 1, 1, 1, 2, 7, 7], [NaN], [1, Infinity, NaN, NaN]]) {
      const run = {
        dims: { K: s.length, N: v.length },
        inputs: { s: tensorOf([s.length], s), v: tensorOf([v.length], v) },
      };
      const isBefore = (a: number, b: number): boolean => a < b || (a === a && b !== b);
      const meant = v.map((value) => s.filter((entry) => isBefore(entry, value)).length);
      expect([...((await runWasm(plan, code, "forward", run))["y"]?.data ?? [])]).toEqual(meant);
      expect([...(runPlan(plan, "forward", run)["y"]?.data ?? [])]).toEqual(meant);
    }
  });

  it("in a time that hardly grows with it", async () => {
    const { plan } = planned(source);
    const [K, N] = [1_000_000, 100_000];
    const s = Array.from({ length: K }, (_, place) => place);
    const v = numbersFrom(5, N).map((value) => Math.round((value + 1) * 499_999));
    const begin = performance.now();
    const { y } = await runWasm(plan, emitWasm(plan, "baseline"), "forward", {
      dims: { K, N },
      inputs: { s: tensorOf([K], s), v: tensorOf([N], v) },
    });
    // Counting them all takes minutes.
    expect(performance.now() - begin).toBeLessThan(5_000);
    expect([...(y?.data ?? [])]).toEqual(v);
  });
});
