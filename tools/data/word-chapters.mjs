// @ts-check
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { bibleVerses } from "../bible-verses.mjs";

/** How many words the table has: those that occur most often. */
const kept = 800;

/**
 * `counts.csv`: how often each of the 800 most frequent words of the King James Bible stands in each of its 1,189 chapters, a pair
 * of both a row, also where it does not.
 * @param {string} folder
 */
export function make(folder) {
  /** @type {Map<string, Map<string, number>>} */
  const chapters = new Map();
  /** @type {Map<string, number>} */
  const whole = new Map();
  for (const { book, chapter, text } of bibleVerses()) {
    const name = `${book} ${chapter}`;
    /** @type {Map<string, number>} */
    const counts = chapters.get(name) ?? new Map();
    chapters.set(name, counts);
    for (const word of text.toLowerCase().match(/[a-z]+/g) ?? [])
      for (const sums of [counts, whole]) sums.set(word, (sums.get(word) ?? 0) + 1);
  }
  const words = [...whole]
    .toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, kept)
    .map(([word]) => word);
  const rows = [...chapters].flatMap(([chapter, counts]) =>
    words.map((word) => `${chapter},${word},${counts.get(word) ?? 0}\n`),
  );
  writeFileSync(join(folder, "counts.csv"), `chapter,word,count\n${rows.join("")}`);
}
