import { tooLarge } from "./open-bytes.ts";
import {
  bytesOf,
  newArray,
  requireRow,
  sizeOfRow,
  type Dtype,
  type Source,
  type SourceMeta,
  type TensorData,
} from "./source.ts";

/** A source in blocks of rows, each of which is read and decoded as a whole: text, tables. */
export interface Blocked {
  readonly file: string;
  readonly dtype: Dtype;
  readonly shape: readonly [number, ...number[]];
  readonly meta: SourceMeta;
  /** The first row of each block, ascending from 0. */
  readonly firsts: readonly number[];
  readonly load: (block: number) => Promise<TensorData>;
  readonly budget: number;
  readonly close: () => Promise<void>;
}

/** The rows of a batch are taken block by block; the block that was read last is kept, since texts are read in order. */
export function blockedSource(blocked: Blocked): Source {
  const { file, dtype, shape, meta, firsts, budget } = blocked;
  const size = sizeOfRow(shape);
  let kept: { readonly block: number; readonly values: Promise<TensorData> } | undefined;
  const load = (block: number): Promise<TensorData> => {
    if (kept?.block !== block) kept = { block, values: blocked.load(block) };
    return kept.values;
  };
  return {
    file,
    dtype,
    shape,
    meta,
    isInMemory: false,
    rows: async (indices) => {
      const result = newArray(dtype, indices.length * size);
      const places = new Map<number, number[]>();
      indices.forEach((row, place) => {
        requireRow(row, shape[0]);
        const block = blockOf(firsts, row);
        const there = places.get(block);
        if (there === undefined) places.set(block, [place]);
        else there.push(place);
      });
      for (const block of [...places.keys()].sort((one, other) => one - other)) {
        const values = await load(block);
        for (const place of places.get(block) ?? []) {
          const from = ((indices[place] ?? 0) - (firsts[block] ?? 0)) * size;
          result.set(values.subarray(from, from + size), place * size);
        }
      }
      return result;
    },
    whole: () => Promise.reject(tooLarge(file, shape[0] * size * bytesOf(dtype), budget)),
    close: blocked.close,
  };
}

/** The last block that begins at the row or before it. */
function blockOf(firsts: readonly number[], row: number): number {
  let low = 0;
  let high = firsts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((firsts[middle] ?? 0) <= row) low = middle;
    else high = middle - 1;
  }
  return low;
}
