import type { Expr } from "../graph/expr.ts";
import type { ComputeNode } from "../graph/graph.ts";
import { axesOfForm } from "../graph/visit.ts";
import { atomForm, linearIn, type Form } from "../integers/index.ts";

export type Read = Expr & { readonly kind: "read" };

export interface Pair {
  readonly pixel: string;
  readonly window: string;
}

/**
 * The subscripts s·pixel + d·window + k of a read; undefined where a parallel axis meets reduction axes in any other
 * way. A floor makes no mixture: ⌊o/q⌋ + a is the channel of a group.
 */
export function mixedPairs(node: ComputeNode, read: Read): readonly Pair[] | undefined {
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

export function namesOf(axes: readonly { readonly name: string }[] | undefined): ReadonlySet<string> {
  return new Set(axes?.map((axis) => axis.name));
}

export function axesOfRead(read: Read): ReadonlySet<string> {
  return new Set(read.at.flatMap((form) => [...axesOfForm(form)]));
}
