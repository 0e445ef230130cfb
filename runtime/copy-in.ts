import type { Arena } from "./arena.ts";
import { valueOf } from "./dims.ts";
import type { Dims, Dtype, PortSpec } from "./spec.ts";

/** What an integer dtype can hold: low ≤ value < high. */
const bounds: Partial<Record<Dtype, readonly [low: number, high: number]>> = {
  i32: [-(2 ** 31), 2 ** 31],
  i8: [-128, 128],
  u8: [0, 256],
  bool: [0, 2],
};

/** Writes the numbers of an input to its place; integers that it can't have are a RangeError. */
export function copyIn(
  entryName: string,
  port: PortSpec,
  data: ArrayLike<number>,
  dims: Dims,
  address: number,
  arena: Arena,
): void {
  const view = arena.view(port.dtype, address, data.length);
  if (!ArrayBuffer.isView(data)) checkNumbers(entryName, port, data);
  // An array of the input's own type can hold nothing else than its dtype; but bytes are not all true or false.
  if (port.range !== undefined || port.dtype === "bool" || !(data instanceof view.constructor)) {
    checkIntegers(entryName, port, data, dims);
  }
  view.set(data);
}

/** An input that is left out has its default in every place. */
export function fillIn(entryName: string, port: PortSpec, dims: Dims, address: number, arena: Arena): void {
  const { dtype, initial, shape } = port;
  if (initial === undefined) return;
  const length = shape.reduce<number>((all, extent) => all * valueOf(extent, dims), 1);
  const view = arena.view(dtype, address, length).fill(initial);
  if (port.range !== undefined) checkIntegers(entryName, port, view, dims);
}

/** What a plain array holds would be converted somehow: a list in it to NaN. */
function checkNumbers(entryName: string, { name, dtype }: PortSpec, data: ArrayLike<unknown>): void {
  for (let place = 0; place < data.length; place++) {
    const value = data[place];
    if (typeof value === "number" || (dtype === "bool" && typeof value === "boolean")) continue;
    const kind = Array.isArray(value) ? "an array" : value === null ? "null" : `a ${typeof value}`;
    throw new TypeError(
      `${entryName}: ${name} must be numbers in one flat array, but element ${place} is ${kind}`,
    );
  }
}

function checkIntegers(
  entryName: string,
  port: PortSpec,
  data: ArrayLike<number | boolean>,
  dims: Dims,
): void {
  const [low, high] = rangeOf(port, dims);
  if (Number.isNaN(low)) return;
  for (let place = 0; place < data.length; place++) {
    // Conditions may come as true and false.
    const value = Number(data[place]);
    if (value >= low && value < high && Number.isInteger(value)) continue;
    throw new RangeError(
      `${entryName}: ${port.name} must be whole numbers from ${low} to ${high - 1}, but element ${place} is ${data[place]}`,
    );
  }
}

function rangeOf({ range, dtype }: PortSpec, dims: Dims): readonly [low: number, high: number] {
  if (range === undefined) return bounds[dtype] ?? [NaN, NaN];
  return [valueOf(range[0], dims), valueOf(range[1], dims)];
}
