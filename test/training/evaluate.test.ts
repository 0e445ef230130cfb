import { describe, expect, it } from "vitest";
import { addToConfusion, emptyConfusion } from "../../training/confusion.ts";
import { evaluate, type Evaluation } from "../../training/evaluate.ts";
import type { Metrics } from "../../training/trainer.ts";
import { linearTrainer, noisyLine, tableExamples } from "./linear-trainer.ts";

/** What an evaluation returns, and the rows that it told it was at. */
async function run(evaluation: Evaluation): Promise<{ means: Metrics | undefined; rows: readonly number[] }> {
  const rows: number[] = [];
  const events = evaluate(evaluation);
  for (;;) {
    const next = await events.next();
    if (next.done === true) return { means: next.value, rows };
    rows.push(next.value.rows);
  }
}

describe("an evaluation", () => {
  const table = noisyLine(21, 2);

  it("gives the means over all rows, and changes nothing", async () => {
    const trainer = linearTrainer();
    const before = trainer.save();
    const { means, rows } = await run({ trainer, examples: tableExamples(table, 8) });
    // Untrained, the line is 0 everywhere: the loss is the mean square of what it should be.
    const square = table.y.reduce((sum, y) => sum + y * y, 0) / 21;
    expect(means?.["loss"]).toBeCloseTo(square, 6);
    expect(rows).toEqual([8, 16, 21]);
    expect(trainer.save()).toEqual(before);
  });

  it("shows every batch to whoever counts more than scalars", async () => {
    let matrix = emptyConfusion(2);
    await run({
      trainer: linearTrainer(),
      examples: tableExamples(table, 8),
      observe: ({ rows, values }) => {
        const labels = Int32Array.from(values["y"] ?? [], (y) => Number(y > 0));
        // It always answers 0.
        matrix = addToConfusion(
          matrix,
          labels,
          Float32Array.from({ length: 2 * rows }, (_, at) => 1 - (at % 2)),
        );
      },
    });
    const positive = table.y.filter((y) => y > 0).length;
    expect(matrix).toEqual([
      [21 - positive, 0],
      [positive, 0],
    ]);
  });

  it("that a signal breaks off has no means", async () => {
    const signal = AbortSignal.abort();
    expect(await run({ trainer: linearTrainer(), examples: tableExamples(table, 8), signal })).toEqual({
      means: undefined,
      rows: [],
    });
  });
});
