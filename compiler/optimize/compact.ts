import type { Expr } from "../graph/expr.ts";
import type { ComputeNode, Graph } from "../graph/graph.ts";
import { childrenOf } from "../graph/visit.ts";
import { oneHotOf, winnersOf, type OneHot } from "./one-hot.ts";
import { overWinners, walkOf } from "./over-winners.ts";
import { rewriteNodes, type Rewriting } from "./rewriting.ts";
import type { Read } from "./window-pairs.ts";

/** In windows of fewer places a dense sum is faster: its terms share what they load. */
const fewestPlaces = 4;

interface Winners {
  readonly oneHot: OneHot;
  readonly node: ComputeNode;
}

/**
 * Sums of products with an array that is zero but for one place in each window, as the gradient behind a max-pool is,
 * go over these places alone: still as a sum where they are summed over, as in the gradient of a weight, and as a
 * scatter where they move what they add to, as in the gradient of an image.
 */
export function compact(graph: Graph): Graph {
  const known = new Map<string, Winners | undefined>();
  return rewriteNodes(graph, (node, rewriting) => {
    if (node.reduce?.op !== "sum") return node;
    for (const read of factorsOf(node.body)) {
      if (countReads(node.body, read.operand) !== 1) continue;
      const oneHot = oneHotNamed(read.operand, known, rewriting);
      const walk = oneHot && walkOf(node, read, oneHot);
      if (oneHot === undefined || walk === undefined) continue;
      return overWinners(node, read, walk, winnersNamed(read.operand, oneHot, known, rewriting), rewriting);
    }
    return node;
  });
}

function oneHotNamed(
  name: string,
  known: ReadonlyMap<string, Winners | undefined>,
  { nodes, dimRange }: Rewriting,
): OneHot | undefined {
  if (known.has(name)) return known.get(name)?.oneHot;
  const node = nodes.get(name);
  const oneHot = node?.kind === "compute" ? oneHotOf(node, dimRange) : undefined;
  return oneHot !== undefined && oneHot.places >= fewestPlaces ? oneHot : undefined;
}

/** The node of its places, made for the first reader. */
function winnersNamed(
  name: string,
  oneHot: OneHot,
  known: Map<string, Winners | undefined>,
  rewriting: Rewriting,
): ComputeNode {
  const made = known.get(name)?.node;
  if (made !== undefined) return made;
  const source = rewriting.nodes.get(name);
  if (source?.kind !== "compute") throw new Error(`bug: ${name} is not computed`);
  const node = winnersOf(source, oneHot, rewriting.freshName(`${name}.winners`), rewriting.dimRange);
  rewriting.add(node);
  known.set(name, { oneHot, node });
  return node;
}

/** The reads that a product is made of. */
function factorsOf(expr: Expr): readonly Read[] {
  if (expr.kind === "read") return [expr];
  return expr.kind === "apply" && expr.fn === "multiply" ? expr.operands.flatMap(factorsOf) : [];
}

function countReads(expr: Expr, operand: string): number {
  const own = expr.kind === "read" && expr.operand === operand ? 1 : 0;
  return childrenOf(expr).reduce((sum, child) => sum + countReads(child, operand), own);
}
