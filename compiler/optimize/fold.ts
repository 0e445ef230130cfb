import { interpret } from "../graph/interpret.ts";
import type { Expr } from "../graph/expr.ts";
import type { ComputeNode, Graph, Node } from "../graph/graph.ts";
import { childrenOf, operandsOf, rewriteExpr } from "../graph/visit.ts";
import { constantOf, type Atom } from "../integers/index.ts";
import { convertValue, meaningOf } from "../scalar/meaning.ts";
import { allAxes, atomsOfNode, dtypeIn } from "./body.ts";
import { costOfExpr, costOfReduction } from "./cost.ts";
import { untagged } from "./rewriting.ts";

/** A larger table is computed anew at each call rather than shipped. */
const largestTable = 4096;

/**
 * Functions of constants are constants, and a node that reads nothing but constants is a table; both are evaluated
 * with the meanings that the interpreter has.
 */
export function fold(graph: Graph): Graph {
  const nodes = new Map<string, Node>();
  let changed = false;
  for (const node of graph.nodes) {
    const folded = node.kind === "compute" ? foldNode(node, nodes) : node;
    if (folded !== node) changed = true;
    nodes.set(node.name, folded);
  }
  return changed ? { ...graph, nodes: [...nodes.values()] } : graph;
}

function foldNode(node: ComputeNode, nodes: ReadonlyMap<string, Node>): Node {
  const body = rewriteExpr(node.body, (expr) => foldExpr(expr, nodes));
  const folded = body === node.body ? node : { ...untagged(node), body };
  return tableOf(folded, nodes) ?? folded;
}

function foldExpr(expr: Expr, nodes: ReadonlyMap<string, Node>): Expr {
  if (expr.kind === "convert" && expr.operand.kind === "constant") {
    return { kind: "constant", dtype: expr.to, value: convertValue(expr.operand.value, expr.to) };
  }
  if (expr.kind === "read") {
    const value = entryOf(nodes.get(expr.operand));
    return value === undefined ? expr : { kind: "constant", dtype: dtypeIn(expr, nodes), value };
  }
  if (expr.kind !== "apply") return expr;
  const constants = expr.operands.filter((operand) => operand.kind === "constant");
  const [first, second] = constants;
  if (first === undefined || constants.length !== expr.operands.length) return expr;
  const value = meaningOf(expr.fn, first.dtype)(first.value, second?.value ?? 0);
  return { kind: "constant", dtype: dtypeIn(expr, nodes), value };
}

/** The value of a table of one entry, or of equal ones. */
function entryOf(node: Node | undefined): number | undefined {
  if (node?.kind !== "constant") return undefined;
  const [first] = node.values;
  return node.values.every((value) => Object.is(value, first)) ? first : undefined;
}

/** Small reductions of constants, and element-wise nodes of more than one constant operand. */
function tableOf(node: ComputeNode, nodes: ReadonlyMap<string, Node>): Node | undefined {
  const operands = operandsOf(node);
  const read = operands.map((name) => nodes.get(name)).filter((operand) => operand?.kind === "constant");
  if (read.length < operands.length) return undefined;
  // A few numbers made of indices alone are not worth a table, but a reduction of them is: how many a window holds.
  if (operands.length === 0 && (node.reduce === undefined || isRandom(node.body))) return undefined;
  const own = new Set(allAxes(node).map(({ name }) => name));
  const isKnownLate = (atom: Atom): boolean =>
    atom.kind === "dim" || (atom.kind === "axis" && !own.has(atom.name));
  if (costOfExpr(node.body) >= costOfReduction || atomsOfNode(node).some(isKnownLate)) return undefined;
  const extents = node.shape.map(constantOf);
  const reduced = (node.reduce?.axes ?? []).map((axis) => constantOf(axis.extent));
  const work = [...extents, ...reduced].reduce<number>((all, extent) => all * (extent ?? Infinity), 1);
  if (!(work <= largestTable)) return undefined;
  const nodesOfTable: readonly Node[] = [...read, node];
  const graph: Graph = {
    name: node.name,
    dims: [],
    facts: [],
    nodes: nodesOfTable,
    outputs: [{ name: "table", node: node.name }],
  };
  const table = interpret(graph)["table"];
  if (table === undefined) throw new Error("bug: a table without values");
  return {
    kind: "constant",
    name: node.name,
    dtype: node.dtype,
    shape: node.shape,
    values: [...table.data],
    ...(node.span && { span: node.span }),
  };
}

function isRandom(expr: Expr): boolean {
  return expr.kind === "random" || childrenOf(expr).some(isRandom);
}
