import type { Axis, Guard } from "../graph/expr.ts";
import {
  add,
  assume,
  atomsOf,
  constant,
  linearIn,
  multiply,
  negate,
  prove,
  subtract,
  type Facts,
} from "../integers/index.ts";
import type { Builder } from "./checker-types.ts";

/**
 * D3.5: what a data declaration leaves undecided about its sizes is checked when its sources are opened, and holds from
 * here on. False where this is no data declaration, where it depends on more than sizes, and where it never holds.
 */
export function isPostponed(guard: Guard | undefined, builder: Builder): boolean {
  const { obligations } = builder;
  if (obligations === undefined || guard === undefined) return false;
  if (atomsOf(guard.form).some(({ kind }) => kind === "axis" || kind === "read")) return false;
  const verdict = prove(guard, builder.facts);
  if (verdict !== "undecided") return verdict === "proved";
  obligations.push(guard);
  builder.facts = assume(builder.facts, guard);
  builder.certain = assume(builder.certain, guard);
  return true;
}

/**
 * What holds exactly where the guard does for all values of the axes: the guard where each of them is least favourable.
 * Undefined where that is not seen.
 */
export function leastGuard(guard: Guard, axes: readonly Axis[], facts: Facts): Guard | undefined {
  if (guard.relation !== "nonnegative") return undefined;
  let { form } = guard;
  for (const { name, extent } of axes) {
    const linear = linearIn(form, (atom) => atom.kind === "axis" && atom.name === name);
    if (linear === undefined) return undefined;
    for (const { coefficient } of linear.coefficients.values()) {
      if (prove({ relation: "nonnegative", form: coefficient }, facts) === "proved") form = linear.rest;
      else if (prove({ relation: "nonnegative", form: negate(coefficient) }, facts) === "proved")
        form = add(linear.rest, multiply(coefficient, subtract(extent, constant(1))));
      else return undefined;
    }
  }
  return { relation: "nonnegative", form };
}
