import type { StoredTensor } from "./read-safetensors.ts";

/**
 * The tensors of a weights file, with those as floats again that are stored as whole numbers beside a scale for each of
 * their first places: `fc.weight` as I8 and `fc.weight/scale` as F32. Labels make no path with a `/`, so that a model may
 * have a parameter `fc.weight` of 8 bits and its `fc.weight.scale` itself.
 */
export function dequantise(tensors: ReadonlyMap<string, StoredTensor>): ReadonlyMap<string, StoredTensor> {
  const found = new Map(tensors);
  for (const [name, { dtype, shape, bytes }] of tensors) {
    const scale = tensors.get(`${name}/scale`);
    const [rows = 0] = shape;
    if (dtype !== "I8" || scale?.dtype !== "F32" || scale.shape.join() !== `${rows}`) continue;
    const scales = new Float32Array(scale.bytes.slice().buffer);
    const values = Float32Array.from(
      new Int8Array(bytes.slice().buffer),
      (value, place) => value * (scales[Math.floor((place * rows) / bytes.length)] ?? 0),
    );
    found.set(name, { dtype: "F32", shape, bytes: new Uint8Array(values.buffer) });
    found.delete(`${name}/scale`);
  }
  return found;
}
