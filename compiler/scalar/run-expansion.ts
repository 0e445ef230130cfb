import type { Expansion, ExpansionOp } from "./expansion.ts";

const scratch = new DataView(new ArrayBuffer(4));

function bitsOf(value: number): number {
  scratch.setFloat32(0, value);
  return scratch.getInt32(0);
}

function floatOf(bits: number): number {
  scratch.setInt32(0, bits);
  return scratch.getFloat32(0);
}

type Operation = (a: number, b: number, c: number) => number;

/** A mask is 0 or 1 here. */
const operations: Readonly<Record<Exclude<ExpansionOp, "multiplyAdd">, Operation>> = {
  add: (a, b) => Math.fround(a + b),
  subtract: (a, b) => Math.fround(a - b),
  multiply: (a, b) => Math.fround(a * b),
  divide: (a, b) => Math.fround(a / b),
  negate: (a) => -a,
  abs: Math.abs,
  floor: Math.floor,
  lesser: (a, b) => (b < a ? b : a),
  greater: (a, b) => (a < b ? b : a),
  bitsOf,
  floatOf,
  toFloat: Math.fround,
  addInteger: (a, b) => (a + b) | 0,
  subtractInteger: (a, b) => (a - b) | 0,
  andInteger: (a, b) => a & b,
  orInteger: (a, b) => a | b,
  xorInteger: (a, b) => a ^ b,
  shiftLeft: (a, b) => a << b,
  shiftRight: (a, b) => a >> b,
  equal: (a, b) => Number(a === b),
  notEqual: (a, b) => Number(a !== b),
  less: (a, b) => Number(a < b),
  lessEqual: (a, b) => Number(a <= b),
  equalInteger: (a, b) => Number(a === b),
  andMask: (a, b) => a & b,
  orMask: (a, b) => a | b,
  select: (a, b, c) => (a !== 0 ? b : c),
};

/**
 * One lane of an expansion in JavaScript, bit for bit what a target computes. `fused` says whether `multiplyAdd` rounds
 * once. A product of two f32 is exact in f64; the sum with the third is rounded to f64 before f32, which differs from
 * a fused operation in one case of 2²⁹.
 */
export function runExpansion(
  expansion: Expansion,
  operands: readonly number[],
  { fused }: { readonly fused: boolean },
): number {
  const values = operands.slice(0, expansion.inputs);
  for (const step of expansion.steps) {
    if (step.kind !== "apply") {
      values.push(step.value);
      continue;
    }
    const [a = NaN, b = NaN, c = NaN] = step.operands.map((place) => values[place]);
    if (step.op === "multiplyAdd") values.push(Math.fround((fused ? a * b : Math.fround(a * b)) + c));
    else values.push(operations[step.op](a, b, c));
  }
  return values[values.length - 1] ?? NaN;
}
