import { rootsOf, type Graph, type Node } from "../graph/graph.ts";
import { operandsOf } from "../graph/visit.ts";

/** Drops what no output needs. Inputs stay: they are the graph's signature. */
export function dce(graph: Graph): Graph {
  const needed = new Set(rootsOf(graph));
  const kept: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (node.kind !== "input" && !needed.has(node.name)) continue;
    kept.push(node);
    for (const name of operandsOf(node)) needed.add(name);
  }
  return kept.length === graph.nodes.length ? graph : { ...graph, nodes: kept.reverse() };
}
