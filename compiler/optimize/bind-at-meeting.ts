import type { Expr } from "../graph/expr.ts";
import { childrenOf, mapChildren } from "../graph/visit.ts";

/**
 * A `let` around the smallest part that holds all equal subexpressions, of which there are `times`. Undefined where
 * none of them is sure to be evaluated there: outside its branch the value might not be defined.
 */
export function bindAtMeeting(
  expr: Expr,
  isSame: (expr: Expr) => boolean,
  times: number,
  local: { readonly name: string; readonly value: Expr },
): Expr | undefined {
  // A part that stands in several places as one object is looked at once.
  const count = once<number>((part, inner) => {
    const own = isSame(part) ? 1 : 0;
    return childrenOf(part).reduce((sum, child) => sum + inner(child), own);
  });
  const replace = once<Expr>((part, inner) =>
    isSame(part) ? { kind: "local", name: local.name } : mapChildren(part, inner),
  );
  const bind = (part: Expr): Expr | undefined => {
    const only = childrenOf(part).find((child) => count(child) === times);
    if (only !== undefined && !isSame(part)) {
      const bound = bind(only);
      return bound && mapChildren(part, (child) => (child === only ? bound : child));
    }
    if (!isSurelyEvaluated(part, isSame)) return undefined;
    return { kind: "let", name: local.name, value: local.value, body: replace(part) };
  };
  return bind(expr);
}

/**
 * The same in each branch for itself where no part that holds all of them is sure to evaluate one: a `let` around the
 * smallest part in which that is so, for all that hold at least two. Each has a name of its own.
 */
export function bindInBranches(
  expr: Expr,
  isSame: (expr: Expr) => boolean,
  value: Expr,
  makeName: () => string,
): Expr {
  const count = once<number>((part, inner) => {
    if (isSame(part)) return 1;
    return childrenOf(part).reduce((sum, child) => sum + inner(child), 0);
  });
  const bind = once<Expr>((part, inner) => {
    const times = count(part);
    if (times < 2) return part;
    const holdsAll = childrenOf(part).some((child) => count(child) === times);
    if (holdsAll || !isSurelyEvaluated(part, isSame)) return mapChildren(part, inner);
    const name = makeName();
    const replace = once<Expr>((each, within) =>
      isSame(each) ? { kind: "local", name } : mapChildren(each, within),
    );
    return { kind: "let", name, value, body: replace(part) };
  });
  return bind(expr);
}

/** A function of expressions by way of their parts that computes nothing twice. */
function once<Result>(
  compute: (expr: Expr, inner: (expr: Expr) => Result) => Result,
): (expr: Expr) => Result {
  const known = new Map<Expr, Result>();
  const run = (expr: Expr): Result => {
    const old = known.get(expr);
    if (old !== undefined) return old;
    const result = compute(expr, run);
    known.set(expr, result);
    return result;
  };
  return run;
}

/** Is one of them evaluated whichever branches are taken? */
function isSurelyEvaluated(expr: Expr, isSame: (expr: Expr) => boolean): boolean {
  const decide = once<boolean>((part, inner) => {
    if (isSame(part)) return true;
    const [first, ...others] = childrenOf(part);
    if (part.kind === "select") return (first !== undefined && inner(first)) || others.every(inner);
    const onlyFirst = part.kind === "apply" && (part.fn === "and" || part.fn === "or");
    return onlyFirst ? first !== undefined && inner(first) : childrenOf(part).some(inner);
  });
  return decide(expr);
}
