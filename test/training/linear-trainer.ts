import { readSafetensors } from "../../runtime/read-safetensors.ts";
import { threefry2x32 } from "../../runtime/threefry.ts";
import { writeSafetensors } from "../../runtime/write-safetensors.ts";
import type { CheckpointHost } from "../../training/checkpoint.ts";
import type { CheckpointKind, TrainingEvent } from "../../training/events.ts";
import type { Batch, Examples, RowOrder, Settings, Trainer } from "../../training/trainer.ts";

/** Rows `x[rows, features]` with `y[rows]`, in memory. */
export interface Table {
  readonly features: number;
  readonly x: Float32Array;
  readonly y: Float32Array;
}

/** A line through points with noise, from a seed. */
export function noisyLine(rows: number, seed: number, weights = [1.5, -2], bias = 0.5, noise = 0.1): Table {
  const features = weights.length;
  const random = (stream: number, index: number): number =>
    threefry2x32([seed, stream], [index, 0])[0] / 2 ** 31 - 1;
  const x = Float32Array.from({ length: rows * features }, (_, place) => random(0, place));
  const y = Float32Array.from({ length: rows }, (_, row) =>
    weights.reduce(
      (sum, weight, k) => sum + weight * (x[row * features + k] ?? 0),
      bias + noise * random(1, row),
    ),
  );
  return { features, x, y };
}

export interface CountedExamples extends Examples {
  /** The rows that were read, in their order. */
  readonly read: number[];
}

/** Batches of a table; shuffled rows are sorted by a word of the seed, the epoch and the row. */
export function tableExamples({ features, x, y }: Table, batch: number): CountedExamples {
  const read: number[] = [];
  const rows = y.length;
  return {
    rows,
    batch,
    read,
    async *batches(order, first) {
      const rowsInOrder = orderOf(order, rows);
      for (let start = first * batch; start < rows; start += batch) {
        const taken = rowsInOrder.slice(start, start + batch);
        read.push(...taken);
        await Promise.resolve();
        yield {
          rows: taken.length,
          values: {
            x: Float32Array.from(
              taken.flatMap((row) => [...x.subarray(row * features, (row + 1) * features)]),
            ),
            y: Float32Array.from(taken.map((row) => y[row] ?? NaN)),
          },
        };
      }
    },
  };
}

function orderOf(order: RowOrder, rows: number): number[] {
  const all = Array.from({ length: rows }, (_, row) => row);
  if (order.kind === "stored") return all;
  const word = (row: number): number => threefry2x32([order.seed, order.epoch], [row, 9])[0];
  return all.sort((a, b) => word(a) - word(b));
}

export interface LinearSettings extends Partial<Settings> {
  readonly features?: number;
  readonly rate?: number;
  /** Added to the inputs of a step, by seed and iteration: what dropout is to a network. */
  readonly noise?: number;
  readonly name?: string;
}

/**
 * Linear regression by gradient descent with momentum: parameters `line.weight` and `line.bias`, a slot for each, random noise
 * from the iteration and a rate that falls with the epoch, so that nothing that a checkpoint must keep is left out.
 */
export function linearTrainer(given: LinearSettings = {}): Trainer {
  const { features = 2, rate = 0.1, noise = 0.05, name = "line", ...rest } = given;
  const settings: Settings = { batch: 8, epochs: 3, seed: 7, accumulate: 1, ...rest };
  // The weights and, last, the bias.
  const parameters = new Float32Array(features + 1);
  const momentum = new Float32Array(features + 1);
  const counts = { iteration: 0, epoch: 0 };

  const errors = ({ rows, values }: Batch, jitter: (place: number) => number) => {
    const { x, y } = values;
    if (x === undefined || y === undefined) throw new Error("a batch has x and y");
    const inputs = Array.from({ length: rows }, (_, row) =>
      Array.from(
        { length: features },
        (_, k) => (x[row * features + k] ?? NaN) + jitter(row * features + k),
      ).concat(1),
    );
    const residuals = inputs.map((input, row) => {
      const guess = input.reduce((sum, value, k) => sum + value * (parameters[k] ?? NaN), 0);
      return guess - (y[row] ?? NaN);
    });
    return { inputs, residuals };
  };
  const scalars = (residuals: readonly number[]) => ({
    loss: residuals.reduce((sum, value) => sum + value * value, 0) / residuals.length,
    error: residuals.reduce((sum, value) => sum + Math.abs(value), 0) / residuals.length,
  });

  return {
    settings,
    ...counts,
    step(batch) {
      const { iteration, epoch } = this;
      const { inputs, residuals } = errors(
        batch,
        (place) => noise * (threefry2x32([settings.seed, iteration], [place, 3])[0] / 2 ** 31 - 1),
      );
      for (let k = 0; k <= features; k++) {
        const gradient =
          residuals.reduce((sum, value, row) => sum + 2 * value * (inputs[row]?.[k] ?? 0), 0) / batch.rows;
        momentum[k] = 0.9 * (momentum[k] ?? 0) + gradient;
        parameters[k] = (parameters[k] ?? 0) - (rate / (1 + epoch)) * (momentum[k] ?? 0);
      }
      return scalars(residuals);
    },
    evaluate: (batch) => scalars(errors(batch, () => 0).residuals),
    save: () =>
      writeSafetensors(
        [
          [`${name}.weight`, parameters.slice(0, features)] as const,
          [`${name}.bias`, parameters.slice(features)] as const,
          [`optimizer.m/${name}`, momentum.slice()] as const,
        ].map(([path, values]) => ({
          name: path,
          dtype: "F32",
          shape: [values.length],
          bytes: new Uint8Array(values.buffer),
        })),
      ),
    load: (bytes) => {
      const stored = readSafetensors(bytes);
      const values = (path: string): Float32Array =>
        new Float32Array(stored.get(path)?.bytes.slice().buffer ?? []);
      parameters.set(values(`${name}.weight`), 0);
      parameters.set(values(`${name}.bias`), features);
      momentum.set(values(`optimizer.m/${name}`));
    },
  };
}

export interface MemoryCheckpoints extends CheckpointHost {
  readonly files: Map<CheckpointKind, Uint8Array>;
}

export function memoryCheckpoints(): MemoryCheckpoints {
  const files = new Map<CheckpointKind, Uint8Array>();
  return {
    files,
    write: (kind, bytes) => {
      files.set(kind, bytes.slice());
      return `${kind}.safetensors`;
    },
    read: (kind) => files.get(kind),
  };
}

export async function eventsOf<E extends { readonly kind: string }>(
  events: AsyncIterable<E>,
): Promise<readonly E[]> {
  const all: E[] = [];
  for await (const event of events) all.push(event);
  return all;
}

export function ofKind<K extends TrainingEvent["kind"]>(
  events: readonly TrainingEvent[],
  kind: K,
): readonly Extract<TrainingEvent, { readonly kind: K }>[] {
  return events.filter((event): event is Extract<TrainingEvent, { readonly kind: K }> => event.kind === kind);
}
