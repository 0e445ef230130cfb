import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tensorOf, type Tensor } from "../../compiler/graph/tensor.ts";
import { callGraph, initialValues, trainingOf } from "../language/train-source.ts";
import { callEntry } from "./load-compiled.ts";
import { compileTraining, loadWithWeights, savedNumbers } from "./load-trained.ts";
import { forwardOf } from "./compile-source.ts";
import { readFixture, tensorsUnder } from "./stored-fixture.ts";
import { largestError, tolerance } from "./tensor-error.ts";

const folder = join(import.meta.dirname, "..", "fixtures", "statements");

describe.each(readdirSync(folder))("%s is, with a step of training, what PyTorch makes of it,", (file) => {
  const { description, tensors } = readFixture<{ readonly source: string }>(join(folder, file));
  const under = (prefix: string): Readonly<Record<string, Tensor>> => tensorsUnder(tensors, prefix);
  const [inputs, params, outputs, after] = [
    under("input/"),
    under("param/"),
    under("output/"),
    under("after/"),
  ];
  const loss = tensors.get("loss")?.data[0] ?? NaN;
  const { program, plan } = compileTraining(description.source);

  it("as it is meant", () => {
    expect(program.params.map(({ path }) => path).toSorted()).toEqual(Object.keys(params).toSorted());
    const values = { ...initialValues(program), ...params };
    const forward = callGraph(forwardOf(program), values, inputs);
    expect(largestError(forward.outputs, outputs)).toBeLessThan(tolerance);
    expect(largestError(forward.next, under("memory/"))).toBeLessThan(tolerance);
    const step = callGraph(trainingOf(program).step, values, inputs);
    expect(step.outputs["loss"]?.data[0]).toBeCloseTo(loss, 5);
    expect(largestError(step.next, { ...after, ...under("memory/") })).toBeLessThan(tolerance);
  });

  it("as it is compiled", async () => {
    const called = await loadWithWeights(plan, params);
    expect(largestError(callEntry(called, "forward", inputs), outputs)).toBeLessThan(tolerance);
    // With a memory in which no call has left anything.
    const model = await loadWithWeights(plan, params);
    const batch = Object.entries(inputs).map(([name, { data }]) => [name, Float32Array.from(data)] as const);
    expect(model.trainer.step(Object.fromEntries(batch))["loss"]).toBeCloseTo(loss, 5);
    const saved = savedNumbers(model.trainer);
    const found = Object.entries(after).map(
      ([path, { shape }]) => [path, tensorOf(shape, saved[path] ?? [])] as const,
    );
    expect(largestError(Object.fromEntries(found), after)).toBeLessThan(tolerance);
  });
});
