import {
  add,
  constant,
  constantOf,
  linearIn,
  mentions,
  multiply,
  rangeUnderFacts,
  subtract,
  boundsOf,
  type Atom,
  type Facts,
  type Form,
} from "../integers/index.ts";
import type { Scalar } from "./scalar.ts";
import type { IntegerRange } from "./typed.ts";

/**
 * Between which sizes an integer lies, wherever it stands: what an index or an integer of a tensor makes of it is
 * replaced by its ends. Nothing where that is not known, or where the integer might leave the 32 bits that it has when
 * it is stored.
 */
export function integerRangeOf(scalar: Scalar, facts: Facts): IntegerRange | undefined {
  const { form } = scalar;
  if (form === undefined) return scalar.range;
  const numbers = rangeUnderFacts(form, facts);
  const low = tighter(endOf(form, "low", facts), numbers.low);
  const last = tighter(endOf(form, "high", facts), numbers.high);
  const range = low && last && { low, high: add(last, constant(1)) };
  return range && isStored(range, facts) ? range : scalar.range;
}

/** A size says more than a number; of two numbers, the one that conditions lead to is the closer one. */
function tighter(end: Form | undefined, known: number): Form | undefined {
  const isSize = end !== undefined && constantOf(end) === undefined;
  return isSize || !Number.isFinite(known) ? end : constant(known);
}

/** The range of `a + b`, `a - b`, `a % b`, and `a * b` where that of one of a product is a number. */
export function combinedRange(
  operator: string,
  left: Scalar,
  right: Scalar,
  facts: Facts,
): IntegerRange | undefined {
  const [a, b] = [integerRangeOf(left, facts), integerRangeOf(right, facts)];
  const one = constant(1);
  // The remainder has the sign of a divisor that is at least 1, and lies below the greatest.
  if (operator === "%") return b && { low: constant(0), high: subtract(b.high, one) };
  if (a === undefined || b === undefined) return undefined;
  const range =
    operator === "+"
      ? { low: add(a.low, b.low), high: subtract(add(a.high, b.high), one) }
      : operator === "-"
        ? { low: add(subtract(a.low, b.high), one), high: subtract(a.high, b.low) }
        : operator === "*"
          ? (multiplied(a, b) ?? multiplied(b, a))
          : undefined;
  return range && isStored(range, facts) ? range : undefined;
}

function multiplied(range: IntegerRange, by: IntegerRange): IntegerRange | undefined {
  const factor = constantOf(by.low);
  const last = constantOf(subtract(by.high, constant(1)));
  if (factor === undefined || factor !== last) return undefined;
  const ends = [range.low, subtract(range.high, constant(1))].map((end) => multiply(end, by.low));
  const [low, high] = factor < 0 ? ends.reverse() : ends;
  return low && high && { low, high: add(high, constant(1)) };
}

function isVariable(atom: Atom): boolean {
  return atom.kind === "axis" || atom.kind === "read";
}

function endOf(form: Form, side: "low" | "high", facts: Facts): Form | undefined {
  const parts = linearIn(form, isVariable);
  if (parts === undefined || mentions(parts.rest, isVariable)) return undefined;
  let end = parts.rest;
  for (const { atom, coefficient } of parts.coefficients.values()) {
    const factor = constantOf(coefficient);
    const bounds = boundsOf(atom, facts);
    const bound =
      factor === undefined ? undefined : factor > 0 === (side === "low") ? bounds.low : bounds.high;
    if (bound === undefined || mentions(bound, isVariable)) return undefined;
    end = add(end, multiply(coefficient, bound));
  }
  return end;
}

/** A stored integer wraps at 2³¹. A size that some tensor has, give or take a little, is below that; multiples may not be. */
function isStored({ low, high }: IntegerRange, facts: Facts): boolean {
  return [low, high].every((end) => isNearSize(end) || isInside(end, facts));
}

function isInside(form: Form, facts: Facts): boolean {
  const ends = rangeUnderFacts(form, facts);
  return ends.low >= -(2 ** 31) && ends.high <= 2 ** 31;
}

function isNearSize(form: Form): boolean {
  const sizes = form.terms.filter(({ factors }) => factors.length > 0);
  const isAlone = ({ numerator, denominator, factors }: Form["terms"][number]): boolean =>
    Math.abs(numerator) === denominator && factors.length === 1;
  const rest = form.terms.find(({ factors }) => factors.length === 0)?.numerator ?? 0;
  return sizes.length === 1 && sizes.every(isAlone) && Math.abs(rest) < 2 ** 20;
}
