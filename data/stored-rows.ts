import { DataError } from "./data-error.ts";
import { decodeElements, elements, type ElementName } from "./elements.ts";
import { memorySource } from "./memory-source.ts";
import { tooLarge, type Bytes } from "./open-bytes.ts";
import { newArray, requireRow, sizeOfRow, type Source, type TensorData } from "./source.ts";

/** An array as a file stores it, row-major from byte `start` on. */
export interface StoredArray {
  readonly bytes: Bytes;
  readonly start: number;
  readonly element: ElementName;
  readonly little: boolean;
  readonly shape: readonly [number, ...number[]];
}

/** Rows that lie this near in a file are read together, and so many bytes at most. */
const gapBytes = 4096;
const runBytes = 2 ** 22;

/**
 * The source of an array that is stored row by row: in memory where it fits the budget, else read by offset, near rows
 * in one read.
 */
export async function storedRows(array: StoredArray, budget: number): Promise<Source> {
  const { bytes, start, element, little, shape } = array;
  const size = sizeOfRow(shape);
  const rowBytes = size * elements[element].bytes;
  const dtype = elements[element].dtype;
  const total = newArray(dtype, 0).BYTES_PER_ELEMENT * size * shape[0];

  const read = async (first: number, count: number): Promise<TensorData> => {
    const stored = await bytes.read(start + first * rowBytes, count * rowBytes);
    return decodeElements(element, stored, little, (place, reason) => {
      const row = first + Math.floor(place / size);
      return new DataError("DLC6107", bytes.file, `row ${row}: ${reason}`, { row });
    });
  };

  if (total <= budget) {
    const values = newArray(dtype, size * shape[0]);
    const step = Math.max(1, Math.floor(runBytes / rowBytes));
    for (let row = 0; row < shape[0]; row += step) {
      values.set(await read(row, Math.min(step, shape[0] - row)), row * size);
    }
    await bytes.close();
    return memorySource(bytes.file, dtype, shape, values);
  }

  return {
    file: bytes.file,
    dtype,
    shape,
    meta: {},
    isInMemory: false,
    rows: async (indices) => {
      const result = newArray(dtype, indices.length * size);
      for (const places of nearRows(indices, shape[0], rowBytes)) {
        const first = indices[places[0] ?? 0] ?? 0;
        const last = indices[places.at(-1) ?? 0] ?? 0;
        const values = await read(first, last - first + 1);
        for (const place of places) {
          const from = ((indices[place] ?? 0) - first) * size;
          result.set(values.subarray(from, from + size), place * size);
        }
      }
      return result;
    },
    whole: () => Promise.reject(tooLarge(bytes.file, total, budget)),
    close: () => bytes.close(),
  };
}

/** Places in `indices` by ascending row, in groups that one read each serves. */
function nearRows(indices: Int32Array, rows: number, rowBytes: number): readonly (readonly number[])[] {
  const rowAt = (place: number): number => indices[place] ?? 0;
  const places = Array.from(indices, (row, place) => {
    requireRow(row, rows);
    return place;
  }).sort((one, other) => rowAt(one) - rowAt(other));
  const groups: number[][] = [];
  for (const place of places) {
    const group = groups.at(-1);
    const row = rowAt(place);
    const isNear =
      group !== undefined &&
      (row - rowAt(group.at(-1) ?? 0) - 1) * rowBytes <= gapBytes &&
      (row - rowAt(group[0] ?? 0) + 1) * rowBytes <= runBytes;
    if (isNear) group.push(place);
    else groups.push([place]);
  }
  return groups;
}
