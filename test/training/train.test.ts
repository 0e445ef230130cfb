import { describe, expect, it } from "vitest";
import type { TrainingEvent } from "../../training/events.ts";
import { train } from "../../training/train.ts";
import type { Trainer } from "../../training/trainer.ts";
import {
  eventsOf,
  linearTrainer,
  memoryCheckpoints,
  noisyLine,
  ofKind,
  tableExamples,
} from "./linear-trainer.ts";

const table = noisyLine(50, 1);
const testTable = noisyLine(21, 2);

/** A trainer that gives these losses, one a step and one a test, and learns nothing. */
function scripted(
  losses: { readonly steps: readonly number[]; readonly tests: readonly number[] },
  patience: number,
): Trainer {
  const inner = linearTrainer({ batch: 50, epochs: losses.steps.length, patience });
  let tests = 0;
  return {
    ...inner,
    step(batch) {
      // The parameters still move, so that it can be seen which were kept.
      inner.iteration = this.iteration;
      void inner.step(batch);
      return { loss: losses.steps[this.iteration] ?? NaN };
    },
    evaluate: () => ({ loss: losses.tests[tests++] ?? NaN }),
  };
}

describe("a training", () => {
  it("says which step is the last of an epoch, and counts iterations by updates where steps accumulate", async () => {
    const inner = linearTrainer({ epochs: 2, accumulate: 3 });
    const seen: (readonly [iteration: number, last: boolean | undefined])[] = [];
    const judged: number[] = [];
    const trainer: Trainer = {
      ...inner,
      step(batch, last) {
        seen.push([this.iteration, last]);
        return inner.step(batch, last);
      },
      evaluate(batch) {
        judged.push(this.iteration);
        return inner.evaluate(batch);
      },
    };
    await eventsOf(train({ trainer, train: tableExamples(table, 8), test: tableExamples(testTable, 21) }));
    // Seven steps an epoch: two updates of three steps, and one of what is left.
    const epoch = [0, 0, 0, 1, 1, 1, 2];
    expect(seen.map(([iteration]) => iteration)).toEqual([...epoch, ...epoch.map((one) => one + 3)]);
    expect(seen.flatMap(([, last], place) => (last === true ? [place] : []))).toEqual([6, 13]);
    expect(judged).toEqual([3, 6]);
  });

  it("tells all in order and fits the line", async () => {
    const trainer = linearTrainer({ epochs: 8 });
    const checkpoints = memoryCheckpoints();
    const events = await eventsOf(
      train({ trainer, train: tableExamples(table, 8), test: tableExamples(testTable, 8), checkpoints }),
    );
    expect(events[0]).toMatchObject({
      kind: "start",
      epochs: 8,
      stepsPerEpoch: 7,
      rows: 50,
      testRows: 21,
      seed: 7,
    });
    const kinds = events.filter(({ kind }) => kind !== "step" && kind !== "evaluate").map(({ kind }) => kind);
    expect(kinds.slice(0, 4)).toEqual(["start", "epoch", "checkpoint", "checkpoint"]);
    expect(kinds.at(-1)).toBe("done");
    expect(ofKind(events, "step").map(({ iteration }) => iteration)).toEqual(
      Array.from({ length: 56 }, (_, step) => step + 1),
    );
    const done = ofKind(events, "done")[0];
    // The noise of the table is uniform in ±0.1, so that its variance is 0.1²/3; its weights are 1.5, −2 and 0.5.
    expect(done?.test?.["loss"]).toBeLessThan(0.008);
    expect(done?.epoch).toBe(8);
  });

  it("reads every row once an epoch, in another order each, the test's as they are stored", async () => {
    const examples = tableExamples(table, 8);
    const test = tableExamples(testTable, 8);
    await eventsOf(train({ trainer: linearTrainer({ epochs: 2 }), train: examples, test }));
    const [first, second] = [examples.read.slice(0, 50), examples.read.slice(50)];
    const all = Array.from({ length: 50 }, (_, row) => row);
    expect(first.toSorted((a, b) => a - b)).toEqual(all);
    expect(second.toSorted((a, b) => a - b)).toEqual(all);
    expect(first).not.toEqual(second);
    expect(test.read.slice(0, 21)).toEqual(all.slice(0, 21));
  });

  it("weighs the last, smaller batch by its rows", async () => {
    // 50 rows are six batches of 8 and one of 2.
    const events = await eventsOf(
      train({ trainer: linearTrainer({ epochs: 1 }), train: tableExamples(table, 8) }),
    );
    const losses = ofKind(events, "step").map(({ loss }) => loss ?? NaN);
    expect(losses).toHaveLength(7);
    const expected = losses.reduce((sum, loss, step) => sum + loss * (step === 6 ? 2 : 8), 0) / 50;
    expect(ofKind(events, "epoch")[0]?.train["loss"]).toBeCloseTo(expected, 12);
  });

  it("gives the same test means whatever the batches of the test", async () => {
    const means = async (batch: number): Promise<number> => {
      const test = tableExamples(testTable, batch);
      const events = await eventsOf(
        train({ trainer: linearTrainer({ epochs: 1 }), train: tableExamples(table, 8), test }),
      );
      return ofKind(events, "epoch")[0]?.test?.["loss"] ?? NaN;
    };
    const whole = await means(21);
    for (const batch of [1, 8, 20, 100]) expect(await means(batch)).toBeCloseTo(whole, 12);
  });

  it("tells speed and time left by its clock", async () => {
    let milliseconds = 0;
    const trainer = linearTrainer({ epochs: 2 });
    const slow: Trainer = {
      ...trainer,
      step: (batch) => {
        milliseconds += batch.rows * 10;
        return trainer.step(batch);
      },
    };
    const now = (): number => milliseconds;
    const steps = ofKind(
      await eventsOf(train({ trainer: slow, train: tableExamples(table, 8), now })),
      "step",
    );
    for (const { rowsPerSecond } of steps) expect(rowsPerSecond).toBeCloseTo(100, 9);
    expect(steps[0]?.secondsLeft).toBeCloseTo(0.92, 9);
    expect(steps.at(-1)?.secondsLeft).toBeCloseTo(0, 9);
  });
});

describe("patience", () => {
  const tests = [5, 4, 3, 3.5, 3, 2, 1];

  it("stops after so many epochs without a smaller test loss, and keeps the best", async () => {
    const trainer = scripted({ steps: tests, tests }, 2);
    const checkpoints = memoryCheckpoints();
    const events: TrainingEvent[] = [];
    let atBest: Uint8Array | undefined;
    for await (const event of train({
      trainer,
      train: tableExamples(table, 50),
      test: tableExamples(testTable, 50),
      checkpoints,
    })) {
      events.push(event);
      if (event.kind === "epoch" && event.epoch === 3) atBest = trainer.save();
    }
    expect(ofKind(events, "stopped")).toEqual([
      { kind: "stopped", reason: { kind: "patience", patience: 2, bestEpoch: 3 } },
    ]);
    expect(ofKind(events, "epoch").map(({ isBest }) => isBest)).toEqual([true, true, true, false, false]);
    expect(events.at(-1)).toMatchObject({ kind: "done", epoch: 3, test: { loss: 3 } });
    expect(trainer.save()).toEqual(atBest);
  });

  it("is refused where there is no loss", async () => {
    const trainer: Trainer = { ...linearTrainer({ patience: 1 }), step: () => ({ fooled: 1 }) };
    await expect(eventsOf(train({ trainer, train: tableExamples(table, 8) }))).rejects.toThrow(
      "patience waits for a smaller loss, but the train block has no loss",
    );
  });
});

describe("a loss that is no number", () => {
  it("stops at its step, names the first parameter that went bad, and saves nothing", async () => {
    const checkpoints = memoryCheckpoints();
    const events = await eventsOf(
      train({
        trainer: linearTrainer({ rate: 1e30, epochs: 5 }),
        train: tableExamples(table, 8),
        checkpoints,
      }),
    );
    expect(events.at(-1)).toMatchObject({
      kind: "stopped",
      reason: {
        kind: "diverged",
        epoch: 1,
        metric: "loss",
        fault: { what: "parameter", name: "line.weight", index: [0] },
      },
    });
    const steps = ofKind(events, "step");
    expect(steps.slice(0, -1).every(({ loss }) => Number.isFinite(loss))).toBe(true);
    expect(Number.isFinite(steps.at(-1)?.loss)).toBe(false);
    expect(checkpoints.files.size).toBe(0);
  });

  it("names the row of an input that is bad itself", async () => {
    const x = table.x.slice();
    x[2 * 13 + 1] = Infinity;
    const examples = tableExamples({ ...table, x }, 8);
    const events = await eventsOf(train({ trainer: linearTrainer(), train: examples }));
    const last = events.at(-1);
    const fault = last?.kind === "stopped" && last.reason.kind === "diverged" ? last.reason.fault : undefined;
    expect(fault).toMatchObject({ what: "input", name: "x", value: Infinity });
    const step = ofKind(events, "step").length - 1;
    expect(examples.read[step * 8 + (fault?.row ?? NaN)]).toBe(13);
  });

  it("asks who knows better, with the batch of the step", async () => {
    const sizes: (number | undefined)[] = [];
    const events = await eventsOf(
      train({
        trainer: { ...linearTrainer(), step: () => ({ loss: NaN }) },
        train: tableExamples(table, 8),
        diagnose: (batch) => {
          sizes.push(batch?.rows);
          return { what: "value", name: "logits", value: NaN, source: { file: "a.dl", line: 12 } };
        },
      }),
    );
    expect(sizes).toEqual([8]);
    expect(events.at(-1)).toMatchObject({
      reason: { kind: "diverged", step: 1, fault: { name: "logits", source: { file: "a.dl", line: 12 } } },
    });
  });

  it("is found in the test too, and is no reason where it is another metric", async () => {
    const test = tableExamples(testTable, 8);
    const inTest = { ...linearTrainer(), evaluate: () => ({ loss: NaN }) };
    expect(
      (await eventsOf(train({ trainer: inTest, train: tableExamples(table, 8), test }))).at(-1),
    ).toMatchObject({
      reason: { kind: "diverged", metric: "test loss", step: 7 },
    });
    const metric = { ...linearTrainer({ epochs: 1 }), step: () => ({ loss: 1, precision: NaN }) };
    const events = await eventsOf(train({ trainer: metric, train: tableExamples(table, 8) }));
    expect(events.at(-1)?.kind).toBe("done");
  });
});
