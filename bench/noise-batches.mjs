// @ts-check
import { seed } from "./build-models.mjs";

/** Examples one after the other, and a label for each. @typedef {{ numbers: Float32Array; label: Int32Array }} NoiseBatch */

/**
 * Noise with labels, the same in every run.
 * @param {readonly number[]} shape of an example
 * @param {number} size examples of a batch
 * @param {number} count
 * @returns {NoiseBatch[]}
 */
export function drawBatches(shape, size, count) {
  const each = shape.reduce((all, extent) => all * extent, 1);
  let state = seed;
  const draw = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
  return Array.from({ length: count }, () => ({
    numbers: Float32Array.from({ length: size * each }, draw),
    label: Int32Array.from({ length: size }, () => Math.floor(10 * draw())),
  }));
}

/** As the peer reads them. @param {readonly NoiseBatch[]} batches */
export function bytesOfBatches(batches) {
  return Buffer.concat(
    batches.flatMap(({ numbers, label }) => [Buffer.from(numbers.buffer), Buffer.from(label.buffer)]),
  );
}
