import type { Guard } from "../graph/expr.ts";
import { mapGuard } from "../graph/visit.ts";
import {
  add,
  constant,
  constantOf,
  fromTerms,
  greatestCommonDivisor,
  interval,
  negate,
  one,
  scale,
  simplifyByRange,
  subtract,
  type Form,
  type RangeOf,
} from "../integers/index.ts";
import { mapList } from "./body.ts";

/** Without guards that always hold or follow from another one; the one false guard where one never holds. */
export function simplifyDomain(
  domain: readonly Guard[],
  range: RangeOf,
  facts: readonly Guard[],
): readonly Guard[] {
  let kept = withEqualities(mapList(domain, (guard) => simplerGuard(guard, range)));
  for (const guard of kept) {
    const others = kept.filter((other) => other !== guard);
    const decided = decide(guard, range, [...facts, ...others]);
    if (decided === false) {
      const known = constantOf(guard.form);
      return known !== undefined && kept.length === 1 ? kept : [neverHolds];
    }
    if (decided === true) kept = others;
  }
  return kept;
}

const neverHolds: Guard = { relation: "nonnegative", form: negate(one) };

/** True or false where that is so for all values in range at which the known guards hold. */
export function decide(guard: Guard, range: RangeOf, known: readonly Guard[]): boolean | undefined {
  const { low, high } = interval(guard.form, range);
  const atLeast = Math.max(low, ...known.map((other) => leastDifference(guard.form, other)));
  const atMost = Math.min(high, ...known.map((other) => -leastDifference(negate(guard.form), other)));
  if (guard.relation === "nonnegative") {
    return atLeast >= 0 ? true : atMost < 0 ? false : undefined;
  }
  return atLeast === 0 && atMost === 0 ? true : atLeast > 0 || atMost < 0 ? false : undefined;
}

/** A lower bound of the form that follows from one guard: form − guard ≥ k and guard ≥ 0 give form ≥ k. */
function leastDifference(form: Form, guard: Guard): number {
  const sides = guard.relation === "zero" ? [guard.form, negate(guard.form)] : [guard.form];
  // Only what cancels to a constant: the rest is the business of the ranges.
  return Math.max(...sides.map((side) => constantOf(subtract(form, side)) ?? -Infinity));
}

/** f ≥ 0 and −f ≥ 0 are f = 0, which says where an axis stands. */
function withEqualities(domain: readonly Guard[]): readonly Guard[] {
  const opposite = new Map(domain.map((guard) => [negate(guard.form).key, guard]));
  const joined = new Set<Guard>();
  const result = domain.flatMap((guard): readonly Guard[] => {
    const other = opposite.get(guard.form.key);
    if (joined.has(guard)) return [];
    if (other === undefined || other === guard) return [guard];
    if (guard.relation === "zero" || other.relation === "zero") return [guard];
    joined.add(other);
    return [{ relation: "zero", form: guard.form }];
  });
  return joined.size === 0 ? domain : result;
}

export function simplerGuard(guard: Guard, range: RangeOf): Guard {
  const simple = mapGuard(guard, (form) => simplerForm(form, range));
  if (simple.relation === "zero") return simple;
  const form = tightened(simple.form);
  return form.key === simple.form.key ? simple : { ...simple, form };
}

/** g·X + k ≥ 0 is X + ⌊k/g⌋ ≥ 0 for whole X. */
function tightened(form: Form): Form {
  const variable = form.terms.filter((term) => term.factors.length > 0);
  if (form.terms.some((term) => term.denominator !== 1)) return form;
  const common = variable.reduce((all, term) => greatestCommonDivisor(all, term.numerator), 0);
  if (common <= 1) return form;
  const rest = fromTerms(variable);
  const offset = constantOf(subtract(form, rest)) ?? 0;
  return add(scale(rest, 1, common), constant(Math.floor(offset / common)));
}

export function simplerForm(form: Form, range: RangeOf): Form {
  const simple = simplifyByRange(form, range);
  return simple.key === form.key ? form : simple;
}
