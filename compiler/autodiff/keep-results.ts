import { computeNode } from "../graph/build.ts";
import { dtypeOf } from "../graph/dtype-of.ts";
import type { Expr } from "../graph/expr.ts";
import { exprTable } from "../graph/expr-table.ts";
import { freshName } from "../graph/fresh-name.ts";
import type { ComputeNode, Graph, Node } from "../graph/graph.ts";
import { regionsOf } from "../graph/regions.ts";
import { childrenOf, mapChildren, readsOf } from "../graph/visit.ts";
import { axis as axisForm } from "../integers/index.ts";
import { isFloat } from "../scalar/dtype.ts";
import type { ScalarName } from "../scalar/names.ts";
import { withoutLets } from "./without-lets.ts";

/** Their slopes are polynomials of their values, so that a value is all that going back needs; and they cost much. */
const knownByResult: ReadonlySet<ScalarName> = new Set(["exp", "tanh"]);

/**
 * What a turn computes is kept for the way back by nodes. Where a function inside a body has a slope that its value
 * says, it becomes a node of its own: what is kept then is that value instead of what it is computed from, and no turn
 * computes it again. Only what is computed at every place of a member of a scan; elsewhere nothing is kept for long.
 */
export function keepResults(graph: Graph): Graph {
  if ((graph.scans ?? []).length === 0) return graph;
  const { regionOf } = regionsOf(graph);
  const taken = new Set(graph.nodes.map(({ name }) => name));
  const dtypes = new Map(graph.nodes.map(({ name, dtype }) => [name, dtype]));
  const nodes = graph.nodes.flatMap((node): readonly Node[] => {
    const isMember = node.kind === "compute" && regionOf(node.name) !== undefined;
    if (!isMember || node.reduce !== undefined || !isFloat(node.dtype)) return [node];
    return liftResults(
      node,
      (base) => freshName(base, taken),
      (name) => dtypes.get(name),
    );
  });
  return nodes.length === graph.nodes.length ? graph : { ...graph, nodes };
}

function liftResults(
  node: ComputeNode,
  makeName: (base: string) => string,
  dtypeOfNode: (name: string) => Node["dtype"] | undefined,
): readonly Node[] {
  const table = exprTable();
  const root = table.intern(withoutLets(node.body));
  const kept = sureResults(root);
  const lifted = new Map<Expr, Expr>();
  const added: ComputeNode[] = [];
  const own = new Map<string, Node["dtype"]>();
  const lift = (expr: Expr): Expr => {
    const known = lifted.get(expr);
    if (known !== undefined) return known;
    const inside = mapChildren(expr, lift);
    const made = expr.kind === "apply" && kept.has(expr) ? nodeFor(expr, inside) : inside;
    lifted.set(expr, made);
    return made;
  };
  const nodeFor = (expr: Expr & { kind: "apply" }, body: Expr): Expr => {
    const dtype = dtypeOf(body, { node: (name) => own.get(name) ?? dtypeOfNode(name) });
    if (dtype === undefined) return body;
    const name = makeName(`${node.name}.${expr.fn}`);
    const { axes, domain } = node;
    added.push(computeNode({ name, dtype, axes, domain, body }));
    own.set(name, dtype);
    return { kind: "read", operand: name, at: axes.map((axis) => axisForm(axis.name)) };
  };
  const body = lift(root);
  if (added.length === 0) return [node];
  const { recognition: _dropped, ...rest } = node;
  return [...added, { ...rest, body }];
}

/** What is computed inside a body wherever that is: a branch may protect what stands in it alone. */
function sureResults(root: Expr): ReadonlySet<Expr> {
  const found = new Set<Expr>();
  const seen = new Set<Expr>();
  const visit = (expr: Expr): void => {
    if (seen.has(expr)) return;
    seen.add(expr);
    if (expr.kind === "select") {
      visit(expr.condition);
      return;
    }
    if (expr.kind !== "apply" && expr.kind !== "convert") return;
    if (expr !== root && expr.kind === "apply" && knownByResult.has(expr.fn) && readsOf(expr).length > 0)
      found.add(expr);
    const isLazy = expr.kind === "apply" && (expr.fn === "and" || expr.fn === "or");
    for (const child of childrenOf(expr).slice(0, isLazy ? 1 : undefined)) visit(child);
  };
  visit(root);
  return found;
}
