import type { Span } from "../diagnostics/source.ts";
import type { Guard } from "../graph/expr.ts";
import {
  atomsOf,
  bareAtom,
  constant,
  constantOf,
  prove,
  rangeUnderFacts,
  subtract,
  type Atom,
  type Form,
} from "../integers/index.ts";
import { meaningOf } from "../scalar/meaning.ts";
import type { ScalarName } from "../scalar/names.ts";
import type { Context } from "./checker-types.ts";
import type { ConditionFacts, Scalar } from "./scalar.ts";
import { apply, conjunction, guardExpr, literal, literalValue } from "./exprs.ts";
import { coerce, isFloatType, join, showType } from "./numbers.ts";
import { tellIn } from "./session.ts";
import { boolConstant } from "./value.ts";

const comparisons = {
  "==": "equal",
  "!=": "notEqual",
  "<": "less",
  "<=": "lessEqual",
  ">": "greater",
  ">=": "greaterEqual",
} as const satisfies Record<string, ScalarName>;

export type Comparison = keyof typeof comparisons;

const noFactsKnown: ConditionFacts = { whenTrue: [], whenFalse: [] };

/** a ≥ b */
function atLeast(a: Form, b: Form): Guard {
  return { relation: "nonnegative", form: subtract(a, b) };
}

/** a > b, for whole numbers */
function above(a: Form, b: Form): Guard {
  return { relation: "nonnegative", form: subtract(subtract(a, b), constant(1)) };
}

export function compare(
  operator: Comparison,
  left: Scalar,
  right: Scalar,
  context: Context,
  span: Span,
): Scalar | undefined {
  const type = join(left.type, right.type);
  const ordered = operator !== "==" && operator !== "!=";
  if (type === undefined || (type === "bool" && ordered)) {
    tellIn(context.builder, "DLC3017", {
      message: `\`${operator}\` can't compare ${showType(left.type)} with ${showType(right.type)}`,
      span,
      help: type === undefined ? ["convert one of them, as in `real(n)`"] : [],
    });
    return undefined;
  }
  const [a, b] = [coerce(left, type), coerce(right, type)];
  const expr = apply(comparisons[operator], a, b);
  const [x, y] = [literalValue(a), literalValue(b)];
  // Hyper-parameters that are floats: `momentum == 0`.
  if (x !== undefined && y !== undefined && isFloatType(type))
    return boolConstant(meaningOf(comparisons[operator], "f32")(x, y) === 1);
  if (left.form === undefined || right.form === undefined) return { type: "bool", expr };
  const facts = factsOf(operator, left.form, right.form, context);
  const truth = decide(facts, context);
  if (truth !== undefined) return boolConstant(truth);
  const only = ordered || operator === "==" ? facts.whenTrue[0] : undefined;
  const readsNothing = left.type === "counted" && right.type === "counted";
  const isGuard = only !== undefined && (readsNothing || restrictsIndex(only, context));
  return { type: "bool", facts, expr: isGuard ? guardExpr(only) : expr };
}

/**
 * Does a condition on whole numbers of tensors say for which values of an index it holds, `key[e] == v` or `s <= place`?
 * Then it is a guard, of which the later rooms know how to make less work. A difference of i32 values may wrap where
 * their ranges are not known.
 */
function restrictsIndex({ relation, form }: Guard, context: Context): boolean {
  const hasIndex = form.terms.some(({ factors }) => factors.some(({ kind }) => kind === "axis"));
  if (!hasIndex || form.terms.some(({ factors }) => factors.length > 1)) return false;
  const isRanged = (atom: Atom): boolean =>
    atom.kind !== "read" || (atom.low !== undefined && atom.high !== undefined);
  const { low, high } = rangeUnderFacts(form, context.facts);
  // What wraps on the way to a remainder, as in `s == place % S`, wraps back: whether it is equal stays true.
  if (relation === "zero" && low >= -(2 ** 31) && high < 2 ** 31 && floorsOf(form).every(isWhole))
    return true;
  const [least, most] = [-(2 ** 31), 2 ** 31 - 1];
  // Where a bound is not finite, it is a size of this call, and sizes are far from the ends of i32.
  return (
    atomsOf(form).every(isRanged) &&
    (low >= least || low === -Infinity) &&
    (high <= most || high === Infinity)
  );
}

function floorsOf(form: Form): readonly Form[] {
  return atomsOf(form).flatMap((atom) => (atom.kind === "floor" ? [atom.of] : []));
}

/** A number as a tensor holds it, or one that is known. */
function isWhole(form: Form): boolean {
  return bareAtom(form)?.kind === "read" || constantOf(form) !== undefined;
}

function factsOf(operator: Comparison, a: Form, b: Form, context: Context): ConditionFacts {
  const equal: Guard = { relation: "zero", form: subtract(a, b) };
  switch (operator) {
    case "==":
      return { whenTrue: [equal], whenFalse: apart(a, b, context) };
    case "!=":
      return { whenTrue: apart(a, b, context), whenFalse: [equal] };
    case "<":
      return { whenTrue: [above(b, a)], whenFalse: [atLeast(a, b)] };
    case "<=":
      return { whenTrue: [atLeast(b, a)], whenFalse: [above(a, b)] };
    case ">":
      return { whenTrue: [above(a, b)], whenFalse: [atLeast(b, a)] };
    case ">=":
      return { whenTrue: [atLeast(a, b)], whenFalse: [above(b, a)] };
    default:
      return operator satisfies never;
  }
}

/** a ≠ b is one relation where one of them is known to be the larger: i ≠ 0 is i ≥ 1. */
function apart(a: Form, b: Form, context: Context): readonly Guard[] {
  if (prove(atLeast(a, b), context.facts) === "proved") return [above(a, b)];
  return prove(atLeast(b, a), context.facts) === "proved" ? [above(b, a)] : [];
}

/** Known where the facts prove or refute the one relation that a comparison is. */
function decide(facts: ConditionFacts, context: Context): boolean | undefined {
  const [whenTrue, whenFalse] = [facts.whenTrue[0], facts.whenFalse[0]];
  // Of `!=`, only that the two are equal decides anything.
  if (whenTrue !== undefined && whenFalse?.relation !== "zero") {
    const verdict = prove(whenTrue, context.facts);
    return verdict === "undecided" ? undefined : verdict === "proved";
  }
  if (whenFalse === undefined) return undefined;
  const verdict = prove(whenFalse, context.facts);
  return verdict === "undecided" ? undefined : verdict === "refuted";
}

export function both(left: Scalar, right: Scalar): Scalar {
  if (left.known === false || right.known === false) return boolConstant(false);
  if (left.known === true) return right;
  if (right.known === true) return left;
  const facts = {
    whenTrue: [...(left.facts?.whenTrue ?? []), ...(right.facts?.whenTrue ?? [])],
    whenFalse: [],
  };
  return { type: "bool", expr: conjunction([left.expr, right.expr]), facts };
}

export function either(left: Scalar, right: Scalar): Scalar {
  if (left.known === true || right.known === true) return boolConstant(true);
  if (left.known === false) return right;
  if (right.known === false) return left;
  const facts = {
    whenTrue: [],
    whenFalse: [...(left.facts?.whenFalse ?? []), ...(right.facts?.whenFalse ?? [])],
  };
  return { type: "bool", expr: apply("or", left.expr, right.expr), facts };
}

export function opposite(operand: Scalar): Scalar {
  if (operand.known !== undefined) return boolConstant(!operand.known);
  const { whenTrue, whenFalse } = operand.facts ?? noFactsKnown;
  return {
    type: "bool",
    expr: apply("not", operand.expr),
    facts: { whenTrue: whenFalse, whenFalse: whenTrue },
  };
}

/** 0 ≤ subscript < length as guards. */
export function boundsGuards(subscript: Form, length: Form): readonly [Guard, Guard] {
  return [atLeast(subscript, constant(0)), above(length, subscript)];
}

export function guardsExpr(guards: readonly Guard[]): Scalar {
  return {
    type: "bool",
    expr: guards.length === 0 ? literal("bool", 1) : conjunction(guards.map(guardExpr)),
  };
}
