import type { Graph } from "../graph/graph.ts";
import { operandsOf, rootsOf } from "../graph/visit.ts";

/**
 * D2.4: the paths of the states that something reads beside the equations for next values which nobody reads, over all
 * graphs of a program. A velocity without momentum is none of them.
 */
export function liveStates(graphs: readonly Graph[]): ReadonlySet<string> {
  const live = new Set<string>();
  for (let before = -1; before !== live.size;) {
    before = live.size;
    for (const graph of graphs) for (const path of statesReadIn(graph, live)) live.add(path);
  }
  return live;
}

/** Those that the outputs need, the next values of parameters and of states that are live, or what a scan carries. */
function statesReadIn(graph: Graph, live: ReadonlySet<string>): readonly string[] {
  const needed = new Set(rootsOf(withLiveUpdates(graph, live)));
  const found: string[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!needed.has(node.name)) continue;
    if (node.kind === "state") found.push(node.path);
    for (const name of operandsOf(node)) needed.add(name);
  }
  return found;
}

/** The graph without the updates of states that are not live. */
export function withLiveUpdates(graph: Graph, live: ReadonlySet<string>): Graph {
  if (graph.updates === undefined) return graph;
  return { ...graph, updates: graph.updates.filter(({ kind, path }) => kind === "param" || live.has(path)) };
}
