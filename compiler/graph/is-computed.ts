import type { ArgsortNode, ComputeNode, Node, ScatterNode } from "./graph.ts";

/** Whether a kernel computes a node, in a graph whose gradients have been. */
export function isComputed(node: Node): node is ComputeNode | ScatterNode | ArgsortNode {
  return node.kind === "compute" || node.kind === "scatter" || node.kind === "argsort";
}
