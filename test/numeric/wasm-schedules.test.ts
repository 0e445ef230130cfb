import { describe, it } from "vitest";
import { interpret } from "../../compiler/graph/interpret.ts";
import { parseGraph } from "../../compiler/graph/parse.ts";
import { makePlan } from "../../compiler/plan/make-plan.ts";
import { emitWasm, type Variant } from "../../compiler/wasm/index.ts";
import { wasmTarget } from "../schedules/wasm-target.ts";
import { chain, classifier, lenet, residual } from "../schedules/plan-graphs.ts";
import { drawTensors, expectClose } from "./drawn-tensors.ts";
import { relaxedSimd } from "./relaxed-simd.ts";
import { runWasm } from "./run-wasm.ts";

const graphs: readonly [name: string, text: string, batches: readonly number[]][] = [
  ["a classifier", classifier, [1, 3, 8]],
  ["LeNet", lenet, [1, 5]],
  ["residual blocks", residual(), [1, 3]],
  ["an element-wise chain", chain, [1, 5]],
];

const variants: readonly Variant[] = relaxedSimd() ? ["baseline", "relaxed"] : ["baseline"];

describe.each(variants)("The schedules for WebAssembly, %s,", (variant) => {
  it.each(graphs)("compute what the graph of %s means", async (_name, text, batches) => {
    const graph = parseGraph(text);
    const program = { name: "Test", params: [], states: [], entries: { forward: graph } };
    const plan = makePlan(program, wasmTarget(variant));
    const code = emitWasm(plan, variant);
    for (const N of batches) {
      const { inputs, weights } = drawTensors(graph, { N });
      const actual = await runWasm(plan, code, "forward", { dims: { N }, inputs, weights });
      expectClose(actual, interpret(graph, { dims: { N }, inputs, params: weights }));
    }
  });
});
