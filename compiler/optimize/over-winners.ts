import { freshName } from "../graph/fresh-name.ts";
import { rangeWithAxes } from "../graph/ranges.ts";
import type { Axis, Expr, Guard } from "../graph/expr.ts";
import type { ComputeNode, ScatterNode } from "../graph/graph.ts";
import { axesOfForm, mapChildren, mapForms, mapGuard } from "../graph/visit.ts";
import {
  axis as axisForm,
  constant,
  constantOf,
  linearIn,
  product,
  simplifyByRange,
  subtract,
  type Form,
} from "../integers/index.ts";
import { allAxes, substituteAxesInForm } from "./body.ts";
import type { OneHot } from "./one-hot.ts";
import { untagged, type Rewriting } from "./rewriting.ts";
import { simplifyDomain } from "./simplify-domain.ts";
import type { Read } from "./window-pairs.ts";

/** Fewer terms than this for one place are not worth finding out where it is. */
const fewestTerms = 8;

/** How a sum walks over the places of a one-hot factor. */
export interface Walk {
  /** Of the windows; they take the place of the axes in `values`. */
  readonly windows: readonly Axis[];
  /** Axes of the sum that a place fixes. */
  readonly values: ReadonlyMap<string, Form>;
  /** Subscripts of the list of places. */
  readonly at: readonly Form[];
  /** Whether the fixed axes are the result's own: then each place says where it adds. */
  readonly scatters: boolean;
}

/**
 * The places in the terms of a sum's own axes: a subscript y is fixed as it stands, of y − u the parallel axis is
 * fixed, to place + u. Undefined where that is not how it is read, or where too few terms belong to one place.
 */
export function walkOf(node: ComputeNode, read: Read, oneHot: OneHot): Walk | undefined {
  const taken = new Set(allAxes(node).map((axis) => axis.name));
  const reduced = new Set(node.reduce?.axes.map((axis) => axis.name));
  const windows: Axis[] = [];
  const named = new Map<string, Form>();
  read.at.forEach((form, dim) => {
    const name = oneHot.window[dim];
    const own = oneHot.axes.find((axis) => axis.name === name);
    if (own === undefined || name === undefined) return;
    if (oneHot.chosen[dim] === false) {
      named.set(name, form);
      return;
    }
    const fresh = { name: freshName(own.name, taken), extent: own.extent };
    windows.push(fresh);
    named.set(name, axisForm(fresh.name));
  });
  const values = new Map<string, Form>();
  const kinds = new Set<boolean>();
  for (const [dim, form] of read.at.entries()) {
    const place = oneHot.place[dim];
    if (oneHot.chosen[dim] !== true || place === undefined) continue;
    const fixed = fixedAxis(form, node, reduced);
    if (fixed === undefined || values.has(fixed.axis.name)) return undefined;
    kinds.add(fixed.parallel);
    const others = read.at.filter((_, other) => other !== dim);
    if (others.some((other) => axesOfForm(other).has(fixed.axis.name))) return undefined;
    values.set(fixed.axis.name, subtract(substituteAxesInForm(place, named), fixed.rest));
  }
  const [scatters, second] = kinds;
  if (scatters === undefined || second !== undefined) return undefined;
  const at = oneHot.axes.map(({ name }) => named.get(name) ?? axisForm(name));
  const own = new Set([...read.at.flatMap((form) => [...axesOfForm(form)])]);
  const around = allAxes(node).filter(
    ({ name }) => !own.has(name) || (scatters && !values.has(name) && !isPlainIn(read, name)),
  );
  const terms = constantOf(product(around.map((axis) => axis.extent)));
  // A sum of nothing else does not ask where the places are.
  const isPlain = node.body.kind === "read" && node.domain.length === 0;
  if (!isPlain && terms !== undefined && terms < fewestTerms) return undefined;
  return { windows, values, at, scatters };
}

/** Whether an axis is a subscript by itself. */
function isPlainIn(read: Read, name: string): boolean {
  return read.at.some((form) => form.key === axisForm(name).key);
}

interface Fixed {
  readonly axis: Axis;
  readonly parallel: boolean;
  /** What the subscript adds to the axis. */
  readonly rest: Form;
}

/** The one parallel axis of a subscript if it is axis + rest, else the reduction axis that it is. */
function fixedAxis(form: Form, node: ComputeNode, reduced: ReadonlySet<string>): Fixed | undefined {
  const parts = linearIn(form, (atom) => atom.kind === "axis" && !reduced.has(atom.name));
  const [own, second] = parts?.coefficients.values() ?? [];
  if (parts === undefined || second !== undefined) return undefined;
  if (own === undefined) {
    const axis = node.reduce?.axes.find(({ name }) => form.key === axisForm(name).key);
    return axis && { axis, parallel: false, rest: constant(0) };
  }
  const axis = node.axes.find(({ name }) => own.atom.kind === "axis" && own.atom.name === name);
  if (axis === undefined || constantOf(own.coefficient) !== 1) return undefined;
  return { axis, parallel: true, rest: parts.rest };
}

/** The sum, with the list of places for its one-hot factor. */
export function overWinners(
  node: ComputeNode,
  read: Read,
  walk: Walk,
  winners: ComputeNode,
  rewriting: Rewriting,
): ComputeNode | ScatterNode {
  const { reduce, ...rest } = untagged(node);
  if (reduce === undefined) throw new Error(`bug: ${node.name} is no sum`);
  const kept = allAxes(node).filter((axis) => !walk.values.has(axis.name));
  const axes = [...kept, ...walk.windows];
  const range = rangeWithAxes(axes, rewriting.dimRange);
  const map = (form: Form): Form => simplifyByRange(substituteAxesInForm(form, walk.values), range);
  const replaced = replaceRead(node.body, read, { kind: "read", operand: winners.name, at: walk.at });
  const body = mapForms(replaced, map);
  const inside = [...walk.values].flatMap(([name, value]): readonly Guard[] => {
    const extent = allAxes(node).find((axis) => axis.name === name)?.extent ?? constant(0);
    return [
      { relation: "nonnegative", form: value },
      { relation: "nonnegative", form: subtract(subtract(extent, constant(1)), value) },
    ];
  });
  const guards = [...inside, ...node.domain].map((guard) => mapGuard(guard, map));
  const domain = simplifyDomain(guards, range, rewriting.facts);
  if (!walk.scatters) {
    const reduction = axes.filter((axis) => !node.axes.includes(axis));
    return { ...rest, domain, body, reduce: { op: "sum", axes: reduction } };
  }
  const places = new Set([...walk.at.flatMap((form) => [...axesOfForm(form)])]);
  const outer = axes.filter((axis) => places.has(axis.name));
  const inner = axes.filter((axis) => !places.has(axis.name));
  // The result's own axes innermost: along them the terms of one place are neighbours.
  const isOwn = (axis: Axis): boolean => node.axes.includes(axis);
  const ordered = [...outer, ...inner.filter((axis) => !isOwn(axis)), ...inner.filter(isOwn)];
  return {
    kind: "scatter",
    name: node.name,
    dtype: node.dtype,
    shape: node.shape,
    axes: ordered,
    domain,
    at: node.axes.map((axis) => map(axisForm(axis.name))),
    body: inOrder(body, ordered, rewriting),
    ...(node.span && { span: node.span }),
  };
}

/**
 * The body with turned copies of what it reads along the innermost axis across its own order: each element is read for
 * many places, and others want it in another order.
 */
function inOrder(body: Expr, axes: readonly Axis[], rewriting: Rewriting): Expr {
  if (body.kind !== "read") return mapChildren(body, (child) => inOrder(child, axes, rewriting));
  const own = axes.filter(({ name }) => body.at.some((form) => form.key === axisForm(name).key));
  const isWhole =
    own.length === body.at.length && own.every(({ extent }) => constantOf(extent) !== undefined);
  const isOrdered = own.every(({ name }, place) => body.at[place]?.key === axisForm(name).key);
  const source = rewriting.nodes.get(body.operand);
  if (!isWhole || isOrdered || source === undefined) return body;
  const name = rewriting.freshName(`${body.operand}.turned`);
  rewriting.add({
    kind: "compute",
    name,
    dtype: source.dtype,
    shape: own.map(({ extent }) => extent),
    axes: own,
    domain: [],
    body,
  });
  return { ...body, operand: name, at: own.map((axis) => axisForm(axis.name)) };
}

function replaceRead(expr: Expr, read: Read, by: Expr): Expr {
  if (expr.kind === "read" && expr.operand === read.operand) return by;
  return mapChildren(expr, (child) => replaceRead(child, read, by));
}
