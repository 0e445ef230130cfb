import type { Expr } from "./expr.ts";
import type { ComputeNode } from "./graph.ts";
import { printExpr } from "./print.ts";
import { axesOf, axesOfForm, visitExpr } from "./visit.ts";

/**
 * What keeps a node from normal form: reductions only at the root; of a sum, guards in the domain and factors without
 * reduction axes outside. That a subexpression over fewer axes is a node of its own is a matter of cost, which the
 * passes weigh; it is no rule here.
 */
export function normalFormViolations(node: ComputeNode): readonly string[] {
  const found: string[] = [];
  visitExpr(node.body, (expr) => {
    if (expr.kind === "reduce") found.push(`the reduction ${printExpr(expr)} stands inside a body`);
  });
  if (node.reduce?.op !== "sum") return found;
  const factors = factorsOf(node.body);
  for (const factor of factors) {
    if (isGuarded(factor)) found.push(`the guard of ${printExpr(factor)} belongs to the domain`);
  }
  const own = new Set(node.reduce.axes.map(({ name }) => name));
  if (factors.length < 2 || own.size === 0) return found;
  // Before a sum over nothing a factor may be 0/0 or ∞, so it stays inside a sum whose domain may be empty.
  if (node.domain.some(({ form }) => [...axesOfForm(form)].some((name) => own.has(name)))) return found;
  for (const factor of factors) {
    if (mentionsLocal(factor) || [...axesOf(factor)].some((name) => own.has(name))) continue;
    found.push(`the factor ${printExpr(factor)} has no reduction axis and belongs outside the sum`);
  }
  return found;
}

function factorsOf(expr: Expr): readonly Expr[] {
  return expr.kind === "apply" && expr.fn === "multiply" ? expr.operands.flatMap(factorsOf) : [expr];
}

/** `if [guard] then … else 0` */
function isGuarded(expr: Expr): boolean {
  return (
    expr.kind === "select" &&
    expr.condition.kind === "guard" &&
    expr.otherwise.kind === "constant" &&
    expr.otherwise.value === 0
  );
}

function mentionsLocal(expr: Expr): boolean {
  let found = false;
  visitExpr(expr, (inner) => {
    if (inner.kind === "local") found = true;
  });
  return found;
}
