import type { Lifetime } from "../../runtime/place.ts";
import type { CallLoop } from "./plan.ts";

/**
 * Lifetimes of the buffers of one entry, each from the call before which it is filled, or that writes it, to the last
 * that reads it; `calls` are the buffers that each call touches. Inputs are filled before the first call (−1) and may be
 * overwritten after their last reader; outputs live past the last call.
 */
export function lifetimesOf(
  calls: readonly (readonly number[])[],
  inputs: readonly number[],
  outputs: readonly number[],
  persistent: ReadonlySet<number>,
  loops: readonly CallLoop[] = [],
): ReadonlyMap<number, Lifetime> {
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
  return new Map([...first].map(([buffer, start]) => [buffer, [start, last.get(buffer) ?? start]]));
}
