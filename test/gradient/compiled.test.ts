import { describe, expect, it } from "vitest";
import { emitCode } from "../../compiler/compile.ts";
import { interpret, tensorOf, type Tensor } from "../../compiler/graph/index.ts";
import { constantOf } from "../../compiler/integers/index.ts";
import { planProgram, wasmTarget } from "../../compiler/plan/index.ts";
import { runWasm } from "../numeric/run-wasm.ts";
import { relaxedSimd } from "../numeric/relaxed-simd.ts";
import { largestError, tolerance } from "../numeric/tensor-error.ts";
import { numbers, prepared } from "./central-differences.ts";
import { layerCases } from "./layer-cases.ts";
import { withGradients } from "./with-gradients.ts";

describe("gradients as WebAssembly against the interpreter", () => {
  const graphs = Object.entries(layerCases).map(([name, { lines, given = {} }]) => ({
    name,
    given,
    graph: prepared(withGradients(`graph layer() {\n${lines}\noutput y = y\n}`)),
  }));

  it.each(graphs)("$name", async ({ graph, given }) => {
    const draw = numbers(11);
    const inputs: Record<string, Tensor> = {};
    for (const node of graph.nodes) {
      if (node.kind !== "input") continue;
      const shape = node.shape.map((extent) => constantOf(extent) ?? NaN);
      const high = node.range && constantOf(node.range.high);
      const value = (): number =>
        high === undefined ? Math.fround(2 * draw() - 1) : Math.floor(draw() * high);
      const count = shape.reduce((all, extent) => all * extent, 1);
      const values = (given[node.name] ?? Array.from({ length: count }, value)).map(Math.fround);
      inputs[node.name] = tensorOf(shape, values, node.dtype);
    }
    const program = { name: "Gradients", params: [], states: [], entries: { forward: graph } };
    const { plan, diagnostics } = planProgram(program, wasmTarget());
    expect(diagnostics).toEqual([]);
    if (plan === undefined) throw new Error("no plan");
    const code = await emitCode(plan);
    const expected = interpret(graph, { inputs });
    // Relaxed SIMD is not in every engine.
    for (const build of relaxedSimd() ? [code.baseline, code.relaxed] : [code.baseline]) {
      const actual = await runWasm(plan, build, "forward", { dims: {}, inputs });
      expect(largestError(actual, expected)).toBeLessThan(tolerance);
    }
  });
});
