import type { Graph, Update } from "../graph/graph.ts";
import { neededNodes, withoutUnneeded } from "../graph/needed.ts";

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

/** Those that the outputs need, and the next values of parameters and of states that are live. */
function statesReadIn(graph: Graph, live: ReadonlySet<string>): readonly string[] {
  const needed = neededNodes({ ...graph, updates: liveUpdates(graph, live) });
  return graph.nodes.flatMap((node) => (node.kind === "state" && needed.has(node.name) ? [node.path] : []));
}

/** The graph without the updates of states that are not live, and without what only they need. */
export function withLiveUpdates(graph: Graph, live: ReadonlySet<string>): Graph {
  const updates = liveUpdates(graph, live);
  return updates.length === (graph.updates ?? []).length ? graph : withoutUnneeded({ ...graph, updates });
}

function liveUpdates({ updates = [] }: Graph, live: ReadonlySet<string>): readonly Update[] {
  return updates.filter(({ kind, path }) => kind === "param" || live.has(path));
}
