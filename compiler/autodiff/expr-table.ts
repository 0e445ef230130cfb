import type { Expr } from "../graph/expr.ts";
import { formsOf, mapChildren, childrenOf } from "../graph/visit.ts";

/** Gives equal expressions one object, so that a body is a graph in which each part stands once. */
export interface ExprTable {
  /** The expression that stands for all equal to this one; its children are such too. */
  readonly intern: (expr: Expr) => Expr;
  /** Equal for equal expressions. */
  readonly idOf: (expr: Expr) => number;
}

/** Of bodies without lets. */
export function exprTable(): ExprTable {
  const ids = new Map<Expr, number>();
  const known = new Map<string, Expr>();
  const interned = new WeakMap<Expr, Expr>();
  const intern = (expr: Expr): Expr => {
    const old = interned.get(expr);
    if (old !== undefined) return old;
    const own = mapChildren(expr, intern);
    const key = keyOf(own, (child) => ids.get(child) ?? -1);
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

function keyOf(expr: Expr, idOf: (child: Expr) => number): string {
  const forms = formsOf(expr).map((form) => form.key);
  const children = childrenOf(expr).map(idOf);
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
    case "reduce":
      throw new Error(`bug: a ${expr.kind} inside a body that is differentiated`);
    default:
      return expr satisfies never;
  }
}

/** The body with the value of each let in the places of its name; these are one object. */
export function withoutLets(expr: Expr, values: ReadonlyMap<string, Expr> = new Map()): Expr {
  if (expr.kind === "local") return values.get(expr.name) ?? expr;
  if (expr.kind === "let") {
    const value = withoutLets(expr.value, values);
    return withoutLets(expr.body, new Map(values).set(expr.name, value));
  }
  return mapChildren(expr, (child) => withoutLets(child, values));
}
