import { describe, expect, it } from "vitest";
import type { Graph } from "../../compiler/graph/graph.ts";
import { interpretStep } from "../../compiler/graph/interpret.ts";
import { parseGraph } from "../../compiler/graph/parse.ts";
import { verify } from "../../compiler/graph/verify.ts";
import { makePlan } from "../../compiler/plan/make-plan.ts";
import type { Plan } from "../../compiler/plan/plan.ts";
import { wasmTarget } from "../../compiler/plan/targets.ts";
import { emitWasm } from "../../compiler/wasm/index.ts";
import { drawTensors, expectClose } from "./drawn-tensors.ts";
import { relaxedSimd } from "./relaxed-simd.ts";
import { instantiate } from "./run-wasm.ts";

/** Parameters that two entries share: a contraction that packs its weights in panels, and a step. */
const forward = (rows: number, columns: number): string => `
graph forward(N) {
  x = input f32[N, ${columns}]
  w = param f32[${rows}, ${columns}] "w"
  y = compute f32[n: N, o: ${rows}] sum[i: ${columns}] x[n, i] * w[o, i] @contraction{batch: [], m: [n], n: [o], k: [i], left: x, right: w}
  output y = y
}`;

const momentum = (rows: number, columns: number): string => `
graph step(N) {
  x = input f32[N, ${columns}]
  dy = input f32[N, ${rows}]
  w = param f32[${rows}, ${columns}] "w"
  v = slot f32[${rows}, ${columns}] "optimizer.v/w"
  g = compute f32[o: ${rows}, i: ${columns}] sum[n: N] dy[n, o] * x[n, i] @contraction{batch: [], m: [o], n: [i], k: [n], left: dy, right: x}
  v2 = compute f32[o: ${rows}, i: ${columns}] 0.9 * v[o, i] + g[o, i] @elementwise{}
  w2 = compute f32[o: ${rows}, i: ${columns}] w[o, i] - 0.01 * v2[o, i] @elementwise{}
  size = compute f32[] sum[o: ${rows}, i: ${columns}] w[o, i] * w[o, i]
  output size = size
  update slot "optimizer.v/w" = v2
  update param "w" = w2
}`;

const adam = `
graph step() {
  g = input f32[5, 6, 3, 3]
  iteration = input i32[]
  w = param f32[5, 6, 3, 3] "w"
  m = slot f32[5, 6, 3, 3] "optimizer.m/w"
  v = slot f32[5, 6, 3, 3] "optimizer.v/w"
  m2 = compute f32[o: 5, c: 6, u: 3, x: 3] 0.9 * m[o, c, u, x] + 0.1 * g[o, c, u, x] @elementwise{}
  v2 = compute f32[o: 5, c: 6, u: 3, x: 3] 0.999 * v[o, c, u, x] + 0.001 * (g[o, c, u, x] * g[o, c, u, x]) @elementwise{}
  a = compute f32[] 1.0 - 0.9 ^ (f32(iteration[]) + 1.0) @elementwise{}
  b = compute f32[] 1.0 - 0.999 ^ (f32(iteration[]) + 1.0) @elementwise{}
  w2 = compute f32[o: 5, c: 6, u: 3, x: 3] w[o, c, u, x] - 0.001 * (m2[o, c, u, x] / a[]) / (sqrt(abs(v2[o, c, u, x] / b[])) + 1e-8) @elementwise{}
  output a = a
  update slot "optimizer.m/w" = m2
  update slot "optimizer.v/w" = v2
  update param "w" = w2
}`;

const exchange = `
graph step() {
  a = param f32[9] "a"
  b = param f32[9] "b"
  c = compute f32[i: 9] b[i] * 2.0 @elementwise{}
  d = compute f32[i: 9] a[i] * c[8 - i] @elementwise{}
  sum = compute f32[] sum[i: 9] a[i] * d[i]
  output sum = sum
  update param "a" = b
  update param "b" = a
  update state "running" = sum
}`;

const shared = `
graph step() {
  a = param f32[9] "a"
  b = state f32[9] "b"
  c = compute f32[i: 9] a[i] * 0.5 + b[i] @elementwise{}
  output c = c
  update param "a" = c
  update state "b" = c
}`;

const reversed = `
graph step() {
  a = param f32[9] "a"
  c = compute f32[i: 9] a[8 - i] * 0.5 @elementwise{}
  s = compute f32[] sum[i: 9] c[i] * a[i]
  output s = s
  update param "a" = c
}`;

const statistics = `
graph step(N) {
  x = input f32[N, 6]
  running = state f32[6] "running"
  total = compute f32[c: 6] sum[n: N] x[n, c] @rowwise{row: [c]}
  mean = compute f32[c: 6] total[c] * 0.125 @elementwise{}
  next = compute f32[c: 6] 0.9 * running[c] + 0.1 * mean[c] @elementwise{}
  y = compute f32[n: N, c: 6] x[n, c] - mean[c] + running[c] @elementwise{}
  output y = y
  update state "running" = next
}`;

function planOf(texts: readonly string[]): { readonly plan: Plan; readonly graphs: readonly Graph[] } {
  const graphs = texts.map((text) => parseGraph(text));
  for (const graph of graphs) expect(verify(graph, { normal: true })).toEqual([]);
  const entries = Object.fromEntries(graphs.map((graph) => [graph.name, graph]));
  return { plan: makePlan({ name: "Test", params: [], states: [], entries }, wasmTarget()), graphs };
}

describe.each(relaxedSimd() ? (["baseline", "relaxed"] as const) : (["baseline"] as const))(
  "updates, %s,",
  (variant) => {
    it.each<[string, readonly string[], Readonly<Record<string, number>>]>([
      ["momentum beside a contraction", [forward(32, 20), momentum(32, 20)], { N: 5 }],
      ["momentum of panels with a rest", [forward(10, 7), momentum(10, 7)], { N: 3 }],
      ["Adam", [adam], {}],
      ["two parameters that change places", [exchange], {}],
      ["one value for an output and two updates", [shared], {}],
      ["a parameter in reverse order", [reversed], {}],
      ["running statistics", [statistics], { N: 8 }],
    ])("write what the graph of %s means, step after step", async (_, texts, dims) => {
      const { plan, graphs } = planOf(texts);
      const step = graphs.at(-1);
      if (step === undefined) throw new Error("no step");
      const { inputs, weights: drawn } = drawTensors(step, dims);
      const written = (step.updates ?? []).map(({ path }) => path);
      const running = { dtype: "f32", shape: [], data: Float64Array.of(0) } as const;
      let weights =
        written.includes("running") && drawn["running"] === undefined ? { ...drawn, running } : drawn;
      const instance = await instantiate(plan, emitWasm(plan, variant), step.name, { dims, inputs, weights });
      for (let turn = 0; turn < 3; turn += 1) {
        const expected = interpretStep(step, { dims, inputs, params: weights, states: weights });
        weights = { ...weights, ...expected.updates };
        instance.rewrite();
        instance.run();
        expectClose(instance.outputs(), expected.outputs);
        const persistent = instance.persistent();
        for (const [path, value] of Object.entries(weights)) {
          const found = persistent[path];
          if (found === undefined) throw new Error(`${path} does not persist`);
          expectClose({ [path]: found }, { [path]: value });
        }
      }
    });
  },
);

describe("an optimizer's updates", () => {
  it("of a gradient, a slot and a parameter are one call in place, and of all parameters one piece of code", () => {
    const text = momentum(32, 20).replace(
      "output size",
      `
        b = param f32[40] "b"
        u = slot f32[40] "optimizer.v/b"
        gb = input f32[40]
        u2 = compute f32[o: 40] 0.9 * u[o] + gb[o] @elementwise{}
        b2 = compute f32[o: 40] b[o] - 0.01 * u2[o] @elementwise{}
        update slot "optimizer.v/b" = u2
        update param "b" = b2
        output size`,
    );
    const { plan } = planOf([forward(32, 20), text]);
    const step = plan.entries.find(({ name }) => name === "step");
    const writers = (step?.calls ?? []).filter(({ operands }) =>
      operands.some((id) => plan.buffers[id]?.role === "slot"),
    );
    expect(writers).toHaveLength(2);
    expect(new Set(writers.map(({ code }) => code)).size).toBe(1);
    const layouts = plan.buffers
      .filter(({ path }) => path?.endsWith("w") === true)
      .map(({ layout }) => layout);
    expect(layouts).toHaveLength(2);
    expect(layouts[0]).toEqual(layouts[1]);
  });
});
