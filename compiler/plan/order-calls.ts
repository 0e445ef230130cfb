/** One call as far as its place in the order matters: the buffers that it reads and writes, and what it waits for. */
export interface OrderedCall {
  /** Places of the calls that come before it in every order. */
  readonly after: readonly number[];
  readonly reads: readonly number[];
  readonly writes: readonly number[];
}

/**
 * An order of the calls that keeps few bytes alive: always the ready call that adds the least, writes less what dies
 * with its last reader. The order as given, if the greedy one does no better. `bytesOf` answers sizes at some
 * representative dims; `held` are buffers that live to the end. Answers places in `calls`, which stand in an order
 * in which each stands after what it waits for.
 */
export function orderCalls(
  calls: readonly OrderedCall[],
  bytesOf: (buffer: number) => number,
  held: ReadonlySet<number>,
): readonly number[] {
  const given = calls.map((_, place) => place);
  const greedy = greedyOrder(calls, bytesOf, held);
  return peak(greedy, calls, bytesOf, held) < peak(given, calls, bytesOf, held) ? greedy : given;
}

function greedyOrder(
  calls: readonly OrderedCall[],
  bytesOf: (buffer: number) => number,
  held: ReadonlySet<number>,
): readonly number[] {
  const readersLeft = countReaders(calls);
  const open = new Set(calls.keys());
  const order: number[] = [];
  while (open.size > 0) {
    let best: { place: number; cost: number } | undefined;
    for (const place of open) {
      const call = calls[place];
      if (call === undefined) continue;
      if (call.after.some((before) => open.has(before))) continue;
      const freed = call.reads.filter((buffer) => readersLeft.get(buffer) === 1 && !held.has(buffer));
      const cost = sum(call.writes.map(bytesOf)) - sum(freed.map(bytesOf));
      if (best === undefined || cost < best.cost) best = { place, cost };
    }
    if (best === undefined) throw new Error("bug: calls wait for each other in a circle");
    open.delete(best.place);
    order.push(best.place);
    for (const buffer of calls[best.place]?.reads ?? []) {
      readersLeft.set(buffer, (readersLeft.get(buffer) ?? 0) - 1);
    }
  }
  return order;
}

function peak(
  order: readonly number[],
  calls: readonly OrderedCall[],
  bytesOf: (buffer: number) => number,
  held: ReadonlySet<number>,
): number {
  const readersLeft = countReaders(calls);
  let [live, most] = [0, 0];
  for (const place of order) {
    const call = calls[place];
    live += sum((call?.writes ?? []).map(bytesOf));
    most = Math.max(most, live);
    for (const buffer of call?.reads ?? []) {
      const left = (readersLeft.get(buffer) ?? 0) - 1;
      readersLeft.set(buffer, left);
      if (left === 0 && !held.has(buffer)) live -= bytesOf(buffer);
    }
  }
  return most;
}

function countReaders(calls: readonly OrderedCall[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { reads } of calls) {
    for (const buffer of reads) counts.set(buffer, (counts.get(buffer) ?? 0) + 1);
  }
  return counts;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, number) => all + number, 0);
}
