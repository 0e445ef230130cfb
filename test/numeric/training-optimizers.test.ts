import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "../../grammar/index.ts";
import { compileTraining, loadWithWeights, savedNumbers } from "./load-trained.ts";
import { parametersOf } from "./model-fixtures.ts";
import { tensorsUnder } from "./stored-fixture.ts";
import { tensorError } from "./tensor-error.ts";
import {
  followInterpreter,
  followTrainer,
  lossError,
  rowsOf,
  trainingFixture,
  type TrainingDescription,
} from "./training-fixtures.ts";

interface Description extends TrainingDescription {
  readonly cases: readonly { readonly name: string; readonly source: string }[];
}

const { description, tensors } = trainingFixture<Description>("optimizers");
const { cases, steps, batch, seed } = description;
const rows = tensorsUnder(tensors, "batch/");
const batches = Array.from({ length: steps }, (_, step) => rowsOf(rows, batch, step));
const weights = parametersOf(description);

/** The losses of PyTorch's own f32 are within 3e-7. */
const tolerance = 1e-4;

describe("twenty steps from the same weights and data follow PyTorch's losses,", () => {
  it.each(cases)("$name", async ({ name, source }) => {
    const { optimized, plan } = compileTraining(source);
    const expected = tensors.get(`${name}/loss`);
    const meant = followInterpreter(optimized, weights, batches, seed);
    expect(lossError(meant.losses, "loss", expected), "interpreted").toBeLessThan(1e-6);
    const { trainer } = await loadWithWeights(plan, weights);
    const losses = followTrainer(trainer, batches, seed);
    expect(lossError(losses, "loss", expected), "WebAssembly").toBeLessThan(tolerance);
    const saved = savedNumbers(trainer);
    for (const [path, right] of Object.entries(tensorsUnder(tensors, `${name}/after/`))) {
      expect(tensorError(meant.after[path], right), `${path} interpreted`).toBeLessThan(1e-5);
      const found = { ...right, data: Float64Array.from(saved[path] ?? []) };
      expect(tensorError(found, right), `${path} in WebAssembly`).toBeLessThan(tolerance);
    }
  });
});

it("every optimizer and schedule of the library has a case", () => {
  const path = fileURLToPath(new URL("../../stdlib/optim.dl", import.meta.url));
  const { declarations } = parse({ path, text: readFileSync(path, "utf8") }).file;
  const declared = declarations.flatMap((one) =>
    "name" in one && one.kind !== "constant" ? [one.name.text] : [],
  );
  const used = new Set(cases.flatMap(({ source }) => source.match(/\w+/g) ?? []));
  // What part of the way is behind is no schedule: linearDecay and cosine are made of it.
  expect(declared.filter((name) => !used.has(name))).toEqual(["progress"]);
  expect(declared.length).toBeGreaterThan(10);
});
