import { describe, expect, it } from "vitest";
import type { StepEvent, StopReason, TrainingEvent } from "../../training/events.ts";
import type { FoldEvent } from "../../training/folds.ts";
import { jsonLine } from "../../training/json-line.ts";
import { logLine } from "../../training/log-line.ts";
import { progressText } from "../../training/progress-text.ts";
import { showNumber, showRate, showSeconds } from "../../training/show-numbers.ts";
import { train } from "../../training/train.ts";
import { eventsOf, linearTrainer, noisyLine, tableExamples } from "./linear-trainer.ts";

const step: StepEvent = {
  kind: "step",
  epoch: 2,
  step: 30,
  iteration: 155,
  epochs: 5,
  stepsPerEpoch: 125,
  loss: 0.21342,
  metrics: { accuracy: 0.934 },
  rowsPerSecond: 812.4,
  secondsLeft: 80,
};

describe("the line of a terminal", () => {
  it("has loss, metrics, speed and time left", () => {
    expect(progressText(step, "images")).toBe(
      "epoch 2/5  █████▊░░░░░░░░░░░░░░░░░░   24 %  loss 0.2134  accuracy 0.9340  812 images/s  1 min 20 s left",
    );
  });

  it("keeps its width from the first to the last step", () => {
    const widths = Array.from({ length: 125 }, (_, index) => {
      const text = progressText({ ...step, step: index + 1 });
      return [...text.slice(0, text.indexOf("%"))].length;
    });
    expect(new Set(widths).size).toBe(1);
  });

  it("fits its terminal, and leaves out what it does not know", () => {
    expect([...progressText(step, "images", 40)]).toHaveLength(40);
    const unknown: StepEvent = {
      ...step,
      loss: undefined,
      metrics: {},
      rowsPerSecond: 0,
      secondsLeft: undefined,
    };
    expect(progressText(unknown)).toBe("epoch 2/5  █████▊░░░░░░░░░░░░░░░░░░   24 %");
    expect(progressText({ kind: "evaluate", rows: 2000, of: 2000 })).toBe(
      "test  ████████████████████████  100 %",
    );
  });
});

describe("the plain log", () => {
  const lines: readonly [event: TrainingEvent | FoldEvent, line: string | undefined][] = [
    [
      { kind: "start", epochs: 5, stepsPerEpoch: 125, rows: 8000, testRows: 2000, seed: 7 },
      "8,000 rows, tested on 2,000; 5 epochs of 125 steps, seed 7",
    ],
    [
      { kind: "start", epochs: 1, stepsPerEpoch: 1, rows: 1, seed: 0 },
      "1 example; 1 epoch of 1 step, seed 0",
    ],
    [
      {
        kind: "epoch",
        epoch: 2,
        epochs: 5,
        iteration: 250,
        train: { loss: 0.25 },
        test: { loss: 0.5, accuracy: 0.875 },
        isBest: true,
        seconds: 12.2,
      },
      "epoch 2/5  loss 0.2500  |  test loss 0.5000  accuracy 0.8750  (best)  12 s",
    ],
    [{ kind: "checkpoint", checkpoint: "best", path: "best.safetensors" }, undefined],
    [
      {
        kind: "fold",
        fold: 2,
        folds: 5,
        event: { kind: "done", epoch: 3, test: { loss: 1.5 }, seconds: 61 },
      },
      "fold 2/5  done: test loss 1.500 after epoch 3, in 1 min 01 s",
    ],
    [
      {
        kind: "folds",
        folds: 2,
        tests: [{ accuracy: 0.95 }, { accuracy: 0.97 }],
        test: { accuracy: { mean: 0.96, smallest: 0.95, largest: 0.97 } },
      },
      "2 folds: accuracy 0.9600 (0.9500 to 0.9700)",
    ],
  ];

  it.each(lines)("of %j", (event, line) => {
    expect(logLine(event)).toBe(line);
  });

  const reasons: readonly [reason: StopReason, line: string][] = [
    [{ kind: "signal", epoch: 2, step: 31 }, "stopped in epoch 2 after step 31"],
    [
      { kind: "patience", patience: 3, bestEpoch: 4 },
      "stopped: no smaller loss for 3 epochs; the parameters are those of epoch 4",
    ],
    [
      {
        kind: "diverged",
        epoch: 1,
        step: 12,
        iteration: 12,
        metric: "loss",
        value: NaN,
        fault: {
          what: "parameter",
          name: "fc1.weight",
          index: [3, 0],
          value: -Infinity,
          source: { file: "lenet.dl", line: 9 },
        },
      },
      "stopped: loss is NaN in epoch 1, step 12; the first bad parameter is fc1.weight[3, 0]: −∞ (lenet.dl:9)",
    ],
  ];

  it.each(reasons)("of a stop, %j", (reason, line) => {
    expect(logLine({ kind: "stopped", reason })).toBe(line);
  });
});

describe("lines of JSON", () => {
  it("end with the test", async () => {
    const events = await eventsOf(
      train({
        trainer: linearTrainer(),
        train: tableExamples(noisyLine(20, 1), 8),
        test: tableExamples(noisyLine(9, 2), 8),
      }),
    );
    const values = events.flatMap((event) => {
      const line = jsonLine(event);
      if (line === undefined) return [];
      expect(line).not.toContain("\n");
      return [JSON.parse(line) as Record<string, unknown>];
    });
    const last = events.at(-1);
    expect(values.at(-1)).toEqual({ test: last?.kind === "done" ? last.test : undefined });
    expect(values.map(({ kind }) => kind).slice(0, 5)).toEqual(["start", "step", "step", "step", "epoch"]);
  });

  it("of folds end with means and ranges", () => {
    const line = jsonLine({
      kind: "folds",
      folds: 2,
      tests: [{ loss: 1 }, { loss: 3 }],
      test: { loss: { mean: 2, smallest: 1, largest: 3 } },
    });
    expect(line).toBe('{"test":{"loss":2},"range":{"loss":[1,3]},"folds":[{"loss":1},{"loss":3}]}');
  });

  it("say NaN as text", () => {
    expect(jsonLine({ kind: "done", epoch: 1, test: { precision: NaN }, seconds: 1 })).toBe(
      '{"test":{"precision":"NaN"}}',
    );
  });
});

describe("numbers", () => {
  it.each([
    [0, "0"],
    [0.21342, "0.2134"],
    [2.302585, "2.303"],
    [97.5, "97.50"],
    [0.000012, "1.20e-5"],
    [3, "3"],
    [1234567, "1.23e6"],
    [-Infinity, "−∞"],
  ])("%d is %s", (value, text) => {
    expect(showNumber(value)).toBe(text);
  });

  it("of time and speed", () => {
    expect([59.4, 59.6, 125, 3599.7, 3840].map(showSeconds)).toEqual([
      "59 s",
      "1 min 00 s",
      "2 min 05 s",
      "1 h 00 min",
      "1 h 04 min",
    ]);
    expect([8.251, 12.34, 812.4, 12403].map(showRate)).toEqual(["8.25", "12", "812", "12,400"]);
  });
});
