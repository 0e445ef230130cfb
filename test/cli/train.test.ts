import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { readSafetensors } from "../../runtime/read-safetensors.ts";
import { dlc, temporaryFolder, type Outcome } from "./run-dlc.ts";
import { csv, flowers, flowersFolder, judge, rows } from "./train-project.ts";

// Each call compiles a model: many of them in one test take long on a busy machine.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

type Line = Readonly<Record<string, unknown>>;

const linesOf = ({ stdout }: Outcome): readonly Line[] =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line): Line => JSON.parse(line));

const ofKind = (lines: readonly Line[], kind: string): readonly Line[] =>
  lines.filter((line) => line["kind"] === kind);

describe("dlc train", () => {
  const folder = flowersFolder();
  let first: Outcome;
  let lines: readonly Line[];
  beforeAll(async () => {
    first = await dlc(folder, ["train", "flowers.dl", "--json"]);
    lines = linesOf(first);
  });

  it("says what it does, a line each, and in the last what the weights that it wrote are worth", () => {
    expect(first).toMatchObject({ status: 0, stderr: "" });
    expect(lines[0]).toMatchObject({
      kind: "start",
      epochs: 4,
      stepsPerEpoch: 5,
      rows: 48,
      testRows: 12,
      seed: 7,
    });
    expect(ofKind(lines, "step").map(({ iteration }) => iteration)).toEqual(
      Array.from({ length: 20 }, (_, at) => at + 1),
    );
    expect(ofKind(lines, "epoch")).toHaveLength(4);
    const { loss, accuracy } = judge(readFileSync(join(folder, "runs/flowers/flowers.safetensors")));
    expect(lines.at(-1)).toEqual({
      test: { loss: expect.closeTo(loss, 5), accuracy: expect.closeTo(accuracy, 6) },
    });
    expect(accuracy).toBeGreaterThan(0.5);
    const losses = ofKind(lines, "epoch").map(({ train }) => train);
    expect(losses.at(-1)).not.toEqual(losses[0]);
  });

  it("leaves weights, checkpoints, event files and a report in a folder of their own", () => {
    const run = join(folder, "runs/flowers");
    expect(readdirSync(run).sort()).toEqual([
      "best.safetensors",
      "flowers.safetensors",
      "last.safetensors",
      "report.html",
      "test",
      "train",
    ]);
    for (const part of ["train", "test"]) {
      expect(readdirSync(join(run, part))).toEqual([
        expect.stringMatching(/^events\.out\.tfevents\.\d+\.\d+\.dlc$/),
      ]);
    }
    expect([...readSafetensors(readFileSync(join(run, "flowers.safetensors"))).keys()].sort()).toEqual([
      "fc1.bias",
      "fc1.weight",
      "fc2.bias",
      "fc2.weight",
    ]);
    expect([...readSafetensors(readFileSync(join(run, "last.safetensors"))).keys()]).toHaveLength(8);
  });

  it("draws curves and the confusion matrix of the test rows, named by their classes", () => {
    const page = readFileSync(join(folder, "runs/flowers/report.html"), "utf8");
    const { confusion } = judge(readFileSync(join(folder, "runs/flowers/flowers.safetensors")));
    const cells = [...page.matchAll(/<td class="(?:right|wrong)[^"]*"[^>]*>(\d+)<\/td>/g)];
    expect(cells.map(([, count]) => Number(count))).toEqual(confusion.flat());
    for (const name of ["setosa", "versicolor", "virginica"]) expect(page).toContain(`>${name}<`);
    expect(page).toContain("Flowers3 on Flowers");
    expect(page).toContain("dlc train flowers.dl --json");
    expect(page.match(/<svg/g)?.length).toBe(2);
    expect(page).not.toMatch(/src=|href=|<script/);
  });

  it("asks the entry that takes rows for the confusion matrix, and not one that takes a single row", async () => {
    const split = flowersFolder({
      "(x: f32[N, 3]) -> (logits: f32[N, 3])": "",
      "logits = x |> fc1: Linear(hidden) |> relu |> fc2: Linear(3)": `net = [Linear(hidden), relu, Linear(3)]
  entry forward(x: f32[N, 3]) -> (logits: f32[N, 3]) { logits = net(x) }
  entry step(x: f32[1, 3]) -> (logits: f32[1, 3]) { logits = net(x) }`,
      "crossEntropy(logits, label)": "crossEntropy(logits, label)\n  logits          = forward(x)",
    });
    const { status, stderr } = await dlc(split, ["train", "flowers.dl", "--epochs", "1"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const page = readFileSync(join(split, "runs/flowers/report.html"), "utf8");
    expect([...page.matchAll(/<td class="(?:right|wrong)/g)]).toHaveLength(9);
  });

  it("is a plain log in a pipe", async () => {
    const { status, stdout, stderr } = await dlc(folder, ["train", "flowers.dl", "--log", "plain"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const [title, start, ...others] = stdout.trimEnd().split("\n");
    expect(title).toBe("Flowers3 on Flowers, in plain");
    expect(start).toBe("48 rows, tested on 12; 4 epochs of 5 steps, seed 7");
    expect(others.slice(0, 4).every((line, at) => line.startsWith(`epoch ${at + 1}/4  loss `))).toBe(true);
    expect(others[4]).toMatch(/^done: test loss [\d.]+ {2}accuracy [\d.]+ after epoch 4, in \d+ s$/);
    expect(others[5]).toBe("weights in plain/flowers.safetensors, report in plain/report.html");
    expect(stdout).not.toContain("\u001b");
  });

  it("makes the same bytes from the same seed, others from another, and no run replaces one", async () => {
    const bytesIn = (run: string, name = "flowers"): string =>
      readFileSync(join(folder, run, `${name}.safetensors`), "hex");
    const before = bytesIn("runs/flowers", "last");
    await dlc(folder, ["train", "flowers.dl"]);
    expect(bytesIn("runs/flowers-2", "last")).toBe(before);
    expect(bytesIn("runs/flowers", "last")).toBe(before);
    expect(
      await dlc(folder, ["train", "flowers.dl", "--seed", "8", "-o", "eight.safetensors"]),
    ).toMatchObject({ status: 0 });
    expect(bytesIn(".", "eight")).not.toBe(bytesIn("runs/flowers"));
    expect(existsSync(join(folder, "runs/flowers-3/flowers.safetensors"))).toBe(false);
    const again = await dlc(folder, ["train", "flowers.dl", "--log", "runs/flowers"]);
    expect(again).toMatchObject({ status: 1, stdout: "" });
    expect(again.stderr).toBe(
      "error: runs/flowers holds another training; remove it, or give a folder of its own\n",
    );
  });

  it("makes weights that build and eval take as they are", async () => {
    const weights = ["--weights", "runs/flowers/flowers.safetensors"];
    const judged = await dlc(folder, ["eval", "flowers.dl", ...weights, "--json"]);
    expect(judged).toMatchObject({ status: 0, stderr: "" });
    expect(linesOf(judged)).toEqual([lines.at(-1)]);
    const shown = await dlc(folder, ["eval", "flowers.dl", ...weights]);
    expect(shown.stdout).toMatch(/^Flowers, 12 rows: loss [\d.]+ {2}accuracy [\d.]+\n$/);
    // A checkpoint is a file of weights too, and what its optimizer keeps disturbs nobody.
    const last = ["--weights", "runs/flowers/last.safetensors"];
    const built = await dlc(folder, ["build", "flowers.dl", ...last, "--strict", "-o", "out"]);
    expect(built).toMatchObject({ status: 0, stderr: "" });
    expect(linesOf(await dlc(folder, ["eval", "flowers.dl", ...last, "--json"]))).toEqual([lines.at(-1)]);
  });

  it("takes its data from the folder that is asked for, and begins with weights that are given", async () => {
    const elsewhere = temporaryFolder();
    writeFileSync(join(elsewhere, "flowers.csv"), csv);
    const alone = temporaryFolder();
    writeFileSync(join(alone, "flowers.dl"), flowers());
    const weights = join(folder, "runs/flowers/flowers.safetensors");
    const args = [
      "train",
      "flowers.dl",
      "--data",
      elsewhere,
      "--weights",
      weights,
      "--epochs",
      "1",
      "--json",
    ];
    const outcome = await dlc(alone, args);
    expect(outcome).toMatchObject({ status: 0, stderr: "" });
    // It goes on where the first one ended: the first step is better than those of any epoch before.
    const [step] = ofKind(linesOf(outcome), "step");
    const best = Math.min(
      ...ofKind(lines, "epoch").map(({ train }) => Number(Reflect.get(Object(train), "loss"))),
    );
    expect(Number(step?.["loss"])).toBeLessThan(1.5 * best);
    expect(ofKind(linesOf(outcome), "epoch")).toHaveLength(1);
  });
});

describe("patience", () => {
  it("ends a training that gets no better, and keeps the weights of its best epoch", async () => {
    // A rate that is far too large: after some epochs the loss of the test rows only grows.
    const folder = flowersFolder({ "lr: 0.1": "lr: 0.5", "epochs = 4": "epochs = 60  patience = 3" });
    const outcome = await dlc(folder, ["train", "flowers.dl", "--json", "--log", "run"]);
    expect(outcome).toMatchObject({ status: 0, stderr: "" });
    const lines = linesOf(outcome);
    const losses = ofKind(lines, "epoch").map(({ test }) => Number(Reflect.get(Object(test), "loss")));
    expect(losses.length).toBeLessThan(60);
    const best = losses.indexOf(Math.min(...losses));
    expect(losses.length - 1 - best).toBe(3);
    expect(ofKind(lines, "stopped")).toEqual([
      { kind: "stopped", reason: { kind: "patience", patience: 3, bestEpoch: best + 1 } },
    ]);
    const { loss } = judge(readFileSync(join(folder, "run/flowers.safetensors")));
    expect(loss).toBeCloseTo(losses[best] ?? NaN, 5);
    expect(lines.at(-1)).toMatchObject({ test: { loss: losses[best] } });
  });
});

describe("folds", () => {
  it("test each row once; the last line has the mean, the range and each test", async () => {
    const folder = flowersFolder();
    const outcome = await dlc(folder, ["train", "flowers.dl", "--folds", "3", "--json", "--log", "folds"]);
    expect(outcome).toMatchObject({ status: 0, stderr: "" });
    const lines = linesOf(outcome);
    const starts = ofKind(lines, "start");
    expect(starts.map(({ fold, rows: learned, testRows }) => [fold, learned, testRows])).toEqual([
      [1, (rows / 3) * 2, rows / 3],
      [2, (rows / 3) * 2, rows / 3],
      [3, (rows / 3) * 2, rows / 3],
    ]);
    const tests = lines.flatMap(({ fold, test, kind }) =>
      fold !== undefined && kind === undefined ? [test] : [],
    );
    const accuracies = tests.map((test) => Number(Reflect.get(Object(test), "accuracy")));
    expect(lines.at(-1)).toMatchObject({
      test: { accuracy: expect.closeTo(accuracies.reduce((sum, value) => sum + value, 0) / 3, 9) },
      range: { accuracy: [Math.min(...accuracies), Math.max(...accuracies)] },
      folds: tests,
    });
    // The classes are spread evenly, so that each fold tests as many of each.
    for (const fold of [1, 2, 3]) {
      const page = readFileSync(join(folder, `folds/fold-${fold}/report.html`), "utf8");
      const cells = [...page.matchAll(/<td class="(?:right|wrong)[^"]*"[^>]*>(\d+)<\/td>/g)].map(
        ([, count]) => Number(count),
      );
      const sums = [0, 3, 6].map((start) =>
        cells.slice(start, start + 3).reduce((sum, count) => sum + count, 0),
      );
      expect([...sums].sort()).toEqual([6, 7, 7]);
    }
    const shown = await dlc(folder, ["train", "flowers.dl", "--folds", "3", "--epochs", "1"]);
    expect(shown.stdout).toMatch(
      /\n3 folds: loss [\d.]+ \([\d.]+ to [\d.]+\) {2}accuracy [\d.]+ \([\d.]+ to [\d.]+\)\nreports in runs\/flowers\/fold-1 and so on\n$/,
    );
  });
});

describe("dlc eval without a test", () => {
  it("judges by the data that the model learns from, and says so", async () => {
    const folder = flowersFolder({ '  test            = Flowers(part: "test")\n': "" });
    const trained = await dlc(folder, ["train", "flowers.dl", "--json", "-o", "w.safetensors"]);
    expect(trained).toMatchObject({ status: 0, stderr: "" });
    const last = linesOf(trained).at(-1);
    expect(Object.keys(last ?? {})).toEqual(["train"]);
    const shown = await dlc(folder, ["eval", "flowers.dl", "--weights", "w.safetensors"]);
    expect(shown.stdout).toMatch(
      /^Flowers3 has no `test = …`: these are the data that it learns from\nFlowers, 48 rows: loss /,
    );
    const json = await dlc(folder, ["eval", "flowers.dl", "--weights", "w.safetensors", "--json"]);
    expect(linesOf(json)).toEqual([{ train: { loss: expect.any(Number), accuracy: expect.any(Number) } }]);
    const folds = await dlc(folder, ["train", "flowers.dl", "--folds", "3"]);
    expect(folds).toMatchObject({
      status: 1,
      stdout: "",
      stderr: "error: --folds tests each training, but the train block has no `test = …`\n",
    });
  });
});
