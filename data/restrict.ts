import { tooLarge } from "./open-bytes.ts";
import { bytesOf, requireRow, sizeOfRow, type Source } from "./source.ts";

/**
 * The rows of a source that belong to a part, in the order given: what is computed from the whole of the result (a mean,
 * a deviation) knows nothing of the others. Closing it closes the source;
 * `budget` is how many bytes it gives as a whole.
 */
export function restrict(source: Source, rows: Int32Array, budget = Infinity): Source {
  if (rows.length === 0) throw new Error(`bug: a part of ${source.file} without rows`);
  for (const row of rows) requireRow(row, source.shape[0]);
  const [, ...sizes] = source.shape;
  const total = rows.length * sizeOfRow(source.shape) * bytesOf(source.dtype);
  return {
    ...source,
    shape: [rows.length, ...sizes],
    rows: (indices) =>
      source.rows(
        indices.map((row) => {
          requireRow(row, rows.length);
          return rows[row] ?? 0;
        }),
      ),
    whole: () => (total > budget ? Promise.reject(tooLarge(source.file, total, budget)) : source.rows(rows)),
  };
}
