import { floorDivide } from "./divide.ts";
import {
  add,
  atomForm,
  atomKey,
  constant,
  constantOf,
  greatestCommonDivisor,
  multiply,
  negate,
  scale,
  subtract,
  type Atom,
  type Form,
} from "./form.ts";
import { assume, boundsOf, isIntegral, reduceByFacts, type Facts, type Relation } from "./facts.ts";
import { linearIn, mentions, substitute } from "./rewrite.ts";

/** `refuted`: it holds for no assignment that the facts allow. */
export type Verdict = "proved" | "refuted" | "undecided";

/**
 * Decides a relation by substituting equal terms and bounding forms at the ends of ranges, with
 * q⌊p/q⌋ ≤ p ≤ q⌊p/q⌋ + q − 1 and the rule that a whole number above −1 is at least 0. It is incomplete on purpose:
 * what it cannot see is guarded or clamped in the source.
 */
export function prove(goal: Relation, facts: Facts): Verdict {
  if (facts.impossible) return "proved";
  const form = reduceByFacts(goal.form, facts);
  if (goal.relation === "nonnegative") {
    if (holds(form, facts)) return "proved";
    return holds(subtract(negate(form), constant(1)), facts) ? "refuted" : "undecided";
  }
  const known = constantOf(form);
  if (known !== undefined) return known === 0 ? "proved" : "refuted";
  if (holds(form, facts) && holds(negate(form), facts)) return "proved";
  const apart = constant(1);
  if (holds(subtract(form, apart), facts) || holds(subtract(negate(form), apart), facts)) return "refuted";
  return neverWhole(form) ? "refuted" : "undecided";
}

/** 2a + 4b + 1 = 0 has no solution in whole numbers. */
function neverWhole(form: Form): boolean {
  if (!isIntegral(form)) return false;
  const offset = form.terms.find((term) => term.factors.length === 0)?.numerator ?? 0;
  const divisor = form.terms
    .filter((term) => term.factors.length > 0)
    .reduce((all, term) => greatestCommonDivisor(all, term.numerator), 0);
  return offset % divisor !== 0;
}

/** The smallest and the largest value of a form that the facts allow, as numbers; ±∞ where that is unknown. */
export function rangeUnderFacts(form: Form, facts: Facts): { readonly low: number; readonly high: number } {
  const reduced = reduceByFacts(form, facts);
  const search = newSearch(facts, Infinity);
  const low = lowest(reduced, search);
  const high = -lowest(negate(reduced), newSearch(facts, Infinity));
  return isIntegral(reduced) ? { low: Math.ceil(low), high: Math.floor(high) } : { low, high };
}

/** The smallest number above −1 that stands clear of rounding: a whole number that is at least this is at least 0. */
const aboveMinusOne = -1 + 2 ** -40;

function holds(form: Form, facts: Facts): boolean {
  const enough = isIntegral(form) ? aboveMinusOne : 0;
  return lowest(form, newSearch(facts, enough)) >= enough;
}

interface Search {
  readonly facts: Facts;
  /** A bound this good ends the search. */
  readonly enough: number;
  /** Shared by the whole search; it gives up at 0. */
  readonly budget: { steps: number };
  /** How often each atom has been eliminated on the way here. */
  readonly eliminated: ReadonlyMap<string, number>;
}

/**
 * A fact that eliminates one atom may bring back another. Once more is worth it (x ≥ y and 2y ≥ x + 3 give 2x ≥ x + 3);
 * without an end, two facts would exchange the same two atoms until the budget is spent.
 */
const turnsOfAnAtom = 2;

function newSearch(facts: Facts, enough: number): Search {
  return { facts, enough, budget: { steps: 3000 }, eliminated: new Map() };
}

/** A lower bound of the form, as good as the search finds. */
function lowest(form: Form, search: Search): number {
  const known = constantOf(form);
  if (known !== undefined) return known;
  if (search.budget.steps-- <= 0) return -Infinity;
  const atom = outermost(form);
  if (atom === undefined) return -Infinity;
  if (atom.kind === "min" || atom.kind === "max") return splitExtreme(form, atom, search);
  const key = atomKey(atom);
  const turns = (search.eliminated.get(key) ?? 0) + 1;
  const direct = atom.kind === "dim" ? lowestOfPolynomial(form, search.facts) : -Infinity;
  if (direct >= search.enough) return direct;
  if (turns > turnsOfAnAtom) return direct;
  const inner = { ...search, eliminated: new Map(search.eliminated).set(key, turns) };
  let best = direct;
  try {
    for (const next of eliminate(form, atom, search)) {
      best = Math.max(best, lowest(next, inner));
      if (best >= search.enough) return best;
    }
  } catch (error) {
    // Numbers that outgrow exact arithmetic end this path; what has been found holds.
    if (!(error instanceof RangeError)) throw error;
  }
  return best;
}

const eliminationRank = { min: 0, max: 0, floor: 1, read: 2, axis: 2, dim: 3 } as const;

/** The atom to eliminate next: one that no other atom of the form contains, dims last. */
function outermost(form: Form): Atom | undefined {
  const atoms = form.terms.flatMap((term) => term.factors);
  let best: Atom | undefined;
  for (const atom of atoms) {
    if (best !== undefined && eliminationRank[atom.kind] >= eliminationRank[best.kind]) continue;
    best = atom;
  }
  if (best === undefined) return undefined;
  // A floor inside another floor's argument waits until the outer one is gone.
  const key = atomKey(best);
  const around = atoms.find(
    (atom) =>
      atomKey(atom) !== key && atom.kind === best.kind && mentions(atomForm(atom), (x) => atomKey(x) === key),
  );
  return around ?? best;
}

function splitExtreme(form: Form, atom: Extract<Atom, { kind: "min" | "max" }>, search: Search): number {
  const key = atomKey(atom);
  const pick = (value: Form): Form =>
    substitute(form, (other) => (atomKey(other) === key ? value : undefined));
  const difference = subtract(atom.right, atom.left);
  const leftIf = atom.kind === "min" ? difference : negate(difference);
  const withFact = (fact: Form): Search => ({
    ...search,
    facts: assume(search.facts, { relation: "nonnegative", form: fact }),
  });
  const left = withFact(leftIf);
  const right = withFact(negate(leftIf));
  const first = left.facts.impossible ? Infinity : lowest(pick(atom.left), left);
  if (first < search.enough && search.enough !== Infinity) return first;
  return Math.min(first, right.facts.impossible ? Infinity : lowest(pick(atom.right), right));
}

/** The form with `atom` replaced by bounds that make it no larger. */
function* eliminate(form: Form, atom: Atom, search: Search): Generator<Form> {
  const key = atomKey(atom);
  const parts = linearIn(form, (other) => atomKey(other) === key);
  const coefficient = parts?.coefficients.get(key)?.coefficient;
  if (parts === undefined || coefficient === undefined) return;
  const sign = signOf(coefficient, search);
  if (sign === 0) return;
  if (atom.kind === "floor") {
    const exact = quotient(coefficient, atom.by);
    if (exact !== undefined) {
      // k·q⌊p/q⌋ lies between k(p − q + 1) and kp.
      const inner = sign > 0 ? add(subtract(atom.of, atom.by), constant(1)) : atom.of;
      yield add(parts.rest, multiply(exact, inner));
    }
    for (const bound of boundsOfFloor(atom, sign, search))
      yield add(parts.rest, multiply(coefficient, bound));
  }
  const { low, high } = boundsOf(atom, search.facts);
  const end = sign > 0 ? low : high;
  if (end !== undefined) yield add(parts.rest, multiply(coefficient, reduceByFacts(end, search.facts)));
  yield* eliminateByFacts(parts.rest, coefficient, sign, key, search);
}

/** a·x + r ≥ 0 gives x ≥ −r/a where a > 0, x ≤ r/(−a) where a < 0. */
function* eliminateByFacts(
  rest: Form,
  coefficient: Form,
  sign: number,
  key: string,
  search: Search,
): Generator<Form> {
  for (const fact of search.facts.nonnegative) {
    const parts = linearIn(fact, (other) => atomKey(other) === key);
    const factor = parts?.coefficients.get(key)?.coefficient;
    const slope = factor && constantOf(factor);
    if (parts === undefined || slope === undefined || slope === 0 || slope > 0 !== sign > 0) continue;
    if (!Number.isInteger(slope)) continue;
    yield add(rest, scale(multiply(coefficient, parts.rest), -1, slope));
  }
}

function* boundsOfFloor(
  atom: Extract<Atom, { kind: "floor" }>,
  sign: number,
  search: Search,
): Generator<Form> {
  const inner = boundByIndices(atom.of, sign > 0 ? "low" : "high", search);
  if (inner !== undefined && inner.key !== atom.of.key) yield floorDivide(inner, atom.by);
  const divisor = constantOf(atom.by);
  if (divisor !== undefined) {
    const low = add(subtract(atom.of, atom.by), constant(1));
    yield scale(sign > 0 ? low : atom.of, 1, divisor);
  } else if (lowest(atom.of, { ...search, enough: 0 }) >= 0) {
    // 0 ≤ ⌊p/q⌋ ≤ p where p ≥ 0 and q ≥ 1.
    yield sign > 0 ? constant(0) : atom.of;
  }
}

/** A bound of p over its indices, in dims: p with each index at the end of its range. */
function boundByIndices(p: Form, side: "low" | "high", search: Search): Form | undefined {
  let current = p;
  for (let turn = 0; turn < 16; turn++) {
    const atom = current.terms
      .flatMap((term) => term.factors)
      .find((factor) => factor.kind === "axis" || factor.kind === "read");
    if (atom === undefined) return current;
    const key = atomKey(atom);
    const parts = linearIn(current, (other) => atomKey(other) === key);
    const coefficient = parts?.coefficients.get(key)?.coefficient;
    if (parts === undefined || coefficient === undefined) return undefined;
    const sign = signOf(coefficient, search);
    const { low, high } = boundsOf(atom, search.facts);
    const end = sign === 0 ? undefined : sign > 0 === (side === "low") ? low : high;
    if (end === undefined) return undefined;
    current = add(parts.rest, multiply(coefficient, reduceByFacts(end, search.facts)));
  }
  return undefined;
}

/** 1, −1, or 0 where the sign is unknown. */
function signOf(form: Form, search: Search): number {
  const known = constantOf(form);
  if (known !== undefined) return Math.sign(known);
  if (search.budget.steps-- <= 0) return 0;
  if (lowest(form, { ...search, enough: 0 }) >= 0) return 1;
  return lowest(negate(form), { ...search, enough: 0 }) >= 0 ? -1 : 0;
}

/** coefficient / by where that comes out as a number. */
function quotient(coefficient: Form, by: Form): Form | undefined {
  const [left, right] = [constantOf(coefficient), constantOf(by)];
  if (right !== undefined) return left === undefined ? undefined : scale(coefficient, 1, right);
  const divided = floorDivide(coefficient, by);
  return constantOf(divided) !== undefined && multiply(divided, by).key === coefficient.key
    ? divided
    : undefined;
}

/** Dims only: with each d = low + d′, a polynomial whose other coefficients are ≥ 0 is least at d′ = 0. */
function lowestOfPolynomial(form: Form, facts: Facts): number {
  const shifted = substitute(form, (atom) => {
    const low = boundsOf(atom, facts).low;
    return low === undefined || constantOf(low) === undefined ? undefined : add(atomForm(atom), low);
  });
  let least = 0;
  for (const term of shifted.terms) {
    if (term.factors.length === 0) least = term.numerator / term.denominator;
    else if (term.numerator < 0 || term.factors.some((factor) => factor.kind !== "dim")) return -Infinity;
  }
  return least;
}
