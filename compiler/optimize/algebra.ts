import { negationOf } from "../graph/conditions.ts";
import type { Expr, Guard } from "../graph/expr.ts";
import { constant, negate, subtract, type Form } from "../integers/index.ts";
import { isFloat, type Dtype } from "../scalar/dtype.ts";
import type { ScalarName } from "../scalar/names.ts";
import { truth } from "./rewriting.ts";

type Apply = Expr & { kind: "apply" };

/** Rules for one function, tried in order; operands are simplified already. None may change a value by rounding. */
const rules: Partial<Record<ScalarName, (expr: Apply, dtype: (expr: Expr) => Dtype) => Expr | undefined>> = {
  add: ({ operands: [a, b] }) => {
    if (a === undefined || b === undefined) return undefined;
    // −0 + 0 is 0, so only −0 is neutral to the bit; that difference is not kept.
    if (isNumber(a, 0)) return b;
    if (isNumber(b, 0)) return a;
    if (b.kind === "apply" && b.fn === "negate") return apply("subtract", a, b.operands[0]);
    if (a.kind === "apply" && a.fn === "negate") return apply("subtract", b, a.operands[0]);
    return joinIndices(a, b, 1);
  },
  subtract: ({ operands: [a, b] }) => {
    if (a === undefined || b === undefined) return undefined;
    if (isNumber(b, 0)) return a;
    if (isNumber(a, 0)) return apply("negate", b);
    if (b.kind === "apply" && b.fn === "negate") return apply("add", a, b.operands[0]);
    return joinIndices(a, b, -1);
  },
  multiply: ({ operands: [a, b] }) => {
    if (a === undefined || b === undefined) return undefined;
    if (isNumber(a, 1)) return b;
    if (isNumber(b, 1)) return a;
    if (isNumber(a, -1)) return apply("negate", b);
    if (isNumber(b, -1)) return apply("negate", a);
    return undefined;
  },
  divide: ({ operands: [a, b] }, dtype) => {
    if (a === undefined || b === undefined) return undefined;
    if (isNumber(b, 1)) return a;
    if (isNumber(b, -1)) return apply("negate", a);
    if (b.kind !== "constant" || !isFloat(dtype(a)) || !isPowerOfTwo(b.value)) return undefined;
    return apply("multiply", a, { ...b, value: 1 / b.value });
  },
  negate: ({ operands: [a] }) => {
    if (a?.kind === "constant") return { ...a, value: -a.value };
    if (a?.kind === "apply" && a.fn === "negate") return a.operands[0];
    if (a?.kind === "apply" && a.fn === "subtract") return apply("subtract", a.operands[1], a.operands[0]);
    return undefined;
  },
  power: ({ operands: [a, b] }) => {
    if (a === undefined || b === undefined) return undefined;
    if (isNumber(b, 1)) return a;
    // A read, or a local, is there twice at no cost.
    if (isNumber(b, 2) && (a.kind === "read" || a.kind === "local")) return apply("multiply", a, a);
    return undefined;
  },
  and: ({ operands: [a, b] }) => {
    if (isFalse(a) || isFalse(b)) return truth.false;
    return isTrue(a) ? b : isTrue(b) ? a : undefined;
  },
  or: ({ operands: [a, b] }) => {
    if (isTrue(a) || isTrue(b)) return truth.true;
    return isFalse(a) ? b : isFalse(b) ? a : undefined;
  },
  not: ({ operands: [a] }) => {
    if (isTrue(a)) return truth.false;
    if (isFalse(a)) return truth.true;
    if (a?.kind === "apply" && a.fn === "not") return a.operands[0];
    const [negated] = a?.kind === "guard" ? negationOf([a.guard]) : [];
    return negated && { kind: "guard", guard: negated };
  },
  equal: ({ operands: [a, b] }) => guardOf(a, b, (x, y) => ({ relation: "zero", form: subtract(x, y) })),
  notEqual: ({ operands: [a, b] }) => {
    const guard = guardOf(a, b, (x, y) => ({ relation: "zero", form: subtract(x, y) }));
    return guard && apply("not", guard);
  },
  less: ({ operands: [a, b] }) => guardOf(a, b, (x, y) => atLeast(y, x, 1)),
  lessEqual: ({ operands: [a, b] }) => guardOf(a, b, (x, y) => atLeast(y, x, 0)),
  greater: ({ operands: [a, b] }) => guardOf(a, b, (x, y) => atLeast(x, y, 1)),
  greaterEqual: ({ operands: [a, b] }) => guardOf(a, b, (x, y) => atLeast(x, y, 0)),
};

export function simplifyApply(expr: Apply, dtype: (expr: Expr) => Dtype): Expr {
  return rules[expr.fn]?.(expr, dtype) ?? expr;
}

export function apply(fn: ScalarName, ...operands: readonly (Expr | undefined)[]): Expr {
  const given = operands.filter((operand) => operand !== undefined);
  if (given.length !== operands.length) throw new Error(`bug: ${fn} lacks an operand`);
  return { kind: "apply", fn, operands: given };
}

function isNumber(expr: Expr, value: number): boolean {
  if (expr.kind === "convert") return isNumber(expr.operand, value);
  return expr.kind === "constant" && expr.value === value;
}

function isTrue(expr: Expr | undefined): boolean {
  return expr?.kind === "constant" && expr.value !== 0;
}

function isFalse(expr: Expr | undefined): boolean {
  return expr?.kind === "constant" && expr.value === 0;
}

/** x / 2ᵏ is x · 2⁻ᵏ to the bit. */
function isPowerOfTwo(value: number): boolean {
  return (
    Math.abs(value) >= 2 ** -64 && Math.abs(value) <= 2 ** 64 && Number.isInteger(Math.log2(Math.abs(value)))
  );
}

/** An index, or an i32 constant, as a form. */
function formOf(expr: Expr | undefined): Form | undefined {
  if (expr?.kind === "index") return expr.form;
  return expr?.kind === "constant" && expr.dtype === "i32" ? constant(expr.value) : undefined;
}

function guardOf(
  a: Expr | undefined,
  b: Expr | undefined,
  guard: (a: Form, b: Form) => Guard,
): Expr | undefined {
  const [x, y] = [formOf(a), formOf(b)];
  return x && y && { kind: "guard", guard: guard(x, y) };
}

/** a − b − slack ≥ 0 */
function atLeast(a: Form, b: Form, slack: number): Guard {
  return { relation: "nonnegative", form: subtract(subtract(a, b), constant(slack)) };
}

function joinIndices(a: Expr, b: Expr, sign: 1 | -1): Expr | undefined {
  const [x, y] = [formOf(a), formOf(b)];
  return x && y && { kind: "index", form: subtract(x, sign === 1 ? negate(y) : y) };
}
