import {
  add,
  atomsOf,
  axis as axisForm,
  bareAtom,
  constant,
  constantOf,
  linearIn,
  multiply,
  negate,
  one,
  provablyNonnegative,
  substitute,
  subtract,
  type Atom,
  type Form,
  type RangeOf,
} from "../integers/index.ts";
import type { Axis, Guard } from "./expr.ts";
import type { ComputeNode, Node } from "./graph.ts";
import { rangeWithAxes } from "./ranges.ts";
import { axesOfForm, operandsOf, readsOf, readsOfForm } from "./visit.ts";

/**
 * What conditions say of one axis whatever the others are, where a number decides that is known only at run time: of
 * t + place − s ≥ 0, that s ≤ place + T − 1. Each form is ≥ 0 wherever the conditions hold; it is the axis or −axis, and
 * besides numbers that are the same at all places. `isLate` tells dims that are such numbers, as the turns of scans are
 * for a planner.
 */
export function runBounds(
  domain: readonly Guard[],
  axis: string,
  axes: readonly Axis[],
  isLate: (dim: string) => boolean = () => false,
): readonly Form[] {
  return domain.flatMap(({ relation, form }) => {
    const sides = relation === "zero" ? [form, negate(form)] : [form];
    return sides.flatMap((side) => boundOn(side, axis, axes, isLate) ?? []);
  });
}

function boundOn(
  form: Form,
  axis: string,
  axes: readonly Axis[],
  isLate: (dim: string) => boolean,
): Form | undefined {
  if (!axesOfForm(form).has(axis)) return undefined;
  let bound = form;
  for (const { name, extent } of axes) {
    if (name === axis || !axesOfForm(bound).has(name)) continue;
    const parts = partsOf(bound, name);
    if (parts === undefined) return undefined;
    // The largest that it can be.
    const last = multiply(constant(Math.max(parts.coefficient, 0)), subtract(extent, constant(1)));
    bound = add(parts.rest, last);
  }
  // What holds everywhere bounds nothing.
  if (provablyNonnegative(bound, rangeWithAxes(axes, dimsAtLeastOne))) return undefined;
  const parts = partsOf(bound, axis);
  if (parts === undefined || Math.abs(parts.coefficient) !== 1) return undefined;
  const own = new Set(axes.map(({ name }) => name));
  const isRunTime = (atom: Atom): boolean =>
    atom.kind === "read" ||
    (atom.kind === "axis" && !own.has(atom.name)) ||
    (atom.kind === "dim" && isLate(atom.name));
  const atoms = atomsOf(parts.rest);
  const varies = atoms.some((atom) => atom.kind === "axis" && own.has(atom.name));
  return !varies && atoms.some(isRunTime) ? bound : undefined;
}

const dimsAtLeastOne: RangeOf = (atom) => (atom.kind === "dim" ? { low: one } : undefined);

/** form = coefficient·axis + rest, for a number that does not depend on anything. */
function partsOf(
  form: Form,
  name: string,
): { readonly coefficient: number; readonly rest: Form } | undefined {
  const parts = linearIn(form, (atom) => atom.kind === "axis" && atom.name === name);
  const [own] = parts?.coefficients.values() ?? [];
  const coefficient = own && constantOf(own.coefficient);
  if (parts === undefined || coefficient === undefined || axesOfForm(parts.rest).has(name)) return undefined;
  return { coefficient, rest: parts.rest };
}

/** The bound with another name for its axis. */
export function renameBound(bound: Form, from: string, to: string): Form {
  return substitute(bound, (atom) => (atom.kind === "axis" && atom.name === from ? axisForm(to) : undefined));
}

/** What stands for the axis in bounds that are compared. */
export const anyAxis = "·";

/**
 * For each axis of a node the bounds inside which all its readers read it, by their keys; the axis is called `anyAxis`. None
 * where a reader is no computation, or reads at other places than along an axis of its own.
 */
export function readBounds(
  node: ComputeNode,
  readers: readonly Node[],
  isLate?: (dim: string) => boolean,
): readonly ReadonlyMap<string, Form>[] {
  return node.axes.map((_, dim) => {
    let common: ReadonlyMap<string, Form> | undefined;
    for (const reader of readers) {
      if (reader.kind !== "compute") return new Map();
      const axes = [...reader.axes, ...(reader.reduce?.axes ?? [])];
      const reads = [...readsOf(reader.body), ...reader.domain.flatMap(({ form }) => readsOfForm(form))];
      for (const { operand, at } of reads) {
        if (operand !== node.name) continue;
        const atom = bareAtom(at[dim] ?? constant(0));
        if (atom?.kind !== "axis") return new Map();
        const own = runBounds(reader.domain, atom.name, axes, isLate)
          .map((bound) => renameBound(bound, atom.name, anyAxis))
          .map((bound) => [bound.key, bound] as const);
        const known = common;
        common = new Map(own.filter(([key]) => known?.has(key) ?? true));
      }
    }
    return common ?? new Map();
  });
}

/** The nodes that read each node. */
export function readersOf(nodes: readonly Node[]): ReadonlyMap<string, readonly Node[]> {
  const readers = new Map<string, Node[]>();
  for (const node of nodes) {
    for (const name of operandsOf(node)) readers.set(name, [...(readers.get(name) ?? []), node]);
  }
  return readers;
}
