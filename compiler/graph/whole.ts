import { atomKey, atomsOf, evaluate, type Atom, type Form } from "../integers/index.ts";
import type { Guard } from "./expr.ts";

const mostCases = 4096;

/**
 * A counter-example to "this form is a whole number wherever these equations hold", as text; undefined where there is
 * none. A sum of fractions depends on its atoms only modulo the common denominator and the divisors of its floors, so
 * trying their residues decides it; where these are too many, a regular part of them is tried.
 */
export function fractionOf(form: Form, given: readonly Guard[]): string | undefined {
  if (isPlainlyWhole(form)) return undefined;
  const equations = given.filter(({ relation }) => relation === "zero").map((guard) => guard.form);
  const leaves = leavesOf([form, ...equations]);
  const period = Math.min(2 * commonDenominator([form, ...equations]), mostCases);
  const cases = Math.min(period ** leaves.length, mostCases);
  // A step that shares no factor with the number of cases visits different ones.
  const step = period ** leaves.length > mostCases ? 7919 : 1;
  for (let place = 0; place < cases; place += 1) {
    const values = new Map<string, number>();
    let rest = place * step;
    for (const leaf of leaves) {
      values.set(atomKey(leaf), rest % period);
      rest = Math.floor(rest / period);
    }
    const valueOf = (atom: Atom): number => values.get(atomKey(atom)) ?? 0;
    if (equations.some((equation) => evaluate(equation, valueOf) !== 0)) continue;
    if (Math.abs(evaluate(form, valueOf) % 1) > 1e-9) {
      return leaves.map((leaf) => `${nameOf(leaf)} = ${valueOf(leaf)}`).join(", ");
    }
  }
  return undefined;
}

function nameOf(atom: Atom): string {
  return atom.kind === "dim" || atom.kind === "axis" ? atom.name : atomKey(atom);
}

function isPlainlyWhole(form: Form): boolean {
  return form.terms.every((term) => term.denominator === 1);
}

function leavesOf(forms: readonly Form[]): readonly Atom[] {
  const leaves = forms
    .flatMap(atomsOf)
    .filter(({ kind }) => kind === "dim" || kind === "axis" || kind === "read");
  return [...new Map(leaves.map((atom) => [atomKey(atom), atom])).values()];
}

function commonDenominator(forms: readonly Form[]): number {
  let product = 1;
  const seen = new Set<number>();
  const include = (divisor: number): void => {
    if (!seen.has(divisor)) product *= divisor;
    seen.add(divisor);
  };
  for (const form of forms) {
    for (const term of form.terms) include(term.denominator);
    for (const atom of atomsOf(form)) {
      if (atom.kind !== "floor") continue;
      for (const term of atom.by.terms) if (term.factors.length === 0) include(term.numerator);
    }
  }
  return product;
}
