import { describe, expect, it } from "vitest";
import { splitFolds } from "../../data/index.ts";
import { trainFolds } from "../../training/folds.ts";
import { eventsOf, linearTrainer, noisyLine, tableExamples, type Table } from "./linear-trainer.ts";

describe("cross-validation", () => {
  const table = noisyLine(60, 3);
  const take = ({ features, x, y }: Table, rows: Int32Array): Table => ({
    features,
    x: Float32Array.from([...rows].flatMap((row) => [...x.subarray(row * features, (row + 1) * features)])),
    y: Float32Array.from(rows, (row) => y[row] ?? NaN),
  });
  const folds = splitFolds(60, 5, 7);
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
