import { describe, expect, it } from "vitest";
import { foldRows, trainFolds } from "../../training/folds.ts";
import { eventsOf, linearTrainer, noisyLine, tableExamples, type Table } from "./linear-trainer.ts";

describe("the rows of folds", () => {
  it.each([
    [10, 2],
    [150, 5],
    [23, 23],
    [17, 4],
  ])("part %i rows into %i tests of like size", (rows, folds) => {
    const parts = foldRows(rows, folds, 7);
    expect(parts).toHaveLength(folds);
    const tested = parts.flatMap(({ test }) => [...test]).toSorted((a, b) => a - b);
    expect(tested).toEqual(Array.from({ length: rows }, (_, row) => row));
    for (const { train, test } of parts) {
      expect([Math.floor(rows / folds), Math.ceil(rows / folds)]).toContain(test.length);
      expect(train.length + test.length).toBe(rows);
      expect([...train].some((row) => test.includes(row))).toBe(false);
    }
  });

  it("depend on the seed alone", () => {
    expect(foldRows(40, 5, 7)).toEqual(foldRows(40, 5, 7));
    expect(foldRows(40, 5, 7)).not.toEqual(foldRows(40, 5, 8));
  });

  it.each([1, 0, 2.5, 11])("refuse %d folds of 10 rows", (folds) => {
    expect(() => foldRows(10, folds, 7)).toThrow(`${folds} folds of 10 rows`);
  });
});

describe("cross-validation", () => {
  const table = noisyLine(60, 3);
  const take = ({ features, x, y }: Table, rows: Int32Array): Table => ({
    features,
    x: Float32Array.from([...rows].flatMap((row) => [...x.subarray(row * features, (row + 1) * features)])),
    y: Float32Array.from(rows, (row) => y[row] ?? NaN),
  });
  const folds = foldRows(60, 5, 7);
  const none = new Int32Array();

  it("trains a model a fold, and gives mean and range of their tests", async () => {
    const events = await eventsOf(
      trainFolds(5, (fold) => ({
        trainer: linearTrainer({ epochs: 10 }),
        train: tableExamples(take(table, folds[fold]?.train ?? none), 8),
        test: tableExamples(take(table, folds[fold]?.test ?? none), 8),
      })),
    );
    const last = events.at(-1);
    if (last?.kind !== "folds") throw new Error("the last event is the summary");
    const losses = last.tests.map(({ loss }) => loss ?? NaN);
    expect(new Set(losses).size).toBe(5);
    expect(last.test["loss"]).toEqual({
      mean: expect.closeTo(losses.reduce((sum, loss) => sum + loss, 0) / 5, 12),
      smallest: Math.min(...losses),
      largest: Math.max(...losses),
    });
    expect(last.test["loss"]?.largest).toBeLessThan(0.02);
  });

  it("ends with a fold that a signal stops", async () => {
    const controller = new AbortController();
    const kinds: string[] = [];
    for await (const event of trainFolds(5, (fold) => ({
      trainer: linearTrainer(),
      train: tableExamples(take(table, folds[fold]?.train ?? none), 8),
      test: tableExamples(take(table, folds[fold]?.test ?? none), 8),
      signal: controller.signal,
    }))) {
      kinds.push(event.kind === "fold" ? `${event.fold} ${event.event.kind}` : event.kind);
      if (kinds.at(-1) === "2 step") controller.abort();
    }
    expect(kinds.at(-1)).toBe("2 stopped");
  });
});
