import { computeNode, copyAt } from "../graph/build.ts";
import { freshName } from "../graph/fresh-name.ts";
import type { ComputeNode, Graph, Node, Scan, StackNode } from "../graph/graph.ts";
import { dimRangeOf } from "../graph/ranges.ts";
import { regionsOf, type Regions } from "../graph/regions.ts";
import { operandsOf, rewriteExpr, substituteAxes } from "../graph/visit.ts";
import { axis as axisForm, one, provablyNonnegative, subtract, type Form } from "../integers/index.ts";
import { atomsOfNode, substituteAxesInForm } from "./body.ts";
import { untagged } from "./rewriting.ts";

/**
 * What depends on a turn and on nothing that is carried is computed for all turns at once, before the scan: the product
 * of a layer's input becomes one contraction over all times. Element-wise nodes stay, unless they are stacked or a
 * reduction reads them: to compute them in their turn costs no memory.
 */
export function liftTurns(graph: Graph): Graph {
  if (graph.scans === undefined) return graph;
  const lifting = startLifting(graph, graph.scans);
  const nodes: Node[] = [];
  let changed = false;
  for (const node of graph.nodes) {
    const made = isConstantStack(node, lifting)
      ? [spread(node)]
      : lifting.isWanted(node)
        ? liftNode(node, lifting)
        : [node];
    if (made[0] !== node) changed = true;
    nodes.push(...made);
  }
  return changed ? { ...graph, nodes } : graph;
}

interface Lifting {
  readonly nodes: ReadonlyMap<string, Node>;
  readonly regions: Regions;
  readonly scans: ReadonlyMap<string, Scan>;
  readonly isWanted: (node: Node) => node is ComputeNode | StackNode;
  readonly freshName: (base: string) => string;
  /** Names that no new axis may take. */
  readonly taken: ReadonlySet<string>;
  /** The nodes that hold others for all turns. */
  readonly lifted: Map<string, string>;
}

function startLifting(graph: Graph, scans: readonly Scan[]): Lifting {
  const regions = regionsOf(graph);
  const nodes = new Map(graph.nodes.map((node) => [node.name, node]));
  const range = dimRangeOf(graph);
  // A tensor of no turns would have no place in memory.
  const full = new Map(
    scans
      .filter(({ extent }) => provablyNonnegative(subtract(extent, one), range))
      .map((scan) => [scan.turn, scan]),
  );
  const liftable = new Set<string>();
  for (const node of graph.nodes) {
    const turn = regions.regionOf(node.name);
    if (node.kind !== "compute" || turn === undefined || !full.has(turn) || readsIndex(node, turn, regions))
      continue;
    const inside = operandsOf(node).filter((name) => regions.regionOf(name) === turn);
    if (inside.every((name) => liftable.has(name))) liftable.add(node.name);
  }
  const wanted = new Set<string>();
  for (const node of graph.nodes.toReversed()) {
    const stacked = node.kind === "stack" && liftable.has(node.of) ? nodes.get(node.of) : undefined;
    if (stacked !== undefined) wanted.add(node.name);
    if (node.kind === "compute" && node.reduce !== undefined && liftable.has(node.name))
      wanted.add(node.name);
    if (!wanted.has(node.name)) continue;
    for (const operand of operandsOf(stacked ?? node)) if (liftable.has(operand)) wanted.add(operand);
  }
  const names = new Set(nodes.keys());
  return {
    nodes,
    regions,
    scans: full,
    isWanted: (node): node is ComputeNode | StackNode => wanted.has(node.name),
    freshName: (base) => freshName(base, names),
    taken: new Set([...graph.dims.map(({ name }) => name), ...scans.map(({ turn }) => turn)]),
    lifted: new Map(),
  };
}

/** Is the same stacked in each turn? */
function isConstantStack(node: Node, { regions }: Lifting): node is StackNode {
  return node.kind === "stack" && !regions.turnsOf(node.of).has(node.turn);
}

function spread(node: StackNode): ComputeNode {
  const axes = node.shape.map((extent, place) => ({ name: place === 0 ? "t" : `i${place}`, extent }));
  const at = axes.slice(1).map((axis) => axisForm(axis.name));
  return computeNode({
    name: node.name,
    dtype: node.dtype,
    axes,
    body: copyAt({ name: node.of, dtype: node.dtype }, at),
    ...(node.span && { span: node.span }),
  });
}

/** A subscript that is read from a member would have to be read for all turns too: it stays where it is. */
function readsIndex(node: ComputeNode, turn: string, { regionOf }: Regions): boolean {
  return atomsOfNode(node).some((atom) => atom.kind === "read" && regionOf(atom.operand) === turn);
}

/** The node for all turns, and under its old name the part of it that belongs to the turn. */
function liftNode(node: ComputeNode | StackNode, lifting: Lifting): readonly Node[] {
  const { nodes, regions, scans } = lifting;
  const source = node.kind === "stack" ? nodes.get(node.of) : node;
  const turn = node.kind === "stack" ? node.turn : regions.regionOf(node.name);
  const scan = scans.get(turn ?? "");
  if (source?.kind !== "compute" || scan === undefined) throw new Error(`bug: ${node.name} is in no scan`);
  const own = [...source.axes, ...(source.reduce?.axes ?? [])].map(({ name }) => name);
  const time = freshName(scan.turn.replace(/\$.*$/, ""), new Set([...lifting.taken, ...own]));
  const at = new Map<string, Form>([[scan.turn, axisForm(time)]]);
  const body = rewriteExpr(substituteAxes(source.body, at), (expr) => {
    const operand = expr.kind === "read" ? lifting.lifted.get(expr.operand) : undefined;
    return expr.kind === "read" && operand !== undefined
      ? { ...expr, operand, at: [axisForm(time), ...expr.at] }
      : expr;
  });
  const whole = {
    ...untagged(source),
    shape: [scan.extent, ...source.shape],
    axes: [{ name: time, extent: scan.extent }, ...source.axes],
    domain: source.domain.map((guard) => ({ ...guard, form: substituteAxesInForm(guard.form, at) })),
    body,
  };
  if (node.kind === "stack") return [{ ...whole, name: node.name }];
  const name = lifting.freshName(`${node.name}.all`);
  lifting.lifted.set(node.name, name);
  const { reduce: _moved, ...pointwise } = untagged(source);
  const places = source.axes.map((axis) => axisForm(axis.name));
  const part: ComputeNode = {
    ...pointwise,
    domain: [],
    body: copyAt({ name, dtype: node.dtype }, [axisForm(scan.turn), ...places]),
  };
  return [{ ...whole, name }, part];
}
