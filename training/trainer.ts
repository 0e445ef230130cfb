import type { TensorData } from "../runtime/pack.ts";

/** The scalars that a step gives, by name: `loss`, where the block has one, and its metrics. */
export type Metrics = Readonly<Record<string, number>>;

/** Some rows of the data: the outputs of the data declaration by name, row-major. */
export interface Batch {
  readonly rows: number;
  readonly values: Readonly<Record<string, TensorData>>;
}

/** What a `train` block says of its run. */
export interface Settings {
  /** Rows a step; the last step of an epoch may have fewer. */
  readonly batch: number;
  readonly epochs: number;
  readonly seed: number;
  /** Steps whose gradients are added up before the parameters move. */
  readonly accumulate: number;
  /** Epochs without a smaller test loss after which training stops. */
  readonly patience?: number;
}

/**
 * What is trained. All that a step depends on is its batch, `iteration`, `epoch`, the seed and what `save` gives: a trainer
 * that loads those bytes goes on with the same bits.
 */
export interface Trainer {
  readonly settings: Settings;
  /**
   * Updates before the next step, over all epochs, from 0: steps, where each is followed by one. The loop sets it;
   * schedules and random draws read it.
   */
  iteration: number;
  /** Whole epochs before the next step, from 0. The loop sets it. */
  epoch: number;
  /** `last` of its epoch: the parameters move by what is added up, if of fewer steps than `accumulate`. */
  readonly step: (batch: Batch, last?: boolean) => Metrics | Promise<Metrics>;
  /** The same scalars with `training` false; changes nothing. */
  readonly evaluate: (batch: Batch) => Metrics | Promise<Metrics>;
  /** A safetensors file: parameters, learned state and what the optimizer keeps. */
  readonly save: () => Uint8Array;
  readonly load: (bytes: Uint8Array) => void;
}

/** The order of the rows: as they are stored, or shuffled by seed and epoch and by nothing else. */
export type RowOrder =
  { readonly kind: "stored" } | { readonly kind: "shuffled"; readonly seed: number; readonly epoch: number };

/** The rows that a model learns from or is tested on. */
export interface Examples {
  readonly rows: number;
  /** Rows in each batch but the last, which has the rest. */
  readonly batch: number;
  /** The batches of one pass over all rows, from number `first` on; those before it are not read. */
  readonly batches: (order: RowOrder, first: number) => AsyncIterable<Batch>;
}

export function batchCount(examples: Examples): number {
  return Math.ceil(examples.rows / examples.batch);
}
