import { batches, epochOrder, prefetch, type Read, type TensorData } from "../data/index.ts";
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
  /** What the rows of a batch take from the sources. */
  readonly readsOf: (rows: Int32Array) => readonly Read[];
  /** The outputs of the data declaration of these rows, from what was read, in the order of the reads. */
  readonly prepare: (
    rows: Int32Array,
    read: readonly TensorData[],
    place: BatchPlace,
  ) => Batch["values"] | Promise<Batch["values"]>;
  /** How many batches are read ahead; 2 where not given. */
  readonly ahead?: number;
}

/** Examples whose rows are read from sources, ahead of their use, in the order of `epochOrder`. */
export function makeExamples({ rows, batch, readsOf, prepare, ahead }: ExamplesOptions): Examples {
  return {
    rows,
    batch,
    batches: async function* (order, first) {
      const isShuffled = order.kind === "shuffled";
      const all = isShuffled
        ? epochOrder(rows, order.seed, order.epoch)
        : Int32Array.from({ length: rows }, (_, row) => row);
      const epoch = isShuffled ? order.epoch : undefined;
      let number = first;
      for await (const fetched of prefetch(batches(all.subarray(first * batch), batch), readsOf, ahead)) {
        const values = await prepare(fetched.batch, fetched.values, { epoch, batch: number });
        number += 1;
        yield { rows: fetched.batch.length, values };
      }
    },
  };
}
