import type { Expr } from "./expr.ts";
import { childrenOf, formsOf, mapChildren } from "./visit.ts";

/** Gives equal expressions one object, so that a body is a graph in which each part stands once. */
export interface ExprTable {
  /** The expression that stands for all equal to this one; its children are such too. */
  readonly intern: (expr: Expr) => Expr;
  /** Equal for equal expressions. */
  readonly idOf: (expr: Expr) => number;
}

/**
 * Locals are told apart by their names, which are unique in a body. `isSymmetric` says where the order of operands is
 * free: the first of two such expressions stands for both.
 */
export function exprTable(isSymmetric: (expr: Expr) => boolean = () => false): ExprTable {
  const ids = new Map<Expr, number>();
  const known = new Map<string, Expr>();
  const interned = new WeakMap<Expr, Expr>();
  const intern = (expr: Expr): Expr => {
    const old = interned.get(expr);
    if (old !== undefined) return old;
    const own = mapChildren(expr, intern);
    const key = keyOf(own, isSymmetric(own), (child) => ids.get(child) ?? -1);
    const same = known.get(key) ?? own;
    if (!known.has(key)) {
      known.set(key, own);
      ids.set(own, ids.size);
    }
    interned.set(expr, same);
    return same;
  };
  return {
    intern,
    idOf: (expr) => ids.get(intern(expr)) ?? -1,
  };
}

function keyOf(expr: Expr, symmetric: boolean, idOf: (child: Expr) => number): string {
  const forms = formsOf(expr).map((form) => form.key);
  const children = childrenOf(expr).map(idOf);
  if (symmetric) children.sort((a, b) => a - b);
  return JSON.stringify([expr.kind, ownOf(expr), forms, children]);
}

/** What an expression is apart from its forms and children. */
function ownOf(expr: Expr): readonly (string | number)[] {
  switch (expr.kind) {
    case "constant":
      return [expr.dtype, Object.is(expr.value, -0) ? "-0" : String(expr.value)];
    case "guard":
      return [expr.guard.relation];
    case "read":
      return [expr.operand];
    case "apply":
      return [expr.fn];
    case "convert":
      return [expr.to];
    case "local":
      return [expr.name];
    case "random":
      return [expr.path, expr.stream];
    case "index":
    case "select":
      return [];
    case "let":
      return [expr.name];
    case "reduce":
      return [expr.op, ...expr.axes.map(({ name }) => name), ...expr.domain.map(({ relation }) => relation)];
    default:
      return expr satisfies never;
  }
}
