import type { Expr, Guard } from "../graph/expr.ts";
import type { ComputeNode, Graph, Node } from "../graph/graph.ts";
import { dimRangeOf } from "../graph/ranges.ts";
import { freshName } from "../graph/fresh-name.ts";
import type { RangeOf } from "../integers/index.ts";
import type { Dtype } from "../scalar/dtype.ts";

/** What a pass knows while it rewrites the nodes of one graph. */
export interface Rewriting {
  /** The nodes so far, by name: those already rewritten and those it made. */
  readonly nodes: ReadonlyMap<string, Node>;
  /** Puts a new node before the one that is being rewritten. */
  readonly add: (node: Node) => void;
  /** A name that no node has, beginning with `base`. */
  readonly freshName: (base: string) => string;
  readonly dimRange: RangeOf;
  /** What holds of the free dims beyond their bounds. */
  readonly facts: readonly Guard[];
}

/**
 * Rewrites one compute node after another, operands first; what `rewrite` answers has the same name and value. The
 * same graph where nothing changed.
 */
export function rewriteNodes(
  graph: Graph,
  rewrite: (node: ComputeNode, rewriting: Rewriting) => Node,
): Graph {
  const taken = new Set(graph.nodes.map((node) => node.name));
  const nodes = new Map<string, Node>();
  let changed = false;
  const rewriting: Rewriting = {
    nodes,
    add: (node) => {
      nodes.set(node.name, node);
      changed = true;
    },
    freshName: (base) => freshName(base, taken),
    dimRange: dimRangeOf(graph),
    facts: graph.facts,
  };
  for (const node of graph.nodes) {
    const rewritten = node.kind === "compute" ? rewrite(node, rewriting) : node;
    if (rewritten !== node) changed = true;
    nodes.set(node.name, rewritten);
  }
  return changed ? { ...graph, nodes: [...nodes.values()] } : graph;
}

/** A node without the tag of what it was; a pass that changes a body starts from here. */
export function untagged(node: ComputeNode): ComputeNode {
  if (node.recognition === undefined) return node;
  const { recognition: _dropped, ...rest } = node;
  return rest;
}

/** The constants true and false, and 0 of a dtype. */
export const truth = {
  true: { kind: "constant", dtype: "bool", value: 1 },
  false: { kind: "constant", dtype: "bool", value: 0 },
} as const satisfies Record<string, Expr>;

export function zeroOf(dtype: Dtype): Expr {
  return { kind: "constant", dtype, value: 0 };
}
