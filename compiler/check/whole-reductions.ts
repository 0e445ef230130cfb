import type { ReduceCall, ReduceOperator } from "../../grammar/ast.ts";
import type { Span } from "../diagnostics/source.ts";
import { constant, maximum, minimum, product } from "../integers/index.ts";
import { entrywise } from "./arrays.ts";
import type { Context, Value } from "./checker-types.ts";
import type { Scalar } from "./scalar.ts";
import { axisForms, freshAxis, underAxes } from "./context.ts";
import { evaluate } from "./evaluate.ts";
import { expectArray } from "./expect.ts";
import { apply } from "./exprs.ts";
import { coerce, join, showType, widened } from "./numbers.ts";
import { reduceOver, type Region } from "./reductions.ts";
import { tellIn } from "./session.ts";
import { counted, errorValue, scalarValue } from "./value.ts";

/** `max(a, b)` entry by entry; a reduction word with one argument reduces all axes (D4.6). */
export function evaluateReduceCall(expr: ReduceCall, context: Context): Value {
  const { operator, span } = expr;
  const inner = { ...context, label: undefined };
  const args = expr.args.flatMap((arg) =>
    arg.kind === "argument" && arg.name === undefined ? [arg.value] : [],
  );
  if (args.length < expr.args.length || args.length === 0 || expr.generators.length > 0) {
    tellIn(context.builder, "DLC2012", {
      message: `\`${operator}\` takes one tensor, or numbers to join`,
      span,
    });
    return errorValue;
  }
  const values = args.map((arg) => evaluate(arg, inner));
  const [first, ...rest] = values;
  if (first === undefined || values.some((value) => value.kind === "error")) return errorValue;
  if (rest.length === 0) return reduceWhole(operator, first, context, span);
  if (operator !== "max" && operator !== "min") {
    tellIn(context.builder, "DLC2012", {
      message: `\`${operator}\` takes one tensor; only \`max\` and \`min\` join several`,
      span,
      help: operator === "sum" ? ["write `a + b`"] : [],
    });
    return errorValue;
  }
  const arrays = values.map(
    (value, place) => expectArray(value, context, args[place]?.span ?? span) ?? errorValue,
  );
  return arrays
    .slice(1)
    .reduce<Value>(
      (all, next) =>
        entrywise(
          [all, next],
          context,
          span,
          ([a, b], wanted) => a && b && extreme(operator, a, b, wanted, span),
        ),
      arrays[0] ?? errorValue,
    );
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

/** All axes of a tensor reduced. */
export function reduceWhole(operator: ReduceOperator, value: Value, context: Context, span: Span): Value {
  const array = expectArray(value, context, span);
  if (array === undefined) return errorValue;
  if (array.shape.length === 0 && array.type !== "bool") return array;
  const axes = array.shape.map((extent) => freshAxis(context, "r", extent));
  const inner = underAxes(context, axes);
  const element = array.element(axisForms(axes), inner);
  const region: Region = {
    axes,
    domain: [],
    filter: undefined,
    start: constant(0),
    places: product(array.shape),
    context: inner,
  };
  return reduceOver(operator, region, scalarValue(element), { span }, context, false);
}
