import { epochOrder } from "./order.ts";

/** Two parts that share no row and leave none out, each ascending. */
export interface Split {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/** Rows of which every `every`-th, the last of each group, is for testing: place mod `every` = `every` − 1. */
export function splitEvery(rows: number, every: number): Split {
  return splitBy(rows, (row) => row % every === every - 1);
}

/**
 * `round(share · rows)` rows drawn for testing. With `labels`, one for each row, each class gives its share to within one
 * row. The draw depends on the number of rows, the seed and the labels alone.
 */
export function splitByShare(rows: number, share: number, seed: number, labels?: ArrayLike<number>): Split {
  const count = Math.round(share * rows);
  const isTest = new Uint8Array(rows);
  // Evenly spaced picks from shuffled rows, class by class: ⌊(i + 1)·count/rows⌋ steps up exactly `count` times.
  dealingOrder(rows, seed, labels).forEach((row, place) => {
    const steps = Math.floor(((place + 1) * count) / rows) - Math.floor((place * count) / rows);
    isTest[row] = steps;
  });
  return splitBy(rows, (row) => isTest[row] === 1);
}

/**
 * `folds` splits whose test parts together are all rows, each once; their sizes differ by at most one, and with `labels` so
 * do the rows of each class in them.
 */
export function splitFolds(
  rows: number,
  folds: number,
  seed: number,
  labels?: ArrayLike<number>,
): readonly Split[] {
  if (!Number.isInteger(folds) || folds < 2 || folds > rows) {
    throw new RangeError(
      `${rows} rows can't be split into ${folds} folds: from 2 to as many as rows are possible`,
    );
  }
  const foldOf = new Int32Array(rows);
  dealingOrder(rows, seed, labels).forEach((row, place) => {
    foldOf[row] = place % folds;
  });
  return Array.from({ length: folds }, (_, fold) => splitBy(rows, (row) => foldOf[row] === fold));
}

/** Rows shuffled; with labels, those of a class together. */
function dealingOrder(rows: number, seed: number, labels: ArrayLike<number> | undefined): Int32Array {
  const order = epochOrder(rows, seed, 0);
  if (labels === undefined) return order;
  if (labels.length !== rows) throw new Error(`bug: ${labels.length} labels for ${rows} rows`);
  return order.sort((one, other) => (labels[one] ?? 0) - (labels[other] ?? 0));
}

function splitBy(rows: number, isTest: (row: number) => boolean): Split {
  const train: number[] = [];
  const test: number[] = [];
  for (let row = 0; row < rows; row++) (isTest(row) ? test : train).push(row);
  return { train: Int32Array.from(train), test: Int32Array.from(test) };
}
