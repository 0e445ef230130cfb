import type { Expr, Guard } from "../graph/expr.ts";
import type { ComputeNode, Graph, Node } from "../graph/graph.ts";
import { prefixOf } from "../graph/prefix.ts";
import { anyAxis, readBounds, readersOf, renameBound, runBounds } from "../graph/run-bounds.ts";
import { rootsOf } from "../graph/visit.ts";
import { bareAtom, constant, type Form } from "../integers/index.ts";
import { allAxes } from "./body.ts";
import { rewriteNodes, untagged } from "./rewriting.ts";
import type { Read } from "./window-pairs.ts";

/**
 * Where a number that is known at run time says how far an array is filled, as the place in a cache does, what is computed
 * with it goes as far and no further: sums over terms that are 0 beyond leave them out, and what nobody reads beyond is
 * not computed there.
 */
export function boundNodes(graph: Graph): Graph {
  const isBounded = (node: Node): boolean =>
    node.kind === "compute" &&
    allAxes(node).some(({ name }) => runBounds(node.domain, name, allAxes(node)).length > 0);
  if (!graph.nodes.some(isBounded)) return graph;
  return asReaders(rewriteNodes(graph, (node, { nodes }) => asTerms(node, nodes)));
}

/** A sum, over the terms alone in which no factor is 0 for its place. */
function asTerms(node: ComputeNode, nodes: ReadonlyMap<string, Node>): ComputeNode {
  if (node.reduce?.op !== "sum") return node;
  const reduced = new Set(node.reduce.axes.map(({ name }) => name));
  const bounds = factorsOf(node.body).flatMap(({ operand, at }) => {
    const factor = nodes.get(operand);
    if (factor?.kind !== "compute" || (factor.reduce !== undefined && factor.reduce.op !== "sum")) return [];
    return factor.axes.flatMap(({ name }, dim) => {
      const atom = bareAtom(at[dim] ?? constant(0));
      if (atom?.kind !== "axis" || !reduced.has(atom.name)) return [];
      return runBounds(factor.domain, name, allAxes(factor)).map((bound) => ({
        axis: atom.name,
        bound: renameBound(bound, name, atom.name),
      }));
    });
  });
  return bounds.reduce((current, { axis, bound }) => within(current, axis, bound), node);
}

/** What is computed where no reader asks for it, left out: from the last node to the first, so that it goes on through all. */
function asReaders(graph: Graph): Graph {
  const roots = new Set(rootsOf(graph));
  const readers = readersOf(graph.nodes);
  const bounded = new Map<string, Node>();
  const current = (node: Node): Node => bounded.get(node.name) ?? node;
  for (const node of graph.nodes.toReversed()) {
    if (node.kind !== "compute" || roots.has(node.name) || prefixOf(node) !== undefined) continue;
    const bounds = readBounds(node, (readers.get(node.name) ?? []).map(current));
    let next = node;
    node.axes.forEach(({ name }, dim) => {
      for (const bound of bounds[dim]?.values() ?? [])
        next = within(next, name, renameBound(bound, anyAxis, name));
    });
    if (next !== node) bounded.set(node.name, next);
  }
  return bounded.size === 0 ? graph : { ...graph, nodes: graph.nodes.map(current) };
}

/** The node under one condition more, unless it has that. */
function within(node: ComputeNode, axis: string, bound: Form): ComputeNode {
  const known = runBounds(node.domain, axis, allAxes(node));
  if (known.some(({ key }) => key === bound.key)) return node;
  const guard: Guard = { relation: "nonnegative", form: bound };
  return { ...untagged(node), domain: [...node.domain, guard] };
}

/** The reads that a product is made of; where one of them is 0, all of it is. */
function factorsOf(expr: Expr): readonly Read[] {
  if (expr.kind === "read") return [expr];
  if (expr.kind !== "apply") return [];
  if (expr.fn === "multiply" || expr.fn === "negate") return expr.operands.flatMap(factorsOf);
  return expr.fn === "divide" ? expr.operands.slice(0, 1).flatMap(factorsOf) : [];
}
