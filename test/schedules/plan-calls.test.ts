import { describe, expect, it } from "vitest";
import { interpret } from "../../compiler/graph/interpret.ts";
import { parseGraph } from "../../compiler/graph/parse.ts";
import { costOfKernel } from "../../compiler/plan/kernel-cost.ts";
import { makePlan } from "../../compiler/plan/make-plan.ts";
import type { Plan } from "../../compiler/plan/plan.ts";
import { evaluate } from "../../compiler/integers/index.ts";
import { drawTensors, expectClose } from "../numeric/drawn-tensors.ts";
import { naiveTarget } from "./naive-target.ts";
import { classifier } from "./plan-graphs.ts";
import { runPlan } from "./run-plan.ts";

function planOf(...texts: readonly string[]): Plan {
  const entries = Object.fromEntries(texts.map((text, place) => [`e${place}`, parseGraph(text)]));
  return makePlan({ name: "Test", params: [], states: [], entries }, naiveTarget);
}

/** For each call of the first entry the buffers that it writes, by name. */
function writesOf(plan: Plan): readonly string[] {
  return (plan.entries[0]?.calls ?? []).flatMap(({ code, operands }) => {
    const kernel = plan.code.get(code)?.kernel;
    return operands.flatMap((id, place) =>
      kernel?.operands[place]?.access === "write" ? [plan.buffers[id]?.name ?? ""] : [],
    );
  });
}

const product = (name: string, image: string, weight: string, from: number, to: number): string => `
  ${weight} = param f32[${to}, ${from}] "${weight}"
  ${name} = compute f32[n: N, o: ${to}] sum[i: ${from}] ${image}[n, i] * ${weight}[o, i] @contraction{batch: [], m: [n], n: [o], k: [i], left: ${image}, right: ${weight}}`;

describe("the order of calls", () => {
  it("ends one wide branch before it begins the next", () => {
    const plan = planOf(`
      graph Branches(N) {
        x = input f32[N, 8]${product("a", "x", "wa", 8, 512)}${product("b", "x", "wb", 8, 512)}${product("c", "a", "wc", 512, 4)}${product("d", "b", "wd", 512, 4)}
        y = compute f32[n: N, o: 4] c[n, 3 - o] + d[n, 3 - o] @elementwise{}
        output y = y
      }`);
    expect(writesOf(plan)).toEqual(["a", "c", "b", "d", "y"]);
  });

  it("is that of the graph where no other is better", () => {
    const plan = planOf(`
      graph Row(N) {
        x = input f32[N, 8]${product("a", "x", "wa", 8, 8)}${product("b", "a", "wb", 8, 8)}${product("c", "x", "wc", 8, 8)}
        output b = b
        output c = c
      }`);
    expect(writesOf(plan)).toEqual(["a", "b", "c"]);
  });
});

describe("code is shared", () => {
  it("whatever nodes, axes and parameters are called", () => {
    const renamed = classifier
      .replaceAll(/\bfc(\d)/g, "dense$1")
      .replaceAll(/\bw1\b/g, "kernel")
      .replaceAll(/\bi\b/g, "zz")
      .replaceAll(/\bo\b/g, "aa")
      .replaceAll(/\btop\b/g, "largest");
    const [one, other] = [classifier, renamed].map((text) => [...planOf(text).code.keys()]);
    expect(one).toEqual(other);
  });

  it("by kernels whose dims have other names and another order, and each call has its own", () => {
    const text = (first: string, second: string): string => `
      graph Grid(H, W) {
        x = input f32[${first}, ${second}]
        y = compute f32[i: ${first}, j: ${second}] maximum(x[i, j], 0.25) - x[${first} - 1 - i, j] @elementwise{}
        output y = y
      }`;
    const plan = planOf(text("H", "W"), text("W", "H"));
    expect(plan.code.size).toBe(1);
    for (const [name, dims] of [
      ["e0", { H: 2, W: 5 }],
      ["e1", { H: 2, W: 5 }],
    ] as const) {
      const graph = parseGraph(name === "e0" ? text("H", "W") : text("W", "H"));
      const { inputs } = drawTensors(graph, dims);
      expectClose(runPlan(plan, name, { dims, inputs }), interpret(graph, { dims, inputs }));
    }
  });

  it("by no two kernels that differ in a constant, an extent, a guard or a dtype", () => {
    const text = (constant: string, extent: number, guard: string, dtype: string): string => `
      graph One(N) {
        x = input ${dtype}[N, ${extent}]
        y = compute f32[n: N, i: ${extent} | i - ${guard} >= 0] f32(x[n, i]) * ${constant} @elementwise{}
        output y = y
      }`;
    const texts = [text("2.0", 8, "1", "i32"), text("3.0", 8, "1", "i32"), text("2.0", 9, "1", "i32")];
    const all = [...texts, text("2.0", 8, "2", "i32"), text("2.0", 8, "1", "u8")];
    expect(planOf(...all).code.size).toBe(all.length);
  });
});

describe("the operations of a call", () => {
  it("count a multiplication and an addition for each term, and what follows once", () => {
    const plan = planOf(classifier);
    const [entry] = plan.entries;
    // Two products with bias and relu or bias; softmax: largest, difference and exponential, sum, quotient.
    const each = 32 * 20 * 2 + 32 * 2 + 10 * 32 * 2 + 10 + 10 * (1 + 2 + 1 + 1);
    expect(entry === undefined ? NaN : evaluate(entry.flops, () => 3)).toBe(3 * each);
    const [first] = plan.code.values();
    const { bytes } = costOfKernel(
      first?.kernel ?? { name: "", axes: [], operands: [], stages: [], dims: [] },
    );
    expect(evaluate(bytes, () => 3)).toBe(4 * (3 * 20 + 32 * 20 + 32 + 3 * 32));
  });
});

describe("what an entry hands out", () => {
  it("is copied where it is no result of a kernel", () => {
    const text = `
      graph Through(N) {
        x = input f32[N, 3]
        w = param f32[2] "w"
        k = constant f32[2] [1, 2]
        output x = x
        output w = w
        output again = w
        output k = k
      }`;
    const plan = planOf(text);
    const graph = parseGraph(text);
    const { inputs, weights } = drawTensors(graph, { N: 2 });
    const actual = runPlan(plan, "e0", { dims: { N: 2 }, inputs, weights });
    expectClose(actual, interpret(graph, { dims: { N: 2 }, inputs, params: weights }));
    expect(plan.entries[0]?.outputs.map(({ buffer }) => plan.buffers[buffer]?.role)).toEqual(
      Array.from({ length: 4 }, () => "output"),
    );
  });
});
