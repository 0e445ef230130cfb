import { describe, expect, it } from "vitest";
import { interpret } from "../../compiler/graph/index.ts";
import { makePlan } from "../../compiler/plan/make-plan.ts";
import { wasmTarget } from "../../compiler/plan/targets.ts";
import { emitWasm } from "../../compiler/wasm/index.ts";
import { drawTensors, expectClose } from "../numeric/drawn-tensors.ts";
import { runWasm } from "../numeric/run-wasm.ts";
import { runPlan } from "../schedules/run-plan.ts";
import { prepared } from "./central-differences.ts";
import { scanCases } from "./scan-cases.ts";
import { withGradients } from "./with-gradients.ts";

const sizes = [
  { N: 1, T: 1 },
  { N: 3, T: 6 },
  { N: 2, T: 17 },
];

describe("the gradient of a recurrence is compiled to what it means", () => {
  it.each(Object.entries(scanCases))("%s", async (_name, { text }) => {
    const graph = withGradients(text);
    const entries = { g: prepared(graph) };
    const plan = makePlan({ name: "Test", params: [], states: [], entries }, wasmTarget());
    const code = emitWasm(plan, "baseline");
    expect(graph.outputs.length).toBeGreaterThan(1);
    for (const dims of sizes) {
      const { inputs } = drawTensors(graph, dims);
      const expected = interpret(entries.g, { dims, inputs });
      expectClose(runPlan(plan, "g", { dims, inputs }), expected, 1e-4);
      expectClose(await runWasm(plan, code, "g", { dims, inputs }), expected, 1e-4);
    }
  });
});
