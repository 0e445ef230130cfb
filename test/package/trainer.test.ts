import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dlc, temporaryFolder } from "../cli/run-dlc.ts";
import { requires } from "../requirements.ts";
import { closeBrowser, serve, visit } from "./browser.ts";
import { typeErrors } from "./type-errors.ts";

const source = `import std.nn { Linear, relu }
import std.loss { crossEntropy }
import std.optim { Adam }

model Spirals(hidden: dim = 16)(x: f32[N, 2]) -> (logits: f32[N, 3]) {
  logits = x |> fc1: Linear(hidden) |> relu |> fc2: Linear(3)
}

train Spirals on (x: f32[N, 2], label: i32[N] in 0..3) {
  loss            = crossEntropy(logits, label)
  metric accuracy = mean[n] (argmax[c] logits[n, c] == label[n])
  optimizer       = Adam(lr: 0.02)
  batch = 30  epochs = 5  seed = 7
}
`;

/** Three clouds of points, and a training that a page and Node run alike; it answers what JSON can hold. */
const script = `
const random = (() => {
  let state = 12345;
  return () => ((state = (state * 1103515245 + 12345) % 2147483648) / 2147483648) - 0.5;
})();
const centres = [[1, 0], [-0.5, 0.9], [-0.5, -0.9]];
const label = Int32Array.from({ length: 30 }, (_, row) => row % 3);
const x = Float32Array.from([...label].flatMap((c) => centres[c].map((at) => at + 0.4 * random())));

/** The mean of −log softmax at the labels, in double precision. */
function crossEntropy(logits) {
  let sum = 0;
  label.forEach((right, row) => {
    const line = Array.from(logits.slice(3 * row, 3 * row + 3));
    const all = line.reduce((total, value) => total + Math.exp(value), 0);
    sum += Math.log(all) - line[right];
  });
  return sum / label.length;
}

export async function train(load) {
  const model = await load();
  const { trainer } = model;
  const means = () => crossEntropy(model.forward({ x }).logits.copy());
  const told = [];
  const meant = [];
  for (let turn = 0; turn < 60; turn += 1) {
    meant.push(means());
    told.push(trainer.step({ x, label }).loss);
  }
  const { loss, accuracy } = trainer.evaluate({ x, label });
  const last = means();
  const saved = trainer.save();
  const next = trainer.step({ x, label }).loss;
  const later = [...model.forward({ x }).logits.data];
  // Another instance goes on from the bytes: the same step, and the same answers after it.
  const other = await load();
  other.trainer.load(saved);
  const continued = other.trainer.step({ x, label }).loss;
  const same = [...other.forward({ x }).logits.data].every((value, place) => value === later[place]);
  // What was saved is also a file of weights.
  const third = await load({ weights: saved });
  const asWeights = crossEntropy(third.forward({ x }).logits.copy());
  return {
    told, meant, loss, accuracy, last, next, continued, same, asWeights,
    iterations: [trainer.iteration, other.trainer.iteration],
    settings: trainer.settings,
  };
}
`;

interface Told {
  readonly told: readonly number[];
  readonly meant: readonly number[];
  readonly loss: number;
  readonly accuracy: number;
  readonly last: number;
  readonly next: number;
  readonly continued: number;
  readonly same: boolean;
  readonly asWeights: number;
  readonly iterations: readonly number[];
  readonly settings: unknown;
}

/** What holds of a training wherever it runs. The oracle is the cross-entropy that the script computes from `forward`. */
function expectTrained(value: unknown): void {
  const result = value as Told;
  expect(result.told).toHaveLength(60);
  result.told.forEach((loss, turn) => expect(loss).toBeCloseTo(result.meant[turn] ?? NaN, 4));
  expect(result.last).toBeLessThan(0.1 * (result.meant[0] ?? NaN));
  expect(result.loss).toBeCloseTo(result.last, 4);
  expect(result.accuracy).toBe(1);
  expect(result.next).toBeCloseTo(result.last, 4);
  expect(result.continued).toBe(result.next);
  expect(result.same).toBe(true);
  expect(result.asWeights).toBeCloseTo(result.last, 4);
  expect(result.iterations).toEqual([61, 61]);
  expect(result.settings).toEqual({ batch: 30, epochs: 5, seed: 7, accumulate: 1 });
}

describe("a module with a trainer", () => {
  const folder = temporaryFolder();
  beforeAll(async () => {
    writeFileSync(join(folder, "spirals.dl"), source);
    expect(await dlc(folder, ["build", "spirals.dl", "--train", "-o", "spirals"])).toMatchObject({
      status: 0,
      stderr: "",
    });
    writeFileSync(join(folder, "train.js"), script);
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  });

  it("trains in Node, from its files and inline; entries see the new weights at once", async () => {
    const address = (name: string): string => pathToFileURL(join(folder, name)).href;
    const { train } = await import(address("train.js"));
    for (const name of ["spirals/index.js", "spirals/inline.js"]) {
      const { load } = await import(address(name));
      expectTrained(await train(load));
    }
  });

  it("has types that take batches of the right arrays and shapes, and nothing else", () => {
    const start = `import { load, tensor } from "./spirals/index.js";
const { trainer } = await load({ seed: 3 });
const x = new Float32Array(8);
const label = new Int32Array(4);
`;
    const lines = {
      right: `const metrics: { readonly loss: number; readonly accuracy: number } = trainer.step({ x, label });
trainer.evaluate({ x: tensor(x, [4, 2]), label: tensor(label, [4]) });
const bytes: Uint8Array = trainer.save();
trainer.load(bytes);
trainer.iteration = 0;
export { metrics };`,
      "a missing label": "trainer.step({ x });",
      "labels that are no integers": "trainer.step({ x, label: x });",
      "rows of another length": "trainer.step({ x: tensor(x, [4, 3]), label });",
      "another number of labels": "trainer.step({ x: tensor(x, [4, 2]), label: tensor(label, [3]) });",
      "settings that are the source's": "trainer.settings.epochs = 3;",
    };
    expect(typeErrors(folder, start, lines)).toEqual(
      Object.keys(lines)
        .slice(1)
        .map((name) => [name, 5]),
    );
  });

  it("draws what its seed says, and weights too", async () => {
    const args = ["build", "spirals.dl", "--train", "--seed", "8", "-o", "eight"];
    expect(await dlc(folder, args)).toMatchObject({ status: 0, stderr: "" });
    const { load: loadSeven } = await import(pathToFileURL(join(folder, "spirals/index.js")).href);
    const { load: loadEight } = await import(pathToFileURL(join(folder, "eight/index.js")).href);
    const [seven, eight] = [await loadSeven(), await loadEight()];
    expect([seven.trainer.seed, eight.trainer.seed]).toEqual([7, 8]);
    const x = Float32Array.of(1, 2);
    expect([...eight.forward({ x }).logits.data]).not.toEqual([...seven.forward({ x }).logits.data]);
  });

  requires("chromium")("in Chromium under the strict policy", () => {
    afterAll(closeBrowser);

    it("trains as in Node", async () => {
      const main = `import { load } from "./spirals/index.js";
import { train } from "./train.js";
document.title = JSON.stringify(await train(load));
`;
      writeFileSync(join(folder, "main.js"), main);
      writeFileSync(
        join(folder, "index.html"),
        '<!doctype html><title>waiting</title><script type="module" src="./main.js"></script>',
      );
      const site = await serve(folder);
      try {
        const { result, errors } = await visit(`${site.origin}/`);
        expect(errors).toEqual([]);
        expectTrained(result);
      } finally {
        await site.close();
      }
    });
  });
});

describe("dlc build --train", () => {
  it("refuses a model that nothing trains, and writes nothing", async () => {
    const folder = temporaryFolder();
    const plain = "model Twice(x: f32[N]) -> (y: f32[N]) { y[n] = 2 * x[n] }\n";
    writeFileSync(join(folder, "twice.dl"), plain);
    expect(await dlc(folder, ["build", "twice.dl", "--train", "-o", "out"])).toEqual({
      status: 1,
      signal: null,
      stdout: "",
      stderr: "error: --train: twice.dl has no train block for Twice; it begins `train Twice on …`\n",
    });
    expect(await dlc(folder, ["build", "twice.dl", "-o", "out"])).toMatchObject({ status: 0 });
  });
});
