/**
 * Integer forms: polynomials with rational coefficients over atoms. One algebra serves sizes (`2*H - 1`), subscripts
 * (`i*stride + u - 1`) and the extents of loops. A form is kept in normal form, so that two forms are the same value
 * for every assignment that the algebra can see exactly where their keys are equal.
 *
 * Normal form of ⌊p/q⌋: whole parts leave the brackets (⌊(H − 2)/2⌋ + 1 is ⌊H/2⌋), nested floors join
 * (⌊⌊p/a⌋/b⌋ = ⌊p/ab⌋), common factors cancel. `p % q` is p − q⌊p/q⌋, so there is no atom for it and recombination
 * (q·⌊p/q⌋ + p % q = p) is linear algebra.
 */

export type Atom =
  /** A size that is known only later: a free dim of an entry, a hyper-parameter that is not yet chosen. */
  | { readonly kind: "dim"; readonly name: string }
  /** An index: a parallel, reduction or time axis. The name is unique in the scope where the form lives. */
  | { readonly kind: "axis"; readonly name: string }
  /** ⌊of / by⌋ */
  | { readonly kind: "floor"; readonly of: Form; readonly by: Form }
  | { readonly kind: "min" | "max"; readonly left: Form; readonly right: Form }
  /** An element of an integer tensor. `low ≤ value < high` is its declared range, where it has one. */
  | {
      readonly kind: "read";
      readonly operand: string;
      readonly at: readonly Form[];
      readonly low?: Form;
      readonly high?: Form;
    };

/** numerator/denominator · ∏ factors; factors sorted by key, repeated for powers; denominator ≥ 1, lowest terms. */
export interface Term {
  readonly numerator: number;
  readonly denominator: number;
  readonly factors: readonly Atom[];
}

export interface Form {
  /** Sorted: the constant first, then by the keys of their factors. Never a zero coefficient. Empty is 0. */
  readonly terms: readonly Term[];
  /** Equal keys ⇔ equal normal forms. */
  readonly key: string;
}

const atomKeys = new WeakMap<Atom, string>();

export function atomKey(atom: Atom): string {
  const known = atomKeys.get(atom);
  if (known !== undefined) return known;
  const key = makeAtomKey(atom);
  atomKeys.set(atom, key);
  return key;
}

function makeAtomKey(atom: Atom): string {
  switch (atom.kind) {
    case "dim":
      return atom.name;
    case "axis":
      return `@${atom.name}`;
    case "floor":
      return `floor(${atom.of.key}/${atom.by.key})`;
    case "min":
    case "max":
      return `${atom.kind}(${atom.left.key},${atom.right.key})`;
    case "read":
      return `${atom.operand}[${atom.at.map((form) => form.key).join(",")}]`;
    default:
      return atom satisfies never;
  }
}

function factorsKey(factors: readonly Atom[]): string {
  return factors.map(atomKey).join("·");
}

function makeForm(terms: readonly Term[]): Form {
  const key = terms
    .map((term) => {
      const coefficient =
        term.denominator === 1 ? `${term.numerator}` : `${term.numerator}/${term.denominator}`;
      return term.factors.length === 0 ? coefficient : `${coefficient}·${factorsKey(term.factors)}`;
    })
    .join("+");
  return { terms, key: key === "" ? "0" : key };
}

export const zero: Form = makeForm([]);
const small: readonly Form[] = Array.from({ length: 1025 }, (_, n) => makeForm(n === 0 ? [] : [unit(n)]));

function unit(numerator: number): Term {
  return { numerator, denominator: 1, factors: [] };
}

export function constant(value: number): Form {
  if (!Number.isSafeInteger(value)) throw new Error(`bug: ${value} is not a whole number`);
  return small[value] ?? makeForm([unit(value)]);
}

export const one = constant(1);

export function atomForm(atom: Atom): Form {
  return makeForm([{ numerator: 1, denominator: 1, factors: [atom] }]);
}

export function dim(name: string): Form {
  return atomForm({ kind: "dim", name });
}

export function axis(name: string): Form {
  return atomForm({ kind: "axis", name });
}

/** The value of a form without atoms; undefined for any other. */
export function constantOf(form: Form): number | undefined {
  const [first, second] = form.terms;
  if (first === undefined) return 0;
  if (second !== undefined || first.factors.length > 0) return undefined;
  return first.numerator / first.denominator;
}

/** The atom that a form is, with nothing around it. */
export function bareAtom(form: Form): Atom | undefined {
  const [term, second] = form.terms;
  const bare =
    second === undefined && term?.numerator === 1 && term.denominator === 1 && term.factors.length === 1;
  return bare ? term.factors[0] : undefined;
}

/** The name of the dim that a form is. */
export function bareDim(form: Form): string | undefined {
  const atom = bareAtom(form);
  return atom?.kind === "dim" ? atom.name : undefined;
}

export function equalForms(a: Form, b: Form): boolean {
  return a === b || a.key === b.key;
}

export function greatestCommonDivisor(a: number, b: number): number {
  let [x, y] = [Math.abs(a), Math.abs(b)];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}

function reduced(numerator: number, denominator: number, factors: readonly Atom[]): Term {
  const sign = denominator < 0 ? -1 : 1;
  const divisor = greatestCommonDivisor(numerator, denominator) * sign;
  return { numerator: numerator / divisor, denominator: denominator / divisor, factors };
}

/** The normal form of a sum of terms whose factors are sorted. */
export function fromTerms(terms: readonly Term[]): Form {
  const sums = new Map<string, Term>();
  for (const term of terms) {
    if (term.numerator === 0) continue;
    const key = factorsKey(term.factors);
    const old = sums.get(key);
    const sum =
      old === undefined
        ? reduced(term.numerator, term.denominator, term.factors)
        : reduced(
            old.numerator * term.denominator + term.numerator * old.denominator,
            old.denominator * term.denominator,
            term.factors,
          );
    if (!Number.isSafeInteger(sum.numerator) || !Number.isSafeInteger(sum.denominator)) {
      throw new RangeError("a size is too large to be computed exactly");
    }
    sums.set(key, sum);
  }
  const kept = [...sums.entries()].filter(([, term]) => term.numerator !== 0);
  kept.sort(([a], [b]) => (a < b ? -1 : 1));
  const single = kept.length === 1 ? kept[0]?.[1] : undefined;
  if (single?.factors.length === 0 && single.denominator === 1) return constant(single.numerator);
  return kept.length === 0 ? zero : makeForm(kept.map(([, term]) => term));
}

export function add(...forms: readonly Form[]): Form {
  return fromTerms(forms.flatMap((form) => form.terms));
}

/** form · numerator/denominator */
export function scale(form: Form, numerator: number, denominator = 1): Form {
  return fromTerms(
    form.terms.map((term) =>
      reduced(term.numerator * numerator, term.denominator * denominator, term.factors),
    ),
  );
}

export function negate(form: Form): Form {
  return scale(form, -1);
}

export function subtract(a: Form, b: Form): Form {
  return add(a, negate(b));
}

function compareAtoms(a: Atom, b: Atom): number {
  const [x, y] = [atomKey(a), atomKey(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

export function multiply(a: Form, b: Form): Form {
  const terms: Term[] = [];
  for (const left of a.terms) {
    for (const right of b.terms) {
      const factors = [...left.factors, ...right.factors].sort(compareAtoms);
      terms.push(reduced(left.numerator * right.numerator, left.denominator * right.denominator, factors));
    }
  }
  return fromTerms(terms);
}

export function product(forms: readonly Form[]): Form {
  return forms.reduce(multiply, one);
}

export function power(base: Form, exponent: number): Form {
  if (!Number.isInteger(exponent) || exponent < 0) throw new Error("bug: an exponent is a whole number ≥ 0");
  return product(Array.from({ length: exponent }, () => base));
}

export function minimum(a: Form, b: Form): Form {
  return extreme("min", a, b);
}

export function maximum(a: Form, b: Form): Form {
  return extreme("max", a, b);
}

function extreme(kind: "min" | "max", a: Form, b: Form): Form {
  const difference = constantOf(subtract(a, b));
  if (difference !== undefined) return difference <= 0 === (kind === "min") ? a : b;
  const [left, right] = a.key < b.key ? [a, b] : [b, a];
  return atomForm({ kind, left, right });
}
