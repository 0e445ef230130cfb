import type { Expr, Guard } from "../graph/expr.ts";
import type { Dtype } from "../scalar/dtype.ts";
import { extremesOf } from "../scalar/meaning.ts";
import { constant, negate, provablyNonnegative, subtract, type Form } from "../integers/index.ts";
import { bindValue, literal, rangeOf, type Builder, type Value } from "./lower-builder.ts";
import { lowerFunction } from "./lower-function.ts";
import { integerValue, loadAt, operandOf, placeForm, type Point } from "./lower-read.ts";
import { lowerRandom } from "./lower-random.ts";
import { registerTypeOf } from "./loops.ts";
import { applyTo, convertTo, selectBetween } from "./lower-value.ts";

/** What a body stands in: its instance, the values of earlier stages, its `let`s, and whether it may be skipped. */
export interface Surroundings {
  readonly point: Point;
  /** The value of a stage that is in registers, read at these (placed) subscripts. */
  readonly stageValue: (stage: string, at: readonly Form[]) => Value | undefined;
  readonly locals: ReadonlyMap<string, Value>;
  /** Where it is false the value is thrown away, and its reads may lie outside. */
  readonly condition?: Value;
}

/** The value of a body at one point, four lanes wide where the lane makes a difference. */
export function lowerExpr(builder: Builder, expr: Expr, around: Surroundings): Value {
  switch (expr.kind) {
    case "constant":
      return literal(registerTypeOf[expr.dtype], 1, expr.value);
    case "index":
      return integerValue(builder, placeForm(builder, expr.form, around.point, around.condition));
    case "guard":
      return guardValue(builder, expr.guard, around.point, around.condition);
    case "read": {
      const at = expr.at.map((form) => placeForm(builder, form, around.point, around.condition));
      const known = around.stageValue(expr.operand, at);
      return known ?? loadAt(builder, operandOf(builder, expr.operand), at, around.point, around.condition);
    }
    case "apply":
      return lowerFunction(
        builder,
        expr.fn,
        expr.operands.map((operand) => lowerExpr(builder, operand, around)),
      );
    case "convert":
      return narrowTo(builder, lowerExpr(builder, expr.operand, around), expr.to);
    case "select":
      return lowerSelect(builder, expr, around);
    case "let": {
      const value = bindValue(builder, lowerExpr(builder, expr.value, around), expr.name);
      return lowerExpr(builder, expr.body, {
        ...around,
        locals: new Map(around.locals).set(expr.name, value),
      });
    }
    case "local": {
      const value = around.locals.get(expr.name);
      if (value === undefined) throw new Error(`bug: ${expr.name} is not bound`);
      return value;
    }
    case "random":
      return lowerRandom(
        builder,
        expr.path,
        expr.stream,
        placeForm(builder, expr.counter, around.point, around.condition),
      );
    case "reduce":
      throw new Error("bug: a reduction stands inside a body");
    default:
      return expr satisfies never;
  }
}

/** Both sides are computed; each is protected by the condition under which it counts. */
function lowerSelect(builder: Builder, expr: Expr & { kind: "select" }, around: Surroundings): Value {
  const test = lowerExpr(builder, expr.condition, around);
  if (test.expr.kind === "constant") {
    return lowerExpr(builder, test.expr.value === 0 ? expr.otherwise : expr.then, around);
  }
  const condition = bindValue(builder, test, "condition");
  const then = lowerExpr(builder, expr.then, {
    ...around,
    condition: both(builder, around.condition, condition),
  });
  const not = applyTo(builder, "not", condition);
  const otherwise = lowerExpr(builder, expr.otherwise, {
    ...around,
    condition: both(builder, around.condition, not),
  });
  return selectBetween(builder, condition, then, otherwise);
}

function both(builder: Builder, outer: Value | undefined, inner: Value): Value {
  return outer === undefined ? inner : applyTo(builder, "and", outer, inner);
}

/** The truth of a guard, as a constant where ranges decide it. */
export function guardValue(builder: Builder, guard: Guard, point: Point, condition?: Value): Value {
  const form = placeForm(builder, guard.form, point, condition);
  const range = rangeOf(builder);
  const isNegative = (value: Form): boolean =>
    provablyNonnegative(subtract(negate(value), constant(1)), range);
  if (guard.relation === "nonnegative" && provablyNonnegative(form, range)) return literal("bool", 1, 1);
  if (guard.relation === "zero" && form.terms.length === 0) return literal("bool", 1, 1);
  if (isNegative(form) || (guard.relation === "zero" && isNegative(negate(form))))
    return literal("bool", 1, 0);
  const zero = literal("i32", 1, 0);
  return applyTo(
    builder,
    guard.relation === "zero" ? "equal" : "greaterEqual",
    integerValue(builder, form),
    zero,
  );
}

/** i8 and u8 are i32 within their bounds, at which a conversion stops. */
function narrowTo(builder: Builder, value: Value, to: Dtype): Value {
  const converted = convertTo(builder, value, registerTypeOf[to]);
  if (to === "f16") throw new Error("bug: arithmetic in f16 has no expansion");
  if (to !== "i8" && to !== "u8") return converted;
  const [low, high] = extremesOf(to);
  const above = applyTo(builder, "maximum", converted, literal("i32", 1, low));
  return applyTo(builder, "minimum", above, literal("i32", 1, high));
}
