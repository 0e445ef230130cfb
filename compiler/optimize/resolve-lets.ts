import { freshName } from "../graph/fresh-name.ts";
import type { Expr } from "../graph/expr.ts";
import type { Graph } from "../graph/graph.ts";
import { costOfExpr } from "./cost.ts";
import { rewriteNodes, untagged } from "./rewriting.ts";
import { mapChildren, visitExpr } from "../graph/visit.ts";

/**
 * Puts the value of a `let` where it is used, if that is one place or costs nothing, so that rules see whole
 * expressions; the rest get names that are unique in their node.
 */
export function resolveLets(graph: Graph): Graph {
  return rewriteNodes(graph, (node) => {
    const body = resolveIn(node.body, new Set());
    return body === node.body ? node : { ...untagged(node), body };
  });
}

/** `values` has what stands for the locals around: a new name may be an old one further in. */
function resolveIn(expr: Expr, taken: Set<string>, values: ReadonlyMap<string, Expr> = new Map()): Expr {
  if (expr.kind === "local") return values.get(expr.name) ?? expr;
  if (expr.kind !== "let") return mapChildren(expr, (child) => resolveIn(child, taken, values));
  const value = resolveIn(expr.value, taken, values);
  const uses = usesOf(expr.name, expr.body);
  if (uses === 0) return resolveIn(expr.body, taken, values);
  const inner = new Map(values);
  if (uses === 1 || costOfExpr(value) === 0) {
    return resolveIn(expr.body, taken, inner.set(expr.name, value));
  }
  const name = freshName(expr.name, taken);
  if (name === expr.name) inner.delete(expr.name);
  else inner.set(expr.name, { kind: "local", name });
  const body = resolveIn(expr.body, taken, inner);
  return name === expr.name && value === expr.value && body === expr.body
    ? expr
    : { kind: "let", name, value, body };
}

/** How often a local is read; one behind another local of the same name is not it. */
function usesOf(name: string, expr: Expr): number {
  let shadowed = 0;
  let uses = 0;
  visitExpr(expr, (inner) => {
    if (inner.kind === "local" && inner.name === name) uses += 1;
    if (inner.kind === "let" && inner.name === name) shadowed += usesOf(name, inner.body);
  });
  return uses - shadowed;
}
