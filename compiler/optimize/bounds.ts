import { negationOf, splitCondition } from "../graph/conditions.ts";
import type { Expr, Guard } from "../graph/expr.ts";
import {
  atomKey,
  atomsOf,
  constant,
  provablyNonnegative,
  scale,
  subtract,
  type Atom,
  type Form,
  type RangeOf,
} from "../integers/index.ts";
import { type Rewriting } from "./rewriting.ts";
import { childrenOf, formsOf } from "../graph/visit.ts";

/** Is the form ≥ 0 where all guards hold? By ranges alone, or as a multiple of one guard and what is ≥ 0 by ranges. */
export function holds(form: Form, guards: readonly Guard[], range: RangeOf): boolean {
  if (provablyNonnegative(form, range)) return true;
  return guards.some((guard) =>
    multiplesOf(guard, form).some((multiple) => provablyNonnegative(subtract(form, multiple), range)),
  );
}

/** The guard times whole numbers by which a term of it becomes one of the form; they are ≥ 0 where it holds. */
function multiplesOf(guard: Guard, form: Form): readonly Form[] {
  const coefficients = new Map(
    form.terms.map((term) => [keyOfFactors(term.factors), term.numerator / term.denominator]),
  );
  const ratios = new Set<number>();
  for (const term of guard.form.terms) {
    const wanted = term.factors.length === 0 ? undefined : coefficients.get(keyOfFactors(term.factors));
    if (wanted !== undefined) ratios.add((wanted * term.denominator) / term.numerator);
  }
  return [...ratios]
    .filter((ratio) => Number.isInteger(ratio) && (ratio > 0 || guard.relation === "zero"))
    .map((ratio) => scale(guard.form, ratio));
}

function keyOfFactors(factors: readonly Atom[]): string {
  return factors.map(atomKey).join("·");
}

/** Is every read of an expression inside its array, in all places where the guards hold? */
export function readsInside(
  expr: Expr,
  guards: readonly Guard[],
  range: RangeOf,
  rewriting: Rewriting,
): boolean {
  const insideOf = (read: { operand: string; at: readonly Form[] }): boolean => {
    const shape = rewriting.nodes.get(read.operand)?.shape ?? [];
    return read.at.every((form, place) => {
      const extent = shape[place];
      if (extent === undefined) throw new Error(`bug: ${read.operand} has fewer axes than subscripts`);
      return (
        holds(form, guards, range) && holds(subtract(subtract(extent, constant(1)), form), guards, range)
      );
    });
  };
  const integerReads = formsOf(expr).flatMap(atomsOf);
  if (!integerReads.every((atom) => atom.kind !== "read" || insideOf(atom))) return false;
  switch (expr.kind) {
    case "read":
      return insideOf(expr);
    case "select": {
      const { guards: more } = splitCondition(expr.condition);
      return (
        readsInside(expr.condition, guards, range, rewriting) &&
        readsInside(expr.then, [...guards, ...more], range, rewriting) &&
        readsInside(expr.otherwise, [...guards, ...negationOf(more)], range, rewriting)
      );
    }
    case "reduce":
      return readsInside(expr.body, [...guards, ...expr.domain], range, rewriting);
    default:
      return childrenOf(expr).every((child) => readsInside(child, guards, range, rewriting));
  }
}
