import type { Expr } from "../../grammar/ast.ts";
import type { Span } from "../diagnostics/source.ts";
import { constantOf, dim, mentions, type Atom, type Form } from "../integers/index.ts";
import type { ArrayValue, Context, Value } from "./checker-types.ts";
import type { Scalar } from "./scalar.ts";
import { evaluate } from "./evaluate.ts";
import { formOf } from "./hoist.ts";
import { isIntegerType, showType } from "./numbers.ts";
import { tellIn } from "./session.ts";
import { showShape } from "./show-types.ts";
import { describeValue } from "./value.ts";

/** The array that a value is; anything else has been refused. */
export function expectArray(value: Value, context: Context, span: Span): ArrayValue | undefined {
  if (value.kind === "array") return value;
  if (value.kind === "results") {
    const [only, second] = [...value.results.values()];
    if (only !== undefined && second === undefined) return expectArray(only, context, span);
  }
  refuseValue(value, context, span);
  return undefined;
}

/** Says that a value is no tensor. */
export function refuseValue(value: Value, context: Context, span: Span): void {
  if (value.kind === "error") return;
  tellIn(context.builder, "DLC3013", {
    message: `a tensor or a number is needed here, but this is ${describeValue(value)}`,
    span,
    help: value.kind === "results" ? [helpWithResults([...value.results.keys()], span)] : [],
  });
}

function helpWithResults(names: readonly string[], { source, start, end }: Span): string {
  const text = source.text.slice(start, end);
  const whole = /^\w+$/.test(text) ? text : "(…)";
  return `read one by its name, \`${whole}.${names[0] ?? ""}\`, or name them all: \`${names.join(", ")} = …\``;
}

/** The number that a value is, under the indices of the context. */
export function expectScalar(value: Value, context: Context, span: Span): Scalar | undefined {
  const array = expectArray(value, context, span);
  if (array === undefined) return undefined;
  if (array.shape.length === 0) return array.element([], context);
  tellIn(context.builder, "DLC3002", {
    message: `one number is needed here, but this has shape ${showShape(array.shape)}`,
    span,
    help: ["read an entry of it: `x[n, c]`"],
  });
  return undefined;
}

export function scalarOf(expr: Expr, context: Context): Scalar | undefined {
  return expectScalar(evaluate(expr, context), context, expr.span);
}

/** A condition. */
export function conditionOf(expr: Expr, context: Context): Scalar | undefined {
  return asCondition(evaluate(expr, { ...context, integer: false, label: undefined }), context, expr.span);
}

export function asCondition(value: Value, context: Context, span: Span): Scalar | undefined {
  const scalar = expectScalar(value, context, span);
  if (scalar === undefined || scalar.type === "bool") return scalar;
  tellIn(context.builder, "DLC3013", {
    message: `a condition is needed here, but this is ${showType(scalar.type)}`,
    span,
  });
  return undefined;
}

/** An integer position: a dim, a subscript, an end of a range (D5.3). */
export function integerOf(expr: Expr, context: Context): Scalar | undefined {
  const whole = { ...context, integer: true };
  return asInteger(evaluate(expr, whole), whole, expr.span);
}

export function asInteger(value: Value, context: Context, span: Span): Scalar | undefined {
  const scalar = expectScalar(value, context, span);
  if (scalar === undefined) return undefined;
  if (isIntegerType(scalar.type)) return scalar;
  tellIn(context.builder, "DLC3013", {
    message: `a whole number is needed here, but this is ${showType(scalar.type)}`,
    span,
    help: scalar.type === "bool" ? [] : ["write `floor(…)`, or `i32(…)` for a value of a tensor"],
  });
  return undefined;
}

export function integerFormOf(expr: Expr, context: Context): Form | undefined {
  const scalar = integerOf(expr, context);
  return scalar && formOf(scalar, context, expr.span);
}

/** A dim: a form over dims alone. */
export function dimOf(expr: Expr, context: Context): Form | undefined {
  const scalar = integerOf(expr, context);
  if (scalar === undefined) return undefined;
  // The turn of a scan is counted, and no size.
  const isTurn = (atom: Atom): boolean =>
    atom.kind === "axis" && context.times.some(({ name }) => name === atom.name);
  if (scalar.form !== undefined && scalar.type === "counted" && !mentions(scalar.form, isTurn)) {
    const value = constantOf(scalar.form);
    if (value === undefined || Number.isInteger(value)) return scalar.form;
  }
  // A size that a build-time `if` chooses is a symbol of its own until the condition is known.
  if (context.builder.mode === "declaration" && scalar.type === "counted") {
    return dim(expr.span.source.text.slice(expr.span.start, expr.span.end));
  }
  tellIn(context.builder, "DLC3012", {
    message: "a size is needed here, but this depends on values that are known only when the model runs",
    span: expr.span,
  });
  return undefined;
}
