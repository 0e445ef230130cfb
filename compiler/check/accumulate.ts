import type { Span } from "../diagnostics/source.ts";
import { constant, constantOf, type Form } from "../integers/index.ts";
import type { Dtype } from "../scalar/dtype.ts";
import { entrywise, operandArray } from "./arrays.ts";
import { freshBinding } from "./builder.ts";
import type { ArrayValue, Builder, Context, ErrorValue, ParametersValue } from "./checker-types.ts";
import { expectArray } from "./expect.ts";
import { apply, literal } from "./exprs.ts";
import { named } from "./hoist.ts";
import { coerce } from "./numbers.ts";
import { mapParameters } from "./parameters.ts";
import type { BodyInput, OwnedTensor } from "./typed.ts";
import { counted, errorValue, scalarValue } from "./value.ts";

/** How many examples a step is of: the first dim that all outputs of the data share; one example where there is none. */
export function leadingRows(inputs: readonly BodyInput[]): Form {
  const [first, ...rest] = inputs.map(({ shape }) => shape[0]);
  const shared = first !== undefined && rest.every((dim) => dim?.key === first.key);
  return shared ? first : constant(1);
}

/**
 * `accumulate = K`: the gradients of K steps count as one, of all their rows together:
 *
 *     sum' = sum + rows · g,   seen' = seen + rows        in each of the first K - 1 steps
 *     g = (sum + rows · g) / (seen + rows),   sum' = 0,   seen' = 0        in the last
 *
 * so that the parameters move as by one batch of all these rows where the loss is a mean over rows. Gives the gradient
 * by which they move in the `last` step.
 */
export function accumulated(
  gradient: ParametersValue,
  rows: Form,
  last: boolean,
  context: Context,
  span: Span,
): ParametersValue | ErrorValue {
  const { builder } = context;
  const counter = slotOf(
    { hint: "seen", labels: ["accumulated", "rows"], dtype: "i32", shape: [] },
    context,
    span,
  );
  const seen = arrayOf(
    entrywise(
      [counter, scalarValue(counted(rows))],
      context,
      span,
      ([before, here]) => before && here && { type: "i32", expr: apply("add", before.expr, here.expr) },
    ),
    "seen_next",
    context,
    span,
  );
  if (seen === undefined) return errorValue;
  replace(builder, counter, last ? zeros("i32", []) : seen, context, span);
  return mapParameters(gradient, ({ owned, value }) => {
    const { dtype, shape } = owned;
    const sum = slotOf(
      { hint: `sum_${owned.name}`, labels: ["accumulated"], of: owned.path, dtype, shape },
      context,
      span,
    );
    const grown = entrywise([sum, value], context, span, ([before, g]) => {
      if (before === undefined || g === undefined) return undefined;
      const here = coerce(counted(rows), g.type);
      const part = constantOf(rows) === 1 ? g.expr : apply("multiply", here, g.expr);
      return { type: g.type, expr: apply("add", before.expr, part) };
    });
    const next = arrayOf(grown, `${sum.operand ?? "sum"}_next`, context, span);
    if (next === undefined) return errorValue;
    replace(builder, sum, last ? zeros(dtype, sum.shape) : next, context, span);
    if (!last) return next;
    return entrywise(
      [next, seen],
      context,
      span,
      ([all, count]) =>
        all &&
        count && {
          type: all.type,
          expr: apply("divide", all.expr, { kind: "convert", to: dtype, operand: count.expr }),
        },
    );
  });
}

interface Slot extends Pick<OwnedTensor, "dtype" | "shape"> {
  readonly hint: string;
  readonly labels: readonly string[];
  readonly of?: OwnedTensor["path"];
}

/** A tensor that lives from step to step, and is 0 at first. */
function slotOf({ hint, labels, of, dtype, shape }: Slot, { builder }: Context, span: Span): ArrayValue {
  const name = freshBinding(builder, hint);
  const axes = shape.map((extent, place) => ({ name: `i${place}`, extent: constant(extent) }));
  builder.states.set(name, {
    name,
    path: { root: "own", labels },
    dtype,
    shape,
    initial: { bindings: [], axes, body: literal(dtype, 0) },
    slot: of ?? "whole",
    span,
  });
  return operandArray(name, { dtype, shape: shape.map(constant) });
}

function zeros(dtype: Dtype, shape: readonly Form[]): ArrayValue {
  const zero = { type: dtype, expr: literal(dtype, 0) } as const;
  return shape.length === 0 ? scalarValue(zero) : { kind: "array", type: dtype, shape, element: () => zero };
}

function arrayOf(
  value: ArrayValue | ErrorValue,
  name: string,
  context: Context,
  span: Span,
): ArrayValue | undefined {
  const array = expectArray(value, context, span);
  return array && named(array, name, context, span);
}

function replace(builder: Builder, slot: ArrayValue, next: ArrayValue, context: Context, span: Span): void {
  const { operand } = named(next, "cleared", context, span);
  if (slot.operand !== undefined && operand !== undefined)
    builder.updates.push({ kind: "state", name: slot.operand, operand });
}
