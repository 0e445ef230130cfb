import type { CallLoop } from "./plan.ts";

/** From the call before which a buffer is filled, or that writes it, to the last that reads it; both included. */
export interface Lifetime {
  readonly buffer: number;
  readonly first: number;
  readonly last: number;
}

/**
 * Lifetimes of the buffers of one entry; `calls` are the buffers that each call touches. Inputs are filled before the first call (−1) and may be
 * overwritten after their last reader; outputs live past the last call.
 */
export function lifetimesOf(
  calls: readonly (readonly number[])[],
  inputs: readonly number[],
  outputs: readonly number[],
  persistent: ReadonlySet<number>,
  loops: readonly CallLoop[] = [],
): readonly Lifetime[] {
  const first = new Map<number, number>(inputs.map((buffer) => [buffer, -1]));
  const last = new Map<number, number>(inputs.map((buffer) => [buffer, -1]));
  calls.forEach((touched, place) => {
    for (const buffer of touched) {
      if (persistent.has(buffer)) continue;
      if (!first.has(buffer)) first.set(buffer, place);
      last.set(buffer, place);
    }
  });
  for (const buffer of outputs) last.set(buffer, calls.length);
  // Inner loops first. What is touched in a loop and outside of it lives through all turns.
  for (const { first: start, count } of loops.toReversed()) {
    const end = start + count - 1;
    for (const [buffer, from] of first) {
      const to = last.get(buffer) ?? from;
      if (from < start && to >= start) last.set(buffer, Math.max(to, end));
      if (to > end && from <= end) first.set(buffer, Math.min(from, start));
    }
  }
  return [...first].map(([buffer, start]) => ({ buffer, first: start, last: last.get(buffer) ?? start }));
}

/** The pairs that are alive at one time. A call's operands and its results are alive together. */
export function interferenceOf(lifetimes: readonly Lifetime[]): readonly (readonly [number, number])[] {
  const pairs: (readonly [number, number])[] = [];
  lifetimes.forEach((a, place) => {
    for (const b of lifetimes.slice(place + 1)) {
      if (a.first <= b.last && b.first <= a.last) pairs.push([a.buffer, b.buffer]);
    }
  });
  return pairs;
}
