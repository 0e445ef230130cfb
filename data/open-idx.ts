import { DataError } from "./data-error.ts";
import { elements, type ElementName } from "./elements.ts";
import { openBytes } from "./open-bytes.ts";
import type { Reading } from "./reading.ts";
import type { Source } from "./source.ts";
import { storedRows } from "./stored-rows.ts";

/** The third byte of the magic number. */
const elementOf: Readonly<Record<number, ElementName>> = {
  0x08: "u8",
  0x09: "i8",
  0x0b: "i16",
  0x0c: "i32",
  0x0d: "f32",
  0x0e: "f64",
};

/**
 * IDX, the format of MNIST (LeCun, Cortes and Burges): two zero bytes, the element type, the rank, big-endian sizes of 32
 * bits, big-endian numbers. Packed with gzip or not.
 */
export async function openIdx({ host, path, budget }: Reading): Promise<Source> {
  const bytes = await openBytes(host, path, budget);
  const { size } = bytes;
  if (size === 0) throw new DataError("DLC6102", path, "is empty");
  const fail = (reason: string): never => {
    throw new DataError("DLC6104", path, `is no IDX file: ${reason}`);
  };
  const magic = await bytes.read(0, Math.min(4, size));
  if (magic[0] !== 0 || magic[1] !== 0) fail("it doesn't begin with two zero bytes");
  const element = elementOf[magic[2] ?? 0] ?? fail(`it has no element type ${magic[2] ?? "at all"}`);
  const rank = magic[3] ?? 0;
  if (rank === 0) fail("it has rank 0");
  const start = 4 + 4 * rank;
  if (size < start)
    throw new DataError("DLC6103", path, `ends in its header, after ${size} of ${start} bytes`);
  const header = await bytes.read(4, 4 * rank);
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const [rows = 0, ...sizes] = Array.from({ length: rank }, (_, axis) => view.getUint32(4 * axis));
  const shape = [rows, ...sizes] as const;
  requireNumbers(path, shape, elements[element].bytes, size - start);
  return storedRows({ bytes, start, element, little: false, shape }, budget);
}

/** A header of a shape, and as many bytes behind it as that takes. */
export function requireNumbers(path: string, shape: readonly number[], width: number, actual: number): void {
  const expected = shape.reduce((size, dim) => size * dim, 1) * width;
  const dims = `[${shape.join(", ")}]`;
  if (actual !== expected) {
    const by = actual < expected ? "is cut off" : "is longer than it says";
    const reason = `${by}: ${dims} of ${width} bytes each are ${expected} bytes, but ${actual} follow the header`;
    throw new DataError("DLC6103", path, reason);
  }
  if (expected === 0) throw new DataError("DLC6102", path, `holds no numbers: its shape is ${dims}`);
}
