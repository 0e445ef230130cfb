import type { TensorData } from "./pack.ts";
import { storedNames, type Persistent } from "./persistent.ts";
import type { InitialisedSpec, StoredSpec } from "./spec.ts";
import { unpack } from "./unpack.ts";
import { writeSafetensors } from "./write-safetensors.ts";

/** A safetensors file of what lies in memory, row-major. */
export function saveStored(
  tensors: readonly StoredSpec[],
  persistent: Persistent,
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const stored = tensors.map((tensor) => {
    const values = rowMajorOf(tensor, persistent.view(tensor));
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    return { name: tensor.path, dtype: storedNames[tensor.dtype], shape: tensor.shape, bytes };
  });
  return writeSafetensors(stored, metadata);
}

/** Gives tensors that no file has their first values. */
export function writeInitial(tensors: readonly InitialisedSpec[], persistent: Persistent): void {
  for (const tensor of tensors) {
    const { initial, shape } = tensor;
    const length = shape.reduce((all, extent) => all * extent, 1);
    persistent.write(tensor, typeof initial === "number" ? new Float64Array(length).fill(initial) : initial);
  }
}

function rowMajorOf(tensor: StoredSpec, stored: TensorData): TensorData {
  const values = stored.slice();
  if (tensor.packing === undefined) return values;
  const length = tensor.shape.reduce((all, extent) => all * extent, 1);
  const target = values.subarray(0, length);
  unpack(stored, tensor.shape, tensor.packing, target);
  return target;
}
