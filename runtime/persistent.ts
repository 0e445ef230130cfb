import { makeArena, type Arena } from "./arena.ts";
import { showShape } from "./dims.ts";
import { pack, type TensorData } from "./pack.ts";
import type { StoredTensor } from "./read-safetensors.ts";
import type { ModelSpec, StoredDtype, StoredSpec } from "./spec.ts";

/** Dtypes as safetensors writes them. */
export const storedNames = {
  f32: "F32",
  f16: "F16",
  i32: "I32",
  i8: "I8",
  u8: "U8",
  bool: "BOOL",
} as const satisfies Record<StoredDtype, string>;

/** What persists of a model: parameters, states, constants and, where it trains, slots. */
export interface Persistent {
  readonly arena: Arena;
  /** The memory of a tensor, in the order in which it is stored. */
  readonly view: (tensor: Omit<StoredSpec, "path">) => TensorData;
  /** Puts row-major values where they belong. */
  readonly write: (tensor: Omit<StoredSpec, "path">, values: ArrayLike<number>) => void;
}

/** Gives what persists its addresses and writes the constants. */
export function placePersistent(spec: ModelSpec, slots: readonly StoredSpec[]): Persistent {
  const align = (address: number): number => Math.ceil(address / 64) * 64;
  let end = align(4 * spec.tableLength);
  const all = [...spec.params, ...spec.states, ...slots, ...spec.constants];
  const addresses = all.map(({ buffer, bytes }) => {
    const address = end;
    end = align(end + bytes);
    return [buffer, address] as const;
  });
  const arena = makeArena(spec.name, end);
  for (const [buffer, address] of addresses) arena.setAddress(buffer, address);
  const addressOf = new Map(addresses);
  const view: Persistent["view"] = ({ dtype, buffer, bytes }) => {
    const width = arena.view(dtype, 0, 0).BYTES_PER_ELEMENT;
    return arena.view(dtype, addressOf.get(buffer) ?? 0, bytes / width);
  };
  const write: Persistent["write"] = (tensor, values) => {
    if (tensor.packing === undefined) view(tensor).set(values);
    else pack(values, tensor.shape, tensor.packing, view(tensor));
  };
  for (const tensor of spec.constants) write(tensor, tensor.values);
  return { arena, view, write };
}

/** Row-major values of a tensor of a file. */
export function valuesOf(spec: StoredSpec, stored: StoredTensor | undefined): ArrayLike<number> {
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
export function checkWeights(
  model: string,
  wanted: readonly StoredSpec[],
  weights: ReadonlyMap<string, StoredTensor>,
  file: "weights" | "checkpoint" | "snapshot",
): void {
  for (const { path, dtype, shape } of wanted) {
    const stored = weights.get(path);
    if (stored === undefined)
      throw new Error(
        `the ${file} of ${model} ${file === "weights" ? "lack" : "lacks"} ${path}, ${dtype}${showShape(shape)}`,
      );
    const sameShape =
      stored.shape.length === shape.length && shape.every((size, d) => size === stored.shape[d]);
    if (stored.dtype !== storedNames[dtype] || !sameShape) {
      throw new Error(
        `${path} is ${dtype}${showShape(shape)} in ${model}, but ${stored.dtype}${showShape(stored.shape)} in the ${file}`,
      );
    }
  }
}
