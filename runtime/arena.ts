import { place } from "./place.ts";
import type { TensorData } from "./pack.ts";
import type { Dims, EntrySpec, StoredDtype } from "./spec.ts";

const pageBytes = 65536;
/** What 32-bit addresses reach. */
export const memoryLimit = 2 ** 32;

const arrayTypes = {
  f32: Float32Array,
  f16: Uint16Array,
  i32: Int32Array,
  i8: Int8Array,
  u8: Uint8Array,
  bool: Uint8Array,
} as const satisfies Record<StoredDtype, unknown>;

/** The memory of one loaded model: a table of addresses, what persists, and the buffers of the entry that ran last. */
export interface Arena {
  readonly memory: WebAssembly.Memory;
  /** Bytes below this persist. */
  readonly base: number;
  /** Grows memory so that it reaches `end`; a RangeError where the host refuses. */
  readonly reserve: (end: number) => void;
  readonly view: (dtype: StoredDtype, address: number, length: number) => TensorData;
  readonly setAddress: (buffer: number, address: number) => void;
}

export function makeArena(name: string, base: number): Arena {
  const maximum = memoryLimit / pageBytes;
  const memory = new WebAssembly.Memory({ initial: Math.ceil(base / pageBytes), maximum });
  return {
    memory,
    base,
    reserve: (end) => {
      const missing = Math.ceil(end / pageBytes) - memory.buffer.byteLength / pageBytes;
      if (missing <= 0) return;
      try {
        memory.grow(missing);
      } catch {
        throw new RangeError(`${name}: the host has no ${showBytes(end)} of memory for it`);
      }
    },
    view: (dtype, address, length) => new arrayTypes[dtype](memory.buffer, address, length),
    setAddress: (buffer, address) => {
      new Uint32Array(memory.buffer, 0, buffer + 1)[buffer] = address;
    },
  };
}

/**
 * Gives the buffers of an entry their addresses for these dims and writes them into the table. That the sum fits is
 * checked before memory grows.
 */
export function placeEntry(name: string, entry: EntrySpec, dims: Dims, arena: Arena): readonly number[] {
  const sizes = entry.sizes(dims);
  const first = entry.inputs.filter((port) => port.kept === true).length;
  const placed = place(sizes, entry.lifetimes, arena.base, memoryLimit, { first });
  if (!placed.fits) {
    throw new RangeError(
      `${name}: this call needs more than ${showBytes(placed.needed)} of memory, and WebAssembly has at most ${showBytes(memoryLimit)}`,
    );
  }
  arena.reserve(placed.end);
  entry.arena.forEach((buffer, number) => arena.setAddress(buffer, placed.addresses[number] ?? 0));
  return placed.addresses;
}

export function showBytes(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < units.length - 1) [value, unit] = [value / 1024, unit + 1];
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${units[unit]}`;
}
