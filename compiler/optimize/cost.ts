import type { Expr } from "../graph/expr.ts";
import type { ScalarName } from "../scalar/names.ts";
import { childrenOf } from "../graph/visit.ts";

/** About how many additions one application costs in vectorised code. */
const costOf = {
  add: 1,
  subtract: 1,
  multiply: 1,
  divide: 4,
  negate: 1,
  power: 20,
  remainder: 6,
  floor: 1,
  ceil: 1,
  abs: 1,
  sign: 2,
  sqrt: 4,
  exp: 12,
  log: 12,
  sin: 12,
  cos: 12,
  tanh: 12,
  erf: 12,
  minimum: 1,
  maximum: 1,
  equal: 1,
  notEqual: 1,
  less: 1,
  lessEqual: 1,
  greater: 1,
  greaterEqual: 1,
  and: 1,
  or: 1,
  not: 1,
  stop: 0,
} as const satisfies Record<ScalarName, number>;

/**
 * Scalar operations in one evaluation. Reads, constants, indices and guards are free: they are address arithmetic,
 * which a kernel does once a row.
 */
export function costOfExpr(expr: Expr): number {
  return ownCost(expr, () => childrenOf(expr).reduce((sum, child) => sum + costOfExpr(child), 0));
}

/** The same from what its parts cost together. */
export function ownCost(expr: Expr, costOfParts: () => number): number {
  if (isConjunction(expr)) return 0;
  let cost = 0;
  if (expr.kind === "apply") cost = costOfApply(expr);
  // A choice by place alone, as padding is, splits the loops of a kernel and computes nothing.
  if (expr.kind === "select" && !isConjunction(expr.condition)) cost = 1;
  if (expr.kind === "random") cost = 40;
  if (expr.kind === "reduce") cost = costOfReduction;
  return cost + costOfParts();
}

/** More than any body without a reduction inside is worth. */
export const costOfReduction = 10_000;

/** A small whole power is a few products. */
function costOfApply({ fn, operands }: Expr & { kind: "apply" }): number {
  const exponent = fn === "power" && operands[1]?.kind === "constant" ? operands[1].value : undefined;
  if (exponent !== undefined && Number.isInteger(exponent)) return Math.min(Math.abs(exponent), costOf.power);
  return costOf[fn];
}

function isConjunction(expr: Expr): boolean {
  if (expr.kind === "guard") return true;
  return expr.kind === "apply" && expr.fn === "and" && expr.operands.every(isConjunction);
}

/** Number of expressions in a body: what it costs to look at, not to run. */
export function sizeOfExpr(expr: Expr): number {
  return childrenOf(expr).reduce((sum, child) => sum + sizeOfExpr(child), 1);
}

/** A producer or part of a body that costs less is computed again wherever it is read in element-wise code. */
export const worthANode = 3;
