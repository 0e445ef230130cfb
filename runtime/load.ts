import type { Arena } from "./arena.ts";
import { bestVariant, compileCode, type Variant } from "./code.ts";
import { makeEntry, type Current, type Entry } from "./entry.ts";
import { checkWeights, placePersistent, valuesOf, type Persistent } from "./persistent.ts";
import { dequantise } from "./dequantise.ts";
import { readFile, type FileSource } from "./read-file.ts";
import { readSafetensors } from "./read-safetensors.ts";
import type { Dims, Dtype, EntrySpec, ModelSpec, PortSpec, StoredSpec } from "./spec.ts";

export interface LoadOptions {
  /** Another safetensors file than the module's own. */
  readonly weights?: FileSource;
  /** Other code than the module's own, where a host wants to compile it itself. */
  readonly wasm?: FileSource | WebAssembly.Module;
  /** Of random draws in entries; 0 where it is left out. */
  readonly seed?: number;
  /** "wasm" or "auto"; other devices are refused. */
  readonly device?: string;
}

/** Where a module finds its files. They are functions, since bundlers follow `new URL` only where it stands literally. */
export interface Files {
  readonly code: Readonly<Record<Variant, () => FileSource | WebAssembly.Module>>;
  readonly weights: () => FileSource;
}

export interface PortInfo {
  readonly name: string;
  readonly dtype: Dtype;
  /** A free dim by its name. */
  readonly shape: readonly (number | string)[];
  /** Every entry of an input that a call may leave out. */
  readonly default?: number;
}

export interface Info {
  readonly entries: Readonly<
    Record<
      string,
      {
        readonly inputs: readonly PortInfo[];
        readonly outputs: readonly PortInfo[];
        readonly flops: (dims: Dims) => number;
      }
    >
  >;
  /** Numbers that training has found. */
  readonly parameters: number;
  /** Bytes of memory in use. */
  readonly bytes: number;
  readonly variant: Variant;
  readonly threads: number;
  readonly why: string;
}

export type Model = Readonly<Record<string, Entry>> & { readonly info: Info };

/** A model in memory, with what a trainer needs besides its entries. */
export interface Loaded {
  readonly model: Model;
  readonly persistent: Persistent;
  readonly current: Current;
  /** The entry of an export; `called` is how its errors name it, `hidden` are inputs that they do not name. */
  readonly entryOf: (name: string, entry: EntrySpec, called?: string, hidden?: ReadonlySet<string>) => Entry;
}

/** Places and fills what persists, compiles the code, and answers the model's entries. */
export async function loadModel(spec: ModelSpec, files: Files, options: LoadOptions = {}): Promise<Model> {
  return (await loadWith(spec, files, options, [])).model;
}

/** As `loadModel`, with room for tensors that no weights file has. */
export async function loadWith(
  spec: ModelSpec,
  files: Files,
  options: LoadOptions,
  slots: readonly StoredSpec[],
): Promise<Loaded> {
  if (!["wasm", "auto"].includes(options.device ?? "auto")) {
    throw new RangeError(`${spec.name} was built for wasm; it can't run on ${options.device}`);
  }
  const { seed = 0 } = options;
  if (!(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)) {
    throw new RangeError(`${spec.name}: the seed must be a whole number from 0 to 2³² − 1, but is ${seed}`);
  }
  const variant = bestVariant();
  const compiled = compileCode(options.wasm ?? files.code[variant]());
  // A failure of the weights is told first; this one must not go unhandled meanwhile.
  compiled.catch(() => undefined);
  const bytes = await readFile(options.weights ?? files.weights());
  const weights = dequantise(readSafetensors(bytes));
  checkWeights(spec.name, [...spec.params, ...spec.states], weights, "weights");
  const persistent = placePersistent(spec, slots);
  const { arena } = persistent;
  for (const tensor of [...spec.params, ...spec.states]) {
    persistent.write(tensor, valuesOf(tensor, weights.get(tensor.path)));
  }
  const instance = await WebAssembly.instantiate(await compiled, { env: { memory: arena.memory } });
  const current: Current = { seed, step: 0 };
  const entryOf: Loaded["entryOf"] = (name, entry, called = name, hidden = new Set()) => {
    const run = instance.exports[name];
    if (!isRun(run))
      throw new Error(`the code of ${spec.name} lacks its entry ${name}: it is of another build`);
    return makeEntry(spec.name, called, entry, run, arena, current, hidden);
  };
  const entries = Object.fromEntries(
    Object.entries(spec.entries).map(([name, entry]) => [name, entryOf(name, entry)]),
  );
  const model = Object.assign(entries, { info: makeInfo(spec, arena, variant) });
  return { model, persistent, current, entryOf };
}

function isRun(value: unknown): value is (...dims: number[]) => void {
  return typeof value === "function";
}

function makeInfo(spec: ModelSpec, arena: Arena, variant: Variant): Info {
  const portInfo = ({ name, dtype, shape, initial }: PortSpec): PortInfo => ({
    name,
    dtype,
    ...(initial !== undefined && { default: initial }),
    shape: shape.map((extent) => (typeof extent === "function" ? String(extent) : extent)),
  });
  return {
    entries: Object.fromEntries(
      Object.entries(spec.entries).map(([name, { inputs, outputs, flops }]) => [
        name,
        { inputs: inputs.map(portInfo), outputs: outputs.map(portInfo), flops },
      ]),
    ),
    parameters: spec.params.reduce(
      (all, { shape }) => all + shape.reduce((size, extent) => size * extent, 1),
      0,
    ),
    get bytes() {
      return arena.memory.buffer.byteLength;
    },
    variant,
    threads: 1,
    why: "this build has no code for more threads",
  };
}
