// @ts-check
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { preparedData } from "../../tools/data.mjs";
import { importBuilt } from "../../tools/example-run.mjs";

const letters = 10;
const places = 11;
const sounds = 40;

// The letters and sounds of seq2seq.dl, each known by its place.
const alphabet = " abcdefghijklmnopqrstuvwxyz";
const phones =
  "- AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH".split(
    " ",
  );

/** @typedef {{ data: Int32Array | Float32Array; shape: readonly number[] }} Numbers */

/**
 * @typedef {object} Speaker the built module
 * @property {(inputs: { word: Numbers }) => { memory: { copy: () => Float32Array; shape: readonly number[] } }} encode
 * @property {(inputs: { word: Numbers; memory: Numbers; said: Numbers }) => { logits: { copy: () => Float32Array } }} decode
 */

/** @typedef {{ readonly word: string; readonly sounds: readonly number[] }} Word with blanks behind it */

/**
 * @param {string} folder
 * @param {string} part
 * @returns {readonly Word[]}
 */
function readWords(folder, part) {
  const text = readFileSync(join(folder, `${part}.words.txt`), "latin1");
  const lines = readFileSync(join(folder, `${part}.sounds.txt`), "latin1")
    .trimEnd()
    .split("\n");
  return lines.map((line, k) => {
    const said = line.split(" ").filter((one) => one !== "-");
    return {
      word: text.slice(k * letters, (k + 1) * letters),
      sounds: said.map((one) => phones.indexOf(one)),
    };
  });
}

/**
 * How many sounds are to be put in, left out or changed to make one pronunciation of another.
 * @param {readonly number[]} a
 * @param {readonly number[]} b
 */
function distance(a, b) {
  let above = Array.from({ length: b.length + 1 }, (_, k) => k);
  for (const [i, one] of a.entries()) {
    const row = [i + 1];
    for (const [k, other] of b.entries()) {
      const changed = (above[k] ?? 0) + (one === other ? 0 : 1);
      row.push(Math.min(changed, (row[k] ?? 0) + 1, (above[k + 1] ?? 0) + 1));
    }
    above = row;
  }
  return above[b.length] ?? 0;
}

/**
 * Letter by letter: what each says most often before the letter that follows it, in those words that have as many sounds as
 * letters.
 * @param {readonly Word[]} train
 * @returns {(word: string) => readonly number[]}
 */
function byLetters(train) {
  /** @type {Map<string, Map<number, number>>} */
  const counts = new Map();
  for (const { word, sounds } of train) {
    if (word.trimEnd().length !== sounds.length) continue;
    for (const [k, sound] of sounds.entries()) {
      const pair = word.slice(k, k + 2).padEnd(2);
      /** @type {Map<number, number>} */
      const said = counts.get(pair) ?? new Map();
      counts.set(pair, said);
      said.set(sound, (said.get(sound) ?? 0) + 1);
    }
  }
  const best = new Map(
    [...counts].map(([pair, said]) => [pair, [...said].sort((a, b) => b[1] - a[1])[0]?.[0]]),
  );
  return (word) =>
    Array.from(word.trimEnd()).flatMap((_, k) => best.get(word.slice(k, k + 2).padEnd(2)) ?? []);
}

/**
 * What the built module says of words, the likeliest sound after another until the end: `encode` once and `decode` for each
 * place, of what has been said so far.
 * @param {{ load: () => Promise<Speaker> }} module
 * @param {readonly Word[]} words
 */
async function pronounce(module, words) {
  const model = await module.load();
  const ids = Int32Array.from(words.flatMap(({ word }) => Array.from(word, (one) => alphabet.indexOf(one))));
  const word = { data: ids, shape: [words.length, letters] };
  const encoded = model.encode({ word }).memory;
  const memory = { data: encoded.copy(), shape: encoded.shape };
  /** @type {number[][]} */
  const said = words.map(() => [0]);
  for (let place = 0; place < places; place++) {
    const so = { data: Int32Array.from(said.flat()), shape: [words.length, place + 1] };
    const logits = model.decode({ word, memory, said: so }).logits.copy();
    for (const [n, own] of said.entries()) {
      const end = (n * (place + 1) + place + 1) * sounds;
      const last = logits.subarray(end - sounds, end);
      own.push(last.indexOf(Math.max(...last)));
    }
  }
  return said.map((own) => {
    const end = own.indexOf(0, 1);
    return own.slice(1, end < 0 ? undefined : end);
  });
}

/**
 * The share of words that are said rightly, and mistakes as a share of all sounds.
 * @param {readonly Word[]} words
 * @param {readonly (readonly number[])[]} said
 */
function judge(words, said) {
  let [right, mistakes, all] = [0, 0, 0];
  for (const [n, { sounds: own }] of words.entries()) {
    const apart = distance(said[n] ?? [], own);
    right += apart === 0 ? 1 : 0;
    mistakes += apart;
    all += own.length;
  }
  return { words: right / words.length, mistakes: mistakes / all };
}

/** @type {import("../../tools/example-run.mjs").Example} */
export default {
  data: () => preparedData("cmudict"),
  files: ["train.words.txt", "train.sounds.txt", "valid.words.txt", "valid.sounds.txt"],
  runs: [[]],
  seed: 1,
  figures: async ([training], folder) => {
    if (training === undefined) throw new Error("no training");
    const module = await importBuilt("examples/seq2seq/seq2seq.dl", training.weights);
    const words = readWords(folder, "valid");
    /** @type {(readonly number[])[]} */
    const said = [];
    for (let start = 0; start < words.length; start += 256)
      said.push(...(await pronounce(module, words.slice(start, start + 256))));
    const guess = byLetters(readWords(folder, "train"));
    const found = judge(words, said);
    const baseline = judge(
      words,
      words.map(({ word }) => guess(word)),
    );
    const shown = words.flatMap(({ word }, n) =>
      n % 264 === 100 ? `${word} ${(said[n] ?? []).map((one) => phones[one]).join(" ")}` : [],
    );
    writeFileSync(join(import.meta.dirname, "sample.txt"), `${shown.join("\n")}\n`);
    return {
      words: { value: found.words, unit: "share" },
      mistakes: { value: found.mistakes, unit: "share" },
      "baseline.words": { value: baseline.words, unit: "share" },
      "baseline.mistakes": { value: baseline.mistakes, unit: "share" },
      seconds: { value: training.seconds, unit: "seconds" },
    };
  },
  goals: [
    { figure: "words", least: 0.25 },
    { figure: "mistakes", most: 0.25 },
  ],
};
