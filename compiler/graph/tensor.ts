import type { Dtype } from "../scalar/dtype.ts";

/** A value: row-major, in f64 whatever its dtype; a bool is 0 or 1. */
export interface Tensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export function tensorOf(shape: readonly number[], values: ArrayLike<number>, dtype: Dtype = "f32"): Tensor {
  if (values.length !== sizeOfShape(shape)) {
    throw new RangeError(`a tensor of shape [${shape.join(", ")}] does not hold ${values.length} values`);
  }
  return { dtype, shape, data: Float64Array.from(values) };
}

export function sizeOfShape(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** Row-major: the last axis is 1 apart. */
export function stridesOf(shape: readonly number[]): readonly number[] {
  return shape.map((_, place) => sizeOfShape(shape.slice(place + 1)));
}
