import type { EvaluateEvent } from "./events.ts";
import type { Batch, Examples, Metrics, Trainer } from "./trainer.ts";
import { addBatch, meanOf, noRows } from "./weighted-mean.ts";

export interface Evaluation {
  readonly trainer: Pick<Trainer, "evaluate">;
  readonly examples: Examples;
  /** The epoch that this follows, from 1. */
  readonly epoch?: number;
  /** Breaks off after the current batch. */
  readonly signal?: AbortSignal | undefined;
  /** Is shown every batch: for a confusion matrix, say. */
  readonly observe?: ((batch: Batch) => void | Promise<void>) | undefined;
}

/** One pass over all rows as they are stored; returns the means over rows, or nothing where it was broken off. */
export async function* evaluate(
  evaluation: Evaluation,
): AsyncGenerator<EvaluateEvent, Metrics | undefined, undefined> {
  const { trainer, examples, epoch, signal, observe } = evaluation;
  let sums = noRows;
  for await (const batch of examples.batches({ kind: "stored" }, 0)) {
    if (signal?.aborted === true) return undefined;
    sums = addBatch(sums, await trainer.evaluate(batch), batch.rows);
    await observe?.(batch);
    yield { kind: "evaluate", ...(epoch !== undefined && { epoch }), rows: sums.rows, of: examples.rows };
  }
  if (sums.rows !== examples.rows)
    throw new Error(`bug: ${sums.rows} rows came of ${examples.rows} in the test set`);
  return meanOf(sums);
}
