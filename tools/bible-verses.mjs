// @ts-check
import { spawnSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { debianFiles } from "./package-files.mjs";

/**
 * @typedef {object} Verse
 * @property {string} book as `Ge`
 * @property {number} chapter of it
 * @property {string} text
 */

/**
 * The King James Bible, from the Debian packages `bible-kjv-text` and `bible-kjv`, whose command unpacks the text: its verses in
 * order, all printable ASCII.
 * @returns {readonly Verse[]}
 */
export function bibleVerses() {
  const text = debianFiles("bible-kjv-text", "usr/lib/bible.data");
  const command = join(debianFiles("bible-kjv", "usr/bin/bible"), "usr/bin/bible");
  chmodSync(command, 0o755);
  const { status, stdout, stderr, error } = spawnSync(
    command,
    ["-p", join(text, "usr/lib"), "-f", "Gen1:1-Rev22:21"],
    { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 2 ** 26 },
  );
  if (status !== 0) throw new Error(`${command} failed: ${error?.message ?? stderr}`);
  const verses = stdout
    .trimEnd()
    .split("\n")
    .map((line) => {
      const [, book, chapter, verse] = /^(\d?[A-Za-z]+)(\d+):\d+ (.*)$/.exec(line) ?? [];
      if (book === undefined || chapter === undefined || verse === undefined)
        throw new Error(`not a verse: ${line}`);
      return { book, chapter: Number(chapter), text: verse.trim() };
    });
  const books = new Set(verses.map(({ book }) => book)).size;
  if (books !== 66) throw new Error(`${books} books, of 66`);
  return verses;
}
