import { makeArena, type Arena } from "./arena.ts";
import { bestVariant, compileCode, type Variant } from "./code.ts";
import { showShape } from "./dims.ts";
import { makeEntry, type Current, type Entry } from "./entry.ts";
import { pack } from "./pack.ts";
import { readFile, type FileSource } from "./read-file.ts";
import { readSafetensors, type StoredTensor } from "./read-safetensors.ts";
import type { Dims, Dtype, ModelSpec, PortSpec, StoredDtype, StoredSpec } from "./spec.ts";

export interface LoadOptions {
  /** Another safetensors file than the module's own. */
  readonly weights?: FileSource;
  /** Other code than the module's own, where a host wants to compile it itself. */
  readonly wasm?: FileSource | WebAssembly.Module;
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

/** Places and fills what persists, compiles the code, and answers the model's entries. */
export async function loadModel(spec: ModelSpec, files: Files, options: LoadOptions = {}): Promise<Model> {
  if (!["wasm", "auto"].includes(options.device ?? "auto")) {
    throw new RangeError(`${spec.name} was built for wasm; it can't run on ${options.device}`);
  }
  const variant = bestVariant();
  const compiled = compileCode(options.wasm ?? files.code[variant]());
  // A failure of the weights is told first; this one must not go unhandled meanwhile.
  compiled.catch(() => undefined);
  const bytes = await readFile(options.weights ?? files.weights());
  const weights = readSafetensors(bytes);
  const arena = fillPersistent(spec, weights);
  const instance = await WebAssembly.instantiate(await compiled, { env: { memory: arena.memory } });
  const current: Current = {};
  const entries: Record<string, Entry> = {};
  for (const [name, entry] of Object.entries(spec.entries)) {
    const run = instance.exports[name];
    if (!isRun(run))
      throw new Error(`the code of ${spec.name} lacks its entry ${name}: it is of another build`);
    entries[name] = makeEntry(spec.name, name, entry, run, arena, current);
  }
  return Object.assign(entries, { info: makeInfo(spec, arena, variant) });
}

function isRun(value: unknown): value is (...dims: number[]) => void {
  return typeof value === "function";
}

const storedNames = {
  f32: "F32",
  f16: "F16",
  i32: "I32",
  i8: "I8",
  u8: "U8",
  bool: "BOOL",
} as const satisfies Record<StoredDtype, string>;

function fillPersistent(spec: ModelSpec, weights: ReadonlyMap<string, StoredTensor>): Arena {
  const learned = [...spec.params, ...spec.states];
  checkWeights(spec, learned, weights);
  const align = (address: number): number => Math.ceil(address / 64) * 64;
  let end = align(4 * spec.tableLength);
  const addresses = [...learned, ...spec.constants].map(({ buffer, bytes }) => {
    const address = end;
    end = align(end + bytes);
    return [buffer, address] as const;
  });
  const arena = makeArena(spec.name, end);
  for (const [buffer, address] of addresses) arena.setAddress(buffer, address);
  const addressOf = new Map(addresses);
  const write = (tensor: Omit<StoredSpec, "path">, values: ArrayLike<number>): void => {
    const width = arena.view(tensor.dtype, 0, 0).BYTES_PER_ELEMENT;
    const target = arena.view(tensor.dtype, addressOf.get(tensor.buffer) ?? 0, tensor.bytes / width);
    if (tensor.packing === undefined) target.set(values);
    else pack(values, tensor.shape, tensor.packing, target);
  };
  for (const tensor of learned) write(tensor, valuesOf(tensor, weights.get(tensor.path)));
  for (const tensor of spec.constants) write(tensor, tensor.values);
  return arena;
}

function valuesOf(spec: StoredSpec, stored: StoredTensor | undefined): ArrayLike<number> {
  if (stored === undefined) return [];
  // Offsets in a file need not be multiples of four.
  const { buffer, byteOffset, byteLength } = stored.bytes;
  const aligned = byteOffset % 4 === 0 ? buffer : stored.bytes.slice().buffer;
  const start = byteOffset % 4 === 0 ? byteOffset : 0;
  switch (spec.dtype) {
    case "f32":
      return new Float32Array(aligned, start, byteLength / 4);
    case "i32":
      return new Int32Array(aligned, start, byteLength / 4);
    case "f16":
      return new Uint16Array(aligned, start, byteLength / 2);
    case "i8":
      return new Int8Array(aligned, start, byteLength);
    case "u8":
    case "bool":
      return stored.bytes;
    default:
      return spec.dtype satisfies never;
  }
}

/** A wrong file is refused by name, shape and dtype before anything runs. */
function checkWeights(
  spec: ModelSpec,
  learned: readonly StoredSpec[],
  weights: ReadonlyMap<string, StoredTensor>,
): void {
  for (const { path, dtype, shape } of learned) {
    const stored = weights.get(path);
    if (stored === undefined)
      throw new Error(`the weights of ${spec.name} lack ${path}, ${dtype}${showShape(shape)}`);
    const sameShape =
      stored.shape.length === shape.length && shape.every((size, d) => size === stored.shape[d]);
    if (stored.dtype !== storedNames[dtype] || !sameShape) {
      throw new Error(
        `${path} is ${dtype}${showShape(shape)} in ${spec.name}, but ${stored.dtype}${showShape(stored.shape)} in the weights`,
      );
    }
  }
}

function makeInfo(spec: ModelSpec, arena: Arena, variant: Variant): Info {
  const portInfo = ({ name, dtype, shape }: PortSpec): PortInfo => ({
    name,
    dtype,
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
