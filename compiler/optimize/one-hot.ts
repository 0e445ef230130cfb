import { rangeWithAxes } from "../graph/ranges.ts";
import { freshName } from "../graph/fresh-name.ts";
import type { Axis, Guard } from "../graph/expr.ts";
import type { ComputeNode } from "../graph/graph.ts";
import { axesOfForm, substituteAxes } from "../graph/visit.ts";
import {
  add,
  atomsOf,
  axis as axisForm,
  constantOf,
  floorDivide,
  linearIn,
  modulo,
  scale,
  constant,
  simplifyByRange,
  atomForm,
  type Atom,
  type Form,
  type RangeOf,
} from "../integers/index.ts";
import { mapForms } from "../graph/visit.ts";
import { atomsOfNode, substituteAxesInForm } from "./body.ts";

/** A node that is zero but for one place in each of the windows that its axes are cut into; data say which place. */
export interface OneHot {
  /** Of the windows, in the order of the node's axes. */
  readonly axes: readonly Axis[];
  /** By dim of the node: which of `axes` counts the windows along it, none where one window is all there is. */
  readonly window: readonly (string | undefined)[];
  /** By dim of the node: where along it the place of a window is, over `axes`. */
  readonly place: readonly Form[];
  /** By dim of the node: whether there is more than one place to choose along it. */
  readonly chosen: readonly boolean[];
  /** Places in a window. */
  readonly places: number;
}

interface Digit {
  readonly dim: number;
  readonly name: string;
  readonly extent: number;
}

/**
 * What a node is to a reader of its non-zero places: its one equality is Σ cᵢ·dᵢ = p, where the digits dᵢ of the places
 * in a window have mixed radix and p is read from data in the very range of these sums.
 */
export function oneHotOf(node: ComputeNode, dimRange: RangeOf): OneHot | undefined {
  const [equality, second] = node.domain.filter((guard) => guard.relation === "zero");
  if (node.reduce !== undefined || equality === undefined || second !== undefined) return undefined;
  const taken = new Set(node.axes.map((axis) => axis.name));
  const values = new Map<string, Form>();
  const axes: Axis[] = [];
  const window: (string | undefined)[] = [];
  const digits: Digit[] = [];
  const inEquality = axesOutsideReads(equality.form);
  const others = new Set(node.domain.filter((guard) => guard !== equality));
  for (const [dim, axis] of node.axes.entries()) {
    if (!inEquality.has(axis.name)) {
      axes.push(axis);
      window.push(axis.name);
      continue;
    }
    const tiling = tilingOf(node, axis, others);
    if (tiling === undefined) return undefined;
    const inner = freshName(`${axis.name}.i`, taken);
    digits.push({ dim, name: inner, extent: tiling.by });
    if (tiling.count === undefined) {
      values.set(axis.name, axisForm(inner));
      window.push(undefined);
      continue;
    }
    const outer = { name: freshName(`${axis.name}.o`, taken), extent: tiling.count };
    values.set(axis.name, add(scale(axisForm(outer.name), tiling.by), axisForm(inner)));
    axes.push(outer);
    window.push(outer.name);
  }
  if (others.size > 0) return undefined;
  const named = digits.map(({ name, extent }) => ({ name, extent: constant(extent) }));
  const range = rangeWithAxes([...axes, ...named], dimRange);
  const form = simplifyByRange(substituteAxesInForm(equality.form, values), range);
  const solved = solveDigits(form, digits);
  if (solved === undefined) return undefined;
  const place = node.axes.map(({ name }, dim) => {
    const whole = values.get(name) ?? axisForm(name);
    const digit = digits.find((one) => one.dim === dim);
    const value = digit && solved.values.get(digit.name);
    if (digit === undefined || value === undefined) return whole;
    return simplifyByRange(substituteAxesInForm(whole, new Map([[digit.name, value]])), range);
  });
  const chosen = node.axes.map((_, dim) => digits.some((one) => one.dim === dim));
  return { axes, window, place, chosen, places: solved.places };
}

interface Tiling {
  /** Places of a window along the axis. */
  readonly by: number;
  /** How many windows lie along it; left out where one is all there is. */
  readonly count?: Form;
}

/**
 * The windows that divisions by one number cut an axis into. Places at its end that belong to no whole window have a
 * guard, ⌊y/k⌋ ≤ m, which is taken out of `guards`.
 */
function tilingOf(node: ComputeNode, axis: Axis, guards: Set<Guard>): Tiling | undefined {
  const divisors = new Set(
    atomsOfNode(node).flatMap((atom) =>
      atom.kind === "floor" && axesOfForm(atom.of).has(axis.name)
        ? [atom.of.key === axisForm(axis.name).key ? constantOf(atom.by) : undefined]
        : [],
    ),
  );
  const [by, second] = divisors;
  const extent = constantOf(axis.extent);
  if (divisors.size === 0) return extent === undefined ? undefined : { by: extent };
  if (by === undefined || second !== undefined) return undefined;
  const row = floorDivide(axisForm(axis.name), constant(by));
  for (const guard of guards) {
    const last = constantOf(add(guard.form, row));
    if (last === undefined || extent === undefined || by * (last + 1) > extent) continue;
    guards.delete(guard);
    return { by, count: constant(last + 1) };
  }
  const count = scale(axis.extent, 1, by);
  return count.terms.every((term) => term.denominator === 1) ? { by, count } : undefined;
}

/** Axes that a form mentions outside the subscripts of integer reads. */
function axesOutsideReads(form: Form): ReadonlySet<string> {
  const names = new Set<string>();
  for (const term of form.terms) {
    for (const factor of term.factors) {
      if (factor.kind !== "read") axesOfForm(atomForm(factor)).forEach((name) => names.add(name));
    }
  }
  return names;
}

/** dᵢ = ⌊p/cᵢ⌋ % extentᵢ from ±(Σ cᵢ·dᵢ − p) = 0. */
function solveDigits(
  form: Form,
  digits: readonly Digit[],
): { readonly values: ReadonlyMap<string, Form>; readonly places: number } | undefined {
  const isDigit = (atom: Atom): boolean =>
    atom.kind === "axis" && digits.some((digit) => digit.name === atom.name);
  const parts = linearIn(form, isDigit);
  if (parts === undefined || digits.length === 0) return undefined;
  const read = atomsOf(parts.rest).find((atom) => atom.kind === "read");
  if (read === undefined) return undefined;
  const data = atomForm(read);
  const sign = [1, -1].find((each) => add(parts.rest, scale(data, each)).terms.length === 0);
  if (sign === undefined) return undefined;
  const steps = new Map(
    [...parts.coefficients.values()].map(({ atom, coefficient }) => [
      atom.kind === "axis" ? atom.name : "",
      (constantOf(coefficient) ?? NaN) * sign,
    ]),
  );
  const ordered = [...digits].sort((a, b) => (steps.get(a.name) ?? NaN) - (steps.get(b.name) ?? NaN));
  const values = new Map<string, Form>();
  let places = 1;
  for (const digit of ordered) {
    if (steps.get(digit.name) !== places) return undefined;
    const above = floorDivide(data, constant(places));
    const isLast = digit === ordered.at(-1);
    values.set(digit.name, isLast ? above : modulo(above, constant(digit.extent)));
    places *= digit.extent;
  }
  const low = read.low && constantOf(read.low);
  const high = read.high && constantOf(read.high);
  return low === 0 && high === places ? { values, places } : undefined;
}

/** The values at the places of a one-hot node, by window. */
export function winnersOf(node: ComputeNode, oneHot: OneHot, name: string, dimRange: RangeOf): ComputeNode {
  const values = new Map(node.axes.map((axis, dim) => [axis.name, oneHot.place[dim] ?? axisForm(axis.name)]));
  const range = rangeWithAxes(oneHot.axes, dimRange);
  return {
    kind: "compute",
    name,
    dtype: node.dtype,
    shape: oneHot.axes.map((axis) => axis.extent),
    axes: oneHot.axes,
    domain: [],
    body: mapForms(substituteAxes(node.body, values), (form) => simplifyByRange(form, range)),
    ...(node.span && { span: node.span }),
  };
}
