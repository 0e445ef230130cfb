import type { LoopFunction, RegisterType } from "./loops.ts";

type Meaning = (a: number, b: number, c: number) => number;
type Round = (value: number) => number;

const truth = (holds: boolean): number => (holds ? 1 : 0);

const bits = new DataView(new ArrayBuffer(4));

function floatBits(value: number): number {
  bits.setFloat32(0, value);
  return bits.getInt32(0);
}

function bitsFloat(value: number): number {
  bits.setInt32(0, value);
  return bits.getFloat32(0);
}

/** Ties to even. */
function nearest(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest < 0.5 || (rest === 0.5 && below % 2 === 0)) return below;
  return below + 1;
}

function saturate(value: number): number {
  if (Number.isNaN(value)) return 0;
  return Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(value)));
}

/** What a function of the loops means on one lane; `round` is the precision of f32. */
export function meaningOf(fn: LoopFunction, operand: RegisterType, round: Round): Meaning {
  const whole = operand === "i32";
  const number: Round = whole ? (value) => value | 0 : round;
  const meanings: Readonly<Record<LoopFunction, Meaning>> = {
    add: (a, b) => number(a + b),
    subtract: (a, b) => number(a - b),
    multiply: whole ? (a, b) => Math.imul(a, b) : (a, b) => round(a * b),
    divide: (a, b) => round(a / b),
    negate: (a) => number(-a),
    abs: (a) => number(Math.abs(a)),
    sqrt: (a) => round(Math.sqrt(a)),
    floor: (a) => Math.floor(a),
    ceil: (a) => Math.ceil(a),
    trunc: (a) => Math.trunc(a),
    nearest,
    minimum: (a, b) => Math.min(a, b),
    maximum: (a, b) => Math.max(a, b),
    multiplyAdd: (a, b, c) => round(round(a * b) + c),
    equal: (a, b) => truth(a === b),
    notEqual: (a, b) => truth(a !== b),
    less: (a, b) => truth(a < b),
    lessEqual: (a, b) => truth(a <= b),
    greater: (a, b) => truth(a > b),
    greaterEqual: (a, b) => truth(a >= b),
    and: (a, b) => a & b,
    or: (a, b) => a | b,
    not: (a) => 1 - a,
    shiftLeft: (a, b) => a << b,
    shiftRight: (a, b) => a >> b,
    shiftRightUnsigned: (a, b) => (a >>> b) | 0,
    bitAnd: (a, b) => a & b,
    bitOr: (a, b) => a | b,
    bitXor: (a, b) => a ^ b,
    toFloat: (a) => round(a),
    toInteger: saturate,
    floatBits,
    bitsFloat,
    boolInteger: (a) => a,
    divideFloor: (a, b) => (b === 0 ? 0 : Math.floor(a / b) | 0),
    remainderFloor: (a, b) => (b === 0 ? 0 : (a - b * Math.floor(a / b)) | 0),
  };
  return meanings[fn];
}
