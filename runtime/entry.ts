import { placeEntry, type Arena } from "./arena.ts";
import { copyIn, fillIn } from "./copy-in.ts";
import { solveDims, valueOf } from "./dims.ts";
import type { TensorData } from "./pack.ts";
import { readInputs, type Inputs } from "./read-inputs.ts";
import type { Dims, EntrySpec, PortSpec } from "./spec.ts";

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

/** The function that runs one entry: inputs are checked, solved for the free dims and copied in. `hidden` are those that messages do not name. */
export function makeEntry(
  modelName: string,
  name: string,
  entry: EntrySpec,
  run: (...dims: number[]) => void,
  arena: Arena,
  current: Current,
  hidden: ReadonlySet<string>,
): Entry {
  let prepared: Prepared | undefined;
  /** The arrays that lie in memory still, of the inputs that are kept. */
  const lying = new Map<number, ArrayLike<number>>();
  return (inputs, options) => {
    const given = readInputs(name, entry, inputs, arena.memory, hidden);
    const dims = solveDims(name, entry, given, options?.dims);
    if (prepared === undefined || current.entry !== entry || !sameDims(entry, prepared.dims, dims)) {
      if (current.entry !== entry) lying.clear();
      const before = prepared;
      prepared = prepare(modelName, entry, dims, arena, prepared);
      current.entry = entry;
      if (before !== undefined && entry.inputs.some((port) => moved(port, before, prepared))) lying.clear();
    }
    const { addresses, values, results } = prepared;
    const targets = Object.entries(options?.into ?? {});
    for (const [output, target] of targets) checkTarget(name, output, target, results[output]);
    for (const port of entry.inputs) {
      const data = given.get(port.name)?.data;
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
    for (const [output, target] of targets) target.set(results[output]?.data ?? []);
    return results;
  };
}

/** An array that is to receive an output has its type and length; nothing runs otherwise. */
function checkTarget(
  entryName: string,
  output: string,
  target: TensorData,
  result: Tensor | undefined,
): void {
  if (result === undefined) throw new TypeError(`${entryName}: there is no output ${output}`);
  const { data } = result;
  const [type, given] = [data, target].map((array) => array[Symbol.toStringTag]);
  if (type !== given) throw new TypeError(`${entryName}: ${output} is a ${type}, the array for it ${given}`);
  if (target.length !== data.length) {
    throw new RangeError(
      `${entryName}: ${output} has ${data.length} numbers, the array for it ${target.length}`,
    );
  }
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
