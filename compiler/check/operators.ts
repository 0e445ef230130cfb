import type { Binary, BinaryOperator, Unary } from "../../grammar/ast.ts";
import type { Span } from "../diagnostics/source.ts";
import { entrywise } from "./arrays.ts";
import type { Context, Value } from "./checker-types.ts";
import type { Scalar } from "./scalar.ts";
import { both, compare, either, opposite, type Comparison } from "./conditions.ts";
import { underGuards } from "./context.ts";
import { evaluate } from "./evaluate.ts";
import { asCondition, conditionOf, refuseValue } from "./expect.ts";
import { visitExpr } from "../graph/visit.ts";
import { literal, select } from "./exprs.ts";
import { arithmetic, combine, negative, showType, widened } from "./numbers.ts";
import { parameterwise, restOf } from "./parameterwise.ts";
import { tellIn } from "./session.ts";
import { boolConstant, errorValue, scalarValue } from "./value.ts";

export function evaluateUnary(expr: Unary, context: Context): Value {
  const { operator, operand } = expr;
  const value = evaluate(operand, { ...context, label: undefined });
  if (restOf(value) !== undefined && operator === "-") {
    if (context.builder.mode === "declaration" && value.kind !== "parameters") return errorValue;
    return parameterwise([value], context, expr.span, (sides) => unary(expr, sides, context));
  }
  if (!isNumeric(value, context, expr.span)) return errorValue;
  return unary(expr, [value], context);
}

function unary({ operator, operand, span }: Unary, sides: readonly Value[], context: Context): Value {
  return entrywise(sides, context, span, ([element], inner) => {
    if (element === undefined) return undefined;
    if (operator === "not" ? element.type === "bool" : element.type !== "bool") {
      return operator === "not" ? opposite(element) : negative(widened(element));
    }
    tellIn(inner.builder, "DLC3017", {
      message:
        operator === "not"
          ? `\`not\` needs a condition, but this is ${showType(element.type)}`
          : "`-` needs a number, but this is a condition",
      span: operand.span,
    });
    return undefined;
  });
}

export function evaluateBinary(expr: Binary, context: Context): Value {
  const { operator, span } = expr;
  if (operator === "and" || operator === "or") return evaluateLogical(expr, operator, context);
  const inner = {
    ...context,
    label: undefined,
    integer: operator === "%" || (context.integer && !isComparison(operator)),
  };
  const [left, right] = [evaluate(expr.left, inner), evaluate(expr.right, inner)];
  if ((left.kind === "text" || right.kind === "text") && (operator === "==" || operator === "!=")) {
    if (left.kind === "text" && right.kind === "text")
      return scalarValue(boolConstant((left.text === right.text) === (operator === "==")));
    // A hyper-parameter that is a text has none where its declaration is checked by itself: either may be meant.
    if (left.kind === "error" || right.kind === "error")
      return context.builder.mode === "declaration"
        ? scalarValue({ type: "bool", expr: literal("bool", 1) })
        : errorValue;
  }
  return combined(operator, [left, right], [expr.left.span, expr.right.span], inner, span);
}

/** `left + right` of values: entry by entry, and of instances parameter by parameter. */
export function combined(
  operator: Exclude<BinaryOperator, "and" | "or">,
  sides: readonly [Value, Value],
  spans: readonly [Span, Span],
  context: Context,
  span: Span,
): Value {
  // A layer stands beside its gradient only, about which all has been said.
  const silent = sides.some(({ kind }) => kind === "error");
  if (silent && sides.some(({ kind }) => kind === "instance" || kind === "list")) return errorValue;
  const numeric = (): boolean =>
    !sides.map((side, place) => isNumeric(side, context, spans[place] ?? span)).includes(false);
  if (operator in arithmetic && sides.some((side) => restOf(side) !== undefined)) {
    if (
      !sides.every(
        (side, place) => restOf(side) !== undefined || isNumeric(side, context, spans[place] ?? span),
      )
    )
      return errorValue;
    if (context.builder.mode === "declaration" && !sides.some(({ kind }) => kind === "parameters"))
      return errorValue;
    // What two layers have both left as it was is no difference between them.
    const rest = operator === "-" && sides.every((side) => restOf(side) === "same") ? "zero" : undefined;
    return parameterwise(sides, context, span, (parts) => binary(operator, parts, context, span), rest);
  }
  return numeric() ? binary(operator, sides, context, span) : errorValue;
}

function binary(
  operator: Exclude<BinaryOperator, "and" | "or">,
  sides: readonly Value[],
  inner: Context,
  span: Span,
): Value {
  return entrywise(sides, inner, span, ([a, b], wanted) => {
    if (a === undefined || b === undefined) return undefined;
    const [x, y] = [widened(a), widened(b)];
    const place = { ...wanted, integer: inner.integer };
    return isComparison(operator)
      ? compare(operator, x, y, place, span)
      : combine(operator, x, y, place, span);
  });
}

function isComparison(operator: BinaryOperator): operator is Comparison {
  return !(operator in arithmetic) && operator !== "and" && operator !== "or";
}

function isNumeric(value: Value, context: Context, span: Span): boolean {
  if (value.kind === "array") return true;
  if (value.kind === "results" && value.results.size === 1) return true;
  refuseValue(value, context, span);
  return false;
}

/** The right side is looked at only where the left one leaves it open, and under what the left one says. */
function evaluateLogical(expr: Binary, operator: "and" | "or", context: Context): Value {
  const left = evaluate(expr.left, { ...context, label: undefined, integer: false });
  if (left.kind === "array" && left.shape.length > 0)
    return evaluateLogicalArrays(expr, operator, left, context);
  const first = asCondition(left, context, expr.left.span);
  if (first === undefined) return errorValue;
  if (first.known === (operator === "or")) return scalarValue(first);
  const facts = operator === "and" ? first.facts?.whenTrue : first.facts?.whenFalse;
  const second = conditionOf(expr.right, underGuards(context, facts ?? []));
  if (second === undefined) return errorValue;
  return scalarValue(joined(operator, first, second));
}

function evaluateLogicalArrays(expr: Binary, operator: "and" | "or", left: Value, context: Context): Value {
  const right = evaluate(expr.right, { ...context, label: undefined, integer: false });
  return entrywise([left, right], context, expr.span, ([a, b]) =>
    a?.type === "bool" && b?.type === "bool" ? joined(operator, a, b) : undefined,
  );
}

function joined(operator: "and" | "or", first: Scalar, second: Scalar): Scalar {
  const result = operator === "and" ? both(first, second) : either(first, second);
  if (result.known !== undefined || result === first || result === second || !reads(second)) return result;
  // A read on the right may be in bounds only because of what stands on the left.
  const expr =
    operator === "and"
      ? select(first.expr, second.expr, literal("bool", 0))
      : select(first.expr, literal("bool", 1), second.expr);
  return { ...result, expr };
}

function reads(scalar: Scalar): boolean {
  let found = false;
  visitExpr(scalar.expr, (inner) => {
    if (inner.kind === "read") found = true;
  });
  return found;
}
