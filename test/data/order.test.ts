import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  batchCounts,
  batches,
  epochOrder,
  restrict,
  splitByShare,
  splitEvery,
  splitFolds,
} from "../../data/index.ts";
import { encodeIdx } from "./encode.ts";
import { open, rowsOf, wholeOf } from "./sources.ts";

const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });

function count(rows: number): readonly number[] {
  return Array.from({ length: rows }, (_, row) => row);
}

function sorted(rows: Iterable<number>): readonly number[] {
  return [...rows].sort((one, other) => one - other);
}

describe("the order of an epoch", () => {
  // Computed by test/fixtures/epoch_order.py from the definition in docs/random.md.
  it.each([
    [7, 0, [9, 6, 4, 2, 1, 0, 7, 3, 5, 8]],
    [7, 1, [0, 7, 4, 2, 9, 3, 1, 8, 6, 5]],
    [4294967295, 300, [8, 0, 7, 4, 2, 9, 6, 5, 3, 1]],
  ] as const)("of seed %i and epoch %i is the documented one", (seed, epoch, expected) => {
    expect([...epochOrder(10, seed, epoch)]).toEqual(expected);
  });

  it("is a permutation, another one for each epoch and seed, the same one each time", () => {
    fc.assert(
      fc.property(fc.integer({ min: 30, max: 300 }), seeds, fc.nat(1000), (rows, seed, epoch) => {
        const order = epochOrder(rows, seed, epoch);
        expect(sorted(order)).toEqual(count(rows));
        expect(epochOrder(rows, seed, epoch)).toEqual(order);
        expect(epochOrder(rows, seed, epoch + 1)).not.toEqual(order);
        expect(epochOrder(rows, seed ^ 1, epoch)).not.toEqual(order);
      }),
      { numRuns: 50 },
    );
  });

  it("puts every row in every place equally often", () => {
    // 6 rows, 6,000 epochs: each of the 36 counts is 1,000 with a deviation of √(6000·1/6·5/6) ≈ 29.
    const counts = new Int32Array(36);
    for (let epoch = 0; epoch < 6000; epoch++)
      epochOrder(6, 1, epoch).forEach((row, place) => {
        const at = row * 6 + place;
        counts[at] = (counts[at] ?? 0) + 1;
      });
    for (const times of counts) expect(Math.abs(times - 1000)).toBeLessThan(5 * 29);
  });

  it("handles one row and none", () => {
    expect([...epochOrder(1, 3, 0)]).toEqual([0]);
    expect([...epochOrder(0, 3, 0)]).toEqual([]);
  });
});

describe("batches", () => {
  it("drop nothing: all are full but the last", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 70 }), (rows, size) => {
        const made = [...batches(epochOrder(rows, 5, 0), size)];
        expect(made.flatMap((batch) => [...batch])).toEqual([...epochOrder(rows, 5, 0)]);
        expect(made.slice(0, -1).every((batch) => batch.length === size)).toBe(true);
        expect(batchCounts(rows, size)).toEqual({ batches: made.length, last: made.at(-1)?.length });
      }),
    );
    expect(batchCounts(100, 32)).toEqual({ batches: 4, last: 4 });
    expect(batchCounts(96, 32)).toEqual({ batches: 3, last: 32 });
  });
});

describe("splits", () => {
  const labelled = fc.array(fc.nat(3), { minLength: 8, maxLength: 200 });

  function classCounts(rows: Int32Array, labels: readonly number[]): readonly number[] {
    return count(4).map((name) => rows.filter((row) => labels[row] === name).length);
  }

  it("by share give each class its share", () => {
    fc.assert(
      fc.property(labelled, fc.double({ min: 0.1, max: 0.9, noNaN: true }), seeds, (labels, share, seed) => {
        for (const given of [undefined, labels]) {
          const { train, test } = splitByShare(labels.length, share, seed, given);
          expect(sorted([...train, ...test])).toEqual(count(labels.length));
          expect([...test]).toEqual(sorted(test));
          expect(test.length).toBe(Math.round(share * labels.length));
        }
        const { test } = splitByShare(labels.length, share, seed, labels);
        const exact = Math.round(share * labels.length) / labels.length;
        classCounts(test, labels).forEach((times, name) => {
          const all = labels.filter((label) => label === name).length;
          expect(Math.abs(times - exact * all)).toBeLessThan(1 + 1e-9);
        });
      }),
    );
  });

  it("in folds test each row once, with as many of each class in every fold", () => {
    fc.assert(
      fc.property(labelled, fc.integer({ min: 2, max: 8 }), seeds, (labels, folds, seed) => {
        for (const given of [undefined, labels]) {
          const made = splitFolds(labels.length, folds, seed, given);
          expect(sorted(made.flatMap(({ test }) => [...test]))).toEqual(count(labels.length));
          for (const { train, test } of made)
            expect(sorted([...train, ...test])).toEqual(count(labels.length));
          const sizes = made.map(({ test }) => test.length);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        }
        const inFolds = splitFolds(labels.length, folds, seed, labels).map(({ test }) =>
          classCounts(test, labels),
        );
        for (const name of count(4)) {
          const times = inFolds.map((counts) => counts[name] ?? 0);
          expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(1);
        }
      }),
    );
    expect(() => splitFolds(3, 4, 1)).toThrow(RangeError);
  });

  it("by place take the last of each group", () => {
    expect([...splitEvery(11, 5).test]).toEqual([4, 9]);
    expect([...splitEvery(11, 5).train]).toEqual([0, 1, 2, 3, 5, 6, 7, 8, 10]);
  });
});

describe("a part of a source", () => {
  const file = encodeIdx("u8", [6, 2], [0, 1, 10, 11, 20, 21, 30, 31, 40, 41, 50, 51]);

  it("has its rows alone, in their order, so that a mean over it knows no others", async () => {
    const part = restrict(await open({ file }, "idx", "file"), Int32Array.from([5, 0, 3]));
    expect(part.shape).toEqual([3, 2]);
    expect(await wholeOf(part)).toEqual([50, 51, 0, 1, 30, 31]);
    expect(await rowsOf(part, [2, 2, 0])).toEqual([30, 31, 30, 31, 50, 51]);
    expect(await wholeOf(restrict(part, Int32Array.from([1])))).toEqual([0, 1]);
  });

  it("is what a declaration's part says", async () => {
    const files = { file };
    expect(await wholeOf(open(files, "idx", "file", { part: "test", every: 3 }))).toEqual([20, 21, 50, 51]);
    const train = await open(files, "idx", "file", { part: "train", share: 0.5, seed: 4 });
    const test = await open(files, "idx", "file", { part: "test", share: 0.5, seed: 4 });
    expect([train.shape, test.shape]).toEqual([
      [3, 2],
      [3, 2],
    ]);
    const all = [...(await wholeOf(train)), ...(await wholeOf(test))];
    expect(sorted(all)).toEqual([0, 1, 10, 11, 20, 21, 30, 31, 40, 41, 50, 51]);
  });
});
