import {
  add,
  atomForm,
  atomKey,
  constant,
  constantOf,
  fromTerms,
  greatestCommonDivisor,
  multiply,
  negate,
  scale,
  subtract,
  zero,
  type Atom,
  type Form,
  type Term,
} from "./form.ts";

/** ⌊p / q⌋ in normal form. A constant q must be positive; a symbolic one is taken to be positive by the caller. */
export function floorDivide(p: Form, q: Form): Form {
  const divisor = constantOf(q);
  if (divisor === undefined) return divideBySymbol(p, q);
  if (!(divisor > 0)) throw new Error("bug: division by a size that is not positive");
  // p = P/d with whole coefficients, and q = a/b: ⌊p/q⌋ = ⌊bP/(da)⌋.
  const scaleOfQ = q.terms[0]?.denominator ?? 1;
  const denominator = p.terms.reduce((all, term) => leastCommonMultiple(all, term.denominator), 1);
  return divideByConstant(scale(p, denominator * scaleOfQ), Math.round(divisor * scaleOfQ) * denominator);
}

export function ceilDivide(p: Form, q: Form): Form {
  return negate(floorDivide(negate(p), q));
}

/** p % q with the sign of the divisor: p − q⌊p/q⌋. */
export function modulo(p: Form, q: Form): Form {
  return subtract(p, multiply(q, floorDivide(p, q)));
}

export function leastCommonMultiple(a: number, b: number): number {
  return (a / greatestCommonDivisor(a, b)) * b;
}

/** p has whole coefficients. */
function divideByConstant(p: Form, divisor: number): Form {
  if (divisor === 1) return p;
  const whole: Term[] = [];
  const rest: Term[] = [];
  for (const term of p.terms) {
    // The constant leaves its non-negative remainder; other terms keep their sign, so that −i is not read as (c−1)·i.
    const quotient =
      term.factors.length === 0 ? Math.floor(term.numerator / divisor) : Math.trunc(term.numerator / divisor);
    whole.push({ ...term, numerator: quotient });
    rest.push({ ...term, numerator: term.numerator - quotient * divisor });
  }
  return add(fromTerms(whole), floorOfRest(fromTerms(rest), divisor));
}

function floorOfRest(rest: Form, divisor: number): Form {
  const known = constantOf(rest);
  if (known !== undefined) return constant(Math.floor(known / divisor));
  const offset = rest.terms.find((term) => term.factors.length === 0)?.numerator ?? 0;
  const variable = rest.terms.filter((term) => term.factors.length > 0);
  const common = variable.reduce((all, term) => greatestCommonDivisor(all, term.numerator), divisor);
  if (common > 1) {
    // ⌊(gX + k)/(gc)⌋ = ⌊(X + ⌊k/g⌋)/c⌋ for whole X.
    const shrunk = add(scale(fromTerms(variable), 1, common), constant(Math.floor(offset / common)));
    return divideByConstant(shrunk, divisor / common);
  }
  const single = variable.length === 1 ? variable[0] : undefined;
  const inner = single?.factors.length === 1 && single.numerator === 1 ? single.factors[0] : undefined;
  if (inner?.kind === "floor") {
    // ⌊(⌊p/a⌋ + k)/b⌋ = ⌊(p + ka)/(ab)⌋
    return floorDivide(add(inner.of, scale(inner.by, offset)), scale(inner.by, divisor));
  }
  return atomForm({ kind: "floor", of: rest, by: constant(divisor) });
}

/** Terms that q divides, where q is one term, leave the brackets: ⌊(i·W + j)/W⌋ = i + ⌊j/W⌋. */
function divideBySymbol(p: Form, q: Form): Form {
  const [divisor, second] = q.terms;
  if (p.terms.length === 0) return zero;
  if (divisor === undefined) throw new Error("bug: division by zero");
  const whole: Term[] = [];
  const rest: Term[] = [];
  for (const term of p.terms) {
    const quotient = second === undefined ? divideTerm(term, divisor) : undefined;
    if (quotient === undefined) rest.push(term);
    else whole.push(quotient);
  }
  const remainder = fromTerms(rest);
  if (remainder.terms.length === 0) return fromTerms(whole);
  if (second !== undefined && remainder.key === q.key) return constant(1);
  return add(fromTerms(whole), atomForm({ kind: "floor", of: remainder, by: q }));
}

/** term / divisor where that is a term with a whole coefficient. */
function divideTerm(term: Term, divisor: Term): Term | undefined {
  const left: Atom[] = [...term.factors];
  for (const factor of divisor.factors) {
    const place = left.findIndex((atom) => atomKey(atom) === atomKey(factor));
    if (place < 0) return undefined;
    left.splice(place, 1);
  }
  const numerator = term.numerator * divisor.denominator;
  const denominator = term.denominator * divisor.numerator;
  if (numerator % denominator !== 0) return undefined;
  return { numerator: numerator / denominator, denominator: 1, factors: left };
}
