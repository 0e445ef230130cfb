import type { TensorData } from "./pack.ts";

export interface ShapedTensor {
  readonly data: TensorData;
  readonly shape: readonly number[];
}

/** Data with a shape, for inputs of which more than one size is free. */
export function tensor(data: TensorData, shape: readonly number[]): ShapedTensor {
  const length = shape.reduce((all, size) => all * size, 1);
  if (length !== data.length) {
    throw new RangeError(
      `tensor: [${shape.join(", ")}] has ${length} numbers, but ${data.length} were given`,
    );
  }
  return { data, shape };
}
