import { Writable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { textTeller } from "../../cli/tell-training.ts";
import type { TrainingEvent } from "../../training/index.ts";

/** Standard error as a terminal of so many columns, or as a pipe; `written` joins what comes. */
function stream(columns: number | undefined): {
  readonly to: NodeJS.WriteStream;
  readonly written: () => string;
} {
  let text = "";
  const writable = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      text += chunk.toString();
      done();
    },
  });
  const fields = columns === undefined ? { isTTY: false } : { isTTY: true, columns };
  // Of a terminal's stream the teller uses these.
  return { to: Object.assign(writable, fields) as NodeJS.WriteStream, written: () => text };
}

const step = (iteration: number): TrainingEvent => ({
  kind: "step",
  epoch: 1,
  step: iteration,
  iteration,
  epochs: 2,
  stepsPerEpoch: 100,
  loss: 1 / iteration,
  metrics: { accuracy: 0.5 },
  rowsPerSecond: 1234,
  secondsLeft: 75,
});
const start: TrainingEvent = { kind: "start", epochs: 2, stepsPerEpoch: 100, rows: 800, seed: 7 };
const epoch: TrainingEvent = {
  kind: "epoch",
  epoch: 1,
  iteration: 100,
  epochs: 2,
  train: { loss: 0.25 },
  isBest: true,
  seconds: 3,
};

let said = "";
let clock = 0;
beforeEach(() => {
  said = "";
  clock = 50_000;
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    said += String(text);
    return true;
  });
  vi.spyOn(performance, "now").mockImplementation(() => clock);
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe("what is told of a training on a terminal", () => {
  it("is a bar that is written over, at most ten times a second, and gone where a line comes", () => {
    const { to, written } = stream(200);
    const teller = textTeller("images", "LeNet on Digits, in runs/lenet", to);
    teller.tell(start);
    for (let iteration = 1; iteration <= 50; iteration++) {
      clock += 10;
      teller.tell(step(iteration));
    }
    const pictures = written().split("\r\u001b[K").slice(1);
    expect(pictures).toHaveLength(5);
    expect(pictures.at(-1)).toMatch(
      /^epoch 1\/2 {2}█+.?░+ +\d+ % {2}loss 0\.02\d+ {2}accuracy 0\.5000 {2}1,230 images\/s {2}1 min 15 s left$/,
    );
    const before = written();
    teller.tell(epoch);
    expect(written()).toBe(`${before}\r\u001b[K`);
    teller.end();
    expect(written()).toBe(`${before}\r\u001b[K`);
    expect(said).toBe(
      [
        "LeNet on Digits, in runs/lenet",
        "800 images; 2 epochs of 100 steps, seed 7",
        "epoch 1/2  loss 0.2500  (best)  3 s",
        "",
      ].join("\n"),
    );
  });

  it("is cut at the edge of the terminal", () => {
    const { to, written } = stream(40);
    textTeller("rows", undefined, to).tell(step(3));
    expect([...written().replace("\r\u001b[K", "")]).toHaveLength(39);
  });
});

describe("what is told of a training in a pipe", () => {
  it("is a line an epoch, and one every ten seconds within it", () => {
    const { to, written } = stream(undefined);
    const teller = textTeller("rows", undefined, to);
    for (let iteration = 1; iteration <= 25; iteration++) {
      clock += 1000;
      teller.tell(step(iteration));
    }
    teller.tell(epoch);
    expect(written()).toBe("");
    const lines = said.trimEnd().split("\n");
    expect(lines.map((line) => line.split("  ")[1])).toEqual(["step 11/100", "step 21/100", "loss 0.2500"]);
  });

  it("has no checkpoints, and of one of several trainings its end alone", () => {
    const teller = textTeller("rows", undefined, stream(undefined).to);
    teller.tell({ kind: "checkpoint", checkpoint: "last", path: "runs/lenet/last.safetensors" });
    teller.tell({ kind: "fold", fold: 1, folds: 2, event: start });
    teller.tell({ kind: "fold", fold: 2, folds: 2, event: start });
    teller.tell({ kind: "fold", fold: 2, folds: 2, event: epoch });
    teller.tell({
      kind: "fold",
      fold: 2,
      folds: 2,
      event: { kind: "done", epoch: 2, test: { loss: 0.5 }, seconds: 9 },
    });
    expect(said).toBe(
      [
        "fold 1/2  800 rows; 2 epochs of 100 steps, seed 7",
        "fold 2/2  done: test loss 0.5000 after epoch 2, in 9 s",
        "",
      ].join("\n"),
    );
  });
});
