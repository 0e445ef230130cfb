import type { TensorData } from "../runtime/pack.ts";
import type { Dtype } from "../runtime/spec.ts";

export type { Dtype, TensorData };

/** What is known of a source beside its numbers. */
export interface SourceMeta {
  /** What the integers of the source stand for, by number: classes, an alphabet, a vocabulary. */
  readonly names?: readonly string[];
  /** The number that stands for every symbol without a number of its own; it has the empty name. */
  readonly unknown?: number;
  /** The columns of a table that were taken, in their order. */
  readonly columns?: readonly string[];
}

/** A whole tensor whose first axis is its rows. It may lie in memory, in a file or in a worker. */
export interface Source {
  /** As messages call it: its file or folder. */
  readonly file: string;
  readonly dtype: Dtype;
  /** `[rows, …]`: at least one row. */
  readonly shape: readonly [number, ...number[]];
  readonly meta: SourceMeta;
  /** Whether all values lie in memory already, so that looking at all of them costs little. */
  readonly isInMemory: boolean;
  /** The rows at `indices`, in that order and row-major: `indices.length · sizeOfRow(shape)` numbers, the caller's own. */
  readonly rows: (indices: Int32Array) => Promise<TensorData>;
  /** All rows. Refused with DLC6111 where they are larger than the budget that the source was opened with. */
  readonly whole: () => Promise<TensorData>;
  readonly close: () => Promise<void>;
}

/** How many numbers a row has. */
export function sizeOfRow(shape: readonly number[]): number {
  return shape.slice(1).reduce((size, dim) => size * dim, 1);
}

const arrays = {
  f32: Float32Array,
  i32: Int32Array,
  i8: Int8Array,
  u8: Uint8Array,
  bool: Uint8Array,
} as const satisfies Record<Dtype, unknown>;

/** The array that holds `length` numbers of a dtype, all 0. */
export function newArray(dtype: Dtype, length: number): TensorData {
  return new arrays[dtype](length);
}

export function bytesOf(dtype: Dtype): number {
  return arrays[dtype].BYTES_PER_ELEMENT;
}

/** The smallest and the largest integer of a dtype; nothing for floats. */
export const integerRanges: Readonly<Record<Dtype, readonly [number, number] | undefined>> = {
  f32: undefined,
  i32: [-(2 ** 31), 2 ** 31 - 1],
  i8: [-128, 127],
  u8: [0, 255],
  bool: [0, 1],
};

/** `f32[60000, 28, 28]` */
export function showType(dtype: string, shape: readonly (number | string)[]): string {
  return `${dtype}[${shape.join(", ")}]`;
}

/** The rows at `indices` of values in memory. */
export function gatherRows(values: TensorData, size: number, dtype: Dtype, indices: Int32Array): TensorData {
  const result = newArray(dtype, indices.length * size);
  indices.forEach((row, place) => {
    requireRow(row, values.length / size);
    if (size === 1) result[place] = values[row] ?? 0;
    else result.set(values.subarray(row * size, (row + 1) * size), place * size);
  });
  return result;
}

/** Rows are asked for by the trainer, never by a user: one that isn't there is a bug. */
export function requireRow(row: number, rows: number): void {
  if (row < 0 || row >= rows) throw new Error(`bug: row ${row} of a source of ${rows} rows`);
}
