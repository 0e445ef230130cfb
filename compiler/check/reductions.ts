import type { Expr as Syntax, ReduceOperator, Reduction } from "../../grammar/ast.ts";
import type { Axis, Expr, Guard, ReduceOp } from "../graph/expr.ts";
import { add, constant, prove, subtract, type Form } from "../integers/index.ts";
import { entrywise } from "./arrays.ts";
import { bindIndices, type Bound } from "./binders.ts";
import { selected } from "./branches.ts";
import type { ArrayValue, Context, Value } from "./checker-types.ts";
import type { NumberType, Scalar } from "./scalar.ts";
import { underGuards } from "./context.ts";
import { evaluate } from "./evaluate.ts";
import { conditionOf, expectArray, scalarOf } from "./expect.ts";
import { apply, literal, select } from "./exprs.ts";
import { coerce, isFloatType, stored, widened } from "./numbers.ts";
import { parameterwise } from "./parameterwise.ts";
import { tellIn } from "./session.ts";
import { errorValue, scalarValue } from "./value.ts";

/** The places over which is reduced: affine filters in the domain, others as a condition in the body. */
export interface Region {
  readonly axes: readonly Axis[];
  readonly domain: readonly Guard[];
  readonly filter: Expr | undefined;
  readonly start: Form;
  readonly places: Form;
  /** Under the filters. */
  readonly context: Context;
}

export function evaluateReduction(expr: Reduction, context: Context): Value {
  return reduce(expr, context, false);
}

function reduce(expr: Reduction, context: Context, mayBeEmpty: boolean): Value {
  const region = regionOf(expr, context);
  if (region === undefined) return errorValue;
  const value = evaluate(expr.body, region.context);
  if (value.kind === "parameters" && value.shape.length === 0) {
    return parameterwise([value], context, expr.span, ([one]) =>
      one?.kind === "array" ? reduceOver(expr.operator, region, one, expr, context, mayBeEmpty) : errorValue,
    );
  }
  const body = expectArray(value, region.context, expr.body.span);
  if (body === undefined) return errorValue;
  return reduceOver(expr.operator, region, body, expr, context, mayBeEmpty);
}

function regionOf(expr: Reduction, context: Context): Region | undefined {
  const outer = { ...context, label: undefined, integer: false };
  const bodies = expr.where ? [expr.where, expr.body] : [expr.body];
  const bound = bindIndices(expr.binders, bodies, outer);
  return bound && filtered(bound, conjuncts(expr.where));
}

function conjuncts(expr: Syntax | undefined): readonly Syntax[] {
  if (expr === undefined) return [];
  if (expr.kind === "group") return conjuncts(expr.value);
  if (expr.kind === "binary" && expr.operator === "and")
    return [...conjuncts(expr.left), ...conjuncts(expr.right)];
  return [expr];
}

/** −1 ≥ 0 */
const never: Guard = { relation: "nonnegative", form: constant(-1) };

/** D4.4: filters leave terms out, and their facts hold in the term. */
function filtered(bound: Bound, filters: readonly Syntax[]): Region | undefined {
  let { context } = bound;
  const domain: Guard[] = [];
  const rest: Expr[] = [];
  for (const filter of filters) {
    const condition = conditionOf(filter, context);
    if (condition === undefined) return undefined;
    if (condition.known === true) continue;
    const { expr } = condition;
    if (expr.kind === "guard") domain.push(expr.guard);
    else rest.push(expr);
    // Where a filter never holds there is no term, and so anything holds of it; nothing else is bounded by that.
    context =
      condition.known === false
        ? { ...underGuards(context, [never]), guards: context.guards }
        : underGuards(context, condition.facts?.whenTrue ?? []);
  }
  const [first, ...others] = rest;
  const filter = first && others.reduce((all, next) => select(all, next, literal("bool", 0)), first);
  return { axes: bound.axes, domain, filter, start: bound.start, places: bound.places, context };
}

export function reduceOver(
  operator: ReduceOperator,
  region: Region,
  body: ArrayValue,
  syntax: { readonly span: Reduction["span"] },
  context: Context,
  mayBeEmpty: boolean,
): Value {
  if (!mayBeEmpty && !allowsEmpty(operator, body.type) && maybeEmpty(region, context)) {
    tellIn(context.builder, "DLC3015", {
      message: `\`${operator}\` of nothing has no value, and there may be nothing here`,
      span: syntax.span,
      help: [`say what it is then: \`(${operator}[…] … else 0)\``],
    });
    return errorValue;
  }
  // The body stands under the axes of the region, what is made of it does not.
  return entrywise([body], context, syntax.span, ([element], wanted) => {
    if (element === undefined) return undefined;
    return rules[operator](widened(element), region, wanted, syntax);
  });
}

function allowsEmpty(operator: ReduceOperator, type: NumberType): boolean {
  switch (operator) {
    case "argmax":
    case "argmin":
      return false;
    case "max":
    case "min":
      return isFloatType(type);
    case "sum":
    case "prod":
    case "mean":
    case "any":
    case "all":
      return true;
    default:
      return operator satisfies never;
  }
}

function maybeEmpty(region: Region, context: Context): boolean {
  if (region.filter !== undefined) return true;
  const some = region.axes.every(
    ({ extent }) =>
      prove({ relation: "nonnegative", form: subtract(extent, constant(1)) }, context.facts) === "proved",
  );
  return region.domain.length > 0 || (!some && context.builder.mode === "instance");
}

type Rule = (
  element: Scalar,
  region: Region,
  context: Context,
  syntax: { readonly span: Reduction["span"] },
) => Scalar | undefined;

const rules: { readonly [O in ReduceOperator]: Rule } = {
  sum: (element, region) => numeric("sum", countedBool(element), region, 0),
  prod: (element, region, context, syntax) =>
    isNumber("prod", element, context, syntax) ? numeric("prod", element, region, 1) : undefined,
  max: (element, region, context, syntax) =>
    isNumber("max", element, context, syntax) ? numeric("max", element, region, -Infinity) : undefined,
  min: (element, region, context, syntax) =>
    isNumber("min", element, context, syntax) ? numeric("min", element, region, Infinity) : undefined,
  mean: meanOf,
  argmax: (element, region) => placeOf("argmax", element, region, -Infinity),
  argmin: (element, region) => placeOf("argmin", element, region, Infinity),
  any: (element, region, context, syntax) => logical("any", element, region, context, syntax),
  all: (element, region, context, syntax) => logical("all", element, region, context, syntax),
};

/** The identity of an operation is what a filtered term contributes. */
function term(element: Expr, region: Region, identity: Expr): Expr {
  return region.filter === undefined ? element : select(region.filter, element, identity);
}

function reduceExpr(op: ReduceOp, region: Region, body: Expr): Expr {
  return { kind: "reduce", op, axes: region.axes, domain: region.domain, body };
}

function numeric(
  op: "sum" | "prod" | "max" | "min",
  element: Scalar,
  region: Region,
  identity: number,
): Scalar {
  const integer = !isFloatType(element.type);
  const dtype = integer ? "i32" : element.type === "f16" ? "f16" : "f32";
  const neutral = integer ? Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, identity)) : identity;
  const body = term(element.expr, region, literal(dtype, neutral));
  const range = op === "max" || op === "min" ? element.range : undefined;
  return { type: element.type, expr: reduceExpr(op, region, body), ...(range && { range }) };
}

/** D5.4: a sum of conditions counts. */
function countedBool(element: Scalar): Scalar {
  if (element.type !== "bool") return element;
  return { type: "counted", expr: { kind: "convert", to: "i32", operand: element.expr } };
}

function isNumber(
  op: ReduceOperator,
  element: Scalar,
  context: Context,
  syntax: { readonly span: Reduction["span"] },
): boolean {
  if (element.type !== "bool") return true;
  tellIn(context.builder, "DLC3017", {
    message: `\`${op}\` needs numbers, but these are conditions`,
    span: syntax.span,
    help: ["use `any` or `all`"],
  });
  return false;
}

/** Σ / count; of conditions the share that holds. Of nothing it is 0/0, NaN. */
function meanOf(
  element: Scalar,
  region: Region,
  context: Context,
  syntax: { readonly span: Reduction["span"] },
): Scalar | undefined {
  if (element.type === "i32") {
    tellIn(context.builder, "DLC3017", {
      message: "the mean of i32 values has no dtype of its own",
      span: syntax.span,
      help: ["write `real(…)` around the term"],
    });
    return undefined;
  }
  const type = element.type === "bool" || element.type === "counted" ? "float" : element.type;
  const dtype = stored(type, context) === "f16" && type !== "float" ? "f16" : "f32";
  const value: Expr =
    element.type === "bool" ? { kind: "convert", to: dtype, operand: element.expr } : coerce(element, dtype);
  const total = reduceExpr("sum", region, term(value, region, literal(dtype, 0)));
  return { type, expr: apply("divide", total, countOf(region, dtype)) };
}

function countOf(region: Region, dtype: "f32" | "f16"): Expr {
  if (region.filter === undefined && region.domain.length === 0) {
    return coerce(
      { type: "counted", expr: { kind: "index", form: region.places }, form: region.places },
      dtype,
    );
  }
  return reduceExpr("sum", region, term(literal(dtype, 1), region, literal(dtype, 0)));
}

/** The first place of the extreme: the index itself for one index, the flat place for several. */
function placeOf(op: "argmax" | "argmin", element: Scalar, region: Region, identity: number): Scalar {
  const integer = !isFloatType(element.type);
  const dtype = integer ? "i32" : element.type === "f16" ? "f16" : "f32";
  const neutral = integer ? Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, identity)) : identity;
  const place = reduceExpr(op, region, term(element.expr, region, literal(dtype, neutral)));
  const { start } = region;
  const offset = region.axes.length === 1 && start.key !== "0";
  const expr = offset ? apply("add", place, { kind: "index", form: start }) : place;
  const low = offset ? start : constant(0);
  return { type: "i32", expr, range: { low, high: add(low, region.places) } };
}

function logical(
  op: "any" | "all",
  element: Scalar,
  region: Region,
  context: Context,
  syntax: { readonly span: Reduction["span"] },
): Scalar | undefined {
  if (element.type !== "bool") {
    tellIn(context.builder, "DLC3017", {
      message: `\`${op}\` needs conditions`,
      span: syntax.span,
      help: ["put the comparison in parentheses, since a reduction takes one term: `any[i] (x[i] != 0)`"],
    });
    return undefined;
  }
  return {
    type: "bool",
    expr: reduceExpr(op, region, term(element.expr, region, literal("bool", op === "all" ? 1 : 0))),
  };
}

/** `(max[…] … else d)`: d where the filter leaves nothing. */
export function reduceOrElse(expr: Reduction, otherwise: Syntax, context: Context): Value {
  const value = reduce(expr, context, true);
  const region = regionOf(expr, context);
  const array = expectArray(value, context, expr.span);
  const fallback = scalarOf(otherwise, { ...context, label: undefined, integer: false });
  if (array === undefined || region === undefined || fallback === undefined) return errorValue;
  const some: Scalar = { type: "bool", expr: reduceExpr("any", region, region.filter ?? literal("bool", 1)) };
  const result = selected(some, array.element([], context), fallback, expr, context);
  return result === undefined ? errorValue : scalarValue(result);
}
