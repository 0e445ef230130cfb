import type { Graph, Node } from "../graph/graph.ts";
import { mentionedTurns, regionsOf } from "../graph/regions.ts";
import { operandsOf } from "../graph/visit.ts";

/** Which scans a node of a growing graph belongs to. */
export interface Nesting {
  /** Turns, the outermost first; none for what is computed once. */
  readonly chainOf: (node: string) => readonly string[];
  /** Those of the scans in which a scan is run. */
  readonly chainAround: (turn: string) => readonly string[];
}

/** `around` has the scans that are added; the others are nested as in the graph. */
export function nesting(
  graph: Graph,
  nodes: ReadonlyMap<string, Node>,
  around: ReadonlyMap<string, string | undefined>,
): Nesting {
  const regions = regionsOf(graph);
  const known = new Map<string, readonly string[]>();
  const chainAround = (turn: string): readonly string[] => {
    const outer = around.has(turn) ? around.get(turn) : regions.around(turn);
    return outer === undefined ? [] : [...chainAround(outer), outer];
  };
  const chainOf = (name: string): readonly string[] => {
    const old = known.get(name);
    if (old !== undefined) return old;
    const node = nodes.get(name);
    if (node === undefined) throw new Error(`bug: ${name} is no node before`);
    const chain = chainOfNode(node);
    known.set(name, chain);
    return chain;
  };
  const chainOfNode = (node: Node): readonly string[] => {
    if (node.kind === "carry") return [...chainAround(node.turn), node.turn];
    if (node.kind === "last" || node.kind === "stack") return chainAround(node.turn);
    const chains = [
      ...operandsOf(node).map(chainOf),
      ...mentionedTurns(node).map((turn) => [...chainAround(turn), turn]),
    ];
    return chains.reduce((longest, chain) => (chain.length > longest.length ? chain : longest), []);
  };
  return { chainOf, chainAround };
}
