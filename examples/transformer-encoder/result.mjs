// @ts-check
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { preparedData } from "../../tools/data.mjs";
import { importBuilt } from "../../tools/example-run.mjs";

/**
 * @typedef {object} Filler the built module
 * @property {(inputs: { ids: { data: Int32Array; shape: readonly number[] } }) => { logits: { copy: () => Float32Array } }} forward
 */

/**
 * The share of the characters of a text that are the most frequent one of another text between the same two neighbours.
 * @param {string} train
 * @param {string} valid
 */
function byNeighbours(train, valid) {
  /** @type {Map<string, Map<string, number>>} */
  const counts = new Map();
  for (let k = 1; k < train.length - 1; k++) {
    const around = `${train[k - 1]}${train[k + 1]}`;
    /** @type {Map<string, number>} */
    const between = counts.get(around) ?? new Map();
    counts.set(around, between);
    const letter = train[k] ?? "";
    between.set(letter, (between.get(letter) ?? 0) + 1);
  }
  const best = new Map(
    [...counts].map(([around, between]) => [around, [...between].sort((a, b) => b[1] - a[1])[0]?.[0]]),
  );
  let right = 0;
  for (let k = 1; k < valid.length - 1; k++)
    if (best.get(`${valid[k - 1]}${valid[k + 1]}`) === valid[k]) right += 1;
  return right / (valid.length - 2);
}

/**
 * Lines of a text with every seventh character a gap, and what the model puts there.
 * @param {{ load: () => Promise<Filler> }} module
 * @param {readonly string[]} letters
 * @param {string} text
 */
async function fillGaps(module, letters, text) {
  const model = await module.load();
  const lines = [];
  for (let start = 0; start < 64 * 12; start += 64) {
    const piece = text.slice(start, start + 64);
    const ids = Int32Array.from(piece, (letter, k) =>
      k % 7 === 6 ? letters.length : letters.indexOf(letter),
    );
    const { logits } = model.forward({ ids: { data: ids, shape: [1, ids.length] } });
    const numbers = logits.copy();
    const size = numbers.length / ids.length;
    const guessed = Array.from(ids, (id, k) => {
      const row = numbers.slice(k * size, (k + 1) * size);
      return id < letters.length ? letters[id] : letters[row.indexOf(Math.max(...row))];
    });
    const shown = [Array.from(ids, (id) => letters[id] ?? "_").join(""), guessed.join(""), piece];
    lines.push(...shown.map((line) => line.replaceAll("\n", "/")), "");
  }
  return `${lines.join("\n").trim()}\n`;
}

/** @type {import("../../tools/example-run.mjs").Example} */
export default {
  data: () => preparedData("bible"),
  files: ["train.txt", "valid.txt"],
  runs: [[]],
  seed: 1,
  figures: async ([training], folder) => {
    if (training === undefined) throw new Error("no training");
    const [train = "", valid = ""] = ["train.txt", "valid.txt"].map((file) =>
      readFileSync(join(folder, file), "utf8"),
    );
    // The places of the characters are those of `letters` in the .dl file.
    const letters = [...new Set(train)].sort();
    const module = await importBuilt("examples/transformer-encoder/transformer-encoder.dl", training.weights);
    writeFileSync(join(import.meta.dirname, "gaps.txt"), await fillGaps(module, letters, valid));
    return {
      loss: { value: training.test["loss"] ?? NaN, unit: "nats" },
      accuracy: { value: training.test["accuracy"] ?? NaN, unit: "share" },
      neighbours: { value: byNeighbours(train, valid), unit: "share" },
      seconds: { value: training.seconds, unit: "seconds" },
    };
  },
  goals: [{ figure: "accuracy", least: 0.56 }],
};
