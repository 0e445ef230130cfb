import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { heldOutDigits, side } from "../../tools/held-out-digits.mjs";
import { lenetConsumer } from "../package/consumer.ts";
import { readStored } from "./stored-fixture.ts";

/** What a user's editor would know of the installed module. */
interface LenetModule {
  readonly load: () => Promise<{
    readonly forward: (inputs: { readonly image: Float32Array }) => {
      readonly logits: { readonly shape: readonly number[]; readonly data: Float32Array };
    };
  }>;
}

const digits = heldOutDigits();
const fixture = fileURLToPath(new URL("../fixtures/lenet-logits.safetensors", import.meta.url));

async function installedLenet(): ReturnType<LenetModule["load"]> {
  const { installed } = await lenetConsumer();
  const { load }: LenetModule = await import(pathToFileURL(join(installed, "index.js")).href);
  return load();
}

/** The logits of all test digits, taken in batches. */
function classify(lenet: Awaited<ReturnType<LenetModule["load"]>>, batch: number): Float32Array {
  const logits = new Float32Array(digits.length * 10);
  for (let first = 0; first < digits.length; first += batch) {
    const rows = digits.slice(first, first + batch);
    const image = new Float32Array(rows.length * side * side);
    for (const [row, digit] of rows.entries()) image.set(digit.image, row * side * side);
    const result = lenet.forward({ image }).logits;
    expect(result.shape).toEqual([rows.length, 10]);
    logits.set(result.data, first * 10);
  }
  return logits;
}

/** The class of the largest logit of each row. */
function answers(logits: ArrayLike<number>): readonly number[] {
  return digits.map((_, row) => {
    const own = Array.from({ length: 10 }, (_unused, place) => logits[row * 10 + place] ?? NaN);
    return own.indexOf(Math.max(...own));
  });
}

describe("the installed LeNet module on the 2,000 test digits", () => {
  const expected = readStored(fixture).tensors.get("logits");

  it.each([1, 7, 100])("answers what PyTorch answers, in batches of %i", async (batch) => {
    const logits = classify(await installedLenet(), batch);
    const right = expected?.data ?? [];
    expect(right).toHaveLength(20_000);
    expect(answers(logits)).toEqual(answers(right));
    const apart = Array.from(right, (value, place) => Math.abs((logits[place] ?? NaN) - value));
    expect(Math.max(...apart)).toBeLessThan(1e-4);
    const correct = answers(logits).filter((answer, row) => answer === digits[row]?.label).length;
    expect(correct / digits.length).toBeGreaterThanOrEqual(0.97);
  });

  it("sees the digits that the weights were not trained on", () => {
    expect(digits).toHaveLength(2000);
    expect(new Set(digits.map(({ label }) => label)).size).toBe(10);
  });
});
