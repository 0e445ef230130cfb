import { dequantise } from "../../runtime/dequantise.ts";
import { readSafetensors, type StoredTensor } from "../../runtime/read-safetensors.ts";
import { writeSafetensors } from "../../runtime/write-safetensors.ts";
import type { Parameter, Program } from "../graph/graph.ts";

/** What is left out of the weights of a model. */
export interface Compression {
  /** The share of the weights that become 0: those that are smallest of all. */
  readonly prune?: number | undefined;
  /** The same, in each tensor by itself. */
  readonly pruneEach?: number | undefined;
  /** Whole numbers from -127 to 127 and a scale for each first place of a tensor, its output channels mostly. */
  readonly quantise?: "int8" | undefined;
}

/**
 * A weights file with less in it. Changed are floats of at least two axes that training finds: biases, gains and states
 * are few, and much depends on each.
 */
export function compressWeights(
  program: Program,
  file: Uint8Array<ArrayBuffer>,
  { prune, pruneEach, quantise }: Compression,
): Uint8Array<ArrayBuffer> {
  if (prune === undefined && pruneEach === undefined && quantise === undefined) return file;
  const tensors = dequantise(readSafetensors(file));
  const changed = program.params.filter(isCompressed);
  const values = new Map(changed.map(({ path }) => [path, floatsOf(tensors.get(path))]));
  if (prune !== undefined) dropSmallest([...values.values()], prune);
  if (pruneEach !== undefined) for (const one of values.values()) dropSmallest([one], pruneEach);
  return writeSafetensors(
    [...program.params, ...program.states].flatMap(({ path }) => {
      const stored = tensors.get(path);
      if (stored === undefined)
        throw new Error(`bug: ${path} is not in the weights that it was selected from`);
      const found = values.get(path);
      if (found === undefined) return [{ name: path, ...stored }];
      if (quantise === "int8") return quantised(path, stored.shape, found);
      return [{ name: path, ...stored, bytes: new Uint8Array(found.buffer) }];
    }),
  );
}

function isCompressed({ dtype, shape }: Parameter): boolean {
  return dtype === "f32" && shape.length >= 2;
}

function floatsOf(stored: StoredTensor | undefined): Float32Array<ArrayBuffer> {
  return new Float32Array(stored?.bytes.slice().buffer ?? new ArrayBuffer(0));
}

/** Magnitude pruning (Han et al. 2015): of equals, those go that stand first. */
function dropSmallest(tensors: readonly Float32Array[], share: number): void {
  const sizes = new Float32Array(tensors.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  for (const tensor of tensors) {
    sizes.set(tensor.map(Math.abs), start);
    start += tensor.length;
  }
  const dropped = Math.round(share * sizes.length);
  if (dropped === 0) return;
  sizes.sort();
  const limit = sizes[dropped - 1] ?? 0;
  let equals = dropped - sizes.findIndex((size) => size === limit);
  for (const tensor of tensors) {
    for (const [place, value] of tensor.entries()) {
      const size = Math.abs(value);
      if (size < limit || (size === limit && equals-- > 0)) tensor[place] = 0;
    }
  }
}

/** Symmetric, rounded to nearest: value ≈ scale · whole, the greatest of a channel being 127. */
function quantised(name: string, shape: readonly number[], values: Float32Array) {
  const [rows = 1] = shape;
  const width = values.length / rows;
  const scales = Float32Array.from(
    { length: rows },
    (_, row) =>
      values
        .subarray(row * width, (row + 1) * width)
        .reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127,
  );
  const whole = Int8Array.from(values, (value, place) => {
    const scale = scales[Math.floor(place / width)] ?? 0;
    return scale === 0 ? 0 : Math.max(-127, Math.min(127, Math.round(value / scale)));
  });
  return [
    { name, dtype: "I8", shape, bytes: new Uint8Array(whole.buffer) },
    { name: `${name}/scale`, dtype: "F32", shape: [rows], bytes: new Uint8Array(scales.buffer) },
  ];
}
