// @ts-check
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readWeights, weightOf } from "../../bench/weights.mjs";
import { preparedData } from "../../tools/data.mjs";
import { nearestWords, rankCorrelation, unitVectors } from "../../tools/word-vectors.mjs";

const width = 100;
/** Words that stand so near each other are neighbours, as in training. */
const window = 5;
/** Pairs are made of so many of the most frequent words. */
const frequent = 1000;

/** Common words, and of each some of which one has to be among its eight nearest of the 5,000 most frequent. */
const expected = {
  year: ["month", "week", "decade"],
  night: ["evening", "morning", "day"],
  mother: ["father", "sister", "daughter"],
  eyes: ["face", "hair", "lips", "mouth"],
  said: ["asked", "replied", "told"],
  two: ["three", "four", "five"],
  white: ["black", "red", "blue"],
  monday: ["tuesday", "wednesday", "friday"],
  january: ["february", "june", "october"],
  school: ["college", "schools", "teacher"],
};

/** @type {import("../../tools/example-run.mjs").Example} */
export default {
  data: () => preparedData("brown"),
  files: ["words.txt", "held-out.txt", "classes.tsv"],
  runs: [[]],
  seed: 3,
  figures: ([training], folder) => {
    if (training === undefined) throw new Error("no training");
    const weights = readWeights(training.weights);
    const words = readClasses(folder);
    const [inner, outer] = [weightOf(weights, "inner").data, weightOf(weights, "outer").data];
    const { model, unigram, pairs } = heldOutRanks(inner, outer, words, folder);
    return {
      seconds: { value: training.seconds, unit: "seconds" },
      words: { value: words.length, unit: "count" },
      neighbours: { value: expectedNeighbours(inner, words), unit: "count" },
      pairs: { value: pairs, unit: "count" },
      model: { value: model, unit: "number" },
      unigram: { value: unigram, unit: "number" },
      gain: { value: model - unigram, unit: "number" },
    };
  },
  goals: [
    { figure: "neighbours", least: 8 },
    { figure: "gain", least: 0.02 },
  ],
};

/** @typedef {{ word: string; tag: string; count: number }} Word */

/** @param {string} folder @returns {Word[]} */
function readClasses(folder) {
  const lines = readFileSync(join(folder, "classes.tsv"), "utf8").trimEnd().split("\n");
  return lines.map((line) => {
    const [word = "", tag = "", count] = line.split("\t");
    return { word, tag, count: Number(count) };
  });
}

/** Prints the nearest words of the expected ones; how many have theirs among them. @param {Float32Array} inner @param {readonly Word[]} words */
function expectedNeighbours(inner, words) {
  const units = unitVectors(inner, width);
  const places = new Map(words.map(({ word }, place) => [word, place]));
  return Object.entries(expected).filter(([word, wanted]) => {
    const near = nearestWords(units, width, places.get(word) ?? -1, { count: 8, of: 5000 });
    const names = near.map((place) => words[place]?.word);
    console.log(`${word}: ${names.join(" ")}`);
    return names.some((name) => wanted.some((each) => each === name));
  }).length;
}

/**
 * Of all pairs of frequent words with the same syntactic class, how the times that the two stand near each other in
 * held-out text go with what is expected by the model, and by the counts of the two words alone.
 * @param {Float32Array} inner
 * @param {Float32Array} outer
 * @param {readonly Word[]} words
 * @param {string} folder
 */
function heldOutRanks(inner, outer, words, folder) {
  const together = countTogether(words, readFileSync(join(folder, "held-out.txt"), "utf8"));
  /** @type {{ seen: number[]; model: number[]; unigram: number[] }} */
  const pairs = { seen: [], model: [], unigram: [] };
  for (let a = 0; a < frequent; a++) {
    for (let b = a + 1; b < frequent; b++) {
      const [one, other] = [words[a], words[b]];
      if (one === undefined || other === undefined || one.tag !== other.tag) continue;
      const alone = Math.log(one.count) + Math.log(other.count);
      const both = product(inner, outer, a, b) + product(inner, outer, b, a);
      pairs.seen.push(together.get(a * frequent + b) ?? 0);
      pairs.unigram.push(alone);
      // Trained, a product is the logarithm of count(a, b) / (count(a) · count(b)^0.75), and so from the other side.
      pairs.model.push(both / 2 + 0.875 * alone);
    }
  }
  const { seen, model, unigram } = pairs;
  return {
    model: rankCorrelation(model, seen),
    unigram: rankCorrelation(unigram, seen),
    pairs: seen.length,
  };
}

/** @param {Float32Array} inner @param {Float32Array} outer @param {number} a @param {number} b */
function product(inner, outer, a, b) {
  let sum = 0;
  for (let at = 0; at < width; at++) sum += (inner[a * width + at] ?? NaN) * (outer[b * width + at] ?? NaN);
  return sum;
}

/** How often two frequent words are neighbours, in a text with a sentence a line. @param {readonly Word[]} words @param {string} text */
function countTogether(words, text) {
  const places = new Map(words.slice(0, frequent).map(({ word }, place) => [word, place]));
  /** @type {Map<number, number>} */
  const together = new Map();
  for (const line of text.split("\n")) {
    const sentence = line.split(" ").map((word) => places.get(word));
    sentence.forEach((a, place) => {
      for (const b of sentence.slice(place + 1, place + 1 + window)) {
        if (a === undefined || b === undefined || a === b) continue;
        const key = Math.min(a, b) * frequent + Math.max(a, b);
        together.set(key, (together.get(key) ?? 0) + 1);
      }
    });
  }
  return together;
}
