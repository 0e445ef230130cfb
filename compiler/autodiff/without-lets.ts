import type { Expr } from "../graph/expr.ts";
import { mapChildren } from "../graph/visit.ts";

/** The body with the value of each let in the places of its name; these are one object. */
export function withoutLets(expr: Expr, values: ReadonlyMap<string, Expr> = new Map()): Expr {
  if (expr.kind === "local") return values.get(expr.name) ?? expr;
  if (expr.kind === "let") {
    const value = withoutLets(expr.value, values);
    return withoutLets(expr.body, new Map(values).set(expr.name, value));
  }
  return mapChildren(expr, (child) => withoutLets(child, values));
}
