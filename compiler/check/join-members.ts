import type { ReduceOperator } from "../../grammar/ast.ts";
import type { Span } from "../diagnostics/source.ts";
import { constant, maximum, minimum } from "../integers/index.ts";
import { entrywise } from "./arrays.ts";
import type { Context, Value } from "./checker-types.ts";
import { both, either } from "./conditions.ts";
import { expectArray } from "./expect.ts";
import { apply } from "./exprs.ts";
import { coerce, join, showType, widened } from "./numbers.ts";
import { combined } from "./operators.ts";
import type { Scalar } from "./scalar.ts";
import { tellIn } from "./session.ts";
import { boolConstant, counted, errorValue, floatConstant, scalarValue } from "./value.ts";

type Joining = Exclude<ReduceOperator, "argmax" | "argmin">;

/** What nothing at all comes to (D4.4). */
const empty: Readonly<Record<Joining, Scalar>> = {
  sum: counted(constant(0)),
  prod: counted(constant(1)),
  max: floatConstant(-Infinity),
  min: floatConstant(Infinity),
  mean: floatConstant(NaN),
  any: boolConstant(false),
  all: boolConstant(true),
};

/** `max(a, b)`, `mean(net(x) for net in nets)`: values of one shape joined entry by entry, in their order. */
export function joinMembers(
  operator: Joining,
  values: readonly Value[],
  spans: readonly Span[],
  context: Context,
  span: Span,
): Value {
  const isNumber = operator !== "any" && operator !== "all";
  const [first, ...rest] = isNumber
    ? values.map((value) => counting(value, operator, context, span))
    : values;
  if (first === undefined) return scalarValue(empty[operator]);
  if (rest.length === 0) return first;
  const pair = (left: Value, right: Value, place: number): Value => {
    const sides = [spans[place] ?? span, spans[place + 1] ?? span] as const;
    if (operator === "sum" || operator === "mean" || operator === "prod")
      return combined(operator === "prod" ? "*" : "+", [left, right], sides, context, span);
    const [a, b] = [expectArray(left, context, sides[0]), expectArray(right, context, sides[1])];
    if (a === undefined || b === undefined) return errorValue;
    return entrywise(
      [a, b],
      context,
      span,
      ([x, y], wanted) => x && y && joinTwo(operator, x, y, wanted, span),
    );
  };
  const all = rest.reduce<Value>((left, right, place) => pair(left, right, place), first);
  if (operator !== "mean") return all;
  const count = scalarValue(counted(constant(values.length)));
  return combined("/", [all, count], [span, span], { ...context, integer: false }, span);
}

/** Conditions are counted, and their mean is a share (D5.4). */
function counting(value: Value, operator: Joining, context: Context, span: Span): Value {
  const to = operator === "sum" ? "i32" : context.builder.real;
  if ((operator !== "sum" && operator !== "mean") || value.kind !== "array" || value.type !== "bool")
    return value;
  return entrywise(
    [value],
    context,
    span,
    ([x]) => x && { type: to, expr: { kind: "convert", to, operand: x.expr } },
  );
}

function joinTwo(
  operator: "max" | "min" | "any" | "all",
  a: Scalar,
  b: Scalar,
  context: Context,
  span: Span,
): Scalar | undefined {
  if (operator === "max" || operator === "min") return extreme(operator, a, b, context, span);
  if (a.type === "bool" && b.type === "bool") return operator === "all" ? both(a, b) : either(a, b);
  tellIn(context.builder, "DLC3017", {
    message: `\`${operator}\` joins conditions, but this is ${showType((a.type === "bool" ? b : a).type)}`,
    span,
  });
  return undefined;
}

function extreme(
  operator: "max" | "min",
  a: Scalar,
  b: Scalar,
  context: Context,
  span: Span,
): Scalar | undefined {
  const [x, y] = [widened(a), widened(b)];
  const type = join(x.type, y.type);
  if (type === undefined || type === "bool") {
    tellIn(context.builder, "DLC3017", {
      message: `\`${operator}\` joins ${showType(x.type)} and ${showType(y.type)}: nothing is converted unless it is written`,
      span,
      help: ["convert one of them, as in `real(n)`"],
    });
    return undefined;
  }
  const form = x.form && y.form && (operator === "max" ? maximum : minimum)(x.form, y.form);
  if (type === "counted" && form !== undefined) return counted(form);
  const expr = apply(operator === "max" ? "maximum" : "minimum", coerce(x, type), coerce(y, type));
  return { type, expr, form };
}
