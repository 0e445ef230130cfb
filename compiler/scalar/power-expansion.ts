import { horner, makeExpansion, roundingShift, type ExpansionBuilder } from "./expansion.ts";

/** A number as head + tail, the head of 12 bits: the product of two heads is exact. */
interface Parts {
  readonly head: number;
  readonly tail: number;
}

function split({ apply, integer }: ExpansionBuilder, x: number): Parts {
  const head = apply("floatOf", apply("andInteger", apply("bitsOf", x), integer(-4096)));
  return { head, tail: apply("subtract", x, head) };
}

// log₂ m = 2/ln 2·(s + s³/3 + s⁵/5 + …) with s = (m − 1)/(m + 1)
const logScale = 2 / Math.LN2;
const logScaleHead = Math.floor(logScale * 2 ** 10) / 2 ** 10;
const atanhPolynomial = [1 / 9, 1 / 7, 1 / 5, 1 / 3];

/** log₂ x for finite x > 0 as head + tail, to about 2⁻³². */
function logarithm(build: ExpansionBuilder, x: number): Parts {
  const { apply, float, integer } = build;
  const isSmall = apply("less", x, float(2 ** -126));
  const normal = apply("select", isSmall, apply("multiply", x, float(2 ** 23)), x);
  const moved = apply("addInteger", apply("bitsOf", normal), integer(0x3f800000 - 0x3f3504f3));
  const exponent = apply("subtractInteger", apply("shiftRight", moved, integer(23)), integer(127));
  const mantissaBits = apply(
    "addInteger",
    apply("andInteger", moved, integer(0x7fffff)),
    integer(0x3f3504f3),
  );
  const m = apply("floatOf", mantissaBits);
  const steps = apply("toFloat", exponent);
  const n = apply("select", isSmall, apply("subtract", steps, float(23)), steps);
  // s = f/d as head + tail; d = m + 1 as head + tail too, exactly.
  const f = apply("subtract", m, float(1));
  const d = apply("add", m, float(1));
  const dHead = split(build, d).head;
  const dTail = apply("subtract", m, apply("subtract", dHead, float(1)));
  const s = apply("divide", f, d);
  const sHead = split(build, s).head;
  const left = apply("subtract", f, apply("multiply", sHead, dHead));
  const sTail = apply("divide", apply("subtract", left, apply("multiply", sHead, dTail)), d);
  const z = apply("multiply", s, s);
  const series = apply("multiply", z, horner(build, z, atanhPolynomial));
  // 2/ln 2·s = first + second, of which only the second is rounded.
  const first = apply("multiply", float(logScaleHead), sHead);
  const scaled = apply("multiply", s, float(logScale));
  const tails = apply(
    "multiplyAdd",
    sTail,
    float(logScale),
    apply("multiply", sHead, float(logScale - logScaleHead)),
  );
  const second = apply("multiplyAdd", scaled, series, tails);
  // n is 0 or larger than `first`, so what its sum with it loses is known exactly.
  const sum = apply("add", n, first);
  const lost = apply("subtract", first, apply("subtract", sum, n));
  const rest = apply("add", lost, second);
  const head = split(build, apply("add", sum, rest)).head;
  return { head, tail: apply("subtract", rest, apply("subtract", head, sum)) };
}

// 2^r = 1 + r·p(r) for |r| ≤ ½
const exp2Polynomial = [1, 2, 3, 4, 5, 6, 7].map((n) => Math.LN2 ** n / factorial(n)).reverse();

function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1);
}

/** 2^(head + tail), infinite from 128 on, 0 from −150 down. */
function exponential(build: ExpansionBuilder, { head, tail }: Parts): number {
  const { apply, float, integer } = build;
  const whole = apply("add", head, tail);
  const shifted = apply("add", whole, float(roundingShift));
  const n = apply("subtract", shifted, float(roundingShift));
  const r = apply("add", apply("subtract", head, n), tail);
  const mantissa = apply("multiplyAdd", horner(build, r, exp2Polynomial), r, float(1));
  // 2ⁿ in two factors: one alone leaves the range of normal floats.
  const exponent = apply("subtractInteger", apply("bitsOf", shifted), integer(0x4b400000));
  const half = apply("shiftRight", exponent, integer(1));
  const factorOf = (power: number): number =>
    apply("floatOf", apply("shiftLeft", apply("addInteger", power, integer(127)), integer(23)));
  const once = apply("multiply", mantissa, factorOf(half));
  const twice = apply("multiply", once, factorOf(apply("subtractInteger", exponent, half)));
  const upper = apply("select", apply("lessEqual", float(128), whole), float(Infinity), twice);
  return apply("select", apply("lessEqual", whole, float(-150)), float(0), upper);
}

/** x^y = 2^(y log₂ x), the logarithm and its product with y in two parts. */
export const powerExpansion = makeExpansion(
  2,
  { ulp: 4, range: "all x and y, as in C; 1^y and x^0 are 1, also for NaN" },
  (build, x, y) => {
    const { apply, float, integer } = build;
    const magnitude = apply("abs", x);
    const log = logarithm(build, magnitude);
    // Beyond 2³² only a logarithm of 0 keeps the result finite.
    const bounded = apply("greater", apply("lesser", y, float(2 ** 32)), float(-(2 ** 32)));
    const exponent = split(build, bounded);
    const crossed = apply("multiply", exponent.tail, log.head);
    const finite = exponential(build, {
      head: apply("multiply", exponent.head, log.head),
      tail: apply("multiplyAdd", bounded, log.tail, crossed),
    });
    const zero = float(0);
    const infinite = float(Infinity);
    const grows = apply("less", zero, y);
    const ofZero = apply("select", grows, zero, infinite);
    const ofInfinity = apply("select", grows, infinite, zero);
    const sized = apply(
      "select",
      apply("equal", magnitude, zero),
      ofZero,
      apply("select", apply("equal", magnitude, infinite), ofInfinity, finite),
    );
    const isWhole = apply("equal", apply("floor", y), y);
    const half = apply("multiply", y, float(0.5));
    const isOdd = apply("andMask", isWhole, apply("notEqual", apply("floor", half), half));
    const sign = apply("andInteger", apply("bitsOf", x), integer(-(2 ** 31)));
    const signed = apply("floatOf", apply("xorInteger", apply("bitsOf", sized), sign));
    const real = apply("select", isOdd, signed, sized);
    // A root of a negative number that is finite.
    const isNegative = apply("andMask", apply("less", x, zero), apply("less", magnitude, infinite));
    const isRoot = apply("andMask", isNegative, apply("notEqual", apply("floor", y), y));
    const known = apply("select", isRoot, float(NaN), real);
    const sum = apply("add", x, y);
    const isNaN = apply("orMask", apply("notEqual", x, x), apply("notEqual", y, y));
    const withNaN = apply("select", isNaN, sum, known);
    const isOne = apply("orMask", apply("equal", x, float(1)), apply("equal", y, zero));
    return apply("select", isOne, float(1), withNaN);
  },
);
