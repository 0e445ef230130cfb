import type { Expr } from "../graph/expr.ts";
import { childrenOf, mapChildren, visitExpr } from "../graph/visit.ts";

/**
 * A `let` around the smallest part that holds all equal subexpressions. Undefined where none of them is sure to be
 * evaluated there: outside its branch the value might not be defined.
 */
export function bindAtMeeting(
  expr: Expr,
  isSame: (expr: Expr) => boolean,
  times: number,
  local: { readonly name: string; readonly value: Expr },
): Expr | undefined {
  const only = childrenOf(expr).find((child) => count(child, isSame) === times);
  if (only !== undefined && !isSame(expr)) {
    const bound = bindAtMeeting(only, isSame, times, local);
    return bound && mapChildren(expr, (child) => (child === only ? bound : child));
  }
  if (!isSurelyEvaluated(expr, isSame)) return undefined;
  const replace = (inner: Expr): Expr =>
    isSame(inner) ? { kind: "local", name: local.name } : mapChildren(inner, replace);
  return { kind: "let", name: local.name, value: local.value, body: replace(expr) };
}

function count(expr: Expr, isSame: (expr: Expr) => boolean): number {
  let found = 0;
  visitExpr(expr, (inner) => {
    if (isSame(inner)) found += 1;
  });
  return found;
}

/** Is one of them evaluated whichever branches are taken? */
function isSurelyEvaluated(expr: Expr, isSame: (expr: Expr) => boolean): boolean {
  if (isSame(expr)) return true;
  const [first] = childrenOf(expr);
  const onlyFirst =
    expr.kind === "select" || (expr.kind === "apply" && (expr.fn === "and" || expr.fn === "or"));
  if (onlyFirst) return first !== undefined && isSurelyEvaluated(first, isSame);
  return childrenOf(expr).some((child) => isSurelyEvaluated(child, isSame));
}
