import type { Packing } from "./spec.ts";

/** The typed arrays that hold tensors; of f16, which only weights have, the bits. */
export type TensorData = Float32Array | Uint16Array | Int32Array | Int8Array | Uint8Array;

/**
 * Copies a row-major tensor to its place in memory. Each storage axis follows one logical dim, so an offset is a sum of
 * one table entry a dim: ∑_d table_d[s_d].
 */
export function pack(
  source: ArrayLike<number>,
  shape: readonly number[],
  packing: Packing,
  target: TensorData,
): void {
  const tables = offsetTables(shape, packing);
  const copy = (dim: number, from: number, to: number): number => {
    const table = tables[dim];
    if (table === undefined) {
      target[to] = source[from] ?? 0;
      return from + 1;
    }
    if (dim === shape.length - 1) {
      copyRow(source, from, target, to, table);
      return from + table.length;
    }
    let next = from;
    for (const offset of table) next = copy(dim + 1, next, to + offset);
    return next;
  };
  copy(0, 0, 0);
}

/** By itself, so that an engine soon has fast code for what nearly all of the time is spent in. */
function copyRow(
  source: ArrayLike<number>,
  from: number,
  target: TensorData,
  to: number,
  table: Uint32Array,
): void {
  for (let place = 0, { length } = table; place < length; place++) {
    target[to + (table[place] ?? 0)] = source[from + place] ?? 0;
  }
}

/** For each dim what each of its subscripts adds to an offset. */
export function offsetTables(shape: readonly number[], packing: Packing): readonly Uint32Array[] {
  const tables = shape.map((extent) => new Uint32Array(extent));
  let stride = 1;
  for (const [dim, divide, modulo, extent] of [...packing.axes].reverse()) {
    const table = tables[dim];
    const before = packing.before[dim] ?? 0;
    table?.forEach((offset, place) => {
      const whole = Math.floor((place + before) / divide);
      table[place] = offset + stride * (modulo > 0 ? whole % modulo : whole);
    });
    stride *= extent;
  }
  return tables;
}
