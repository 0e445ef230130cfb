import type { Source, TensorData } from "./source.ts";

/** What one batch takes from one source: some of its rows, or all. */
export interface Read {
  readonly source: Source;
  readonly rows: Int32Array | "whole";
}

/** What was read for a batch, in the order of its reads. */
export interface Fetched<Batch> {
  readonly batch: Batch;
  readonly values: readonly TensorData[];
}

/**
 * The values of batch after batch, read ahead: while one is used, at most `ahead` more are being read or lie ready. Batches
 * come in their order. An error stands in the place of its batch and ends the sequence; so does leaving a `for await`
 * early: reads under way are waited for, and nothing more is asked of the sources. Sources stay open.
 *
 * Sources that live in a worker (`remoteSources`) are read off the main thread; others between its turns.
 */
export async function* prefetch<Batch>(
  batches: Iterable<Batch>,
  readsOf: (batch: Batch) => readonly Read[],
  ahead = 2,
): AsyncGenerator<Fetched<Batch>, void, undefined> {
  if (!Number.isInteger(ahead) || ahead < 0) throw new Error(`bug: ${ahead} batches ahead`);
  const source = batches[Symbol.iterator]();
  const queue: Promise<Fetched<Batch>>[] = [];
  const fill = (length: number): void => {
    while (queue.length < length) {
      const next = source.next();
      if (next.done === true) return;
      const fetched = fetchBatch(next.value, readsOf(next.value));
      // The consumer meets the error in its turn; until then it must not count as unhandled.
      fetched.catch(() => undefined);
      queue.push(fetched);
    }
  };
  try {
    for (;;) {
      fill(1 + ahead);
      const next = queue.shift();
      if (next === undefined) return;
      yield await next;
    }
  } finally {
    source.return?.();
    await Promise.allSettled(queue);
  }
}

async function fetchBatch<Batch>(batch: Batch, reads: readonly Read[]): Promise<Fetched<Batch>> {
  const values = await Promise.all(
    reads.map(({ source, rows }) => (rows === "whole" ? source.whole() : source.rows(rows))),
  );
  return { batch, values };
}
