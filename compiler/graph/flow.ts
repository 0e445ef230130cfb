import { isFloat } from "../scalar/dtype.ts";
import type { ScalarName } from "../scalar/names.ts";
import { scalarFunction } from "../scalar/table.ts";
import { countsPlaces, type Expr } from "./expr.ts";
import type { Node } from "./graph.ts";
import { childrenOf } from "./visit.ts";

/**
 * The operands that a gradient may flow into from a node, each once: those read as values. Nothing flows through
 * conditions, subscripts, comparisons and `stop`; whether an operand is a float is left to the caller.
 */
export function flowsFrom(node: Node): readonly string[] {
  if (node.kind === "grad") return [node.of, node.wrt];
  if (node.kind === "carry" || node.kind === "last" || node.kind === "stack") return [node.of];
  if (node.kind !== "compute" && node.kind !== "scatter") return [];
  return flowingReads(node.body);
}

/** The operands that an expression reads as values, where something may flow back from its own value. */
export function flowingReads(body: Expr): readonly string[] {
  const found = new Set<string>();
  const visit = (expr: Expr): void => {
    if (expr.kind === "read") found.add(expr.operand);
    if (expr.kind === "apply" && isFlat(expr.fn)) return;
    if (expr.kind === "convert" && !isFloat(expr.to)) return;
    if (expr.kind === "reduce" && countsPlaces(expr.op)) return;
    for (const child of childrenOf(expr)) {
      if (expr.kind !== "select" || child !== expr.condition) visit(child);
    }
  };
  visit(body);
  return [...found];
}

/** Has a function a derivative by no operand? */
function isFlat(fn: ScalarName): boolean {
  return scalarFunction(fn).derivatives.every((derivative) => derivative === undefined);
}
