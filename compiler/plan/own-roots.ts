import { isComputed } from "../graph/is-computed.ts";
import type { ComputeNode, Graph, Node } from "../graph/graph.ts";
import { copyOf } from "./form-kernels.ts";

/**
 * What outputs and updates name are values that some kernel writes, each for one of them: what is an input, a
 * parameter or a constant is copied, and so is what two of them want, of which one is an update. In a scan, so is what
 * is stacked twice or by no kernel, and a carry that another one takes over, which would be gone before.
 */
export function withOwnRoots(given: Graph): Graph {
  const graph = withOwnTurns(given);
  const nodes = new Map(graph.nodes.map((node) => [node.name, node]));
  const copies: ComputeNode[] = [];
  const taken = new Set<string>();
  const own = <Root extends { readonly node: string }>(root: Root, shared: boolean): Root => {
    const node = nodes.get(root.node);
    if (node === undefined) throw new Error(`bug: the root ${root.node} is no node of ${graph.name}`);
    const isWritten = isComputed(node) || (node.kind === "stack" && !shared);
    if (isWritten && !(shared && taken.has(node.name))) {
      taken.add(node.name);
      return root;
    }
    const copy = copyOf(copyName(node, nodes), node);
    copies.push(copy);
    nodes.set(copy.name, copy);
    return { ...root, node: copy.name };
  };
  const outputs = graph.outputs.map((output) => own(output, false));
  const updates = graph.updates?.map((update) => own(update, true));
  return { ...graph, nodes: [...graph.nodes, ...copies], outputs, ...(updates && { updates }) };
}

function withOwnTurns(graph: Graph): Graph {
  if (graph.scans === undefined) return graph;
  const nodes: Node[] = [];
  const known = new Map(graph.nodes.map((node) => [node.name, node]));
  const stacked = new Set<string>();
  const copied = (name: string): string => {
    const node = known.get(name);
    if (node === undefined) throw new Error(`bug: ${name} is no node of ${graph.name}`);
    const copy = copyOf(copyName(node, known), node);
    known.set(copy.name, copy);
    nodes.push(copy);
    return copy.name;
  };
  const moved = new Map<string, string>();
  const isCarry = (name: string): boolean => known.get(name)?.kind === "carry";
  const next = graph.scans.flatMap(({ carries }) => carries.map((carry) => carry.next));
  for (const node of graph.nodes) {
    const of = node.kind === "stack" ? known.get(node.of) : undefined;
    if (node.kind === "stack" && of !== undefined && (!isComputed(of) || stacked.has(of.name))) {
      nodes.push({ ...node, of: copied(of.name) });
      continue;
    }
    if (of !== undefined) stacked.add(of.name);
    nodes.push(node);
    // Its results come later.
    if (isCarry(node.name) && next.includes(node.name)) moved.set(node.name, copied(node.name));
  }
  const scans = graph.scans.map((scan) => ({
    ...scan,
    carries: scan.carries.map((carry) => ({ ...carry, next: moved.get(carry.next) ?? carry.next })),
  }));
  return { ...graph, scans, nodes };
}

function copyName(node: Node, nodes: ReadonlyMap<string, Node>): string {
  let name = `${node.name}.copy`;
  while (nodes.has(name)) name = `${name}'`;
  return name;
}
