import { expect, it } from "vitest";
import { interpretStep } from "../../compiler/graph/interpret.ts";
import { makePlan } from "../../compiler/plan/make-plan.ts";
import { wasmTarget } from "../../compiler/plan/targets.ts";
import { emitWasm } from "../../compiler/wasm/index.ts";
import { lenetStep } from "../schedules/train-graphs.ts";
import { drawTensors, expectClose } from "./drawn-tensors.ts";
import { instantiate } from "./run-wasm.ts";

it("a step of LeNet by momentum is what its graph means, in WebAssembly", { timeout: 120_000 }, async () => {
  const step = lenetStep();
  const plan = makePlan({ name: "T", params: [], states: [], entries: { step } }, wasmTarget());
  const code = emitWasm(plan, "baseline");
  for (const N of [1, 5]) {
    const dims = { N };
    const { inputs, weights } = drawTensors(step, dims);
    const instance = await instantiate(plan, code, "step", { dims, inputs, weights });
    instance.run();
    const meant = interpretStep(step, { dims, inputs, params: weights, states: weights });
    expectClose(instance.outputs(), meant.outputs);
    const persistent = instance.persistent();
    for (const [path, value] of Object.entries(meant.updates)) {
      const found = persistent[path];
      if (found === undefined) throw new Error(`${path} does not persist`);
      expectClose({ [path]: found }, { [path]: value });
    }
  }
  // The gradient of a weight behind a flattening is one contraction over the batch.
  const flattened = step.nodes.find(({ name }) => name.startsWith("d.w3.fc1"));
  expect(flattened).toMatchObject({ recognition: { kind: "contraction", k: ["n"] } });
});
