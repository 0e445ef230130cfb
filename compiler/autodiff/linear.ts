import {
  add,
  atomForm,
  constantOf,
  floorDivide,
  fromTerms,
  greatestCommonDivisor,
  leastCommonMultiple,
  mentions,
  modulo,
  multiply,
  negate,
  one,
  provablyNonnegative,
  scale,
  subtract,
  zero,
  type Atom,
  type Form,
  type RangeOf,
  type Term,
} from "../integers/index.ts";

/** The unknowns that a form is linear in and that stand nowhere else in it, each with its coefficient. */
export function linearUnknowns(form: Form, isUnknown: (name: string) => boolean): ReadonlyMap<string, Form> {
  const unknown = (atom: Atom): boolean => atom.kind === "axis" && isUnknown(atom.name);
  const terms = new Map<string, Term[]>();
  const elsewhere = new Set<string>();
  for (const term of form.terms) {
    const direct = term.factors.filter(unknown);
    const others = term.factors.filter((factor) => !unknown(factor));
    const [single, second] = direct;
    const nested = others.flatMap((factor) => unknownsIn(atomForm(factor), isUnknown));
    nested.forEach((name) => elsewhere.add(name));
    if (single === undefined) continue;
    if (second !== undefined || nested.length > 0) {
      for (const atom of direct) if (atom.kind === "axis") elsewhere.add(atom.name);
      continue;
    }
    if (single.kind !== "axis") continue;
    const rest: Term = { ...term, factors: others };
    terms.set(single.name, [...(terms.get(single.name) ?? []), rest]);
  }
  return new Map(
    [...terms].flatMap(([name, list]) => (elsewhere.has(name) ? [] : [[name, fromTerms(list)] as const])),
  );
}

/** The unknowns that a form mentions anywhere. */
export function unknownsIn(form: Form, isUnknown: (name: string) => boolean): readonly string[] {
  const found = new Set<string>();
  mentions(form, (atom) => {
    if (atom.kind === "axis" && isUnknown(atom.name)) found.add(atom.name);
    return false;
  });
  return [...found];
}

/** The unknowns that stand in the subscripts of integer reads. */
export function unknownsUnderReads(form: Form, isUnknown: (name: string) => boolean): readonly string[] {
  const found = new Set<string>();
  mentions(form, (atom) => {
    if (atom.kind === "read") {
      for (const at of atom.at) for (const name of unknownsIn(at, isUnknown)) found.add(name);
    }
    return false;
  });
  return [...found];
}

export function hasReads(form: Form): boolean {
  return mentions(form, (atom) => atom.kind === "read");
}

/** form = 0 with whole coefficients. */
export function withoutFractions(form: Form): Form {
  return scale(
    form,
    form.terms.reduce((all, term) => leastCommonMultiple(all, term.denominator), 1),
  );
}

/** A form of the same residue mod k, its coefficients in [0, k): one spelling of a phase. */
export function residue(form: Form, k: number): Form {
  return fromTerms(form.terms.map((term) => ({ ...term, numerator: ((term.numerator % k) + k) % k })));
}

/** x with d·x ≡ 1 (mod k) for d and k without a common divisor; 0 for k = 1. */
export function inverseModulo(d: number, k: number): number {
  for (let x = 0; x < k; x += 1) if ((((d * x) % k) + k) % k === 1 % k) return x;
  throw new Error(`bug: ${d} has no inverse mod ${k}`);
}

/** The greatest number that divides a whole-valued form for all values of its atoms. */
export function contentOf(form: Form): number {
  return form.terms.reduce((all, term) => greatestCommonDivisor(all, term.numerator), 0);
}

/** p/q where that is a form without a floor. */
export function exactQuotient(p: Form, q: Form): Form | undefined {
  const divisor = constantOf(q);
  if (divisor !== undefined) {
    const quotient = scale(p, 1, divisor);
    return quotient.terms.every((term) => term.denominator === 1) ? quotient : undefined;
  }
  const quotient = floorDivide(p, q);
  return multiply(quotient, q).key === p.key ? quotient : undefined;
}

/**
 * c·V + X + P = 0 for a coefficient c of an unknown: where 0 ≤ X < c by the boxes of its unknowns, these are two
 * equations, V = ⌊−P/c⌋ and X = −P mod c. This undoes a flattening, i·W + j, also by sizes that aren't known.
 */
export function splitBySize(
  equation: Form,
  isUnknown: (name: string) => boolean,
  range: RangeOf,
): readonly [Form, Form] | undefined {
  for (const [, coefficient] of linearUnknowns(equation, isUnknown)) {
    for (const sign of [1, -1]) {
      const c = scale(coefficient, sign);
      if (constantOf(c) === 1 || !provablyNonnegative(subtract(c, one), range)) continue;
      const parts = splitAt(scale(equation, sign), c, isUnknown, range);
      if (parts !== undefined) return parts;
    }
  }
  return undefined;
}

function splitAt(
  equation: Form,
  c: Form,
  isUnknown: (name: string) => boolean,
  range: RangeOf,
): readonly [Form, Form] | undefined {
  let [quotients, remainders, parameters] = [zero, zero, zero];
  for (const term of equation.terms) {
    const own = fromTerms([term]);
    const quotient = exactQuotient(own, c);
    if (unknownsIn(own, isUnknown).length === 0) parameters = add(parameters, own);
    else if (quotient !== undefined) quotients = add(quotients, quotient);
    else remainders = add(remainders, own);
  }
  if (!isBelow(remainders, c, range)) return undefined;
  const known = negate(parameters);
  return [subtract(quotients, floorDivide(known, c)), subtract(remainders, modulo(known, c))];
}

function isBelow(form: Form, c: Form, range: RangeOf): boolean {
  return provablyNonnegative(form, range) && provablyNonnegative(subtract(subtract(c, one), form), range);
}

/** A form that bounds another from above or below over the boxes of its axes; it mentions dims and reads' ranges only. */
export function endOf(form: Form, high: boolean, range: RangeOf): Form | undefined {
  let sum = zero;
  for (const term of form.terms) {
    const moving = term.factors.filter((factor) => factor.kind !== "dim");
    const [single, second] = moving;
    if (single === undefined) {
      sum = add(sum, fromTerms([term]));
      continue;
    }
    if (second !== undefined) return undefined;
    const end = endOfAtom(single, term.numerator > 0 === high, range);
    if (end === undefined) return undefined;
    const rest = fromTerms([{ ...term, factors: term.factors.filter((factor) => factor !== single) }]);
    sum = add(sum, multiply(rest, end));
  }
  return sum;
}

function endOfAtom(atom: Atom, high: boolean, range: RangeOf): Form | undefined {
  switch (atom.kind) {
    case "axis":
    case "dim":
      return range(atom)?.[high ? "high" : "low"];
    case "read":
      return high ? atom.high && subtract(atom.high, one) : atom.low;
    case "floor": {
      const inner = endOf(atom.of, high, range);
      return inner && floorDivide(inner, atom.by);
    }
    case "min":
    case "max":
      return undefined;
    default:
      return atom satisfies never;
  }
}
