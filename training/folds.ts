import type { TrainingEvent } from "./events.ts";
import { threefry2x32, fnv1a } from "../runtime/threefry.ts";
import { train } from "./train.ts";
import type { Metrics } from "./trainer.ts";
import { TrainingError } from "./training-error.ts";
import type { TrainingRun } from "./training-run.ts";

/** The rows of one training and of its test, each in ascending order. */
export interface Fold {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/** A scalar over several trainings. */
export interface Range {
  readonly mean: number;
  readonly smallest: number;
  readonly largest: number;
}

export type FoldEvent =
  | { readonly kind: "fold"; readonly fold: number; readonly folds: number; readonly event: TrainingEvent }
  | {
      readonly kind: "folds";
      readonly folds: number;
      /** Each training's, in their order. */
      readonly tests: readonly Metrics[];
      readonly test: Readonly<Record<string, Range>>;
    };

/**
 * The rows of K-fold cross-validation: shuffled by the seed, dealt to K parts whose sizes differ by at most one; each part is
 * the test of one training and belongs to all others.
 */
export function foldRows(rows: number, folds: number, seed: number): readonly Fold[] {
  if (!Number.isInteger(folds) || folds < 2 || folds > rows) {
    throw new TrainingError(
      `${folds} folds of ${rows} rows: there must be at least 2, and at most one a row`,
    );
  }
  const partOf = new Int32Array(rows);
  shuffledRows(rows, seed).forEach((row, place) => {
    partOf[row] = place % folds;
  });
  const all = Int32Array.from({ length: rows }, (_, row) => row);
  return Array.from({ length: folds }, (_, fold) => ({
    train: all.filter((row) => partOf[row] !== fold),
    test: all.filter((row) => partOf[row] === fold),
  }));
}

/** Sorted by a random word each; equal words, which are rare, keep the rows' own order. */
function shuffledRows(rows: number, seed: number): Int32Array {
  const key = fnv1a("folds");
  const words = Uint32Array.from({ length: rows }, (_, row) => threefry2x32([seed >>> 0, key], [row, 0])[0]);
  return Int32Array.from({ length: rows }, (_, row) => row).sort(
    (a, b) => (words[a] ?? 0) - (words[b] ?? 0) || a - b,
  );
}

/**
 * One training a fold, one after the other, and the mean and range of what their tests give. One that stops without a test
 * (a signal, a loss that is no number) ends all of them.
 */
export async function* trainFolds(
  folds: number,
  makeRun: (fold: number) => TrainingRun | Promise<TrainingRun>,
): AsyncGenerator<FoldEvent, void, undefined> {
  const tests: Metrics[] = [];
  for (let fold = 1; fold <= folds; fold++) {
    let isDone = false;
    for await (const event of train(await makeRun(fold - 1))) {
      yield { kind: "fold", fold, folds, event };
      if (event.kind === "done" && event.test !== undefined) {
        isDone = true;
        tests.push(event.test);
      }
    }
    if (!isDone) return;
  }
  yield { kind: "folds", folds, tests, test: rangesOf(tests) };
}

function rangesOf(tests: readonly Metrics[]): Readonly<Record<string, Range>> {
  const names = Object.keys(tests[0] ?? {});
  return Object.fromEntries(
    names.map((name) => {
      const values = tests.map((test) => test[name] ?? NaN);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return [name, { mean, smallest: Math.min(...values), largest: Math.max(...values) }];
    }),
  );
}
