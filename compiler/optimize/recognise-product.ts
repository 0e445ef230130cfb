import type { ComputeNode, Node } from "../graph/graph.ts";
import type { Recognition } from "../graph/recognition.ts";
import { axesOfForm } from "../graph/visit.ts";
import { linearIn, type Form } from "../integers/index.ts";
import { axesOfRead, mixedPairs, type Pair, type Read } from "./window-pairs.ts";

/** What a sum of products of two reads is: a contraction, or with a window in one operand a convolution. */
export function recogniseProduct(
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
