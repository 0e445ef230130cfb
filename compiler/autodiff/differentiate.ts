import type { Axis, Expr } from "../graph/expr.ts";
import type { GradNode, Graph, Node } from "../graph/graph.ts";
import { literal } from "../graph/build.ts";
import { renameOperandsOf, renameRoots, rewriteExpr } from "../graph/visit.ts";
import { axis as axisForm, type Form } from "../integers/index.ts";
import { rangeWithAxes } from "../graph/ranges.ts";
import { axisNames, dtypeIn, nodeOf, startBuilding, type Building } from "./building.ts";
import { keepResults } from "./keep-results.ts";
import { sweepFrom, type Sweep } from "./sweep.ts";
import { simplifyGuards, termAt } from "./term.ts";

/**
 * The graph without gradients: each `grad` node becomes what computes it, by reverse mode over index notation, and
 * `stop` is gone. It wants reductions at the roots of nodes only, as `normalize` leaves them, and makes nodes of that
 * kind; so the gradient of a gradient is that of an ordinary graph, the inner one first.
 */
export function differentiate(given: Graph): Graph {
  const graph = keepResults(given);
  const building = startBuilding(graph);
  const names = new Map<string, string>();
  const sweeps = new Map<string, Sweep>();
  for (const original of graph.nodes) {
    const node = renameOperandsOf(original, names);
    if (node.kind !== "grad") {
      building.add(node);
      continue;
    }
    const key = JSON.stringify([node.of, node.axes.map(({ name }) => name)]);
    const sweep = sweeps.get(key) ?? sweepFrom(node, wantedOf(node, graph, names), building);
    sweeps.set(key, sweep);
    const made = gradientOf(node, sweep, building);
    if (made === node.name) continue;
    names.set(node.name, made);
    for (const { carries } of building.scans)
      for (const carry of carries) if (carry.next === node.name) carry.next = made;
  }
  const nodes = [...building.nodes.values()].map(withoutStops);
  const { scans } = building;
  return { ...graph, ...renameRoots(graph, names), nodes, ...(scans.length > 0 && { scans }) };
}

/** Everything that the same node is differentiated by, so that one sweep serves them all. */
function wantedOf(node: GradNode, graph: Graph, names: ReadonlyMap<string, string>): readonly string[] {
  return graph.nodes.flatMap((other) => {
    if (other.kind !== "grad") return [];
    const { of, wrt } = { of: names.get(other.of) ?? other.of, wrt: names.get(other.wrt) ?? other.wrt };
    return of === node.of ? [wrt] : [];
  });
}

/** Adds what a gradient is, and answers the name of the node that holds it. */
function gradientOf(node: GradNode, sweep: Sweep, building: Building): string {
  const wrt = nodeOf(building, node.wrt);
  const fresh = axisNames(building, node.axes);
  const rest = wrt.shape.slice(node.shared.length).map((extent, place): Axis => {
    const at = place + node.shared.length;
    const own = wrt.kind === "compute" ? wrt.axes[at]?.name : undefined;
    return { name: fresh(own ?? `q${at}`), extent };
  });
  const axes = [...node.axes, ...rest];
  const adjoint = sweep.adjointOf(node.wrt);
  const places: readonly Form[] = [...node.shared, ...rest.map(({ name }) => name)].map((name) =>
    axisForm(name),
  );
  const term = adjoint && termAt(adjoint, places);
  const range = rangeWithAxes(axes, building.dimRange);
  const guards = term && simplifyGuards(term.guards, range);
  const base = { kind: "compute", name: node.name, dtype: node.dtype, shape: node.shape, axes } as const;
  const span = node.span && { span: node.span };
  if (term === undefined || guards === undefined) {
    building.add({ ...base, ...span, domain: [], body: literal(0, node.dtype) });
    return node.name;
  }
  const same = guards.length === 0 ? sameNode(term.expr, axes, node, building) : undefined;
  if (same !== undefined) return same;
  const body: Expr =
    dtypeIn(building, term.expr) === node.dtype
      ? term.expr
      : { kind: "convert", to: node.dtype, operand: term.expr };
  building.add({ ...base, ...span, domain: guards, body });
  return node.name;
}

/** The node that a read repeats in its places. */
function sameNode(expr: Expr, axes: readonly Axis[], node: GradNode, building: Building): string | undefined {
  if (expr.kind !== "read") return undefined;
  const source = nodeOf(building, expr.operand);
  const inPlace =
    source.kind === "compute" &&
    source.dtype === node.dtype &&
    expr.at.length === axes.length &&
    source.shape.every((extent, place) => extent.key === node.shape[place]?.key) &&
    expr.at.every((form, place) => form.key === axisForm(axes[place]?.name ?? "").key);
  return inPlace ? source.name : undefined;
}

function withoutStops(node: Node): Node {
  if (node.kind !== "compute" && node.kind !== "scatter") return node;
  const body = rewriteExpr(node.body, (expr) =>
    expr.kind === "apply" && expr.fn === "stop" ? (expr.operands[0] ?? expr) : expr,
  );
  if (body === node.body) return node;
  if (node.kind === "scatter") return { ...node, body };
  // The tag of what a body was goes with the body.
  const { recognition: _dropped, ...rest } = node;
  return { ...rest, body };
}
