// @ts-check
import { readFileSync, writeFileSync } from "node:fs";

// Arrays in NumPy's format, version 1.0, row by row, of the three kinds of numbers that data here are made of.

/** @typedef {Uint8Array | Int32Array | Float32Array} Numbers */

/**
 * @param {string} path
 * @param {Numbers} data
 * @param {readonly number[]} shape
 */
export function writeNpy(path, data, shape) {
  const dict = `{'descr': '${descriptorOf(data)}', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`;
  // The header ends with a line break on a multiple of 64.
  const length = Math.ceil((10 + dict.length + 1) / 64) * 64 - 10;
  const head = Buffer.from(`\u0093NUMPY\u0001\u0000..${dict.padEnd(length - 1)}\n`, "latin1");
  head.writeUInt16LE(length, 8);
  writeFileSync(path, Buffer.concat([head, Buffer.from(data.buffer, data.byteOffset, data.byteLength)]));
}

/** @param {Numbers} data */
function descriptorOf(data) {
  if (data instanceof Uint8Array) return "|u1";
  return data instanceof Int32Array ? "<i4" : "<f4";
}

/**
 * @param {string} path of a file that `writeNpy` wrote
 * @returns {{ data: Numbers; shape: readonly number[] }}
 */
export function readNpy(path) {
  const file = readFileSync(path);
  const start = 10 + file.readUInt16LE(8);
  const head = file.toString("latin1", 10, start);
  const [, descriptor = "", sizes = ""] = /'descr': '([^']+)'.*'shape': \(([^)]*)\)/.exec(head) ?? [];
  const bytes = Uint8Array.from(file.subarray(start)).buffer;
  const shape = sizes.split(",").flatMap((size) => (size.trim() === "" ? [] : [Number(size)]));
  switch (descriptor) {
    case "|u1":
      return { data: new Uint8Array(bytes), shape };
    case "<i4":
      return { data: new Int32Array(bytes), shape };
    case "<f4":
      return { data: new Float32Array(bytes), shape };
    default:
      throw new Error(`${path} holds ${descriptor}`);
  }
}
