import { freshName } from "../graph/fresh-name.ts";
import { conjunction } from "../graph/conditions.ts";
import type { Axis, Expr } from "../graph/expr.ts";
import type { ComputeNode, Graph } from "../graph/graph.ts";
import { regionsOf, type Regions } from "../graph/regions.ts";
import {
  axesOfForm,
  mapChildren,
  mapGuard,
  operandsOf,
  rootsOf,
  substituteAxes,
  visitExpr,
} from "../graph/visit.ts";
import { readAs } from "../scalar/meaning.ts";
import { atomForm, constantOf, product, substitute, type Form } from "../integers/index.ts";
import { allAxes, atomsOfNode, localNamesOf, mapFormsOfNode, substituteAxesInForm } from "./body.ts";
import { bindAtMeeting } from "./bind-at-meeting.ts";
import { costOfExpr, costOfReduction, sizeOfExpr, worthANode } from "./cost.ts";
import { rewriteNodes, untagged, zeroOf, type Rewriting } from "./rewriting.ts";
import { splitAxes } from "./split-axes.ts";

/**
 * The first step of fusion: a producer goes into its consumers where that computes nothing more often than before, or
 * next to nothing. Pure movement (reshape, transposition, slice, padding) always does and vanishes into subscripts;
 * anything else only if it goes into all its consumers, and then the array is gone. Never is work put into a
 * contraction, which would do it again for every output; nor is the epilogue of a reduction put into another one.
 */
export function inline(graph: Graph): Graph {
  const uses = usesOf(graph);
  return rewriteNodes(graph, (node, rewriting) => inlineInto(node, uses, rewriting));
}

/** The largest body and the most operands that a fused node may have. */
const largestBody = 96;
const mostOperands = 12;

/** What an entry of a producer may cost in all, times how often it is read. */
const fewOperations = 4;

interface Uses {
  /** Where a node is read as a value, by reader. */
  readonly readers: ReadonlyMap<string, readonly ComputeNode[]>;
  /** Nodes that must stay: outputs and updates, and those that subscripts read. */
  readonly kept: ReadonlySet<string>;
  readonly regions: Regions;
  /** Does a producer that isn't mere movement go into all its readers? Decided once each. */
  readonly decided: Map<string, boolean>;
}

function usesOf(graph: Graph): Uses {
  const readers = new Map<string, ComputeNode[]>();
  const kept = new Set(rootsOf(graph));
  for (const node of graph.nodes) {
    if (node.kind !== "compute") {
      for (const name of operandsOf(node)) kept.add(name);
      continue;
    }
    for (const name of operandsOf(node)) {
      const list = readers.get(name);
      if (list === undefined) readers.set(name, [node]);
      else list.push(node);
    }
    for (const atom of atomsOfNode(node)) if (atom.kind === "read") kept.add(atom.operand);
  }
  return { readers, kept, regions: regionsOf(graph), decided: new Map() };
}

function inlineInto(node: ComputeNode, uses: Uses, rewriting: Rewriting): ComputeNode {
  let result = inlineSubscripts(node, rewriting);
  for (const name of operandsOf(result)) {
    const producer = rewriting.nodes.get(name);
    if (producer?.kind !== "compute" || producer.reduce !== undefined) continue;
    // Before normal form a body may bind axes, whose names could be those of its reader.
    if (costOfExpr(producer.body) >= costOfReduction) continue;
    const movement = isMovement(producer);
    if (!movement && !goesIntoAll(producer, uses, rewriting)) continue;
    const merged = merge(producer, result);
    if (merged === undefined || operandsOf(merged).length > mostOperands) continue;
    if (!movement && sizeOfExpr(merged.body) > largestBody) continue;
    if (movement && !staysSimple(producer, merged, rewriting)) continue;
    result = merged;
  }
  return result;
}

/** Subscripts that read a node which only moves integers, or computes them from its place, do so themselves. */
function inlineSubscripts(node: ComputeNode, rewriting: Rewriting): ComputeNode {
  const inForm = (form: Form): Form =>
    substitute(form, (atom) => {
      if (atom.kind !== "read") return undefined;
      const at = atom.at.map(inForm);
      const producer = rewriting.nodes.get(atom.operand);
      const moved =
        producer?.kind === "compute" && producer.reduce === undefined && producer.domain.length === 0
          ? producer
          : undefined;
      const values = new Map(
        moved?.axes.map((axis, place) => [axis.name, at[place] ?? atom.at[place]] as const),
      );
      const known = new Map([...values].flatMap(([name, form]) => (form ? [[name, form] as const] : [])));
      const body = moved?.body;
      if (body?.kind === "index") return substituteAxesInForm(body.form, known);
      if (body?.kind === "read") {
        const through = body.at.map((inner) => substituteAxesInForm(inner, known));
        return atomForm({ ...atom, operand: body.operand, at: through });
      }
      return atomForm({ ...atom, at });
    });
  if (!atomsOfNode(node).some((atom) => atom.kind === "read")) return node;
  const mapped = mapFormsOfNode(node, inForm);
  return mapped === node ? node : untagged(mapped);
}

/** A read, or a read where guards hold and a constant elsewhere; nothing is computed. */
function isMovement(node: ComputeNode): boolean {
  const { body } = node;
  if (body.kind === "constant") return true;
  if (body.kind === "read") return true;
  if (body.kind !== "select" || costOfExpr(body) > 0) return false;
  const sides = [body.then, body.otherwise];
  return sides.some((side) => side.kind === "constant") && sides.some((side) => side.kind === "read");
}

/** Movement is worth nothing if a reduction must then divide, or fetch an index, for each of its terms. */
function staysSimple(producer: ComputeNode, merged: ComputeNode, rewriting: Rewriting): boolean {
  if (merged.reduce === undefined) return true;
  if (producer.body.kind !== "constant" && isGather(producer)) return false;
  // Padding by anything but 0 would leave a choice in each product.
  if (merged.reduce.op === "sum" && producer.body.kind === "select" && !padsWithZero(producer.body))
    return false;
  const reduced = new Set(merged.reduce.axes.map((axis) => axis.name));
  if (!dividesInside(producer)) return true;
  const split = splitAxes(merged, rewriting);
  const own = new Set(split.reduce?.axes.map((axis) => axis.name) ?? reduced);
  return !atomsOfNode(split).some(
    (atom) => atom.kind === "floor" && [...axesOfForm(atomForm(atom))].some((name) => own.has(name)),
  );
}

function padsWithZero(body: Expr & { readonly kind: "select" }): boolean {
  return [body.then, body.otherwise].some((side) => side.kind === "constant" && side.value === 0);
}

function isGather(node: ComputeNode): boolean {
  return atomsOfNode(node).some((atom) => atom.kind === "read");
}

function dividesInside(node: ComputeNode): boolean {
  return atomsOfNode(node).some((atom) => atom.kind === "floor");
}

function goesIntoAll(producer: ComputeNode, uses: Uses, rewriting: Rewriting): boolean {
  const known = uses.decided.get(producer.name);
  if (known !== undefined) return known;
  const readers = uses.readers.get(producer.name) ?? [];
  const answer =
    !uses.kept.has(producer.name) &&
    readers.every(
      (reader) => isInOneRegion(producer, reader, uses) && mayGoInto(producer, reader, rewriting),
    ) &&
    affordable(producer, readers);
  uses.decided.set(producer.name, answer);
  return answer;
}

/** What is computed once is not computed in each turn of a scan. */
function isInOneRegion(producer: ComputeNode, reader: ComputeNode, { regions }: Uses): boolean {
  return regions.regionOf(producer.name) === regions.regionOf(reader.name);
}

function mayGoInto(producer: ComputeNode, reader: ComputeNode, rewriting: Rewriting): boolean {
  if (sizeOfExpr(producer.body) + sizeOfExpr(reader.body) > largestBody) return false;
  if (new Set([...operandsOf(producer), ...operandsOf(reader)]).size > mostOperands) return false;
  if (reader.reduce === undefined) return true;
  if (isEpilogue(producer, rewriting)) return false;
  // A reduction that reads each entry once does not do the work again; neither is it a contraction.
  return readsOf(reader, producer.name).every((read) => repetition(read, reader) === 1);
}

/** Is it computed entry by entry from a reduction? Then it belongs to that one's kernel. */
function isEpilogue(producer: ComputeNode, rewriting: Rewriting): boolean {
  return [...operandsOf(producer)].some((name) => {
    const operand = rewriting.nodes.get(name);
    return (
      operand?.kind === "compute" && operand.reduce !== undefined && sameShape(operand.shape, producer.shape)
    );
  });
}

function sameShape(a: readonly Form[], b: readonly Form[]): boolean {
  return a.length === b.length && a.every((form, place) => form.key === b[place]?.key);
}

/** One reader that reads each entry once, or so few operations that doing them again costs less than the memory. */
function affordable(producer: ComputeNode, readers: readonly ComputeNode[]): boolean {
  const cost = costOfExpr(producer.body) + producer.domain.length;
  const sites = readers.flatMap((reader) =>
    distinctReads(readsOf(reader, producer.name)).map((read) => repetition(read, reader)),
  );
  if (sites.length === 1 && sites[0] === 1) return true;
  if (sites.some((times) => times !== 1)) return cost < worthANode && sites.length === 1;
  return cost * sites.length <= fewOperations;
}

type Read = Expr & { readonly kind: "read" };

function readsOf(node: ComputeNode, operand: string): readonly Read[] {
  const reads: Read[] = [];
  visitExpr(node.body, (expr) => {
    if (expr.kind === "read" && expr.operand === operand) reads.push(expr);
  });
  return reads;
}

function distinctReads(reads: readonly Read[]): readonly Read[] {
  return [...new Map(reads.map((read) => [keyOfRead(read), read])).values()];
}

function keyOfRead(read: Read): string {
  return read.at.map((form) => form.key).join(",");
}

/** 1 where each entry is read at most once by this read; more, or Infinity where that is not a number, else. */
function repetition(read: Read, reader: ComputeNode): number {
  const axes = allAxes(reader);
  const own = new Set(read.at.flatMap((form) => [...axesOfForm(form)]));
  const outside = axes.filter((axis) => !own.has(axis.name));
  const times = constantOf(product(outside.map((axis) => axis.extent))) ?? Infinity;
  return times * overlap(read, axes);
}

/** Subscripts of one axis each, none twice, meet an entry once; windows meet it again by the ratio of sizes. */
function overlap(read: Read, axes: readonly Axis[]): number {
  const seen = new Set<string>();
  for (const form of read.at) {
    const own = [...axesOfForm(form)];
    if (own.some((name) => seen.has(name))) return Infinity;
    own.forEach((name) => seen.add(name));
    if (own.length <= 1) continue;
    if (!isMixedRadix(form, axes)) return Infinity;
  }
  return 1;
}

/** Σ kᵢ·aᵢ takes different values for different places if each coefficient exceeds all that the smaller ones reach. */
function isMixedRadix(form: Form, axes: readonly Axis[]): boolean {
  const digits: { step: number; extent: number }[] = [];
  for (const term of form.terms) {
    const [factor, second] = term.factors;
    if (factor === undefined) continue;
    const axis = factor.kind === "axis" ? axes.find((each) => each.name === factor.name) : undefined;
    const extent = axis && constantOf(axis.extent);
    if (second !== undefined || axis === undefined) return false;
    digits.push({ step: Math.abs(term.numerator / term.denominator), extent: extent ?? Infinity });
  }
  digits.sort((a, b) => a.step - b.step);
  let reach = 0;
  for (const { step, extent } of digits) {
    if (step <= reach) return false;
    reach += step * (extent - 1);
  }
  return true;
}

/** The consumer with the producer's body in place of its reads; undefined where that would do work twice. */
function merge(producer: ComputeNode, consumer: ComputeNode): ComputeNode | undefined {
  const reads = readsOf(consumer, producer.name);
  if (reads.length === 0) return undefined;
  const taken = localNamesOf(consumer.body);
  const atRead = (read: Read): Expr => bodyAt(producer, read.at, taken);
  const shared = reads.length > 1 && costOfExpr(producer.body) > 0 ? distinctReads(reads) : [];
  let body = consumer.body;
  for (const read of shared) {
    const times = reads.filter((other) => keyOfRead(other) === keyOfRead(read)).length;
    if (times === 1) continue;
    const name = freshName("shared", taken);
    const isSame = (other: Expr): boolean =>
      other.kind === "read" && other.operand === producer.name && keyOfRead(other) === keyOfRead(read);
    const bound = bindAtMeeting(body, isSame, times, { name, value: atRead(read) });
    if (bound === undefined) return undefined;
    body = bound;
  }
  body = replaceReads(body, producer.name, atRead);
  return { ...untagged(consumer), body };
}

function replaceReads(expr: Expr, operand: string, value: (read: Read) => Expr): Expr {
  if (expr.kind === "read") return expr.operand === operand ? value(expr) : expr;
  return mapChildren(expr, (child) => replaceReads(child, operand, value));
}

/** A producer's value at given subscripts, its locals renamed apart from those taken. */
function bodyAt(producer: ComputeNode, at: readonly Form[], taken: Set<string>): Expr {
  const values = new Map<string, Form>();
  producer.axes.forEach((axis, place) => {
    const form = at[place];
    if (form !== undefined) values.set(axis.name, form);
  });
  const map = (form: Form): Form => substituteAxesInForm(form, values);
  const body = renameLocals(substituteAxes(producer.body, values), taken);
  const { dtype, domain } = producer;
  const guards = domain.map((guard) => mapGuard(guard, map));
  const value: Expr =
    domain.length === 0
      ? body
      : { kind: "select", condition: conjunction(guards), then: body, otherwise: zeroOf(dtype) };
  // What is stored in 8 bits is read in 32.
  return readAs(dtype) === dtype ? value : { kind: "convert", to: readAs(dtype), operand: value };
}

/** `renamed` has the new names of the locals around: a new name may be an old one further in. */
function renameLocals(
  expr: Expr,
  taken: Set<string>,
  renamed: ReadonlyMap<string, string> = new Map(),
): Expr {
  if (expr.kind === "local") return { kind: "local", name: renamed.get(expr.name) ?? expr.name };
  if (expr.kind !== "let") return mapChildren(expr, (child) => renameLocals(child, taken, renamed));
  const value = renameLocals(expr.value, taken, renamed);
  const name = freshName(expr.name, taken);
  const body = renameLocals(expr.body, taken, new Map(renamed).set(expr.name, name));
  return { kind: "let", name, value, body };
}
