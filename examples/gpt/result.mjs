// @ts-check
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { preparedData } from "../../tools/data.mjs";
import { importBuilt } from "../../tools/example-run.mjs";
import { seededDraws } from "../../tools/seeded-draws.mjs";

/** @typedef {{ step: (inputs: { id: Int32Array }) => { logits: { copy: () => Float32Array } } }} Writer the built module */

/** Below 1, what is likely becomes likelier. */
const temperature = 0.7;

/**
 * A place drawn by the softmax of logits.
 * @param {Float32Array} logits
 * @param {() => number} random
 */
function draw(logits, random) {
  const top = Math.max(...logits);
  const weights = Array.from(logits, (logit) => Math.exp((logit - top) / temperature));
  let point = random() * weights.reduce((sum, weight) => sum + weight, 0);
  return Math.max(
    0,
    weights.findIndex((weight) => (point -= weight) < 0),
  );
}

/**
 * So many characters, one `step` each, from the beginning of a verse on.
 * @param {{ load: () => Promise<Writer> }} module
 * @param {readonly string[]} letters
 * @param {number} length
 * @param {number} seed
 */
async function write(module, letters, length, seed) {
  const model = await module.load();
  const random = seededDraws(seed);
  let id = letters.indexOf("\n");
  let text = "";
  for (let k = 0; k < length; k++) {
    id = draw(model.step({ id: Int32Array.of(id) }).logits.copy(), random);
    text += letters[id] ?? "";
  }
  return text;
}

/** @type {import("../../tools/example-run.mjs").Example} */
export default {
  data: () => preparedData("bible"),
  files: ["train.txt", "valid.txt"],
  runs: [[]],
  seed: 1,
  figures: async ([training], folder) => {
    if (training === undefined) throw new Error("no training");
    // The places of the characters are those of `letters` in gpt.dl.
    const letters = [...new Set(readFileSync(join(folder, "train.txt"), "utf8"))].sort();
    const module = await importBuilt("examples/gpt/gpt.dl", training.weights);
    writeFileSync(
      join(import.meta.dirname, "sample.txt"),
      `${(await write(module, letters, 800, 1)).trim()}\n`,
    );
    return {
      loss: { value: training.test["loss"] ?? NaN, unit: "nats" },
      seconds: { value: training.seconds, unit: "seconds" },
    };
  },
  goals: [{ figure: "loss", most: 1.35 }],
};
