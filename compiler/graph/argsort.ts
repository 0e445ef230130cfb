import type { ArgsortNode } from "./graph.ts";
import { sizeOfShape, type Tensor } from "./tensor.ts";

/** The places of the elements of each row in its order. */
export function argsort(
  { dtype, descending }: ArgsortNode,
  shape: readonly number[],
  { data, shape: sorted }: Tensor,
): Tensor {
  const length = sorted.at(-1) ?? 1;
  const count = shape.at(-1) ?? 1;
  const places = new Float64Array(sizeOfShape(shape));
  for (let row = 0; row * count < places.length; row += 1) {
    const values = data.subarray(row * length, (row + 1) * length);
    const order = Array.from(values.keys()).sort(
      (a, b) => (descending ? compare(values[b], values[a]) : compare(values[a], values[b])) || a - b,
    );
    places.set(order.slice(0, count), row * count);
  }
  return { dtype, shape, data: places };
}

/** NaN is greater than all, and equals itself. */
function compare(a = NaN, b = NaN): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a < b ? -1 : a > b ? 1 : 0;
}
