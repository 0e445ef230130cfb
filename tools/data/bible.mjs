// @ts-check
import { spawnSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { debianFiles } from "../package-files.mjs";

/**
 * The King James Bible, one verse a line and without the labels of verses: `train.txt`, and `valid.txt` of the books that
 * are not in it, every tenth one from the fifth (Deuteronomy, Ezra, Lamentations, Habakkuk, Romans, 2 Timothy, Jude). All
 * is printable ASCII. From the Debian packages `bible-kjv-text` and `bible-kjv`, whose command unpacks the text.
 * @param {string} folder
 */
export function make(folder) {
  const text = debianFiles("bible-kjv-text", "usr/lib/bible.data");
  const command = join(debianFiles("bible-kjv", "usr/bin/bible"), "usr/bin/bible");
  chmodSync(command, 0o755);
  const { status, stdout, stderr, error } = spawnSync(
    command,
    ["-p", join(text, "usr/lib"), "-f", "Gen1:1-Rev22:21"],
    { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 2 ** 26 },
  );
  if (status !== 0) throw new Error(`${command} failed: ${error?.message ?? stderr}`);
  /** @type {{ train: string[]; valid: string[] }} */
  const parts = { train: [], valid: [] };
  /** @type {string[]} */
  const books = [];
  for (const line of stdout.trimEnd().split("\n")) {
    const [, book, verse] = /^(\d?[A-Za-z]+)\d+:\d+ (.*)$/.exec(line) ?? [];
    if (book === undefined || verse === undefined) throw new Error(`not a verse: ${line}`);
    if (books.at(-1) !== book) books.push(book);
    parts[books.length % 10 === 5 ? "valid" : "train"].push(verse.trim());
  }
  if (books.length !== 66) throw new Error(`${books.length} books, of 66`);
  for (const [name, verses] of Object.entries(parts))
    writeFileSync(join(folder, `${name}.txt`), `${verses.join("\n")}\n`);
}
