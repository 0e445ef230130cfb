// @ts-check
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { bibleVerses } from "../bible-verses.mjs";

/**
 * The King James Bible, one verse a line and without the labels of verses: `train.txt`, and `valid.txt` of the books that
 * are not in it, every tenth one from the fifth (Deuteronomy, Ezra, Lamentations, Habakkuk, Romans, 2 Timothy, Jude).
 * @param {string} folder
 */
export function make(folder) {
  /** @type {{ train: string[]; valid: string[] }} */
  const parts = { train: [], valid: [] };
  /** @type {Set<string>} */
  const books = new Set();
  for (const { book, text } of bibleVerses()) {
    books.add(book);
    parts[books.size % 10 === 5 ? "valid" : "train"].push(text);
  }
  for (const [name, verses] of Object.entries(parts))
    writeFileSync(join(folder, `${name}.txt`), `${verses.join("\n")}\n`);
}
