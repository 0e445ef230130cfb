// @ts-check
import { readFileSync } from "node:fs";

/** @typedef {{ shape: number[]; data: Float32Array }} Weight */
/** By path. @typedef {Map<string, Weight>} Weights */

/**
 * The tensors of a safetensors file of f32.
 * @param {string} path
 * @returns {Weights}
 */
export function readWeights(path) {
  const file = readFileSync(path);
  const start = 8 + Number(file.readBigUInt64LE(0));
  /** @type {Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>} */
  const header = JSON.parse(file.toString("utf8", 8, start));
  /** @type {Weights} */
  const weights = new Map();
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    if (entry.dtype !== "F32") throw new Error(`${path}: ${name} is ${entry.dtype}`);
    const [from, to] = entry.data_offsets;
    const bytes = Uint8Array.from(file.subarray(start + from, start + to));
    weights.set(name, { shape: entry.shape, data: new Float32Array(bytes.buffer) });
  }
  return weights;
}

/**
 * @param {Weights} weights
 * @param {string} name
 * @returns {Weight}
 */
export function weightOf(weights, name) {
  const found = weights.get(name);
  if (found === undefined) throw new Error(`no ${name} in the weights`);
  return found;
}
