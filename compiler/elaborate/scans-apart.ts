import type { Graph, Node, Scan } from "../graph/graph.ts";
import { mapForms, mapGuard, operandsOf } from "../graph/visit.ts";
import { axis, substitute, type Form } from "../integers/index.ts";

/** A scan that runs in several parts of what a graph was, each of them with carries of its own. */
function turnIn(turn: string, part: string): string {
  return `${turn}${part}`;
}

/** The node with the turns of its part. */
export function withTurn(node: Node, { scans = [] }: Graph, part: string): Node {
  if (scans.length === 0) return node;
  if (node.kind === "carry" || node.kind === "last" || node.kind === "stack")
    return { ...node, turn: turnIn(node.turn, part) };
  if (node.kind !== "compute" && node.kind !== "scatter") return node;
  const turns = new Set(scans.map(({ turn }) => turn));
  const form = (old: Form): Form =>
    substitute(old, (atom) =>
      atom.kind === "axis" && turns.has(atom.name) ? axis(turnIn(atom.name, part)) : undefined,
    );
  const domain = node.domain.map((guard) => mapGuard(guard, form));
  const body = mapForms(node.body, form);
  return node.kind === "compute"
    ? { ...node, domain, body }
    : { ...node, domain, body, at: node.at.map(form) };
}

/** The graph with the scans that its nodes are of; what comes of all turns stands behind what they carry on. */
export function withScans(
  graph: Graph,
  { scans = [] }: Graph,
  nextOf: ReadonlyMap<string, string>,
  part = "",
): Graph {
  if (scans.length === 0) return graph;
  const own = scans.flatMap(({ turn, extent }): readonly Scan[] => {
    const name = turnIn(turn, part);
    const carries = graph.nodes.flatMap((node) => {
      const next = nextOf.get(node.name);
      return node.kind === "carry" && node.turn === name && next !== undefined
        ? [{ current: node.name, next }]
        : [];
    });
    const runs = graph.nodes.some((node) => "turn" in node && node.turn === name);
    return runs ? [{ turn: name, extent, carries }] : [];
  });
  if (own.length === 0) return graph;
  return { ...graph, scans: own, nodes: inOrder(graph.nodes, own) };
}

function inOrder(nodes: readonly Node[], scans: readonly Scan[]): readonly Node[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const ordered = new Set<Node>();
  const visit = (name: string): void => {
    const node = byName.get(name);
    if (node === undefined || ordered.has(node)) return;
    operandsOf(node).forEach(visit);
    if (node.kind === "last" || node.kind === "stack") {
      const carries = scans.find(({ turn }) => turn === node.turn)?.carries ?? [];
      carries.forEach(({ next }) => visit(next));
    }
    ordered.add(node);
  };
  nodes.forEach(({ name }) => visit(name));
  return [...ordered];
}
