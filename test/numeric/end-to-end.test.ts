import { describe, it } from "vitest";
import { interpret } from "../../compiler/graph/interpret.ts";
import { parseGraph } from "../../compiler/graph/parse.ts";
import { makePlan } from "../../compiler/plan/make-plan.ts";
import { wasmTarget } from "../../compiler/plan/targets.ts";
import { emitWasm } from "../../compiler/wasm/index.ts";
import { haloTarget, naiveTarget } from "../schedules/naive-target.ts";
import { chain, classifier, lenet, residual } from "../schedules/plan-graphs.ts";
import { drawTensors, expectClose } from "./drawn-tensors.ts";
import { runWasm } from "./run-wasm.ts";

const graphs: readonly [name: string, text: string, batches: readonly number[]][] = [
  ["a classifier", classifier, [1, 3, 8]],
  ["LeNet", lenet, [1, 5]],
  ["residual blocks", residual(), [1, 3]],
  ["an element-wise chain", chain, [1, 5]],
];

describe.each([
  ["row-major", naiveTarget],
  ["channels-last with halos", haloTarget],
  ["as scheduled", wasmTarget()],
])("WebAssembly, %s,", (_layouts, target) => {
  it.each(graphs)("computes what the graph of %s means", async (_name, text, batches) => {
    const graph = parseGraph(text);
    const plan = makePlan({ name: "Test", params: [], states: [], entries: { forward: graph } }, target);
    const code = emitWasm(plan, "baseline");
    for (const N of batches) {
      const { inputs, weights } = drawTensors(graph, { N });
      const actual = await runWasm(plan, code, "forward", { dims: { N }, inputs, weights });
      expectClose(actual, interpret(graph, { dims: { N }, inputs, params: weights }));
    }
  });
});
