import type { TensorData } from "./pack.ts";
import type { EntrySpec, PortSpec } from "./spec.ts";
import type { ShapedTensor } from "./tensor.ts";

/** What a call gives for each input: numbers in one array, with or without their shape; one number where it has no axes. */
export type Inputs = Readonly<Record<string, number | TensorData | ShapedTensor>>;

/** The numbers of an input, and the shape where the caller has said it. */
export interface Given {
  readonly data: ArrayLike<number>;
  readonly shape?: readonly number[];
}

/**
 * The inputs of a call, each with numbers. What is no input, is missing or has no numbers is a TypeError. A result of the
 * model itself is copied: it lies where this call is about to write.
 */
export function readInputs(
  entryName: string,
  { inputs: ports }: EntrySpec,
  inputs: Inputs | undefined,
  memory: WebAssembly.Memory,
  hidden: ReadonlySet<string>,
): ReadonlyMap<string, Given> {
  const given = new Map<string, Given>();
  let missing: string | undefined;
  for (const port of ports) {
    const input = inputs?.[port.name];
    if (input !== undefined) given.set(port.name, readInput(entryName, port, input, memory));
    else if (port.initial === undefined) missing ??= port.name;
  }
  const names = Object.keys(inputs ?? {});
  if (missing === undefined && names.length === given.size) return given;
  // A name that is written otherwise is both a stranger and missing: the stranger says more.
  const stranger = names.find((name) => !ports.some((port) => port.name === name));
  if (stranger === undefined) {
    if (missing === undefined) return given;
    throw new TypeError(`${entryName}: the input ${missing} is missing`);
  }
  const taken = ports.map((port) => port.name).filter((one) => !hidden.has(one));
  throw new TypeError(`${entryName}: there is no input ${stranger}; it takes ${taken.join(", ")}`);
}

function readInput(entryName: string, port: PortSpec, input: unknown, memory: WebAssembly.Memory): Given {
  const scalar = port.shape.length === 0;
  if (scalar && typeof input === "number") return { data: [input] };
  const shaped = isShaped(input);
  const data = shaped ? input.data : input;
  if (!isNumbers(data)) {
    const wanted = scalar ? "a number" : "an array of numbers, or tensor(data, shape)";
    throw new TypeError(`${entryName}: ${port.name} must be ${wanted}, but is ${kindOf(data)}`);
  }
  const own = ArrayBuffer.isView(data) && data.buffer === memory.buffer;
  return { data: own ? Float64Array.from(data) : data, ...(shaped && { shape: input.shape }) };
}

function isShaped(input: unknown): input is { readonly data: unknown; readonly shape: readonly number[] } {
  return typeof input === "object" && input !== null && "shape" in input && "data" in input;
}

/** Of anything with a length but 64-bit integers, whose elements JavaScript does not mix with numbers. */
function isNumbers(data: unknown): data is ArrayLike<number> {
  if (typeof data !== "object" || data === null || data instanceof BigInt64Array) return false;
  return "length" in data && typeof data.length === "number";
}

function kindOf(data: unknown): string {
  if (data === null) return "null";
  return typeof data === "object" ? "an object without numbers" : `a ${typeof data}`;
}
