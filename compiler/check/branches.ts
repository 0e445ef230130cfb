import type { Expr, If } from "../../grammar/ast.ts";
import type { Span } from "../diagnostics/source.ts";
import { maximum, minimum, type Form } from "../integers/index.ts";
import { commonShape, entrywise, sampleElement } from "./arrays.ts";
import { silentTrialOf } from "./builder.ts";
import type { ArrayValue, Context, Value } from "./checker-types.ts";
import type { Scalar } from "./scalar.ts";
import { underGuards } from "./context.ts";
import { evaluate } from "./evaluate.ts";
import { expectArray } from "./expect.ts";
import { isClosed, select } from "./exprs.ts";
import { integerRangeOf } from "./integer-ranges.ts";
import { coerce, isFloatType, join, showType, widened } from "./numbers.ts";
import { tellIn } from "./session.ts";
import { onlyTraining, usesName } from "./syntax-walk.ts";
import { errorValue, scalarValue } from "./value.ts";

/** A condition that is known when the model is built picks its branch; only that one exists (D3.6). */
export function evaluateIf(expr: If, context: Context): Value {
  const condition = expectArray(
    evaluate(expr.condition, { ...context, label: undefined, integer: false }),
    context,
    expr.condition.span,
  );
  if (condition === undefined) return checkBranches(expr, context);
  if (condition.shape.length > 0) return selectEntrywise(expr, condition, context);
  const scalar = condition.element([], context);
  if (scalar.type !== "bool") {
    tellIn(context.builder, "DLC3013", {
      message: `a condition is needed here, but this is ${showType(scalar.type)}`,
      span: expr.condition.span,
    });
    return errorValue;
  }
  if (scalar.known !== undefined) {
    const [taken, other] = scalar.known ? [expr.then, expr.otherwise] : [expr.otherwise, expr.then];
    const value = evaluate(taken, context);
    return usesName(expr.condition, onlyTraining) ? inTypeOf(other, value, context, expr.span) : value;
  }
  const thenContext = underGuards(context, scalar.facts?.whenTrue ?? []);
  const otherwiseContext = underGuards(context, scalar.facts?.whenFalse ?? []);
  const then = evaluate(expr.then, thenContext);
  const otherwise = evaluate(expr.otherwise, otherwiseContext);
  if (then.kind === "error" || otherwise.kind === "error") return errorValue;
  const symbolic = context.builder.mode === "declaration" && isClosed(scalar.expr);
  if (then.kind !== "array" || otherwise.kind !== "array") {
    if (!symbolic) {
      tellIn(context.builder, "DLC3012", {
        message: "which of these is meant must be known when the model is built, but the condition is not",
        span: expr.condition.span,
      });
    }
    return errorValue;
  }
  if (symbolic && then.shape.length !== otherwise.shape.length) return errorValue;
  if (symbolic && then.shape.some((size, place) => size.key !== otherwise.shape[place]?.key))
    return errorValue;
  return selectArrays(expr, scalar, then, otherwise, context);
}

/** A whole number beside a float is one, also where the other is read only while training, or only afterwards. */
function inTypeOf(other: Expr, value: Value, context: Context, span: Span): Value {
  if (value.kind !== "array" || value.type !== "counted") return value;
  const beside = evaluate(other, { ...context, label: undefined, builder: silentTrialOf(context.builder) });
  if (beside.kind !== "array" || !isFloatType(beside.type)) return value;
  const { type } = beside;
  return entrywise([value], context, span, ([x]) => x && { type, expr: coerce(x, type) });
}

/** The condition is at fault, which has been said; the branches may have faults of their own. */
function checkBranches(expr: If, context: Context): Value {
  evaluate(expr.then, context);
  evaluate(expr.otherwise, context);
  return errorValue;
}

function selectArrays(
  expr: If,
  condition: Scalar,
  then: ArrayValue,
  otherwise: ArrayValue,
  context: Context,
): Value {
  const shape = commonShape([then, otherwise], context, expr.span);
  if (shape === undefined) return errorValue;
  const choose = (at: readonly Form[], wanted: Context): Scalar | undefined =>
    selected(
      condition,
      then.element(then.shape.length === 0 ? [] : at, underGuards(wanted, condition.facts?.whenTrue ?? [])),
      otherwise.element(
        otherwise.shape.length === 0 ? [] : at,
        underGuards(wanted, condition.facts?.whenFalse ?? []),
      ),
      expr,
      wanted,
    );
  if (shape.length === 0) {
    const result = choose([], context);
    return result === undefined ? errorValue : scalarValue(result);
  }
  const sample = sampleElement(shape, context, choose);
  if (sample === undefined) return errorValue;
  const origin = then.origin ?? otherwise.origin;
  return {
    kind: "array",
    type: sample.type,
    shape,
    origin,
    element: (at, wanted) => choose(at, wanted) ?? sample,
  };
}

function selectEntrywise(expr: If, condition: ArrayValue, context: Context): Value {
  const operands = [condition, evaluate(expr.then, context), evaluate(expr.otherwise, context)];
  return entrywise(operands, context, expr.span, ([chosen, then, otherwise], wanted) =>
    chosen?.type !== "bool" || then === undefined || otherwise === undefined
      ? undefined
      : selected(chosen, then, otherwise, expr, wanted),
  );
}

export function selected(
  condition: Scalar,
  thenElement: Scalar,
  otherwiseElement: Scalar,
  expr: { readonly span: If["span"] },
  context: Context,
): Scalar | undefined {
  const [then, otherwise] = [widened(thenElement), widened(otherwiseElement)];
  const type = join(then.type, otherwise.type);
  if (type === undefined) {
    tellIn(context.builder, "DLC3018", {
      message: `one branch is ${showType(then.type)}, the other ${showType(otherwise.type)}`,
      span: expr.span,
      help: ["convert one of them, as in `real(n)`"],
    });
    return undefined;
  }
  if (then.form && otherwise.form && then.form.key === otherwise.form.key) return then;
  const range = joinRanges(condition, then, otherwise, context);
  return {
    type,
    expr: select(condition.expr, coerce(then, type), coerce(otherwise, type)),
    ...(range && { range }),
  };
}

/** Whichever branch is taken, the value lies between the lower and the higher ends (D5.2). */
function joinRanges({ facts }: Scalar, then: Scalar, otherwise: Scalar, context: Context): Scalar["range"] {
  const a = integerRangeOf(then, underGuards(context, facts?.whenTrue ?? []).facts);
  const b = integerRangeOf(otherwise, underGuards(context, facts?.whenFalse ?? []).facts);
  return a && b ? { low: minimum(a.low, b.low), high: maximum(a.high, b.high) } : undefined;
}
