import type { ComputeNode, Graph } from "../graph/graph.ts";
import { axesOfForm, formsOf, visitExpr } from "../graph/visit.ts";
import { axis as axisForm, type Form } from "../integers/index.ts";
import { allAxes, substituteAxesInForm } from "./body.ts";
import { keyOfExpr } from "./expr-key.ts";
import { rewriteNodes, untagged } from "./rewriting.ts";

/**
 * A reduction whose terms are the entries of a node that is there anyway reads them: the gradient of a bias sums what
 * the gradient of its layer's weight reads too. Only what the terms compute, not a mere read.
 */
export function readStored(graph: Graph): Graph {
  const stored = new Map<string, { readonly node: ComputeNode; readonly order: readonly string[] }>();
  return rewriteNodes(graph, (node) => {
    if (node.domain.length > 0 || node.body.kind === "read" || node.body.kind === "constant") return node;
    const order = axesInOrder(node);
    // The turn of a scan is no axis of its nodes.
    if (order.some((name) => allAxes(node).every((axis) => axis.name !== name))) return node;
    if (order.length !== allAxes(node).length) return node;
    const key = keyOf(node, order);
    const known = stored.get(key);
    if (node.reduce === undefined) {
      if (known === undefined) stored.set(key, { node, order });
      return node;
    }
    if (known === undefined) return node;
    const at = known.node.axes.map((axis) => axisForm(order[known.order.indexOf(axis.name)] ?? ""));
    return { ...untagged(node), body: { kind: "read", operand: known.node.name, at } };
  });
}

/** The axes of a body, in the order in which it mentions them. */
function axesInOrder(node: ComputeNode): readonly string[] {
  const names = new Set<string>();
  visitExpr(node.body, (expr) => {
    for (const form of formsOf(expr)) axesOfForm(form).forEach((name) => names.add(name));
  });
  return [...names];
}

function keyOf(node: ComputeNode, order: readonly string[]): string {
  const values = new Map(order.map((name, place) => [name, axisForm(`%${place}`)]));
  const keyOfForm = (form: Form): string => substituteAxesInForm(form, values).key;
  const extents = order.map((name) => allAxes(node).find((axis) => axis.name === name)?.extent.key);
  return `${node.dtype} ${extents.join(",")};${keyOfExpr(node.body, keyOfForm)}`;
}
