// @ts-check
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { npmFiles } from "../package-files.mjs";

/** @typedef {Readonly<Record<string, string | number | null>>} Film */

/** Columns of texts and of numbers, each with its name in the source. */
const texts = {
  rating: "MPAA Rating",
  distributor: "Distributor",
  source: "Source",
  genre: "Major Genre",
  type: "Creative Type",
};
const numbers = {
  budget: "Production Budget",
  votes: "IMDB Votes",
  viewers: "IMDB Rating",
  critics: "Rotten Tomatoes Rating",
  minutes: "Running Time min",
  gross: "US Gross",
};

/** What fewer films than this have as a text counts as one text, `other`. */
const fewest = 10;

/**
 * `movies.csv`, a film a row: its rating, distributor, source, genre and type, `unknown` where that is missing; the month of its
 * release, from 0; its budget, how many viewers voted, what they and the critics thought of it and how long it is, of which
 * the last two may be missing; and what it earned in the United States. Films of which another number is missing are left
 * out. The table, of The Numbers, IMDB and Rotten Tomatoes, comes with the npm package `vega-datasets`.
 * @param {string} folder
 */
export function make(folder) {
  const table = join(npmFiles("vega-datasets", "3.2.1"), "data", "movies.json");
  /** @type {readonly Film[]} */
  const films = JSON.parse(readFileSync(table, "utf8"));
  const kept = films.filter((film) =>
    [numbers.budget, numbers.votes, numbers.viewers, numbers.gross].every((name) => Number(film[name]) > 0),
  );
  const frequent = Object.values(texts).map((name) => ({ name, shown: frequentTexts(kept, name) }));
  const rows = kept.map((film) => [
    ...frequent.map(({ name, shown }) => (shown.has(textOf(film, name)) ? textOf(film, name) : "other")),
    monthOf(film),
    ...Object.values(numbers).map((name) => film[name] ?? ""),
  ]);
  const head = [...Object.keys(texts), "month", ...Object.keys(numbers)];
  writeFileSync(join(folder, "movies.csv"), [head, ...rows].map((row) => `${row.join(",")}\n`).join(""));
}

/** @param {Film} film @param {string} name @returns {string} */
function textOf(film, name) {
  return `${film[name] ?? "unknown"}`.replaceAll(",", "");
}

/** @param {readonly Film[]} films @param {string} name @returns {ReadonlySet<string>} */
function frequentTexts(films, name) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const film of films) counts.set(textOf(film, name), (counts.get(textOf(film, name)) ?? 0) + 1);
  return new Set([...counts].filter(([, count]) => count >= fewest).map(([text]) => text));
}

/** @param {Film} film */
function monthOf(film) {
  const month = new Date(`${film["Release Date"]} UTC`).getUTCMonth();
  if (Number.isNaN(month)) throw new Error(`not a day: ${film["Release Date"]}`);
  return month;
}
