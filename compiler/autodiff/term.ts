import type { Axis, Expr, Guard } from "../graph/expr.ts";
import { substituteAxes } from "../graph/visit.ts";
import {
  constantOf,
  negate,
  one,
  provablyNonnegative,
  simplifyByRange,
  substituteNames,
  subtract,
  type Form,
  type RangeOf,
} from "../integers/index.ts";

/**
 * A part of an adjoint, in gather form: for each place of the free axes and of `axes` (those of the node whose adjoint
 * it is) the value of `expr` where the guards hold, and 0 elsewhere. `expr` does not reduce.
 */
export interface Term {
  readonly axes: readonly Axis[];
  readonly guards: readonly Guard[];
  readonly expr: Expr;
}

/** The term at other places: forms instead of its axes. */
export function termAt(term: Term, at: readonly Form[]): Pick<Term, "guards" | "expr"> {
  const values = new Map<string, Form>();
  term.axes.forEach((axis, place) => {
    const form = at[place];
    if (form === undefined)
      throw new Error(`bug: an adjoint of ${term.axes.length} axes at ${at.length} places`);
    values.set(axis.name, form);
  });
  return {
    guards: term.guards.map((guard) => ({ ...guard, form: substituteNames(guard.form, values) })),
    expr: substituteAxes(term.expr, values),
  };
}

/** Guards without those that the ranges decide; undefined where one of them never holds. */
export function simplifyGuards(guards: readonly Guard[], range: RangeOf): readonly Guard[] | undefined {
  const kept = new Map<string, Guard>();
  for (const guard of guards) {
    const form = simplifyByRange(guard.form, range);
    const known = constantOf(form);
    if (known !== undefined) {
      if (guard.relation === "zero" ? known !== 0 : known < 0) return undefined;
      continue;
    }
    if (guard.relation === "nonnegative" && provablyNonnegative(form, range)) continue;
    // What is computed under a guard that never holds may read anywhere.
    if (isNegative(form, range)) return undefined;
    if (guard.relation === "zero" && isNegative(negate(form), range)) return undefined;
    kept.set(`${guard.relation} ${form.key}`, { ...guard, form });
  }
  return [...kept.values()];
}

/** Of a whole number. */
function isNegative(form: Form, range: RangeOf): boolean {
  return provablyNonnegative(subtract(negate(form), one), range);
}
