import { fnv1a, threefry2x32 } from "../runtime/threefry.ts";

const stream = fnv1a("data.order");

/**
 * The order in which an epoch visits its rows: a permutation of 0 to `rows` − 1 that depends on nothing but the number of
 * rows, the seed and the epoch (`docs/random.md`). Fisher and Yates' shuffle, each step's draw at its own counter.
 */
export function epochOrder(rows: number, seed: number, epoch: number): Int32Array {
  const order = Int32Array.from({ length: rows }, (_, row) => row);
  const key = [seed >>> 0, stream] as const;
  for (let last = rows - 1; last > 0; last--) {
    const [high, low] = threefry2x32(key, [last, epoch >>> 0]);
    // 53 bits as a share of 1: a place is off its probability by less than rows · 2⁻⁵³.
    const share = (high * 2 ** 21 + (low >>> 11)) * 2 ** -53;
    const place = Math.floor(share * (last + 1));
    const row = order[last] ?? 0;
    order[last] = order[place] ?? 0;
    order[place] = row;
  }
  return order;
}

/** The batches of an epoch in their order, all of `size` rows but the last, which has what is left. */
export function* batches(order: Int32Array, size: number): Generator<Int32Array> {
  requireSize(size);
  for (let start = 0; start < order.length; start += size) yield order.slice(start, start + size);
}

/** How many batches an epoch has, and how many rows the last of them has. */
export function batchCounts(rows: number, size: number): { readonly batches: number; readonly last: number } {
  requireSize(size);
  const count = Math.ceil(rows / size);
  return { batches: count, last: rows - (count - 1) * size };
}

function requireSize(size: number): void {
  if (!Number.isInteger(size) || size < 1) throw new Error(`bug: batches of ${size} rows`);
}
