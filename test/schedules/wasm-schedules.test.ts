import { describe, expect, it } from "vitest";
import { parseGraph } from "../../compiler/graph/parse.ts";
import { makePlan } from "../../compiler/plan/make-plan.ts";
import { scheduleForWasm, type WasmVariant } from "../../compiler/plan/schedule-wasm.ts";
import { showSchedule } from "../../compiler/plan/schedule.ts";
import { showLayout } from "../../compiler/plan/show-layout.ts";
import { classifier, lenet, residual } from "./plan-graphs.ts";
import { wasmTarget } from "./wasm-target.ts";

/** Each kernel of a model with the layouts that its operands have got, and the steps of its schedule. */
function schedulesOf(text: string, variant: WasmVariant): string {
  const entries = { forward: parseGraph(text) };
  const plan = makePlan({ name: "Test", params: [], states: [], entries }, wasmTarget(variant));
  return [...plan.code.values()]
    .map(({ kernel }) => {
      const operands = kernel.operands.map((operand) => `  ${operand.name}: ${showLayout(operand.layout)}`);
      return [kernel.name, ...operands, showSchedule(scheduleForWasm(kernel, variant), "    ")].join("\n");
    })
    .join("\n");
}

/** A pass that loses a recognition, or a rule that picks another tile, shows here. */
describe.each(["baseline", "relaxed"] as const)("Schedules chosen for one thread, %s", (variant) => {
  it.each([
    ["a classifier", classifier],
    ["LeNet", lenet],
    ["residual blocks", residual()],
  ])("%s", async (name, text) => {
    const file = `snapshots/${variant}-${name.replace(/^an? /, "").replaceAll(" ", "-").toLowerCase()}.txt`;
    await expect(`${schedulesOf(text, variant)}\n`).toMatchFileSnapshot(file);
  });
});
