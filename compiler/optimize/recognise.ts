import type { Expr } from "../graph/expr.ts";
import type { ComputeNode, Graph, Node } from "../graph/graph.ts";
import { prefixOf } from "../graph/prefix.ts";
import type { Recognition } from "../graph/recognition.ts";
import { axesOfForm, visitExpr } from "../graph/visit.ts";
import { constantOf, dim as dimForm, equalForms, type Form } from "../integers/index.ts";
import { mapFormsOfNode, substituteAxesInForm } from "./body.ts";
import { costOfExpr, costOfReduction } from "./cost.ts";
import { recogniseProduct } from "./recognise-product.ts";
import { rewriteNodes, untagged } from "./rewriting.ts";
import { axesOfRead, mixedPairs, namesOf, type Pair, type Read } from "./window-pairs.ts";

/**
 * Tags compute nodes with what they are. An axis gets its role from the operands in whose subscripts it stands, so
 * neither the order of factors nor that of subscripts nor a transposition matters.
 */
export function recognise(graph: Graph): Graph {
  // To a node the turn of its scan is a number like a dim.
  const turns = new Map((graph.scans ?? []).map(({ turn }) => [turn, dimForm(turn)]));
  const inTurn = (node: ComputeNode): ComputeNode =>
    turns.size === 0 ? node : mapFormsOfNode(node, (form) => substituteAxesInForm(form, turns));
  return rewriteNodes(graph, (node, { nodes }) => {
    const recognition = recogniseNode(inTurn(node), nodes);
    if (recognition === undefined) return untagged(node);
    return JSON.stringify(recognition) === JSON.stringify(node.recognition) ? node : { ...node, recognition };
  });
}

/** What a node is; undefined where it is nothing in particular. */
export function recogniseNode(node: ComputeNode, nodes: ReadonlyMap<string, Node>): Recognition | undefined {
  // Before normal form a body may reduce over axes of its own, which the roles below know nothing of.
  if (costOfExpr(node.body) >= costOfReduction) return undefined;
  if (node.reduce === undefined) return { kind: "elementwise" };
  if (node.reduce.op === "partition") return undefined;
  const prefix = prefixOf(node);
  if (prefix !== undefined) return { kind: "prefix", along: [prefix.along.name], over: [prefix.over.name] };
  const pair = node.reduce.op === "sum" ? factorsOfProduct(node.body) : undefined;
  const product = pair && recogniseProduct(node, pair[0], pair[1], nodes);
  return product ?? recogniseWindow(node) ?? recogniseRows(node);
}

/** The two reads of a product; a conversion of storage belongs to the read. */
function factorsOfProduct(body: Expr): readonly [Read, Read] | undefined {
  if (body.kind !== "apply" || body.fn !== "multiply") return undefined;
  const [left, right] = body.operands.map(readBehindConversion);
  return left && right && [left, right];
}

function readBehindConversion(expr: Expr): Read | undefined {
  if (expr.kind === "convert") return readBehindConversion(expr.operand);
  return expr.kind === "read" ? expr : undefined;
}

/** A reduction of one operand over a window around each pixel; what else it reads has no window. */
function recogniseWindow(node: ComputeNode): Recognition | undefined {
  let image: { read: Read; pairs: readonly Pair[] } | undefined;
  for (const read of readsIn(node.body)) {
    const pairs = mixedPairs(node, read);
    if (pairs === undefined) return undefined;
    if (pairs.length === 0) continue;
    if (image !== undefined && !sameRead(image.read, read)) return undefined;
    image = { read, pairs };
  }
  if (image === undefined || image.pairs.length < (node.reduce?.axes.length ?? 0)) return undefined;
  return {
    kind: "window",
    image: image.read.operand,
    pixels: image.pairs.map((pair) => pair.pixel),
    window: image.pairs.map((pair) => pair.window),
  };
}

function readsIn(expr: Expr): readonly Read[] {
  const reads: Read[] = [];
  visitExpr(expr, (inner) => {
    if (inner.kind === "read") reads.push(inner);
  });
  return reads;
}

function sameRead(a: Read, b: Read): boolean {
  return a.operand === b.operand && a.at.every((form, place) => equalForms(form, b.at[place] ?? form));
}

/** A statistic of rows: in each operand the reduction axes come last, and each subscript is one axis. */
function recogniseRows(node: ComputeNode): Recognition | undefined {
  const reduced = namesOf(node.reduce?.axes);
  const row = (node.reduce?.axes ?? []).map((axis) => axis.name);
  // A row has the same places everywhere.
  const isRagged = node.domain.some((guard) => [...axesOfForm(guard.form)].some((name) => reduced.has(name)));
  if (isRagged) return undefined;
  const reads = readsIn(node.body);
  const aligned = reads.every((read) => {
    let inRow = false;
    return read.at.every((form) => {
      const own = [...axesOfForm(form)];
      if (constantOf(form) !== undefined) return true;
      if (own.length !== 1 || !isBare(form)) return false;
      const isReduced = own.every((name) => reduced.has(name));
      if (inRow && !isReduced) return false;
      inRow = isReduced;
      return true;
    });
  });
  const whole = reads.some((read) => row.every((name) => axesOfRead(read).has(name)));
  return aligned && whole ? { kind: "rowwise", row } : undefined;
}

function isBare(form: Form): boolean {
  const [term, second] = form.terms;
  return second === undefined && term?.numerator === 1 && term.denominator === 1 && term.factors.length === 1;
}
