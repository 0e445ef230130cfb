import { describe, expect, it } from "vitest";
import { accuracyOf, addToConfusion, emptyConfusion } from "../../training/confusion.ts";
import { confusionTable } from "../../training/confusion-table.ts";
import { recordHistory } from "../../training/history.ts";
import { lineChart } from "../../training/line-chart.ts";
import { renderReport, type Report } from "../../training/report.ts";
import { train } from "../../training/train.ts";
import { eventsOf, linearTrainer, noisyLine, ofKind, tableExamples } from "./linear-trainer.ts";

async function report(more: Partial<Report> = {}): Promise<string> {
  const recorder = recordHistory();
  const run = {
    trainer: linearTrainer({ epochs: 4 }),
    train: tableExamples(noisyLine(50, 1), 8),
    test: tableExamples(noisyLine(20, 2), 8),
  };
  for await (const event of train(run)) recorder.add(event);
  return renderReport({ title: "Line", history: recorder.history(), facts: [["seed", "7"]], ...more });
}

describe("the report", () => {
  it("needs nothing but itself", async () => {
    const page = await report();
    expect(page).not.toMatch(/<script|<link|<img|<iframe|src=|href=|@import|url\(|https?:/);
    expect(page).toMatch(/^<!doctype html>/);
  });

  it("has a chart for each scalar, with a curve for training and test", async () => {
    const page = await report();
    const charts = page.match(/<svg[\s\S]*?<\/svg>/g) ?? [];
    expect(charts).toHaveLength(2);
    for (const chart of charts) {
      for (const style of ["steps", "train", "test"])
        expect(chart).toContain(`<path class="curve ${style}" d="M`);
      expect(chart.match(/<circle class="dot test"/g)).toHaveLength(4);
      expect(chart).not.toMatch(/NaN|undefined|Infinity/);
    }
    expect(page.indexOf("<h3>loss</h3>")).toBeLessThan(page.indexOf("<h3>error</h3>"));
  });

  it("shows facts and names as text, whatever is in them", async () => {
    const page = await report({
      title: "<b>A & B</b>",
      facts: [["command", `dlc train "a'<script>.dl"`]],
      confusion: [
        [3, 1],
        [0, 4],
      ],
      classes: ["<i>", "b"],
    });
    expect(page).toContain("<h1>&lt;b&gt;A &amp; B&lt;/b&gt;</h1>");
    expect(page).toContain("dlc train &quot;a&#39;&lt;script&gt;.dl&quot;");
    expect(page).not.toMatch(/<script|<i>"/);
    expect(page).toContain("87.50 % of the answers are right.");
  });

  it("says why a training stopped, and stands before its first step too", async () => {
    const history = recordHistory();
    history.add({ kind: "start", epochs: 5, stepsPerEpoch: 7, rows: 50, seed: 7 });
    history.add({ kind: "stopped", reason: { kind: "signal", epoch: 1, step: 0 } });
    expect(await report({ history: history.history() })).toContain("stopped in epoch 1 after step 0");
  });
});

describe("a chart", () => {
  const ys = (svg: string): readonly number[] =>
    [...svg.matchAll(/<circle[^>]*cy="([\d.]+)"/g)].map(([, y]) => Number(y));
  const chart = (values: readonly number[]): string =>
    lineChart({
      title: "loss",
      xName: "epoch",
      xEnd: values.length,
      series: [
        { name: "test", style: "test", dots: true, points: values.map((value, at) => [at + 1, value]) },
      ],
    });

  it("places values in proportion", () => {
    const [a, b, c] = ys(chart([0, 0.5, 1]));
    expect(a).toBeGreaterThan(b ?? NaN);
    expect((a ?? NaN) - (b ?? NaN)).toBeCloseTo((b ?? NaN) - (c ?? NaN), 1);
  });

  it("is logarithmic over orders of magnitude, with as many ticks as can be read", () => {
    const svg = chart([1e-6, 1, 1e6]);
    const [a, b, c] = ys(svg);
    expect((a ?? NaN) - (b ?? NaN)).toBeCloseTo((b ?? NaN) - (c ?? NaN), 1);
    expect(svg.match(/class="grid"/g)?.length).toBeLessThan(8);
  });

  it.each([[[3, 3, 3]], [[0]], [[NaN, 1, NaN]], [[NaN]]])("stands for %j", (values) => {
    expect(chart(values)).not.toMatch(/"[^"]*(NaN|undefined)[^"]*"/);
  });
});

describe("the history", () => {
  it("keeps its memory and its mean however long the training", () => {
    const recorder = recordHistory(10);
    for (let iteration = 1; iteration <= 1000; iteration++)
      recorder.add({
        kind: "step",
        epoch: 1,
        step: iteration,
        iteration,
        epochs: 1,
        stepsPerEpoch: 1000,
        loss: iteration,
        metrics: {},
        rowsPerSecond: 1,
        secondsLeft: 0,
      });
    const { points } = recorder.history();
    expect(points.length).toBeGreaterThanOrEqual(10);
    expect(points.length).toBeLessThanOrEqual(20);
    expect(points.at(-1)?.iteration).toBe(1000);
    // A point is the mean of the steps since the one before: of whole numbers in a row, the middle.
    for (const [place, { iteration, scalars }] of points.entries())
      expect(scalars["loss"]).toBe(((points[place - 1]?.iteration ?? 0) + 1 + iteration) / 2);
  });

  it("goes on from the epochs of the training before", async () => {
    const recorder = recordHistory();
    const before = [{ epoch: 1, iteration: 7, train: { loss: 2 } }];
    recorder.add({
      kind: "start",
      epochs: 2,
      stepsPerEpoch: 7,
      rows: 50,
      seed: 7,
      resumed: { epoch: 2, step: 0, history: before },
    });
    const events = await eventsOf(
      train({ trainer: linearTrainer({ epochs: 1 }), train: tableExamples(noisyLine(50, 1), 8) }),
    );
    for (const event of ofKind(events, "epoch")) recorder.add({ ...event, epoch: 2 });
    expect(recorder.history().means.map(({ epoch }) => epoch)).toEqual([1, 2]);
  });
});

describe("the confusion matrix", () => {
  it("counts the answers with the largest score, and leaves out labels that are no class", () => {
    const scores = Float32Array.of(0.1, 0.9, 0, 5, 5, 1, -3, -2, -1, 1, 0, 0);
    const matrix = addToConfusion(emptyConfusion(3), Int32Array.of(1, 1, 2, -1), scores);
    expect(matrix).toEqual([
      [0, 0, 0],
      [1, 1, 0],
      [0, 0, 1],
    ]);
    expect(accuracyOf(matrix)).toBeCloseTo(2 / 3, 12);
    expect(accuracyOf(emptyConfusion(3))).toBeUndefined();
  });

  it("of many classes lists its largest mistakes", () => {
    const matrix = emptyConfusion(100).map((row, label) =>
      row.map((_, answer) => (label === answer ? 50 : label === 7 && answer === 9 ? 12 : 0)),
    );
    const table = confusionTable(matrix);
    expect(table).toContain('<th scope="row">7</th><td>9</td><td>12</td>');
    expect(table.length).toBeLessThan(1000);
    expect(confusionTable(matrix.slice(0, 10).map((row) => row.slice(0, 10))).match(/<td/g)).toHaveLength(
      110,
    );
  });
});
