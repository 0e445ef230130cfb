import type { Expr } from "../graph/expr.ts";
import type { ComputeNode, Graph, Node } from "../graph/graph.ts";
import type { Recognition } from "../graph/recognition.ts";
import { axesOfForm, visitExpr } from "../graph/visit.ts";
import { atomForm, constantOf, equalForms, linearIn, type Form } from "../integers/index.ts";
import { costOfExpr, costOfReduction } from "./cost.ts";
import { rewriteNodes, untagged } from "./rewriting.ts";

/**
 * Tags compute nodes with what they are. An axis gets its role from the operands in whose subscripts it stands, so
 * neither the order of factors nor that of subscripts nor a transposition matters.
 */
export function recognise(graph: Graph): Graph {
  return rewriteNodes(graph, (node, { nodes }) => {
    const recognition = recogniseNode(node, nodes);
    if (recognition === undefined) return untagged(node);
    return JSON.stringify(recognition) === JSON.stringify(node.recognition) ? node : { ...node, recognition };
  });
}

function recogniseNode(node: ComputeNode, nodes: ReadonlyMap<string, Node>): Recognition | undefined {
  // Before normal form a body may reduce over axes of its own, which the roles below know nothing of.
  if (costOfExpr(node.body) >= costOfReduction) return undefined;
  if (node.reduce === undefined) return { kind: "elementwise" };
  const pair = node.reduce.op === "sum" ? factorsOfProduct(node.body) : undefined;
  const product = pair && recogniseProduct(node, pair[0], pair[1], nodes);
  return product ?? recogniseWindow(node) ?? recogniseRows(node);
}

type Read = Expr & { readonly kind: "read" };

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

function recogniseProduct(
  node: ComputeNode,
  first: Read,
  second: Read,
  nodes: ReadonlyMap<string, Node>,
): Recognition | undefined {
  const [mixedFirst, mixedSecond] = [mixedPairs(node, first), mixedPairs(node, second)];
  if (mixedFirst === undefined || mixedSecond === undefined) return undefined;
  if (mixedFirst.length === 0 && mixedSecond.length === 0) return contraction(node, first, second, nodes);
  if (mixedFirst.length > 0 && mixedSecond.length > 0) return undefined;
  return mixedFirst.length > 0
    ? convolution(node, first, second, mixedFirst)
    : convolution(node, second, first, mixedSecond);
}

interface Pair {
  readonly pixel: string;
  readonly window: string;
}

/**
 * The subscripts s·pixel + d·window + k of a read; undefined where a parallel axis meets reduction axes in any other
 * way. A floor makes no mixture: ⌊o/q⌋ + a is the channel of a group.
 */
function mixedPairs(node: ComputeNode, read: Read): readonly Pair[] | undefined {
  const reduced = namesOf(node.reduce?.axes);
  const pairs: Pair[] = [];
  for (const form of read.at) {
    const parts = linearIn(form, (atom) => atom.kind === "axis");
    if (parts === undefined) {
      if (mentionsUnderFloor(form, reduced)) return undefined;
      continue;
    }
    if (mentionsUnderFloor(form, reduced)) return undefined;
    const linear = [...parts.coefficients.values()].flatMap(({ atom }) =>
      atom.kind === "axis" ? [atom.name] : [],
    );
    const windows = linear.filter((name) => reduced.has(name));
    const pixels = linear.filter((name) => !reduced.has(name));
    const [pixel, secondPixel] = pixels;
    const [window, secondWindow] = windows;
    if (pixel === undefined || window === undefined) continue;
    if (secondPixel !== undefined || secondWindow !== undefined) return undefined;
    if (pairs.some((pair) => pair.pixel === pixel || pair.window === window)) return undefined;
    pairs.push({ pixel, window });
  }
  return pairs;
}

function mentionsUnderFloor(form: Form, names: ReadonlySet<string>): boolean {
  return form.terms.some((term) =>
    term.factors.some(
      (atom) =>
        atom.kind !== "axis" &&
        atom.kind !== "dim" &&
        [...axesOfForm(atomForm(atom))].some((name) => names.has(name)),
    ),
  );
}

function namesOf(axes: readonly { readonly name: string }[] | undefined): ReadonlySet<string> {
  return new Set(axes?.map((axis) => axis.name));
}

function axesOfRead(read: Read): ReadonlySet<string> {
  return new Set(read.at.flatMap((form) => [...axesOfForm(form)]));
}

/** Axes with more than one place, in the order of the node; the others have no influence on any address. */
interface Roles {
  readonly both: readonly string[];
  readonly firstOnly: readonly string[];
  readonly secondOnly: readonly string[];
  readonly neither: readonly string[];
}

function rolesOf(names: readonly string[], first: Read, second: Read): Roles {
  const [a, b] = [axesOfRead(first), axesOfRead(second)];
  return {
    both: names.filter((name) => a.has(name) && b.has(name)),
    firstOnly: names.filter((name) => a.has(name) && !b.has(name)),
    secondOnly: names.filter((name) => !a.has(name) && b.has(name)),
    neither: names.filter((name) => !a.has(name) && !b.has(name)),
  };
}

function contraction(
  node: ComputeNode,
  first: Read,
  second: Read,
  nodes: ReadonlyMap<string, Node>,
): Recognition | undefined {
  const parallel = rolesOf(
    node.axes.map((axis) => axis.name),
    first,
    second,
  );
  const reduced = rolesOf(
    (node.reduce?.axes ?? []).map((axis) => axis.name),
    first,
    second,
  );
  if (reduced.both.length < (node.reduce?.axes.length ?? 0)) return undefined;
  if (parallel.firstOnly.length === 0 && parallel.secondOnly.length === 0) return undefined;
  // Each axis must be a stride: no gathers, no floors.
  if (![first, second].every((read) => read.at.every(isLinear))) return undefined;
  const swapped = isRightOperand(node, [first, second], parallel, nodes);
  const [left, right] = swapped ? [second, first] : [first, second];
  return {
    kind: "contraction",
    // An axis with one place that no subscript mentions may be taken along with the batch.
    batch: [...parallel.both, ...parallel.neither],
    m: swapped ? parallel.secondOnly : parallel.firstOnly,
    n: swapped ? parallel.firstOnly : parallel.secondOnly,
    k: reduced.both,
    left: left.operand,
    right: right.operand,
  };
}

/** Is the first factor the right operand? The weights are; without weights it is the one that has the last axis of the result. */
function isRightOperand(
  node: ComputeNode,
  [first, second]: readonly [Read, Read],
  parallel: Roles,
  nodes: ReadonlyMap<string, Node>,
): boolean {
  const [a, b] = [isWeight(nodes.get(first.operand)), isWeight(nodes.get(second.operand))];
  if (a !== b) return a;
  const own = new Set([...parallel.firstOnly, ...parallel.secondOnly]);
  const last = node.axes.findLast((axis) => own.has(axis.name));
  return last !== undefined && parallel.firstOnly.includes(last.name);
}

function isWeight(node: Node | undefined): boolean {
  return node?.kind === "param" || node?.kind === "constant";
}

function isLinear(form: Form): boolean {
  return linearIn(form, (atom) => atom.kind === "axis") !== undefined && !form.terms.some(hasOtherAtoms);
}

function hasOtherAtoms(term: Form["terms"][number]): boolean {
  return term.factors.some((atom) => atom.kind !== "axis" && atom.kind !== "dim");
}

function isGathered(form: Form): boolean {
  return form.terms.some((term) => term.factors.some((atom) => atom.kind === "read"));
}

function convolution(
  node: ComputeNode,
  image: Read,
  weight: Read,
  pairs: readonly Pair[],
): Recognition | undefined {
  const pixels = pairs.map((pair) => pair.pixel);
  const window = pairs.map((pair) => pair.window);
  const parallel = rolesOf(
    node.axes.map((axis) => axis.name).filter((name) => !pixels.includes(name)),
    image,
    weight,
  );
  const reduced = rolesOf(
    (node.reduce?.axes ?? []).map((axis) => axis.name).filter((name) => !window.includes(name)),
    image,
    weight,
  );
  const inWeight = axesOfRead(weight);
  // Pixels move over the image alone; each place of the window has a weight of its own.
  if (pixels.some((name) => inWeight.has(name)) || window.some((name) => !inWeight.has(name)))
    return undefined;
  if (reduced.firstOnly.length + reduced.secondOnly.length + reduced.neither.length > 0) return undefined;
  if ([image, weight].some((read) => read.at.some(isGathered))) return undefined;
  const batch = [...parallel.firstOnly, ...parallel.neither];
  // An axis of both operands chooses the group; in the image it may do so by a floor, ⌊o/q⌋.
  const floored = parallel.both.filter((name) => image.at.some((form) => isUnderFloor(form, name)));
  if (reduced.both.length === 0 && parallel.both.length > 0 && parallel.secondOnly.length === 0) {
    if (batch.length + pixels.length + parallel.both.length !== node.axes.length) return undefined;
    return {
      kind: "depthwise",
      image: image.operand,
      weight: weight.operand,
      channels: parallel.both,
      pixels,
      window,
    };
  }
  return {
    kind: "convolution",
    image: image.operand,
    weight: weight.operand,
    batch,
    groups: parallel.both,
    outChannels: node.axes
      .map((axis) => axis.name)
      .filter((name) => parallel.secondOnly.includes(name) || floored.includes(name)),
    inChannels: reduced.both,
    pixels,
    window,
  };
}

function isUnderFloor(form: Form, name: string): boolean {
  return form.terms.some((term) =>
    term.factors.some((atom) => atom.kind === "floor" && axesOfForm(atom.of).has(name)),
  );
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
