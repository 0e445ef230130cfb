import { floorDivide, leastCommonMultiple } from "./divide.ts";
import {
  add,
  atomForm,
  atomKey,
  constant,
  fromTerms,
  maximum,
  minimum,
  multiply,
  scale,
  zero,
  type Atom,
  type Form,
} from "./form.ts";

/** Replaces atoms, also those inside other atoms; `replace` answers undefined to keep one. The result is normal. */
export function substitute(form: Form, replace: (atom: Atom) => Form | undefined): Form {
  if (form.terms.every((term) => term.factors.length === 0)) return form;
  let sum = zero;
  const untouched = [];
  for (const term of form.terms) {
    const forms = term.factors.map((atom) => replaceAtom(atom, replace));
    if (forms.every((value, place) => isAtom(value, term.factors[place]))) {
      untouched.push(term);
      continue;
    }
    const whole = forms.reduce(multiply, constant(1));
    sum = add(sum, scale(whole, term.numerator, term.denominator));
  }
  if (untouched.length === form.terms.length) return form;
  return add(sum, fromTerms(untouched));
}

function isAtom(form: Form, atom: Atom | undefined): boolean {
  return atom !== undefined && form.key === `1·${atomKey(atom)}`;
}

function replaceAtom(atom: Atom, replace: (atom: Atom) => Form | undefined): Form {
  const direct = replace(atom);
  if (direct !== undefined) return direct;
  switch (atom.kind) {
    case "dim":
    case "axis":
      return atomForm(atom);
    case "floor":
      return floorDivide(substitute(atom.of, replace), substitute(atom.by, replace));
    case "min":
      return minimum(substitute(atom.left, replace), substitute(atom.right, replace));
    case "max":
      return maximum(substitute(atom.left, replace), substitute(atom.right, replace));
    case "read":
      return atomForm({
        ...atom,
        at: atom.at.map((form) => substitute(form, replace)),
        ...(atom.low && { low: substitute(atom.low, replace) }),
        ...(atom.high && { high: substitute(atom.high, replace) }),
      });
    default:
      return atom satisfies never;
  }
}

/** Replaces axes and dims by name. */
export function substituteNames(form: Form, values: ReadonlyMap<string, Form>): Form {
  return substitute(form, (atom) =>
    atom.kind === "dim" || atom.kind === "axis" ? values.get(atom.name) : undefined,
  );
}

/** The value of a form; `valueOf` gives dims, axes and reads. Exact for whole numbers below 2⁵³. */
export function evaluate(form: Form, valueOf: (atom: Atom) => number): number {
  // Over one denominator: thirds that make up a whole number must not leave a rounding error.
  const denominator = form.terms.reduce((all, term) => leastCommonMultiple(all, term.denominator), 1);
  let sum = 0;
  for (const term of form.terms) {
    let value = term.numerator * (denominator / term.denominator);
    for (const factor of term.factors) value *= evaluateAtom(factor, valueOf);
    sum += value;
  }
  return sum / denominator;
}

function evaluateAtom(atom: Atom, valueOf: (atom: Atom) => number): number {
  switch (atom.kind) {
    case "dim":
    case "axis":
    case "read":
      return valueOf(atom);
    case "floor":
      return Math.floor(evaluate(atom.of, valueOf) / evaluate(atom.by, valueOf));
    case "min":
      return Math.min(evaluate(atom.left, valueOf), evaluate(atom.right, valueOf));
    case "max":
      return Math.max(evaluate(atom.left, valueOf), evaluate(atom.right, valueOf));
    default:
      return atom satisfies never;
  }
}

/** Every atom in a form, outer ones before those inside them, each once. */
export function atomsOf(form: Form): readonly Atom[] {
  const found = new Map<string, Atom>();
  const visit = (inner: Form): void => {
    for (const term of inner.terms) {
      for (const atom of term.factors) {
        const key = atomKey(atom);
        if (found.has(key)) continue;
        found.set(key, atom);
        if (atom.kind === "floor") [atom.of, atom.by].forEach(visit);
        if (atom.kind === "min" || atom.kind === "max") [atom.left, atom.right].forEach(visit);
        if (atom.kind === "read") atom.at.forEach(visit);
      }
    }
  };
  visit(form);
  return [...found.values()];
}

export function mentions(form: Form, matches: (atom: Atom) => boolean): boolean {
  return atomsOf(form).some(matches);
}

export interface LinearParts {
  /** Coefficient of each chosen atom; the coefficients mention none of them. */
  readonly coefficients: ReadonlyMap<string, { readonly atom: Atom; readonly coefficient: Form }>;
  /** What is left without the chosen atoms. */
  readonly rest: Form;
}

/** Σ coefficient·atom + rest over the chosen atoms; undefined where the form is not linear in them. */
export function linearIn(form: Form, chosen: (atom: Atom) => boolean): LinearParts | undefined {
  const coefficients = new Map<string, { atom: Atom; coefficient: Form }>();
  const rest = [];
  for (const term of form.terms) {
    const inside = term.factors.filter(chosen);
    const [atom, second] = inside;
    const outside = term.factors.filter((factor) => !chosen(factor));
    if (second !== undefined || outside.some((factor) => mentionsInside(factor, chosen))) return undefined;
    if (atom === undefined) {
      rest.push(term);
      continue;
    }
    const key = atomKey(atom);
    const more = fromTerms([{ ...term, factors: outside }]);
    const old = coefficients.get(key);
    coefficients.set(key, { atom, coefficient: old === undefined ? more : add(old.coefficient, more) });
  }
  return { coefficients, rest: fromTerms(rest) };
}

function mentionsInside(atom: Atom, matches: (atom: Atom) => boolean): boolean {
  return mentions(atomForm(atom), matches);
}
