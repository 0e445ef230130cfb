import type { Expr } from "../graph/expr.ts";
import { isFloat, type Dtype } from "../scalar/dtype.ts";
import { meaningOf } from "../scalar/meaning.ts";
import type { ScalarBuilder } from "../scalar/builder.ts";
import type { ScalarName } from "../scalar/names.ts";

/** Builds expressions of one dtype without what changes nothing: 1·x, x + 0, functions of constants. */
export function foldingBuilder(dtype: Dtype): ScalarBuilder<Expr> {
  return {
    constant: (value) => ({ kind: "constant", dtype, value }),
    apply: (fn, ...operands) => fold(fn, operands),
    select: (condition, then, otherwise) => {
      if (condition.kind === "constant") return condition.value !== 0 ? then : otherwise;
      return { kind: "select", condition, then, otherwise };
    },
  };
}

function fold(fn: ScalarName, operands: readonly Expr[]): Expr {
  const [x, y] = operands;
  if (x === undefined) throw new Error(`bug: ${fn} of nothing`);
  if (x.kind === "constant" && (y === undefined || y.kind === "constant")) return foldConstants(fn, x, y);
  if (y === undefined) {
    if (fn === "negate" && x.kind === "apply" && x.fn === "negate") return x.operands[0] ?? x;
    return { kind: "apply", fn, operands };
  }
  switch (fn) {
    case "multiply":
      return product(x, y);
    case "add":
      if (isConstant(x, 0)) return y;
      if (isConstant(y, 0)) return x;
      break;
    case "subtract":
      if (isConstant(y, 0)) return x;
      break;
    case "divide":
    case "power":
      if (isConstant(y, 1)) return x;
      break;
    default:
      break;
  }
  return { kind: "apply", fn, operands };
}

type Constant = Expr & { readonly kind: "constant" };

function foldConstants(fn: ScalarName, x: Constant, y: Constant | undefined): Expr {
  const value = meaningOf(fn, x.dtype)(x.value, y?.value ?? 0);
  const isBool = ["equal", "notEqual", "less", "lessEqual", "greater", "greaterEqual"].includes(fn);
  return { kind: "constant", dtype: isBool ? "bool" : x.dtype, value };
}

function product(x: Expr, y: Expr): Expr {
  if (isConstant(x, 1)) return y;
  if (isConstant(y, 1)) return x;
  if (isConstant(x, -1)) return fold("negate", [y]);
  if (isConstant(y, -1)) return fold("negate", [x]);
  // x·(1/y) is x/y.
  const [under, over] = [reciprocalOf(y), reciprocalOf(x)];
  if (under !== undefined) return fold("divide", [x, under]);
  if (over !== undefined) return fold("divide", [y, over]);
  const [negated, other] = [negatedOf(y), negatedOf(x)];
  if (negated !== undefined) return fold("negate", [product(x, negated)]);
  if (other !== undefined) return fold("negate", [product(other, y)]);
  return { kind: "apply", fn: "multiply", operands: [x, y] };
}

/** y of 1/y */
function reciprocalOf(expr: Expr): Expr | undefined {
  const isReciprocal = expr.kind === "apply" && expr.fn === "divide" && isConstant(expr.operands[0], 1);
  return isReciprocal ? expr.operands[1] : undefined;
}

/** y of −y */
function negatedOf(expr: Expr): Expr | undefined {
  return expr.kind === "apply" && expr.fn === "negate" ? expr.operands[0] : undefined;
}

function isConstant(expr: Expr | undefined, value: number): boolean {
  return expr?.kind === "constant" && isFloat(expr.dtype) && expr.value === value;
}

/** The sum of expressions of one dtype; undefined of none. */
export function sumOf(terms: readonly Expr[]): Expr | undefined {
  const [first, ...rest] = terms;
  return first && rest.reduce((sum, term) => fold("add", [sum, term]), first);
}
