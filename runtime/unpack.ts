import { offsetTables, type TensorData } from "./pack.ts";
import type { Packing } from "./spec.ts";

/** The row-major tensor that `pack` was given: each element from its place in memory. */
export function unpack(
  source: ArrayLike<number>,
  shape: readonly number[],
  packing: Packing,
  target: TensorData,
): void {
  const tables = offsetTables(shape, packing);
  let next = 0;
  const copy = (dim: number, from: number): void => {
    const table = tables[dim];
    if (table === undefined) {
      target[next] = source[from] ?? 0;
      next += 1;
      return;
    }
    for (const offset of table) copy(dim + 1, from + offset);
  };
  copy(0, 0);
}
