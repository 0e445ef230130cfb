import { describe, expect, it } from "vitest";
import type { Graph } from "../../compiler/graph/graph.ts";
import { interpret } from "../../compiler/graph/interpret.ts";
import { parseGraph } from "../../compiler/graph/parse.ts";
import { tensorOf, type Tensor } from "../../compiler/graph/tensor.ts";
import { evaluate } from "../../compiler/integers/index.ts";
import { makePlan, type PlanTarget } from "../../compiler/plan/make-plan.ts";
import { haloTarget, naiveTarget } from "./naive-target.ts";
import { chain, classifier, lenet, residual } from "./plan-graphs.ts";
import { runPlan } from "./run-plan.ts";

/** Numbers in [−1, 1) that depend on the seed and the place alone; exact in f32. */
function numbersFrom(seed: number, count: number): readonly number[] {
  let state = seed >>> 0;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.fround((state >>> 8) / 2 ** 23 - 1);
  });
}

/** Holds every output of the plan, run by interpreted loops, against the graph interpreter. */
function compare(graph: Graph, target: PlanTarget, dims: Readonly<Record<string, number>>): void {
  const inputs: Record<string, Tensor> = {};
  const weights: Record<string, Tensor> = {};
  graph.nodes.forEach((node, place) => {
    if (node.kind !== "input" && node.kind !== "param" && node.kind !== "state") return;
    const shape = node.shape.map((form) =>
      evaluate(form, (atom) => (atom.kind === "dim" ? (dims[atom.name] ?? NaN) : NaN)),
    );
    const values = numbersFrom(
      place + 1,
      shape.reduce((all, extent) => all * extent, 1),
    );
    const tensor = tensorOf(shape, values, node.dtype);
    if (node.kind === "input") inputs[node.name] = tensor;
    else weights[node.path] = tensor;
  });
  const expected = interpret(graph, { dims, inputs, params: weights, states: weights });
  const plan = makePlan({ name: "Test", params: [], states: [], entries: { [graph.name]: graph } }, target);
  const actual = runPlan(plan, graph.name, { dims, inputs, weights });
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  for (const [name, { shape, data }] of Object.entries(expected)) {
    expect(actual[name]?.shape).toEqual(shape);
    const largest = Math.max(1e-6, ...data.map(Math.abs));
    const error = Math.max(
      ...data.map((value, place) => Math.abs(value - (actual[name]?.data[place] ?? NaN))),
    );
    expect(error / largest).toBeLessThan(1e-5);
  }
}

const graphs: readonly [name: string, text: string, batches: readonly number[]][] = [
  ["a classifier", classifier, [1, 3, 8]],
  ["LeNet", lenet, [1, 2]],
  ["residual blocks", residual(), [1, 3]],
  ["an element-wise chain", chain, [1, 5]],
];

describe.each([
  ["row-major", naiveTarget],
  ["channels-last with halos", haloTarget],
])("a plan, %s,", (_layouts, target) => {
  it.each(graphs)("computes what the graph of %s means", (_name, text, batches) => {
    for (const N of batches) compare(parseGraph(text), target, { N });
  });
});
