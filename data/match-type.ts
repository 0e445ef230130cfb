import { DataError } from "./data-error.ts";
import type { DeclaredType } from "./reading.ts";
import { showType, sizeOfRow, type Source, type TensorData } from "./source.ts";

/**
 * The source, if its dtype, rank and the declared sizes that are numbers are as declared (DLC6109 else), with integers
 * checked against the declared range (DLC6107): all of them now where the whole source fits its budget, each row as it is
 * read where it doesn't. Named sizes are bound by `bindDims`.
 */
export async function matchType(source: Source, type: DeclaredType): Promise<Source> {
  const { dtype, shape, file } = source;
  const isSame =
    dtype === type.dtype &&
    shape.length === type.shape.length &&
    shape.every((size, axis) => typeof type.shape[axis] !== "number" || type.shape[axis] === size);
  if (!isSame) {
    const reason = `holds ${showType(dtype, shape)}, but is declared as ${showType(type.dtype, type.shape)}`;
    throw new DataError("DLC6109", file, reason);
  }
  const { range } = type;
  if (range === undefined) return source;
  const size = sizeOfRow(shape);
  const check = (values: TensorData, rowAt: (place: number) => number): TensorData => {
    const [from, to] = range;
    const bad = firstOutside(values, from, to);
    if (bad < 0) return values;
    const row = rowAt(Math.floor(bad / size));
    const names =
      source.meta.names === undefined ? "" : ` (${JSON.stringify(source.meta.names[values[bad] ?? 0])})`;
    const reason = `row ${row}: ${values[bad] ?? 0}${names} is outside the declared range ${from}..${to}`;
    throw new DataError("DLC6107", file, reason, { row });
  };
  if (source.isInMemory) {
    check(await source.whole(), (row) => row);
    return source;
  }
  return {
    ...source,
    rows: async (indices) => check(await source.rows(indices), (place) => indices[place] ?? 0),
    whole: async () => check(await source.whole(), (row) => row),
  };
}

/** A plain loop: a data set has many millions of numbers. */
function firstOutside(values: TensorData, from: number, to: number): number {
  for (let place = 0; place < values.length; place++) {
    const value = values[place] ?? 0;
    if (value < from || value >= to) return place;
  }
  return -1;
}

/**
 * The values of the names in the declared shapes of several sources. Throws DLC6109 where two sources disagree: images and
 * labels of different counts, say.
 */
export function bindDims(
  sources: readonly (readonly [source: Pick<Source, "file" | "shape">, type: Pick<DeclaredType, "shape">])[],
): ReadonlyMap<string, number> {
  const bound = new Map<string, { readonly size: number; readonly file: string }>();
  for (const [{ file, shape }, type] of sources) {
    type.shape.forEach((name, axis) => {
      const size = shape[axis] ?? 0;
      if (typeof name === "number") return;
      const before = bound.get(name);
      if (before !== undefined && before.size !== size) {
        const reason = `${name} is ${size} here, but ${before.size} in ${before.file}`;
        throw new DataError("DLC6109", file, reason);
      }
      bound.set(name, { size, file });
    });
  }
  return new Map([...bound].map(([name, { size }]) => [name, size]));
}
