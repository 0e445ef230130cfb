/** What was fetched for a batch. */
export interface Fetched<Batch, Value> {
  readonly batch: Batch;
  readonly value: Value;
}

/**
 * What `fetch` gives for batch after batch, ahead of its use: while one is used, at most `ahead` more are under way or lie ready.
 * Batches come in their order. An error stands in the place of its batch and ends the sequence; so does leaving a `for await`
 * early: what is under way is waited for, and nothing more is asked for.
 */
export async function* prefetch<Batch, Value>(
  batches: Iterable<Batch>,
  fetch: (batch: Batch) => Promise<Value>,
  ahead = 2,
): AsyncGenerator<Fetched<Batch, Value>, void, undefined> {
  if (!Number.isInteger(ahead) || ahead < 0) throw new Error(`bug: ${ahead} batches ahead`);
  const source = batches[Symbol.iterator]();
  const queue: Promise<Fetched<Batch, Value>>[] = [];
  const fill = (length: number): void => {
    while (queue.length < length) {
      const next = source.next();
      if (next.done === true) return;
      const batch = next.value;
      const fetched = fetch(batch).then((value) => ({ batch, value }));
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
