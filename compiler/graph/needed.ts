import type { Graph, Node } from "./graph.ts";
import { operandsOf } from "./visit.ts";

/** The names of the nodes that some output or update needs; of a scan, what it carries for them. */
export function neededNodes({ nodes, outputs, updates = [], scans = [] }: Graph): ReadonlySet<string> {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const nextOf = new Map(scans.flatMap(({ carries }) => carries.map((one) => [one.current, one.next])));
  const needed = new Set<string>();
  const open = [...outputs, ...updates].map(({ node }) => node);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const node = byName.get(name);
    if (node === undefined || needed.has(name)) continue;
    needed.add(name);
    open.push(...operandsOf(node));
    const next = nextOf.get(name);
    if (next !== undefined) open.push(next);
  }
  return needed;
}

/**
 * Drops what no output and no update needs; of a scan, what it carries for nobody. Inputs stay: they are the graph's
 * signature.
 */
export function withoutUnneeded(graph: Graph): Graph {
  const { nodes, scans = [] } = graph;
  const needed = neededNodes(graph);
  const kept = nodes.filter((node) => node.kind === "input" || needed.has(node.name));
  if (kept.length === nodes.length) return graph;
  if (graph.scans === undefined) return { ...graph, nodes: kept };
  const { scans: _old, ...rest } = graph;
  const running = scansOf(kept);
  const left = scans
    .filter(({ turn }) => running.has(turn))
    .map((scan) => ({ ...scan, carries: scan.carries.filter(({ current }) => needed.has(current)) }));
  return { ...rest, ...(left.length > 0 && { scans: left }), nodes: kept };
}

function scansOf(nodes: readonly Node[]): ReadonlySet<string> {
  return new Set(nodes.flatMap((node) => ("turn" in node ? [node.turn] : [])));
}
