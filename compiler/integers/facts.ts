import { floorDivide } from "./divide.ts";
import {
  atomForm,
  atomKey,
  constant,
  constantOf,
  greatestCommonDivisor,
  multiply,
  scale,
  subtract,
  type Atom,
  type Form,
} from "./form.ts";
import { lowest, type Bounds } from "./interval.ts";
import { atomsOf, linearIn, substitute } from "./rewrite.ts";

/** `form ≥ 0` or `form = 0`. */
export interface Relation {
  readonly relation: "nonnegative" | "zero";
  readonly form: Form;
}

/**
 * What is known where a relation has to be proved: ranges of indices and dims, conditions of enclosing branches and
 * filters, `where` facts. Equalities are solved as they come: `substitutions` replaces the solved atoms, so that
 * `u % 2 == 1` turns u into 2t + 1 with a fresh t, and (u − 1)/2 into t.
 */
export interface Facts {
  readonly bounds: ReadonlyMap<string, Bounds>;
  readonly nonnegative: readonly Form[];
  readonly substitutions: ReadonlyMap<string, Form>;
  /** True where the facts contradict each other: then anything holds. */
  readonly impossible: boolean;
}

export const noFacts: Facts = {
  bounds: new Map(),
  nonnegative: [],
  substitutions: new Map(),
  impossible: false,
};

/** low ≤ atom ≤ high; both may mention other atoms. */
export function withBounds(facts: Facts, atom: Atom, bounds: Bounds): Facts {
  const reduced = {
    ...(bounds.low && { low: reduceByFacts(bounds.low, facts) }),
    ...(bounds.high && { high: reduceByFacts(bounds.high, facts) }),
  };
  return { ...facts, bounds: new Map(facts.bounds).set(atomKey(atom), reduced) };
}

/** An index that runs from 0 to extent − 1. */
export function withIndex(facts: Facts, name: string, extent: Form): Facts {
  return withBounds(facts, { kind: "axis", name }, { low: constant(0), high: subtract(extent, constant(1)) });
}

/** The form with all solved atoms replaced. */
export function reduceByFacts(form: Form, facts: Facts): Form {
  if (facts.substitutions.size === 0) return form;
  let current = form;
  // Each solution mentions only atoms that were unsolved when it was made; a chain is as long as their number.
  for (let turn = 0; turn <= facts.substitutions.size; turn++) {
    const next = substitute(current, (atom) => facts.substitutions.get(atomKey(atom)));
    if (next.key === current.key) return next;
    current = next;
  }
  return current;
}

export function assume(facts: Facts, ...relations: readonly Relation[]): Facts {
  return relations.reduce(assumeOne, facts);
}

function assumeOne(facts: Facts, relation: Relation): Facts {
  const form = reduceByFacts(relation.form, facts);
  const known = constantOf(form);
  if (known !== undefined) {
    const holds = relation.relation === "zero" ? known === 0 : known >= 0;
    return holds ? facts : { ...facts, impossible: true };
  }
  if (relation.relation === "nonnegative") {
    return { ...facts, nonnegative: [...facts.nonnegative, tighten(form)] };
  }
  return assumeZero(facts, form);
}

/** For whole atoms, 2i − 3 ≥ 0 is i − 2 ≥ 0. */
export function tighten(form: Form): Form {
  if (form.terms.some((term) => term.denominator !== 1)) return form;
  const variable = form.terms.filter((term) => term.factors.length > 0);
  const divisor = variable.reduce((all, term) => greatestCommonDivisor(all, term.numerator), 0);
  return divisor > 1 ? floorDivide(form, constant(divisor)) : form;
}

function assumeZero(facts: Facts, form: Form): Facts {
  const remainder = solveRemainder(form, facts);
  const solution = remainder ?? solveLinear(form);
  if (solution === undefined) {
    return { ...facts, nonnegative: [...facts.nonnegative, form, scale(form, -1)] };
  }
  const key = atomKey(solution.atom);
  const replace = (old: Form): Form =>
    substitute(old, (atom) => (atomKey(atom) === key ? solution.value : undefined));
  // What was known of the solved atom is now known of its value.
  const own = boundsOf(solution.atom, facts);
  const inherited = [
    ...(own.low ? [subtract(solution.value, own.low)] : []),
    ...(own.high ? [subtract(own.high, solution.value)] : []),
  ];
  const bounds = new Map<string, Bounds>();
  for (const [name, { low, high }] of facts.bounds) {
    if (name === key) continue;
    bounds.set(name, { ...(low && { low: replace(low) }), ...(high && { high: replace(high) }) });
  }
  if (remainder?.quotient.low !== undefined) {
    bounds.set(remainder.quotient.key, { low: constant(remainder.quotient.low) });
  }
  return {
    ...facts,
    bounds,
    nonnegative: [...facts.nonnegative, ...inherited].map((old) => tighten(replace(old))),
    substitutions: new Map(facts.substitutions).set(key, solution.value),
  };
}

interface Solution {
  readonly atom: Atom;
  readonly value: Form;
}

/** E − q⌊E/q⌋ = k, that is `E % q == k`: E = q·t + k for a fresh t. */
function solveRemainder(form: Form, facts: Facts): (Solution & { readonly quotient: Quotient }) | undefined {
  for (const atom of atomsOf(form)) {
    if (atom.kind !== "floor") continue;
    const remainder = subtract(atom.of, multiply(atom.by, atomForm(atom)));
    for (const sign of [1, -1]) {
      const offset = constantOf(subtract(remainder, scale(form, sign)));
      if (offset === undefined) continue;
      const quotient: Atom = { kind: "axis", name: `quotient#${facts.substitutions.size}` };
      const goal = subtract(subtract(atom.of, multiply(atom.by, atomForm(quotient))), constant(offset));
      const solution = solveLinear(goal, quotient);
      if (solution === undefined) return undefined;
      const least = lowest(atom.of, (inner) => boundsOf(inner, facts)) - offset;
      const low = least > 0 ? 1 : least >= 0 ? 0 : undefined;
      return { ...solution, quotient: { key: atomKey(quotient), low } };
    }
  }
  return undefined;
}

/** q·t > 0 gives t ≥ 1, since sizes that one divides by are positive. */
interface Quotient {
  readonly key: string;
  readonly low: number | undefined;
}

/** An atom with coefficient ±1 that stands nowhere else in the form. */
function solveLinear(form: Form, keep?: Atom): Solution | undefined {
  const candidates = [...form.terms]
    .filter((term) => term.factors.length === 1 && Math.abs(term.numerator) === 1 && term.denominator === 1)
    .flatMap((term) => term.factors)
    .sort((a, b) => solvingRank(a) - solvingRank(b));
  for (const atom of candidates) {
    const key = atomKey(atom);
    if (keep !== undefined && key === atomKey(keep)) continue;
    const parts = linearIn(form, (other) => atomKey(other) === key);
    const coefficient = parts && constantOf(parts.coefficients.get(key)?.coefficient ?? constant(0));
    if (parts === undefined || (coefficient !== 1 && coefficient !== -1)) continue;
    return { atom, value: scale(parts.rest, -coefficient) };
  }
  return undefined;
}

function solvingRank(atom: Atom): number {
  const order = { axis: 0, read: 1, floor: 2, min: 2, max: 2, dim: 3 } as const;
  return order[atom.kind];
}

/** What is known of one atom by itself: a dim is at least 1, a read has its tensor's range. */
export function boundsOf(atom: Atom, facts: Facts): Bounds {
  const known = facts.bounds.get(atomKey(atom)) ?? {};
  switch (atom.kind) {
    case "dim":
      return { low: constant(1), ...known };
    case "read":
      return {
        ...(atom.low && { low: atom.low }),
        ...(atom.high && { high: subtract(atom.high, constant(1)) }),
        ...known,
      };
    case "axis":
    case "floor":
    case "min":
    case "max":
      return known;
    default:
      return atom satisfies never;
  }
}

/** True where the form is whole for all whole values of its atoms. */
export function isIntegral(form: Form): boolean {
  return form.terms.every((term) => term.denominator === 1);
}
