import { horner, makeExpansion, roundingShift, type Expansion, type ExpansionBuilder } from "./expansion.ts";
import type { ScalarName } from "./names.ts";
import { powerExpansion } from "./power-expansion.ts";

// e^r = 1 + r + r²·p(r) for |r| ≤ ln 2/2 (Cephes, expf)
const expPolynomial = [
  1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1,
];

/** e^x where that is neither 0 nor infinite; of NaN, anything. */
function boundedExp(build: ExpansionBuilder, x: number): number {
  const { apply, float, integer } = build;
  const shifted = apply("multiplyAdd", x, float(Math.LOG2E), float(roundingShift));
  const exponent = apply("shiftLeft", apply("bitsOf", shifted), integer(23));
  const n = apply("subtract", shifted, float(roundingShift));
  // ln 2 in two parts (Cody and Waite): n times the first is exact.
  const head = apply("multiplyAdd", n, float(-0.693359375), x);
  const r = apply("multiplyAdd", n, float(2.1219444e-4), head);
  const square = apply("multiply", r, r);
  const mantissa = apply("multiplyAdd", horner(build, r, expPolynomial), square, apply("add", r, float(1)));
  // Adding to the exponent's bits gives 2ⁿ·mantissa up to the largest float, where 2ⁿ alone is infinite.
  return apply("floatOf", apply("addInteger", apply("bitsOf", mantissa), exponent));
}

const exp = makeExpansion(1, { ulp: 2, range: "all x; results below 2⁻¹²⁶ are 0" }, (build, x) => {
  const { apply, float } = build;
  // x·∞ is ∞ beyond the largest result, and NaN for NaN.
  const finite = apply("lessEqual", x, float(88.72283));
  const upper = apply("select", finite, boundedExp(build, x), apply("multiply", x, float(Infinity)));
  return apply("select", apply("less", x, float(-87.33654)), float(0), upper);
});

// log(1 + f) = f − f²/2 + s·(f²/2 + R(s²)), s = f/(2 + f) (FreeBSD, e_logf.c)
const logPolynomial = [0.24279078841, 0.28498786688, 0.40000972152, 0.66666662693];

const log = makeExpansion(1, { ulp: 2, range: "all x; −∞ for 0, NaN below" }, (build, x) => {
  const { apply, float, integer } = build;
  const isSmall = apply("less", x, float(2 ** -126));
  const normal = apply("select", isSmall, apply("multiply", x, float(2 ** 23)), x);
  // m in [√½, √2): what is added carries into the exponent where the mantissa is beyond √2.
  const moved = apply("addInteger", apply("bitsOf", normal), integer(0x3f800000 - 0x3f3504f3));
  const exponent = apply("subtractInteger", apply("shiftRight", moved, integer(23)), integer(127));
  const mantissaBits = apply(
    "addInteger",
    apply("andInteger", moved, integer(0x7fffff)),
    integer(0x3f3504f3),
  );
  const f = apply("subtract", apply("floatOf", mantissaBits), float(1));
  const steps = apply("toFloat", exponent);
  const n = apply("select", isSmall, apply("subtract", steps, float(23)), steps);
  const s = apply("divide", f, apply("add", f, float(2)));
  const z = apply("multiply", s, s);
  const rest = apply("multiply", z, horner(build, z, logPolynomial));
  const halfSquare = apply("multiply", apply("multiply", f, f), float(0.5));
  const correction = apply(
    "multiplyAdd",
    s,
    apply("add", halfSquare, rest),
    apply("multiply", n, float(9.058000614e-6)),
  );
  const small = apply("add", apply("subtract", correction, halfSquare), f);
  const finite = apply("multiplyAdd", n, float(0.69313812256), small);
  const upper = apply("select", apply("less", x, float(Infinity)), finite, x);
  const positive = apply("select", apply("equal", x, float(0)), float(-Infinity), upper);
  return apply("select", apply("less", x, float(0)), float(NaN), positive);
});

// tanh x = x + x³·p(x²) for |x| < 0.625 (Cephes, tanhf)
const tanhPolynomial = [
  -5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1,
];

/** A rational function of degree 13/6 takes half the time, but is wrong by up to 6.5 ulp where tanh is nearly 1. */
const tanh = makeExpansion(1, { ulp: 2, range: "all x" }, (build, x) => {
  const { apply, float, integer } = build;
  const magnitude = apply("abs", x);
  // tanh a = 1 − 2/(e^(2a) + 1), which is 1 from 10 on.
  const bounded = apply("lesser", magnitude, float(10));
  const exponential = boundedExp(build, apply("add", bounded, bounded));
  const distance = apply("divide", float(2), apply("add", exponential, float(1)));
  const sign = apply("andInteger", apply("bitsOf", x), integer(-(2 ** 31)));
  const positive = apply("subtract", float(1), distance);
  const large = apply("floatOf", apply("orInteger", apply("bitsOf", positive), sign));
  const z = apply("multiply", x, x);
  const cube = apply("multiply", z, x);
  const small = apply("multiplyAdd", horner(build, z, tanhPolynomial), cube, x);
  // A NaN takes the second, which keeps it.
  return apply("select", apply("lessEqual", float(0.625), magnitude), large, small);
});

// erf a = 1 − e^(−a − a·p(a)) for a > 0.9277 and a + a·q(a²) below (N. Juffa, erff)
const erfLarge = [
  -1.7285347e-5, 3.83197126e-4, -3.88396438e-3, 2.42546219e-2, -1.06777877e-1, -6.34846687e-1, -1.28717512e-1,
];
const erfSmall = [
  -5.96761703e-4, 4.99119423e-3, -2.67681349e-2, 1.12819925e-1, -3.76125336e-1, 1.28379166e-1,
];

const erf = makeExpansion(1, { ulp: 2, range: "all x" }, (build, x) => {
  const { apply, float, integer } = build;
  const magnitude = apply("abs", x);
  // erf 4 is 1 − 1.5e-8, which is 1 in f32.
  const bounded = apply("lesser", magnitude, float(4));
  const exponent = apply("multiplyAdd", horner(build, bounded, erfLarge), bounded, apply("negate", bounded));
  const positive = apply("subtract", float(1), boundedExp(build, exponent));
  const sign = apply("andInteger", apply("bitsOf", x), integer(-(2 ** 31)));
  const large = apply("floatOf", apply("orInteger", apply("bitsOf", positive), sign));
  const small = apply("multiplyAdd", horner(build, apply("multiply", x, x), erfSmall), x, x);
  // A NaN takes the second, which keeps it.
  return apply("select", apply("lessEqual", float(0.927734375), magnitude), large, small);
});

/** ∓(limit) where x is beyond it; NaN stays. */
function clamp({ apply, float }: ExpansionBuilder, x: number, limit: number): number {
  return apply("greater", apply("lesser", x, float(limit)), float(-limit));
}

/** π/2 in parts of 11 bits, so that a quarter count below 2¹³ times each is exact; the last part has all its bits. */
const halfPiParts = splitHalfPi();

function splitHalfPi(): readonly number[] {
  const parts: number[] = [];
  // π/2 = 1.5707963267948966 + 6.123233995736766e-17: the f64 and what it lacks.
  let rest = Math.PI / 2;
  for (let part = 1; part <= 4; part += 1) {
    const unit = 2 ** (1 - 11 * part);
    const head = Math.floor(rest / unit) * unit;
    parts.push(head);
    rest -= head;
  }
  return [...parts, rest + 6.123233995736766e-17];
}

/** sin(x + quarters·π/2) */
function sineExpansion(quarters: 0 | 1): Expansion {
  const range = "|x| ≤ 8192; beyond, the error grows with |x|, and the result stays in [−1, 1]";
  return makeExpansion(1, { ulp: 3, range }, (build, x) => {
    const { apply, float, integer } = build;
    const shifted = apply("multiplyAdd", x, float(2 / Math.PI), float(roundingShift));
    const bits = apply("addInteger", apply("bitsOf", shifted), integer(quarters));
    const n = apply("subtract", shifted, float(roundingShift));
    const reduced = halfPiParts.reduce((rest, part) => apply("multiplyAdd", n, float(-part), rest), x);
    const r = clamp(build, reduced, 0.7855);
    const z = apply("multiply", r, r);
    // Minimax on |r| ≤ π/4 (Cephes, sinf)
    const sinePolynomial = horner(build, z, [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1]);
    const sine = apply("multiplyAdd", apply("multiply", sinePolynomial, z), r, r);
    const cosinePolynomial = horner(
      build,
      z,
      [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2],
    );
    const cosine = apply(
      "multiplyAdd",
      apply("multiply", z, z),
      cosinePolynomial,
      apply("multiplyAdd", z, float(-0.5), float(1)),
    );
    const isOdd = apply("equalInteger", apply("andInteger", bits, integer(1)), integer(1));
    const value = apply("select", isOdd, cosine, sine);
    // Quarters 2 and 3 have the other sign: bit 1 becomes the sign bit.
    const sign = apply("shiftLeft", apply("andInteger", bits, integer(2)), integer(30));
    return apply("floatOf", apply("xorInteger", apply("bitsOf", value), sign));
  });
}

/** In f32, for targets without them. Errors are measured by `test/graph/scalar-expansions.test.ts`. */
export const expansions = {
  exp,
  log,
  sin: sineExpansion(0),
  cos: sineExpansion(1),
  tanh,
  erf,
  power: powerExpansion,
} as const satisfies Partial<Record<ScalarName, Expansion>>;
