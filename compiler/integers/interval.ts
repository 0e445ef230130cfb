import {
  atomForm,
  atomKey,
  constant,
  constantOf,
  fromTerms,
  multiply,
  negate,
  one,
  scale,
  subtract,
  add,
  zero,
  type Atom,
  type Form,
} from "./form.ts";
import { floorDivide } from "./divide.ts";
import { linearIn, mentions, substitute } from "./rewrite.ts";

/** Inclusive bounds of an atom; a side that is not known is left out. They may mention atoms of an outer scope. */
export interface Bounds {
  readonly low?: Form;
  readonly high?: Form;
}

/** What is known of dims, axes and integer reads. A read with a declared range need not be answered. */
export type RangeOf = (atom: Atom) => Bounds | undefined;

/** Inclusive; infinite where nothing is known. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Each floor and each min or max may double the work, so the search is cut off here and answers "not known". */
const searchLimit = 400;

interface Search {
  readonly rangeOf: RangeOf;
  steps: number;
}

/** Whole numbers that enclose every value of a whole-valued form. Not always the tightest ones. */
export function interval(form: Form, rangeOf: RangeOf): Interval {
  return { low: lowest(form, rangeOf), high: highest(form, rangeOf) };
}

/** A lower bound of a whole-valued form, −∞ where none is found. */
export function lowest(form: Form, rangeOf: RangeOf): number {
  const low = lowerBound(form, { rangeOf, steps: 0 });
  // A whole number ≥ a − 1/2 is ≥ ⌈a − 1/2⌉; the margin covers the division of a rational coefficient,
  // and adding 0 makes −0 a 0.
  return Math.ceil(low - 1e-9) + 0;
}

/** An upper bound of a whole-valued form, +∞ where none is found. */
export function highest(form: Form, rangeOf: RangeOf): number {
  return 0 - lowest(negate(form), rangeOf);
}

/** Is the form ≥ 0 for all values in range? False also where that is not seen. */
export function provablyNonnegative(form: Form, rangeOf: RangeOf): boolean {
  return lowest(form, rangeOf) >= 0;
}

/**
 * Eliminates one atom after the other, each by the end of its range that makes the form smallest, those first that
 * depend on others; so N − 1 − i for i < N is 0 and not N − 1 − (∞ − 1).
 */
function lowerBound(form: Form, search: Search): number {
  const known = constantOf(form);
  if (known !== undefined) return known;
  if (++search.steps > searchLimit) return -Infinity;
  const atom = nextAtom(form);
  if (atom === undefined) return lowerBoundOverDims(form, search.rangeOf);
  const key = atomKey(atom);
  const parts = linearIn(form, (other) => atomKey(other) === key);
  const coefficient = parts?.coefficients.get(key)?.coefficient;
  if (parts === undefined || coefficient === undefined) return -Infinity;
  const grows = lowerBound(coefficient, search) >= 0;
  if (!grows && !(lowerBound(negate(coefficient), search) >= 0)) return -Infinity;
  const replaceBy = (end: Form): number => lowerBound(add(parts.rest, multiply(coefficient, end)), search);
  const ends = endsOf(atom, grows, search);
  if (ends === undefined) return -Infinity;
  const values = ends.forms.map(replaceBy);
  return values.length === 0 ? -Infinity : ends.all ? Math.min(...values) : Math.max(...values);
}

/** Forms that bound an atom from one side: each does it alone, or (`all`) it is one of them. */
function endsOf(
  atom: Atom,
  low: boolean,
  search: Search,
): { readonly forms: readonly Form[]; readonly all: boolean } | undefined {
  switch (atom.kind) {
    case "floor": {
      const by = constantOf(atom.by);
      const forms: Form[] = [];
      // (E − (c − 1))/c ≤ ⌊E/c⌋ ≤ E/c keeps what E has in common with the rest of the form.
      if (by !== undefined) {
        forms.push(scale(low ? subtract(atom.of, constant(by - 1)) : atom.of, 1, by));
        const end = low ? lowerBound(atom.of, search) : -lowerBound(negate(atom.of), search);
        if (Number.isFinite(end)) forms.push(constant(Math.floor(end / by)));
      } else if (lowerBound(atom.by, search) > 0) {
        // 0 ≤ E gives 0 ≤ ⌊E/q⌋ ≤ E for a size q.
        if (lowerBound(atom.of, search) >= 0) forms.push(low ? zero : atom.of);
        if (!low && lowerBound(subtract(subtract(atom.by, one), atom.of), search) >= 0) forms.push(zero);
      }
      return { forms, all: false };
    }
    case "min":
    case "max":
      return { forms: [atom.left, atom.right], all: (atom.kind === "min") === low };
    case "dim":
    case "axis":
    case "read": {
      const end = endOfRange(atom, low, search.rangeOf);
      return end === undefined ? undefined : { forms: [end], all: false };
    }
    default:
      return atom satisfies never;
  }
}

function endOfRange(atom: Atom, low: boolean, rangeOf: RangeOf): Form | undefined {
  const range = rangeOf(atom);
  const end = low ? range?.low : range?.high;
  if (end !== undefined || atom.kind !== "read") return end;
  return low ? atom.low : atom.high && subtract(atom.high, one);
}

/** An atom other than a dim that no other atom of the form depends on; floors, min and max before axes. */
function nextAtom(form: Form): Atom | undefined {
  const atoms = new Map<string, Atom>();
  for (const term of form.terms) {
    for (const atom of term.factors) if (atom.kind !== "dim") atoms.set(atomKey(atom), atom);
  }
  const all = [...atoms.values()];
  const free = all.filter((atom) => {
    const key = atomKey(atom);
    return all.every(
      (other) => atomKey(other) === key || !mentions(atomForm(other), (inner) => atomKey(inner) === key),
    );
  });
  return free.find((atom) => atom.kind !== "axis") ?? free[0] ?? all[0];
}

/**
 * A polynomial over dims d = low + d′, d′ ≥ 0: what is negative after expansion is as small as the largest d′ allow.
 * So N·M − N ≥ 0 is seen.
 */
function lowerBoundOverDims(form: Form, rangeOf: RangeOf): number {
  const shifted = substitute(form, (atom) => {
    const low = atom.kind === "dim" ? rangeOf(atom)?.low : undefined;
    return low && add(low, atomForm(atom));
  });
  let sum = 0;
  for (const term of shifted.terms) {
    const coefficient = term.numerator / term.denominator;
    if (term.factors.length === 0) {
      sum += coefficient;
      continue;
    }
    const ranges = term.factors.map((atom) => (atom.kind === "dim" ? rangeOf(atom) : undefined));
    if (ranges.some((range) => range?.low === undefined)) return -Infinity;
    if (coefficient > 0) continue;
    let largest = 1;
    for (const range of ranges) {
      const high = range?.high && range.low && constantOf(subtract(range.high, range.low));
      if (high === undefined) return -Infinity;
      largest *= high;
    }
    sum += coefficient * largest;
  }
  return sum;
}

/**
 * The same values in fewer floors: ⌊E/c⌋ that has one value only is a constant, ⌊(gX + y)/gc⌋ with 0 ≤ y < g is
 * ⌊X/c⌋, and a min or max whose order is known is one of its sides.
 */
export function simplifyByRange(form: Form, rangeOf: RangeOf): Form {
  return substitute(form, (atom) => {
    if (atom.kind === "floor") {
      const of = simplifyByRange(atom.of, rangeOf);
      const by = simplifyByRange(atom.by, rangeOf);
      return mapFloors(floorDivide(of, by), (inner) => knownFloor(inner.of, inner.by, rangeOf));
    }
    if (atom.kind === "min" || atom.kind === "max") {
      const left = simplifyByRange(atom.left, rangeOf);
      const right = simplifyByRange(atom.right, rangeOf);
      const isMin = atom.kind === "min";
      if (provablyNonnegative(subtract(left, right), rangeOf)) return isMin ? right : left;
      if (provablyNonnegative(subtract(right, left), rangeOf)) return isMin ? left : right;
    }
    return undefined;
  });
}

/** Only the floors that stand in the form itself: those inside them are simplified already. */
function mapFloors(form: Form, replace: (atom: Atom & { kind: "floor" }) => Form | undefined): Form {
  return substitute(form, (atom) => (atom.kind === "floor" ? (replace(atom) ?? atomForm(atom)) : undefined));
}

function knownFloor(of: Form, by: Form, rangeOf: RangeOf): Form | undefined {
  if (provablyNonnegative(of, rangeOf) && provablyNonnegative(subtract(subtract(by, one), of), rangeOf)) {
    return zero;
  }
  const divisor = constantOf(by);
  if (divisor === undefined) return undefined;
  const { low, high } = interval(of, rangeOf);
  const quotient = Math.floor(low / divisor);
  if (Number.isFinite(low) && quotient === Math.floor(high / divisor)) return constant(quotient);
  const factors = new Set(of.terms.map((term) => Math.abs(term.numerator)));
  for (const g of factors) {
    if (g <= 1 || divisor % g !== 0) continue;
    const multiples = of.terms.filter((term) => term.denominator === 1 && term.numerator % g === 0);
    const remainder = fromTerms(of.terms.filter((term) => !multiples.includes(term)));
    const inner = interval(remainder, rangeOf);
    if (remainder.terms.length === 0 || inner.low < 0 || inner.high >= g) continue;
    return simplifyByRange(floorDivide(scale(subtract(of, remainder), 1, g), constant(divisor / g)), rangeOf);
  }
  return undefined;
}
