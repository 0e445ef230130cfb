import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Program, Training } from "../../compiler/graph/graph.ts";
import { interpretStep } from "../../compiler/graph/interpret.ts";
import { tensorOf, type Tensor } from "../../compiler/graph/tensor.ts";
import type { Trainer } from "../../runtime/trainer.ts";
import { initialValues, trainingOf } from "../language/train-source.ts";
import type { DrawnParameter } from "./model-fixtures.ts";
import { readFixture, type StoredFixture } from "./stored-fixture.ts";

export type Tensors = Readonly<Record<string, Tensor>>;

/** What all descriptions of test/fixtures/training have in common: see test/fixtures/README.md. */
export interface TrainingDescription {
  /** Of the parameters, and of the draws while training. */
  readonly seed: number;
  readonly steps: number;
  readonly batch: number;
  readonly parameters: readonly DrawnParameter[];
}

export function trainingFixture<Description extends TrainingDescription>(
  name: string,
): StoredFixture<Description> {
  const folder = fileURLToPath(new URL("../fixtures/training", import.meta.url));
  return readFixture<Description>(join(folder, `${name}.safetensors`));
}

/** Rows of a step: step i takes those from i · batch on. */
export function rowsOf(all: Tensors, batch: number, step: number): Tensors {
  const entries = Object.entries(all).map(([name, { dtype, shape, data }]) => {
    const [, ...rest] = shape;
    const size = rest.reduce((product, extent) => product * extent, 1);
    const values = data.slice(step * batch * size, (step + 1) * batch * size);
    return [name, tensorOf([batch, ...rest], values, dtype)] as const;
  });
  return Object.fromEntries(entries);
}

export interface Followed {
  /** Those of each step, by name. */
  readonly losses: readonly Readonly<Record<string, number>>[];
  /** Parameters after the last step, by path. */
  readonly after: Tensors;
}

/** Steps as the graphs of an optimised program mean them. */
export function followInterpreter(
  program: Program,
  weights: Tensors,
  batches: readonly Tensors[],
  seed: number,
): Followed {
  const training = trainingOf(program);
  const { accumulate } = training.settings;
  let state: Tensors = { ...initialValues(program), ...weights };
  const losses = batches.map((batch, step) => {
    const iteration = Math.floor(step / accumulate);
    const graph = graphOf(training, step);
    const counters = { iteration: tensorOf([], [iteration], "i32"), epoch: tensorOf([], [0], "i32") };
    const inputs = { ...batch, ...counters };
    const { outputs, updates } = interpretStep(graph, { inputs, params: state, states: state, seed, step });
    state = { ...state, ...updates };
    return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data[0] ?? NaN]));
  });
  return { losses, after: state };
}

/** The graph of a step: of several whose gradients count as one, only the last moves the parameters. */
function graphOf({ step, accumulate, settings }: Training, place: number): Training["step"] {
  return (place + 1) % settings.accumulate === 0 ? step : (accumulate ?? step);
}

/** Steps of a trainer in WebAssembly. */
export function followTrainer(
  trainer: Trainer,
  batches: readonly Tensors[],
  seed: number,
): Followed["losses"] {
  trainer.seed = seed;
  return batches.map((batch) => {
    const given = Object.entries(batch).map(([name, { dtype, data }]) => [
      name,
      dtype === "i32" ? Int32Array.from(data) : Float32Array.from(data),
    ]);
    const metrics = trainer.step(Object.fromEntries(given));
    return Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, Number(value)]));
  });
}

/** How far losses are from PyTorch's at most, relative to each. */
export function lossError(losses: Followed["losses"], name: string, expected: Tensor | undefined): number {
  const right = [...(expected?.data ?? [])].slice(0, losses.length);
  if (right.length < losses.length || right.length === 0) return Infinity;
  const errors = right.map(
    (value, step) => Math.abs((losses[step]?.[name] ?? NaN) - value) / Math.abs(value),
  );
  return errors.some(Number.isNaN) ? Infinity : Math.max(...errors);
}
