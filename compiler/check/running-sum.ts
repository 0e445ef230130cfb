import type { Span } from "../diagnostics/source.ts";
import type { Guard } from "../graph/expr.ts";
import { axis as axisForm, subtract, zero, type Form } from "../integers/index.ts";
import { operandArray, sampleElement } from "./arrays.ts";
import type { Context, Value } from "./checker-types.ts";
import { axisForms, freshAxis, underAxes, underGuards } from "./context.ts";
import { expectScalar } from "./expect.ts";
import { hoist } from "./hoist.ts";
import { stored } from "./numbers.ts";
import { oneAxis } from "./one-axis.ts";
import { reduceOver } from "./reductions.ts";
import type { Scalar } from "./scalar.ts";
import { errorValue, scalarValue } from "./value.ts";

/** `cumsum(x)`: at each place the sum of the entries up to it, `sum[j where j <= i] x[j]`. */
export function runningSum(x: Value, context: Context, span: Span): Value {
  const array = oneAxis("cumsum", { value: x, span }, "cumsum(x[n, :])", context);
  const [length] = array?.shape ?? [];
  if (array === undefined || length === undefined) return errorValue;
  const summed = hoist(array, "summed", context, span);
  const dtype = stored(array.type, context);
  const entries = operandArray(summed.operand, { dtype, shape: array.shape }, axisForms(summed.context));
  const upTo = (place: Form, wanted: Context): Scalar | undefined => {
    const axis = freshAxis(wanted, "j", length);
    const guard: Guard = { relation: "nonnegative", form: subtract(place, axisForm(axis.name)) };
    const inner = underGuards(underAxes(wanted, [axis]), [guard]);
    const region = {
      axes: [axis],
      domain: [guard],
      filter: undefined,
      start: zero,
      places: length,
      context: inner,
    };
    const entry = scalarValue(entries.element([axisForm(axis.name)], inner));
    return expectScalar(reduceOver("sum", region, entry, { span }, wanted, true), wanted, span);
  };
  const sample = sampleElement(array.shape, context, ([place = zero], inner) => upTo(place, inner));
  if (sample === undefined) return errorValue;
  return {
    kind: "array",
    type: sample.type,
    shape: array.shape,
    origin: array.origin,
    element: ([place = zero], wanted) => upTo(place, wanted) ?? sample,
  };
}
