import type { Entry } from "./entry.ts";
import { loadWith, type Files, type Loaded, type LoadOptions, type Model } from "./load.ts";
import type { TensorData } from "./pack.ts";
import { checkWeights, valuesOf } from "./persistent.ts";
import { bytesOf } from "./read-file.ts";
import type { Inputs } from "./read-inputs.ts";
import { readMetadata, readSafetensors } from "./read-safetensors.ts";
import type { EntrySpec, StoredSpec, TrainableSpec, TrainingSpec } from "./spec.ts";
import { saveStored, writeInitial } from "./stored-tensors.ts";

/** The loss and the metrics of a batch: numbers, and arrays where a metric is one. */
export type Metrics = Readonly<Record<string, number | TensorData>>;

export interface Trainer {
  /**
   * One forward and backward pass and an update of what trains; with `settings.accumulate` K, the update follows on each
   * K-th step, by the gradients of all since the one before, and on one that is said to be the last of its epoch.
   */
  readonly step: (batch: Inputs, last?: boolean) => Metrics;
  /** The same metrics, as inference computes them, and nothing changes. */
  readonly evaluate: (batch: Inputs) => Metrics;
  /** A safetensors file of weights, optimizer state, gradients that wait, iteration, epoch and seed. */
  readonly save: () => Uint8Array<ArrayBuffer>;
  /** Continues from such a file; one of another model is refused, and nothing changes. */
  readonly load: (bytes: ArrayBuffer | ArrayBufferView) => void;
  /** Updates so far: with `settings.accumulate` 1, steps. */
  iteration: number;
  /** Steps since the last update, whose gradients wait for it. */
  readonly accumulated: number;
  epoch: number;
  /** Of random draws. */
  seed: number;
  readonly settings: TrainingSpec["settings"];
}

/** What a step is given by the trainer. */
const countedByTrainer = ["iteration", "epoch"] as const;

/** As `loadModel`, with a trainer of the very memory that the model's entries read. */
export async function loadTrainer(
  spec: TrainableSpec,
  files: Files,
  options: LoadOptions = {},
): Promise<Model & { readonly trainer: Trainer }> {
  const loaded = await loadWith(spec, files, options, spec.training.slots);
  return Object.assign(loaded.model, { trainer: makeTrainer(spec, loaded, options.seed) });
}

/** A trainer of a model in memory, whose slots have their places there. */
export function makeTrainer(
  spec: TrainableSpec,
  loaded: Loaded,
  seed = spec.training.settings.seed,
): Trainer {
  const { persistent, current, entryOf } = loaded;
  const { training } = spec;
  const saved: readonly StoredSpec[] = [...spec.params, ...spec.states, ...training.slots];
  writeInitial(training.slots, persistent);
  const counters = { iteration: 0, epoch: 0, seed, accumulated: 0 };
  const { accumulate } = training.settings;
  const counted = [
    ...countedByTrainer,
    "seed" as const,
    ...(accumulate > 1 ? (["accumulated"] as const) : []),
  ];
  const run = (entry: Entry, { inputs, outputs }: EntrySpec, batch: Inputs): Metrics => {
    const given: Record<string, Inputs[string]> = { ...batch };
    for (const name of countedByTrainer) {
      if (inputs.some((port) => port.name === name)) given[name] = counters[name];
    }
    const entrySeed = current.seed;
    Object.assign(current, {
      seed: counters.seed,
      step: counters.iteration * accumulate + counters.accumulated,
    });
    const results = entry(given);
    current.seed = entrySeed;
    return Object.fromEntries(
      outputs.map(({ name, shape }) => {
        const result = results[name];
        return [name, shape.length === 0 ? (result?.data[0] ?? NaN) : (result?.copy() ?? new Float32Array())];
      }),
    );
  };
  const callOf = (name: string, entrySpec: EntrySpec, called: string): ((batch: Inputs) => Metrics) => {
    const entry = entryOf(name, entrySpec, called, new Set(countedByTrainer));
    return (batch) => run(entry, entrySpec, batch);
  };
  const move = callOf("$step", training.step, "trainer.step");
  const add = training.accumulate ? callOf("$accumulate", training.accumulate, "trainer.step") : move;
  return Object.assign(counters, {
    settings: training.settings,
    step: (batch: Inputs, last = false) => {
      const moves = last || counters.accumulated + 1 >= accumulate;
      const metrics = (moves ? move : add)(batch);
      counters.iteration += moves ? 1 : 0;
      counters.accumulated = moves ? 0 : counters.accumulated + 1;
      return metrics;
    },
    evaluate: callOf("$evaluate", training.evaluate, "trainer.evaluate"),
    save: () => {
      const metadata: Record<string, string> = { model: spec.name };
      for (const name of counted) metadata[name] = String(counters[name]);
      return saveStored(saved, persistent, metadata);
    },
    load: (file: ArrayBuffer | ArrayBufferView) => {
      const bytes = bytesOf(file, "trainer.load");
      const tensors = readSafetensors(bytes);
      const metadata = readMetadata(bytes);
      checkWeights(spec.name, saved, tensors, "checkpoint");
      const numbers = counted.map((name) => {
        const value = Number(metadata[name] ?? NaN);
        if (!Number.isSafeInteger(value)) throw new Error(`the checkpoint of ${spec.name} lacks its ${name}`);
        return [name, value];
      });
      for (const tensor of saved) persistent.write(tensor, valuesOf(tensor, tensors.get(tensor.path)));
      Object.assign(counters, Object.fromEntries(numbers));
    },
  });
}
