import { placeEntry, type Arena } from "./arena.ts";
import { solveDims, valueOf, type ShapedTensor } from "./dims.ts";
import type { TensorData } from "./pack.ts";
import type { Dims, EntrySpec, PortSpec } from "./spec.ts";

export type Inputs = Readonly<Record<string, TensorData | ShapedTensor>>;

/** A result; `data` is valid until the next call of any entry of the model, `copy()` keeps it. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: TensorData;
  readonly copy: () => TensorData;
}

export interface CallOptions {
  /** Arrays that receive copies of outputs, by name. */
  readonly into?: Readonly<Record<string, TensorData>>;
  /** Sizes that do not follow from the inputs. */
  readonly dims?: Dims;
  /** The number of the call for its draws; without it, the one after that of the call before. */
  readonly step?: number;
}

export type Entry = (inputs?: Inputs, options?: CallOptions) => Readonly<Record<string, Tensor>>;

/** Which entry the table of addresses is set for: entries of one model share the arena. */
export interface Current {
  entry?: EntrySpec;
  /** Of random draws. */
  seed: number;
  /** The next call that draws has the number `step`, the one after it another. */
  step: number;
}

interface Prepared {
  readonly dims: Dims;
  readonly values: readonly number[];
  readonly addresses: ReadonlyMap<number, number>;
  readonly results: Readonly<Record<string, Tensor>>;
}

/** The function that runs one entry: inputs are checked, solved for the free dims and copied in; nothing else is allocated once the dims are known. */
export function makeEntry(
  modelName: string,
  name: string,
  entry: EntrySpec,
  run: (...dims: number[]) => void,
  arena: Arena,
  current: Current,
): Entry {
  let prepared: Prepared | undefined;
  /** The arrays that lie in memory still, of the inputs that are kept. */
  const lying = new Map<number, TensorData>();
  const names = new Set(entry.inputs.map((port) => port.name));
  return (inputs = {}, options) => {
    for (const port of entry.inputs) {
      const given: unknown = inputs[port.name];
      if (given === undefined && port.initial === undefined)
        throw new TypeError(`${name}: the input ${port.name} is missing`);
      if (given !== undefined && Object(given) !== given)
        throw new TypeError(`${name}: ${port.name} must be an array of numbers`);
    }
    for (const given of Object.keys(inputs)) {
      if (!names.has(given))
        throw new TypeError(`${name}: there is no input ${given}; it takes ${[...names].join(", ")}`);
    }
    const dims = solveDims(name, entry, inputs, options?.dims);
    if (prepared === undefined || current.entry !== entry || !sameDims(entry, prepared.dims, dims)) {
      if (current.entry !== entry) lying.clear();
      const before = prepared;
      prepared = prepare(modelName, entry, dims, arena, prepared);
      current.entry = entry;
      if (before !== undefined && entry.inputs.some((port) => moved(port, before, prepared))) lying.clear();
    }
    const { addresses, values, results } = prepared;
    for (const port of entry.inputs) {
      const given = inputs[port.name];
      const data = given !== undefined && "shape" in given ? given.data : given;
      const address = addresses.get(port.buffer) ?? 0;
      if (data === undefined) {
        fillIn(name, port, dims, address, arena);
        continue;
      }
      if (lying.get(port.buffer) === data) continue;
      copyIn(name, port, data, dims, address, arena);
      if (port.kept === true) lying.set(port.buffer, data);
    }
    if (options?.step !== undefined) current.step = options.step;
    if (entry.random === true) run(...values, current.seed | 0, current.step++ | 0);
    else run(...values);
    for (const [output, target] of Object.entries(options?.into ?? {})) {
      const result = results[output];
      if (result === undefined) throw new TypeError(`${name}: there is no output ${output}`);
      if (target.length !== result.data.length) {
        throw new RangeError(
          `${name}: ${output} has ${result.data.length} numbers, the array for it ${target.length}`,
        );
      }
      target.set(result.data);
    }
    return results;
  };
}

function sameDims(entry: EntrySpec, a: Dims, b: Dims): boolean {
  return entry.dims.every(({ name }) => a[name] === b[name]);
}

/** Other sizes of what is kept give it other places. */
function moved({ kept, buffer }: PortSpec, before: Prepared, now: Prepared | undefined): boolean {
  return kept === true && before.addresses.get(buffer) !== now?.addresses.get(buffer);
}

function prepare(
  modelName: string,
  entry: EntrySpec,
  dims: Dims,
  arena: Arena,
  last: Prepared | undefined,
): Prepared {
  const placed = placeEntry(modelName, entry, dims, arena);
  const addresses = new Map(entry.arena.map((buffer, number) => [buffer, placed[number] ?? 0]));
  // The same dims get the same addresses, so the results that the caller may hold stay the same objects.
  const results =
    last !== undefined && sameDims(entry, last.dims, dims)
      ? last.results
      : Object.fromEntries(
          entry.outputs.map((port) => [
            port.name,
            makeResult(port, dims, addresses.get(port.buffer) ?? 0, arena),
          ]),
        );
  return { dims, values: entry.dims.map(({ name }) => dims[name] ?? 0), addresses, results };
}

function makeResult(port: PortSpec, dims: Dims, address: number, arena: Arena): Tensor {
  const shape = port.shape.map((extent) => valueOf(extent, dims));
  const length = shape.reduce((all, size) => all * size, 1);
  let view = arena.view(port.dtype, address, length);
  return {
    shape,
    get data() {
      // Memory that has grown leaves old views empty.
      if (view.buffer !== arena.memory.buffer) view = arena.view(port.dtype, address, length);
      return view;
    },
    copy() {
      return this.data.slice();
    },
  };
}

function copyIn(
  entryName: string,
  port: PortSpec,
  data: TensorData,
  dims: Dims,
  address: number,
  arena: Arena,
): void {
  const view = arena.view(port.dtype, address, data.length);
  if (data.constructor !== view.constructor) checkNumbers(entryName, port, data);
  if (port.range !== undefined) checkRange(entryName, port, data, dims);
  view.set(data);
}

/** An array of another kind is converted number by number, where 1.5 would become 1, and a list in a list NaN. */
function checkNumbers(entryName: string, { name, dtype }: PortSpec, data: TensorData): void {
  for (let place = 0; place < data.length; place++) {
    const value: unknown = data[place];
    const fits = dtype === "f32" || Number.isInteger(value);
    if (typeof value === "number" ? fits : typeof value === "boolean" && dtype === "bool") continue;
    throw new TypeError(
      `${entryName}: ${name} takes ${dtype === "f32" ? "numbers" : "whole numbers"}, but element ${place} is ${String(value)}`,
    );
  }
}

/** An input that is left out has its default in every place. */
function fillIn(entryName: string, port: PortSpec, dims: Dims, address: number, arena: Arena): void {
  const { dtype, initial, shape } = port;
  if (initial === undefined) return;
  const length = shape.reduce<number>((all, extent) => all * valueOf(extent, dims), 1);
  const view = arena.view(dtype, address, length).fill(initial);
  if (port.range !== undefined) checkRange(entryName, port, view, dims);
}

function checkRange(entryName: string, port: PortSpec, data: TensorData, dims: Dims): void {
  const [low, high] = (port.range ?? []).map((extent) => valueOf(extent, dims));
  if (low === undefined || high === undefined) return;
  const wrong = data.findIndex((value) => !(value >= low && value < high));
  if (wrong >= 0) {
    throw new RangeError(
      `${entryName}: ${port.name} must be in ${low}..${high}, but element ${wrong} is ${data[wrong]}`,
    );
  }
}
