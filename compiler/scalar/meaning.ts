import { isFloat, type Dtype } from "./dtype.ts";
import { erf } from "./erf.ts";
import { roundToHalf } from "./half.ts";
import type { ScalarName } from "./names.ts";

export type Meaning = (x: number, y: number) => number;

/** x − y⌊x/y⌋: the sign of the divisor. */
function remainder(x: number, y: number): number {
  const rest = x % y;
  return rest !== 0 && rest < 0 !== y < 0 ? rest + y : rest;
}

/** As C and IEEE 754 have it: 1^NaN and (−1)^±∞ are 1, which JavaScript calls NaN. */
function power(x: number, y: number): number {
  if (x === 1 || (x === -1 && !Number.isFinite(y) && !Number.isNaN(y))) return 1;
  return x ** y;
}

function compare(holds: (x: number, y: number) => boolean): Meaning {
  return (x, y) => (holds(x, y) ? 1 : 0);
}

/** On floats, in f64. A bool is 0 or 1. Functions of one operand ignore the second. */
export const floatMeaning: Readonly<Record<ScalarName, Meaning>> = {
  add: (x, y) => x + y,
  subtract: (x, y) => x - y,
  multiply: (x, y) => x * y,
  divide: (x, y) => x / y,
  negate: (x) => -x,
  power,
  remainder,
  floor: Math.floor,
  ceil: Math.ceil,
  abs: Math.abs,
  sign: Math.sign,
  sqrt: Math.sqrt,
  exp: Math.exp,
  log: Math.log,
  sin: Math.sin,
  cos: Math.cos,
  tanh: Math.tanh,
  erf: (x) => erf(x),
  // A NaN on either side is the result, as in PyTorch.
  minimum: (x, y) => Math.min(x, y),
  maximum: (x, y) => Math.max(x, y),
  equal: compare((x, y) => x === y),
  notEqual: compare((x, y) => x !== y),
  less: compare((x, y) => x < y),
  lessEqual: compare((x, y) => x <= y),
  greater: compare((x, y) => x > y),
  greaterEqual: compare((x, y) => x >= y),
  and: (x, y) => x & y,
  or: (x, y) => x | y,
  not: (x) => 1 - x,
  stop: (x) => x,
};

/** On i32, wrapping; only where that differs. Division rounds down, so that x = y·(x / y) + x % y; by 0 it is 0. */
export const integerMeaning: Readonly<Partial<Record<ScalarName, Meaning>>> = {
  add: (x, y) => (x + y) | 0,
  subtract: (x, y) => (x - y) | 0,
  multiply: Math.imul,
  divide: (x, y) => (y === 0 ? 0 : Math.floor(x / y) | 0),
  negate: (x) => -x | 0,
  remainder: (x, y) => remainder(x, y) | 0,
  abs: (x) => Math.abs(x) | 0,
};

/** The function on values of this operand dtype, its result rounded to f16 where the operands are. */
export function meaningOf(fn: ScalarName, dtype: Dtype): Meaning {
  if (dtype === "i32") return integerMeaning[fn] ?? floatMeaning[fn];
  const exact = floatMeaning[fn];
  return dtype === "f16" ? (x, y) => roundToHalf(exact(x, y)) : exact;
}

/** Smallest and largest value of the integer dtypes. */
const rangeOf = {
  i32: [-(2 ** 31), 2 ** 31 - 1],
  i8: [-128, 127],
  u8: [0, 255],
  bool: [0, 1],
} as const satisfies Record<Exclude<Dtype, "f32" | "f16">, readonly [number, number]>;

/**
 * A value in another dtype: to an integer towards zero and saturating, NaN is 0; to a bool whether it is not 0; to f16
 * the nearest; to f32 unchanged, since all arithmetic here is in f64.
 */
export function convertValue(value: number, to: Dtype): number {
  if (to === "bool") return value === 0 ? 0 : 1;
  if (to === "f32") return value;
  if (to === "f16") return roundToHalf(value);
  const [low, high] = rangeOf[to];
  if (Number.isNaN(value)) return 0;
  // Adding 0 makes −0 a 0.
  return Math.trunc(Math.min(Math.max(value, low), high)) + 0;
}

/** The least and the greatest value of a dtype: what an empty max and an empty min are. */
export function extremesOf(dtype: Dtype): readonly [number, number] {
  return dtype === "f32" || dtype === "f16" ? [-Infinity, Infinity] : rangeOf[dtype];
}

/** What arithmetic sees of a stored value: u8 and i8 widen to i32 when read. */
export function readAs(dtype: Dtype): Dtype {
  return isFloat(dtype) || dtype === "bool" ? dtype : "i32";
}
