import { describe, it } from "vitest";
import type { Graph } from "../../compiler/graph/graph.ts";
import { interpret } from "../../compiler/graph/interpret.ts";
import { parseGraph } from "../../compiler/graph/parse.ts";
import { makePlan, type PlanTarget } from "../../compiler/plan/make-plan.ts";
import { drawTensors, expectClose } from "../numeric/drawn-tensors.ts";
import { wasmTarget } from "../../compiler/plan/targets.ts";
import { haloTarget, naiveTarget } from "./naive-target.ts";
import { chain, classifier, lenet, residual } from "./plan-graphs.ts";
import { runPlan } from "./run-plan.ts";

/** Holds every output of the plan, run by interpreted loops, against the graph interpreter. */
function compare(graph: Graph, target: PlanTarget, dims: Readonly<Record<string, number>>): void {
  const { inputs, weights } = drawTensors(graph, dims);
  const plan = makePlan({ name: "Test", params: [], states: [], entries: { [graph.name]: graph } }, target);
  const actual = runPlan(plan, graph.name, { dims, inputs, weights });
  expectClose(actual, interpret(graph, { dims, inputs, params: weights, states: weights }));
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
  ["as scheduled for wasm", wasmTarget()],
])("a plan, %s,", (_layouts, target) => {
  it.each(graphs)("computes what the graph of %s means", (_name, text, batches) => {
    for (const N of batches) compare(parseGraph(text), target, { N });
  });
});
