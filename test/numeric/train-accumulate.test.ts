import { describe, expect, it } from "vitest";
import { tensorOf } from "../../compiler/graph/index.ts";
import { callGraph, numbersOf, trainingOf } from "../language/train-source.ts";
import { loadTrained, savedNumbers, type Trained } from "./load-trained.ts";

const source = (optimizer: string, fields: string): string => `import std.nn { Linear, relu }
import std.loss { crossEntropy }
import std.optim { Sgd, Adam, ClipNorm, cosine }
model Net(x: f32[N, 5]) -> (logits: f32[N, 3]) { logits = x |> fc1: Linear(7) |> relu |> fc2: Linear(3) }
train Net on (x: f32[N, 5], label: i32[N] in 0..3) {
  loss = crossEntropy(logits, label)
  optimizer = ${optimizer}
  ${fields}  epochs = 2
}`;

/** Numbers without a pattern, the same in every run. */
const drawn = (place: number): number => Math.sin(place * 12.9898) * 1.3;

interface Rows {
  readonly x: Float32Array;
  readonly label: Int32Array;
}

function rowsOf(first: number, count: number): Rows {
  return {
    x: Float32Array.from({ length: count * 5 }, (_, place) => drawn(first * 5 + place + 1)),
    label: Int32Array.from({ length: count }, (_, row) => ((first + row) * 7) % 3),
  };
}

const parameters = ["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"];

function largestDifference(a: Trained, b: Trained): number {
  const [left, right] = [a, b].map(({ model }) => savedNumbers(model.trainer));
  const pairs = parameters.flatMap((path) =>
    (left?.[path] ?? [NaN]).map((value, place) => Math.abs(value - (right?.[path]?.[place] ?? NaN))),
  );
  return Math.max(...pairs);
}

const optimizers = ["Sgd(lr: 0.1, momentum: 0.9)", "[ClipNorm(0.5), Adam(lr: cosine(iteration, 0.01, 9))]"];

describe.each(optimizers)("accumulate = 3, %s,", (optimizer) => {
  it("moves the parameters as one batch of all rows does, also of an epoch that ends in between", async () => {
    const [small, large] = await Promise.all([
      loadTrained(source(optimizer, "batch = 4  accumulate = 3")),
      loadTrained(source(optimizer, "batch = 12")),
    ]);
    const before = savedNumbers(small.model.trainer);
    for (let epoch = 0; epoch < 2; epoch += 1) {
      // Five steps of 4, 4, 4, 4 and 3 rows, against two of 12 and 7.
      for (const [first, count] of [
        [0, 4],
        [4, 4],
        [8, 4],
        [12, 4],
        [16, 3],
      ] as const) {
        small.model.trainer.step({ ...rowsOf(first, count) }, first === 16);
      }
      for (const [first, count] of [
        [0, 12],
        [12, 7],
      ] as const) {
        large.model.trainer.step({ ...rowsOf(first, count) });
      }
      expect(small.model.trainer.iteration).toBe(large.model.trainer.iteration);
      expect(largestDifference(small, large)).toBeLessThan(1e-6);
    }
    const after = savedNumbers(small.model.trainer);
    expect(after["fc1.weight"]).not.toEqual(before["fc1.weight"]);
    expect(after["accumulated.rows"]).toEqual([0]);
    expect(new Set(after["accumulated/fc2.weight"])).toEqual(new Set([0]));
  });

  it("moves nothing in between, and goes on from a checkpoint there bit for bit", async () => {
    const text = source(optimizer, "batch = 4  accumulate = 3");
    const [one, other] = await Promise.all([loadTrained(text), loadTrained(text)]);
    const { trainer } = one.model;
    const start = savedNumbers(trainer);
    trainer.step({ ...rowsOf(0, 4) });
    trainer.step({ ...rowsOf(4, 4) });
    expect([trainer.iteration, trainer.accumulated]).toEqual([0, 2]);
    const between = savedNumbers(trainer);
    const moved = Object.keys(start).filter((path) => String(start[path]) !== String(between[path]));
    expect(moved.sort()).toEqual(
      [...parameters.map((path) => `accumulated/${path}`), "accumulated.rows"].sort(),
    );
    const bytes = trainer.save();
    other.model.trainer.load(bytes);
    expect(other.model.trainer.accumulated).toBe(2);
    for (const each of [trainer, other.model.trainer]) {
      for (const first of [8, 12, 16, 20]) each.step({ ...rowsOf(first, 4) });
    }
    expect(other.model.trainer.save()).toEqual(trainer.save());
  });

  it("is what the interpreter makes of its two graphs", async () => {
    const { program, values, model } = await loadTrained(source(optimizer, "batch = 4  accumulate = 3"));
    const { step, accumulate } = trainingOf(program);
    let state = values;
    for (let turn = 0; turn < 6; turn += 1) {
      const rows = rowsOf(turn * 4, 4);
      const loss = model.trainer.step({ ...rows })["loss"];
      const graph = turn % 3 === 2 ? step : accumulate;
      if (graph === undefined) throw new Error("no graph that accumulates");
      const inputs = {
        x: tensorOf([4, 5], [...rows.x]),
        label: tensorOf([4], [...rows.label], "i32"),
        iteration: tensorOf([], [Math.floor(turn / 3)], "i32"),
      };
      const { outputs, next } = callGraph(graph, state, inputs);
      state = { ...state, ...next };
      expect(loss).toBeCloseTo(numbersOf(outputs["loss"])[0] ?? NaN, 5);
    }
    const saved = savedNumbers(model.trainer);
    for (const path of parameters) {
      const meant = numbersOf(state[path]);
      meant.forEach((value, place) => expect(saved[path]?.[place]).toBeCloseTo(value, 5));
    }
  });
});

describe("a step that only accumulates", () => {
  it("reaches no slot of the optimizer, and shares the code of the pass", async () => {
    const { plan } = await loadTrained(source("Adam()", "batch = 4  accumulate = 3"));
    const callsOf = (name: string) => plan.entries.find((entry) => entry.name === name)?.calls ?? [];
    const touched = new Set(callsOf("$accumulate").flatMap(({ operands }) => operands));
    const paths = plan.buffers
      .filter(({ id, role }) => role === "slot" && touched.has(id))
      .map(({ path }) => path);
    expect(paths.every((path) => path?.startsWith("accumulated") === true)).toBe(true);
    expect(paths).toHaveLength(parameters.length + 1);
    expect(callsOf("$accumulate").length).toBeLessThan(callsOf("$step").length);
    const [adding, moving] = ["$accumulate", "$step"].map(
      (name) => new Set(callsOf(name).map(({ code }) => code)),
    );
    const shared = [...(adding ?? [])].filter((code) => moving?.has(code));
    expect(shared.length).toBeGreaterThan(0);
  });
});
