import type { ComputeNode, Graph, Node, ScatterNode } from "../graph/graph.ts";
import { renameOperandsOf, renameRoots } from "../graph/visit.ts";
import { axis as axisForm, type Form } from "../integers/index.ts";
import { keyOfExpr, textOfNumber } from "./expr-key.ts";
import { allAxes, substituteAxesInForm } from "./body.ts";

/**
 * Equal nodes, up to the names of their axes, become the first of them; a node that only copies a computed one is that
 * one.
 */
export function cse(graph: Graph): Graph {
  const first = new Map<string, string>();
  const names = new Map<string, string>();
  const kept = new Map<string, Node>();
  for (const node of graph.nodes) {
    const renamed = renameOperandsOf(node, names);
    const copied = copiedBy(renamed, kept);
    const key = keyOf(renamed);
    const twin = copied ?? (key === undefined ? undefined : first.get(key));
    if (twin !== undefined) {
      names.set(node.name, twin);
      continue;
    }
    if (key !== undefined) first.set(key, node.name);
    kept.set(node.name, renamed);
  }
  if (names.size === 0) return graph;
  return { ...graph, nodes: [...kept.values()], ...renameRoots(graph, names) };
}

/** The computed node whose entries a node repeats in their places. Outputs that are inputs stay copies. */
function copiedBy(node: Node, nodes: ReadonlyMap<string, Node>): string | undefined {
  if (node.kind !== "compute" || node.reduce !== undefined || node.domain.length > 0) return undefined;
  const { body } = node;
  const source = body.kind === "read" ? nodes.get(body.operand) : undefined;
  if (body.kind !== "read" || source?.kind !== "compute" || source.dtype !== node.dtype) return undefined;
  const sameShape =
    source.shape.length === node.shape.length &&
    source.shape.every((extent, place) => extent.key === node.shape[place]?.key);
  const inPlace = body.at.every((form, place) => {
    const own = node.axes[place];
    return own !== undefined && form.key === axisForm(own.name).key;
  });
  return sameShape && inPlace ? source.name : undefined;
}

/** Equal for nodes of equal value; undefined for what is not known to be another's equal: inputs, and carries. */
function keyOf(node: Node): string | undefined {
  const shape = node.shape.map((extent) => extent.key).join(",");
  switch (node.kind) {
    case "input":
      return undefined;
    case "param":
    case "state":
      return `${node.kind} ${node.path}`;
    case "constant":
      return `constant ${node.dtype} ${shape} ${node.values.map(textOfNumber).join(",")}`;
    case "compute":
      return keyOfCompute(node);
    case "scatter":
      return keyOfScatter(node, shape);
    case "argsort":
      return `argsort ${shape} ${node.descending ? "descending" : "ascending"} ${JSON.stringify(node.of)}`;
    case "carry":
      // Two carries with one beginning may go on in different ways.
      return undefined;
    case "last":
    case "stack":
      return `${node.kind} ${JSON.stringify([node.turn, node.of])}`;
    case "grad":
      return `grad ${JSON.stringify([node.of, node.wrt, node.shared])} ${node.axes.map(({ name }) => name).join(",")}`;
    default:
      return node satisfies never;
  }
}

function keyOfCompute(node: ComputeNode): string {
  const values = new Map(allAxes(node).map((axis, place) => [axis.name, axisForm(`%${place}`)]));
  const keyOfForm = (form: Form): string => substituteAxesInForm(form, values).key;
  const axes = (list: ComputeNode["axes"]): string =>
    list.map((axis) => `${keyOfForm(axisForm(axis.name))}:${axis.extent.key}`).join(",");
  const domain = node.domain.map((guard) => `${guard.relation} ${keyOfForm(guard.form)}`).sort();
  const reduce = node.reduce === undefined ? "" : `${node.reduce.op} ${axes(node.reduce.axes)}`;
  return `${node.dtype} ${axes(node.axes)};${reduce};${domain.join("&")};${keyOfExpr(node.body, keyOfForm)}`;
}

function keyOfScatter(node: ScatterNode, shape: string): string {
  const values = new Map(node.axes.map((axis, place) => [axis.name, axisForm(`%${place}`)]));
  const keyOfForm = (form: Form): string => substituteAxesInForm(form, values).key;
  const axes = node.axes.map((axis) => axis.extent.key).join(",");
  const domain = node.domain.map((guard) => `${guard.relation} ${keyOfForm(guard.form)}`).sort();
  const at = node.at.map(keyOfForm).join(",");
  return `scatter ${node.dtype} ${shape};${axes};${domain.join("&")};${at};${keyOfExpr(node.body, keyOfForm)}`;
}
