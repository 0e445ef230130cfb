import type { Dims, EntrySpec, Extent, PortSpec } from "./spec.ts";
import type { Given } from "./read-inputs.ts";

export function valueOf(extent: Extent, dims: Dims): number {
  if (typeof extent === "number") return extent;
  return typeof extent === "string" ? (dims[extent] ?? NaN) : extent(dims);
}

/** `[N, 1, 32, 32]`, as messages write it. */
export function showShape(shape: readonly Extent[], dims: Dims = {}): string {
  return `[${shape
    .map((extent) => {
      const value = valueOf(extent, dims);
      return Number.isNaN(value) ? (typeof extent === "string" ? extent : "…") : value;
    })
    .join(", ")}]`;
}

/**
 * The values of an entry's free dims from what it was given: a shaped tensor gives its dims directly; the length of a
 * flat array gives one that is not known otherwise. Lengths and shapes that contradict each other throw a RangeError.
 */
export function solveDims(
  entryName: string,
  entry: EntrySpec,
  inputs: ReadonlyMap<string, Given>,
  given: Dims = {},
): Dims {
  const dims: Record<string, number> = { ...given };
  for (const port of entry.inputs) {
    const shape = inputs.get(port.name)?.shape;
    if (shape !== undefined) readShape(entryName, port, shape, dims);
  }
  // Lengths in which nothing or one size is open come first: they may say what is open in the others.
  const open = (port: PortSpec): number =>
    port.shape.filter((extent) => Number.isNaN(valueOf(extent, dims))).length;
  for (const port of entry.inputs.toSorted((a, b) => open(a) - open(b))) {
    const given = inputs.get(port.name);
    if (given !== undefined) solveByLength(entryName, port, given.data.length, dims);
  }
  for (const { name, low, high } of entry.dims) {
    const value = dims[name];
    if (value === undefined) {
      throw new RangeError(
        `${entryName}: the size ${name} does not follow from the lengths; give tensor(data, shape)`,
      );
    }
    if (value < low || value > (high ?? Infinity)) {
      throw new RangeError(`${entryName}: ${name} is ${value}, but must be ${rangeText(low, high)}`);
    }
  }
  for (const { text, holds } of entry.facts) {
    if (!holds(dims)) throw new RangeError(`${entryName}: ${text} does not hold for ${showDims(dims)}`);
  }
  return dims;
}

function rangeText(low: number, high: number | undefined): string {
  return high === undefined ? `at least ${low}` : `from ${low} to ${high}`;
}

function showDims(dims: Dims): string {
  return Object.entries(dims)
    .map(([name, value]) => `${name} = ${value}`)
    .join(", ");
}

function readShape(
  entryName: string,
  port: PortSpec,
  shape: readonly number[],
  dims: Record<string, number>,
): void {
  const wrong = (): RangeError =>
    new RangeError(
      `${entryName}: ${port.name} must be ${showShape(port.shape, dims)}, but has the shape ${showShape(shape)}`,
    );
  if (shape.length !== port.shape.length) throw wrong();
  port.shape.forEach((extent, place) => {
    const given = shape[place] ?? NaN;
    if (typeof extent === "string") dims[extent] ??= given;
    const expected = valueOf(extent, dims);
    if (!Number.isNaN(expected) && expected !== given) throw wrong();
  });
}

function solveByLength(
  entryName: string,
  port: PortSpec,
  length: number,
  dims: Record<string, number>,
): void {
  const unknown = port.shape.filter((extent) => Number.isNaN(valueOf(extent, dims)));
  const [free] = unknown;
  const known = port.shape.reduce<number>((all, extent) => {
    const value = valueOf(extent, dims);
    return Number.isNaN(value) ? all : all * value;
  }, 1);
  if (unknown.length === 1 && typeof free === "string" && known > 0) {
    const size = length / known;
    if (Number.isInteger(size) && size > 0) dims[free] = size;
    else throw lengthError(entryName, port, length, dims);
    return;
  }
  if (unknown.length > 0) {
    throw new RangeError(
      `${entryName}: the shape of ${port.name}, ${showShape(port.shape, dims)}, does not follow from its length ${length}; give tensor(data, shape)`,
    );
  }
  if (known !== length) throw lengthError(entryName, port, length, dims);
}

function lengthError(entryName: string, port: PortSpec, length: number, dims: Dims): RangeError {
  return new RangeError(
    `${entryName}: ${port.name} must be ${port.dtype}${showShape(port.shape, dims)}, but ${length} numbers were given`,
  );
}
