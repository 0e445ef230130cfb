import {
  gatherRows,
  newArray,
  requireRow,
  sizeOfRow,
  type Dtype,
  type Source,
  type SourceMeta,
  type TensorData,
} from "./source.ts";

/** A source whose values lie in memory, row-major. */
export function memorySource(
  file: string,
  dtype: Dtype,
  shape: readonly [number, ...number[]],
  values: TensorData,
  meta: SourceMeta = {},
): Source {
  const size = sizeOfRow(shape);
  return {
    file,
    dtype,
    shape,
    meta,
    isInMemory: true,
    rows: (indices) => Promise.resolve(gatherRows(values, size, dtype, indices)),
    whole: () => Promise.resolve(values.slice()),
    close: () => Promise.resolve(),
  };
}

/**
 * A source of integers that are kept as narrow as they allow and given as `dtype`: a text of 96 symbols takes a byte a
 * symbol, not four.
 */
export function narrowSource(file: string, dtype: Dtype, values: NarrowIntegers, meta: SourceMeta): Source {
  return {
    file,
    dtype,
    shape: [values.length],
    meta,
    isInMemory: true,
    rows: (indices) => {
      const result = newArray(dtype, indices.length);
      indices.forEach((row, place) => {
        requireRow(row, values.length);
        result[place] = values[row] ?? 0;
      });
      return Promise.resolve(result);
    },
    whole: () => {
      const result = newArray(dtype, values.length);
      result.set(values);
      return Promise.resolve(result);
    },
    close: () => Promise.resolve(),
  };
}

export type NarrowIntegers = Uint8Array | Uint16Array | Int32Array;

/** Room for `length` integers from 0 to below `count`. */
export function newNarrow(count: number, length: number): NarrowIntegers {
  if (count <= 2 ** 8) return new Uint8Array(length);
  return count <= 2 ** 16 ? new Uint16Array(length) : new Int32Array(length);
}
