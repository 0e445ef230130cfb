import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { tensorOf } from "../../compiler/graph/tensor.ts";
import { trainingDigits } from "../../tools/held-out-digits.mjs";
import { compileTraining, loadWithWeights, savedNumbers } from "./load-trained.ts";
import { parametersOf } from "./model-fixtures.ts";
import { tensorsUnder } from "./stored-fixture.ts";
import {
  followInterpreter,
  followTrainer,
  lossError,
  rowsOf,
  trainingFixture,
  type Tensors,
  type TrainingDescription,
} from "./training-fixtures.ts";

interface Description extends TrainingDescription {
  readonly file: string;
  readonly digits: { readonly stride: number; readonly of: number } | null;
  readonly after: readonly { readonly path: string; readonly mean: number; readonly rms: number }[];
}

const repository = fileURLToPath(new URL("../..", import.meta.url));

/** Programs, and how many of their steps are interpreted too: more would take long. */
const programs = { gan: 3, vae: 3, maml: 10, dpsgd: 1, "lenet-digits": 1 } as const;

/** PyTorch's own f32 losses are within 3e-7. */
const tolerance = 1e-4;

/** What the data declaration stands for: stored rows, or the digits in the order that the fixture gives. */
function examplesOf({ digits, steps, batch }: Description, stored: Tensors): Tensors {
  if (digits === null) return stored;
  const all = trainingDigits();
  expect(all).toHaveLength(digits.of);
  const chosen = Array.from({ length: steps * batch }, (_, row) => {
    const digit = all[(row * digits.stride) % digits.of];
    if (digit === undefined) throw new Error("no such digit");
    return digit;
  });
  const image = new Float32Array(chosen.length * 32 * 32);
  chosen.forEach((digit, row) => image.set(digit.image, row * 32 * 32));
  const label = chosen.map((digit) => digit.label);
  return {
    image: tensorOf([chosen.length, 1, 32, 32], image),
    label: tensorOf([chosen.length], label, "i32"),
  };
}

describe("programs of the papers follow PyTorch's losses from the same weights, data and draws,", () => {
  it.each(Object.entries(programs))("%s", { timeout: 300_000 }, async (name, interpreted) => {
    const { description, tensors } = trainingFixture<Description>(name);
    const { seed, steps, batch, file, after } = description;
    const { optimized, plan } = compileTraining(undefined, join(repository, file));
    const weights = parametersOf(description);
    const examples = examplesOf(description, tensorsUnder(tensors, "batch/"));
    const batches = Array.from({ length: steps }, (_, step) => rowsOf(examples, batch, step));
    const expected = Object.entries(tensorsUnder(tensors, "loss/"));
    expect(expected.length).toBeGreaterThan(0);
    const { trainer } = await loadWithWeights(plan, weights);
    const losses = followTrainer(trainer, batches, seed);
    const meant = followInterpreter(optimized, weights, batches.slice(0, interpreted), seed);
    for (const [loss, right] of expected) {
      expect(lossError(meant.losses, loss, right), `${loss} interpreted`).toBeLessThan(1e-6);
      expect(losses).toHaveLength(steps);
      expect(lossError(losses, loss, right), `${loss} in WebAssembly`).toBeLessThan(tolerance);
    }
    const saved = savedNumbers(trainer);
    for (const { path, mean, rms } of after) {
      const values = saved[path] ?? [];
      const sum = values.reduce((all, value) => all + value, 0);
      const squares = values.reduce((all, value) => all + value * value, 0);
      expect(Math.abs(sum / values.length - mean) / rms, `mean of ${path}`).toBeLessThan(tolerance);
      expect(Math.abs(Math.sqrt(squares / values.length) - rms) / rms, `rms of ${path}`).toBeLessThan(
        tolerance,
      );
    }
  });
});
