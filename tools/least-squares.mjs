// @ts-check
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { build } from "esbuild";

const repository = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * What a straight line reaches: the mean squared error of linear least squares on rows that it was not fitted to, in units
 * of the variance of those it was, as the mean over the very folds of `dlc train --folds`.
 * @param {string} table numbers in columns, packed with gzip
 * @param {string} target one number for each row of the table
 * @param {{ folds: number; seed: number }} split
 */
export async function leastSquaresLoss(table, target, { folds, seed }) {
  const rows = readTable(table).map((row) => [...row, 1]);
  const wanted = readTable(target).map(([value = NaN]) => value);
  const splitFolds = await loadSplitFolds();
  const losses = splitFolds(rows.length, folds, seed).map(({ train, test }) => {
    const pick = (/** @type {Int32Array} */ places) =>
      [...places].map((place) => ({ row: rows[place] ?? [], y: wanted[place] ?? NaN }));
    const known = pick(train);
    const weights = fit(known);
    const mean = known.reduce((sum, { y }) => sum + y, 0) / known.length;
    const variance = known.reduce((sum, { y }) => sum + (y - mean) ** 2, 0) / known.length;
    const unseen = pick(test);
    const squares = unseen.map(({ row, y }) => (dot(row, weights) - y) ** 2);
    return squares.reduce((sum, square) => sum + square, 0) / unseen.length / variance;
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

/** @param {string} path @returns {number[][]} */
function readTable(path) {
  const text = gunzipSync(readFileSync(path)).toString("utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
}

/** The split of `data/`, from its source. */
async function loadSplitFolds() {
  const { outputFiles } = await build({
    entryPoints: [join(repository, "data", "split.ts")],
    bundle: true,
    format: "esm",
    write: false,
    logLevel: "silent",
  });
  const text = Buffer.from(outputFiles[0]?.contents ?? []).toString("base64");
  /** @type {typeof import("../data/split.ts")} */
  const { splitFolds } = await import(`data:text/javascript;base64,${text}`);
  return splitFolds;
}

/**
 * The normal equations AᵀA w = Aᵀy, by elimination with pivots.
 * @param {readonly { row: readonly number[]; y: number }[]} known
 * @returns {number[]}
 */
function fit(known) {
  const width = known[0]?.row.length ?? 0;
  const matrix = Array.from({ length: width }, (_, i) => [
    ...Array.from({ length: width }, (__, j) =>
      known.reduce((sum, { row }) => sum + (row[i] ?? 0) * (row[j] ?? 0), 0),
    ),
    known.reduce((sum, { row, y }) => sum + (row[i] ?? 0) * y, 0),
  ]);
  for (let column = 0; column < width; column++) {
    const pivot =
      matrix.slice(column).toSorted((a, b) => Math.abs(b[column] ?? 0) - Math.abs(a[column] ?? 0))[0] ?? [];
    const place = matrix.indexOf(pivot);
    [matrix[column], matrix[place]] = [pivot, matrix[column] ?? []];
    for (const row of matrix) {
      if (row === pivot) continue;
      const factor = (row[column] ?? 0) / (pivot[column] ?? NaN);
      row.forEach((value, at) => (row[at] = value - factor * (pivot[at] ?? 0)));
    }
  }
  return matrix.map((row, i) => (row[width] ?? NaN) / (row[i] ?? NaN));
}

/** @param {readonly number[]} a @param {readonly number[]} b */
function dot(a, b) {
  return a.reduce((sum, value, place) => sum + value * (b[place] ?? 0), 0);
}
