import { constantOf, linearIn, type Form } from "../integers/index.ts";
import { countsPlaces, type Axis, type Guard } from "./expr.ts";
import type { ComputeNode } from "./graph.ts";
import { axesOf, axesOfForm } from "./visit.ts";

/** A reduction that takes one term more from each place of a parallel axis to the next. */
export interface Prefix {
  /** The parallel axis i. */
  readonly along: Axis;
  /** The reduction axis j: the terms with j ≤ i + ahead, or where it runs backwards those with j ≥ i − ahead. */
  readonly over: Axis;
  readonly ahead: Form;
  readonly backwards: boolean;
  /** The condition in the domain that says so. */
  readonly guard: Guard;
}

/** What makes a node a running sum (product, maximum, …): nothing but one condition speaks of the place. */
export function prefixOf({ axes, reduce, domain, body }: ComputeNode): Prefix | undefined {
  if (reduce === undefined || countsPlaces(reduce.op)) return undefined;
  const used = axesOf(body);
  for (const along of axes) {
    const [guard, another] = domain.filter(({ form }) => axesOfForm(form).has(along.name));
    if (guard?.relation !== "nonnegative" || another !== undefined || used.has(along.name)) continue;
    const own = coefficientOf(guard.form, along.name);
    for (const over of reduce.axes) {
      const other = own && coefficientOf(own.rest, over.name);
      if (own === undefined || other === undefined || own.coefficient !== -other.coefficient) continue;
      const { rest } = other;
      if ([...axesOfForm(rest)].some((name) => [...axes, ...reduce.axes].some((axis) => axis.name === name)))
        continue;
      return { along, over, ahead: rest, backwards: own.coefficient < 0, guard };
    }
  }
  return undefined;
}

/** form = coefficient·axis + rest, for 1 and −1. */
function coefficientOf(form: Form, name: string): { coefficient: 1 | -1; rest: Form } | undefined {
  const parts = linearIn(form, (atom) => atom.kind === "axis" && atom.name === name);
  const [own] = parts?.coefficients.values() ?? [];
  const coefficient = own && constantOf(own.coefficient);
  if (parts === undefined || (coefficient !== 1 && coefficient !== -1)) return undefined;
  return axesOfForm(parts.rest).has(name) ? undefined : { coefficient, rest: parts.rest };
}
