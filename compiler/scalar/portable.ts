import { erf } from "./erf.ts";
import type { Meaning } from "./meaning.ts";
import type { ScalarName } from "./names.ts";

/**
 * The transcendental functions in f64 from IEEE addition, multiplication, division and square root alone, so that they
 * give the same bits on every engine, which JavaScript does not promise of `Math.exp` and its like. Relative error
 * below 1e-15; `power` below 1e-15·(1 + |y log x|); sines and cosines for |x| ≤ 1e5.
 */

const ln2High = 0.6931471803691238; // 33 bits, so that n·ln2High is exact
const ln2Low = 1.9082149292705877e-10;
const scratch = new DataView(new ArrayBuffer(8));

/** 2ⁿ for −1022 ≤ n ≤ 1023 */
function powerOfTwo(n: number): number {
  scratch.setUint32(0, (n + 1023) << 20);
  scratch.setUint32(4, 0);
  return scratch.getFloat64(0);
}

/** y·2ⁿ, rounded once where the result is normal. */
function scaleByPower(y: number, n: number): number {
  const half = Math.trunc(n / 2);
  return y * powerOfTwo(half) * powerOfTwo(n - half);
}

/** Coefficients from the highest power down. */
function polynomial(x: number, coefficients: readonly number[]): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}

const inverseFactorials = [1];
for (let n = 1; n <= 20; n += 1) inverseFactorials.push((inverseFactorials[n - 1] ?? 1) / n);
const expSeries = inverseFactorials.slice(2, 15).reverse();

/** e^(high + low) */
function expOfSum(high: number, low: number): number {
  if (!(high < 710)) return high > 0 ? Infinity : NaN;
  if (high < -746) return 0;
  const n = Math.floor(high * 1.4426950408889634 + 0.5);
  // n·ln2Low is a correction: what its subtraction rounds away is put back.
  const head = high - n * ln2High;
  const tail = low - n * ln2Low;
  const r = head + tail;
  const lost = head - r + tail;
  return scaleByPower(1 + (r + (lost + r * r * polynomial(r, expSeries))), n);
}

function exp(x: number): number {
  return expOfSum(x, 0);
}

// log m = 2 atanh(s) = 2(s + s³/3 + s⁵/5 + …) with s = (m − 1)/(m + 1), |s| ≤ 0.172
const atanhSeries = Array.from({ length: 11 }, (_, n) => 2 / (2 * n + 3)).reverse();

/** log x as the sum of two numbers, for finite x > 0. */
function logParts(x: number): readonly [number, number] {
  scratch.setFloat64(0, x < 2 ** -1022 ? x * 2 ** 54 : x);
  const word = scratch.getUint32(0);
  let n = (word >>> 20) - 1023 - (x < 2 ** -1022 ? 54 : 0);
  scratch.setUint32(0, (word & 0xfffff) | 0x3ff00000);
  let m = scratch.getFloat64(0);
  if (m > Math.SQRT2) {
    m /= 2;
    n += 1;
  }
  const f = m - 1;
  const s = f / (2 + f);
  const z = s * s;
  // 2s = f − s·f, so that log m = f − f²/2 + s(f²/2 + R)
  const halfSquare = (f * f) / 2;
  const rest = s * (halfSquare + z * polynomial(z, atanhSeries)) + n * ln2Low;
  const head = n * ln2High;
  // |head| is greater than |f| or 0, and the sum of both greater than what follows.
  const first = head + f;
  const follows = (head === 0 ? 0 : f - (first - head)) + (rest - halfSquare);
  const high = first + follows;
  return [high, follows - (high - first)];
}

function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return x;
  const [high, low] = logParts(x);
  return high + low;
}

const halfPi = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21] as const;
const sinSeries = [15, 13, 11, 9, 7, 5, 3].map(
  (n) => ((n - 1) % 4 === 0 ? 1 : -1) * (inverseFactorials[n] ?? 0),
);
const cosSeries = [16, 14, 12, 10, 8, 6, 4].map((n) => (n % 4 === 0 ? 1 : -1) * (inverseFactorials[n] ?? 0));

/** sin(x + quarters·π/2) */
function sinShifted(x: number, quarters: number): number {
  if (!Number.isFinite(x)) return NaN;
  const n = Math.floor((x / Math.PI) * 2 + 0.5);
  // The first two parts of π/2 have 33 bits, so that their products with n are exact.
  const first = x - n * halfPi[0];
  const second = n * halfPi[1];
  const head = first - second;
  const tail = first - head - second - n * halfPi[2];
  const r = head + tail;
  const low = head - r + tail;
  const z = r * r;
  const quadrant = (((n + quarters) % 4) + 4) % 4;
  const sine = r + (low + r * z * polynomial(z, sinSeries));
  // cos(r + low) = 1 − z/2 − r·low + …, with what 1 − z/2 rounds away put back
  const half = 1 - z / 2;
  const cosine = half + (1 - half - z / 2 + (z * z * polynomial(z, cosSeries) - r * low));
  const value = quadrant % 2 === 0 ? sine : cosine;
  return quadrant >= 2 ? -value : value;
}

/** By the continued fraction x/(1 + x²/(3 + x²/(5 + …))) near zero, by exp beyond. */
function tanh(x: number): number {
  const a = Math.abs(x);
  if (a >= 1) return a > 22 ? Math.sign(x) : Math.sign(x) * (1 - 2 / (exp(2 * a) + 1));
  if (Number.isNaN(x)) return NaN;
  let fraction = 25;
  for (let n = 23; n > 0; n -= 2) fraction = n + (x * x) / fraction;
  return x / fraction;
}

const split = 2 ** 27 + 1;

/** x^y, by multiplication for small whole y, else e^(y log x) with y·log x in two parts. */
function power(x: number, y: number): number {
  if (x === 1 || y === 0) return 1;
  if (Number.isNaN(x) || Number.isNaN(y)) return NaN;
  const isWhole = Number.isInteger(y);
  if (isWhole && Math.abs(y) <= 4) {
    let product = 1;
    for (let n = 0; n < Math.abs(y); n += 1) product *= x;
    return y < 0 ? 1 / product : product;
  }
  const isOdd = isWhole && y % 2 !== 0;
  const magnitude = Math.abs(x);
  const isNegative = x < 0 || Object.is(x, -0);
  const sign = isNegative && isOdd ? -1 : 1;
  if (magnitude === 1 && !Number.isFinite(y)) return 1;
  if (magnitude === 0 || magnitude === Infinity) return sign * (y > 0 === (magnitude === 0) ? 0 : Infinity);
  if (!Number.isFinite(y)) return y > 0 === magnitude > 1 ? Infinity : 0;
  if (x < 0 && !isWhole) return NaN;
  const [logHigh, logLow] = logParts(magnitude);
  const high = y * logHigh;
  if (!(Math.abs(high) < 800)) return sign * (high > 0 ? Infinity : 0);
  // Dekker: y·logHigh = high + error exactly.
  const [yHead, logHead] = [headOf(y), headOf(logHigh)];
  const [yTail, logTail] = [y - yHead, logHigh - logHead];
  const error = yHead * logHead - high + yHead * logTail + yTail * logHead + yTail * logTail;
  return sign * expOfSum(high, error + y * logLow);
}

/** The upper 26 bits. */
function headOf(x: number): number {
  if (Math.abs(x) > 1e290) return headOf(x * 2 ** -30) * 2 ** 30;
  const shifted = split * x;
  return shifted - (shifted - x);
}

/** In place of `Math.*` where bits matter; all other scalar functions are exact or correctly rounded anyway. */
export const portable = {
  exp,
  log,
  // A zero keeps its sign.
  sin: (x) => (x === 0 ? x : sinShifted(x, 0)),
  cos: (x) => sinShifted(x, 1),
  tanh,
  erf: (x) => erf(x, exp),
  power,
} as const satisfies Partial<Record<ScalarName, Meaning>>;
