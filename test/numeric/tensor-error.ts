import type { Tensor } from "../../compiler/graph/tensor.ts";

/** Results may be this far from what they should be. */
export const tolerance = 1e-5;

/**
 * The measure of the project: max|a − b| / max(max|b|, 1e-6), b being what is right. Infinities and NaN must stand where
 * they stand in b, and count for nothing more; another shape is infinitely wrong, and so is any difference of integers.
 */
export function tensorError(actual: Tensor | undefined, expected: Tensor): number {
  if (actual?.shape.join() !== expected.shape.join() || actual.dtype !== expected.dtype) return Infinity;
  let [largest, error] = [1e-6, 0];
  for (const [place, right] of expected.data.entries()) {
    const found = actual.data[place] ?? NaN;
    if (Number.isFinite(right)) {
      largest = Math.max(largest, Math.abs(right));
      const apart = Math.abs(found - right);
      error = Number.isNaN(apart) ? Infinity : Math.max(error, apart);
    } else if (!Object.is(found, right)) {
      return Infinity;
    }
  }
  if (expected.dtype !== "f32" && expected.dtype !== "f16") return error === 0 ? 0 : Infinity;
  return error / largest;
}

/** The largest error of any of the tensors; infinite where their names differ. */
export function largestError(
  actual: Readonly<Record<string, Tensor>>,
  expected: Readonly<Record<string, Tensor>>,
): number {
  if (Object.keys(actual).sort().join() !== Object.keys(expected).sort().join()) return Infinity;
  return Math.max(0, ...Object.entries(expected).map(([name, right]) => tensorError(actual[name], right)));
}
