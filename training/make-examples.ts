import { batches, epochOrder, prefetch } from "../data/index.ts";
import type { Batch, Examples } from "./trainer.ts";

/** Which batch it is: what random draws of an augmentation may depend on. */
export interface BatchPlace {
  /** From 0; undefined where rows come as they are stored. */
  readonly epoch: number | undefined;
  /** The number of the batch in its epoch, from 0. */
  readonly batch: number;
}

export interface ExamplesOptions {
  readonly rows: number;
  /** Rows in each batch but the last. */
  readonly batch: number;
  /** The outputs of the data declaration for these rows; asked for ahead of their use. */
  readonly fetch: (rows: Int32Array, place: BatchPlace) => Promise<Batch["values"]>;
  /** How many batches are read ahead; 2 where not given. */
  readonly ahead?: number;
}

/** Examples that are fetched ahead of their use, in the order of `epochOrder`. */
export function makeExamples({ rows, batch, fetch, ahead }: ExamplesOptions): Examples {
  return {
    rows,
    batch,
    batches: async function* (order, first) {
      const isShuffled = order.kind === "shuffled";
      const all = isShuffled
        ? epochOrder(rows, order.seed, order.epoch)
        : Int32Array.from({ length: rows }, (_, row) => row);
      const epoch = isShuffled ? order.epoch : undefined;
      const wanted = Array.from(batches(all.subarray(first * batch), batch), (numbers, place) => ({
        numbers,
        place: { epoch, batch: first + place },
      }));
      const ready = prefetch(wanted, ({ numbers, place }) => fetch(numbers, place), ahead);
      for await (const { batch: taken, value } of ready) yield { rows: taken.numbers.length, values: value };
    },
  };
}
