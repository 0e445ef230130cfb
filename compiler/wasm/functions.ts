import type { LoopFunction } from "../plan/loops.ts";
import { relaxedMultiplyAdd, type Module, type Ref, type Variant } from "./module.ts";
import { callDivideFloor, callRemainderFloor } from "./integer-division.ts";

/** The kinds of values that instructions tell apart. */
export type Kind = "f32" | "f32x4" | "i32" | "i32x4" | "bool" | "boolx4";

type Make = (module: Module, variant: Variant, a: Ref, b: Ref, c: Ref) => Ref;

const allOnes = new Uint8Array(16).fill(255);

/** -a is the flip of a's sign bit; `f32x4.neg` and its like. */
const unary = (
  name: "neg" | "abs" | "sqrt" | "floor" | "ceil" | "trunc" | "nearest",
): Partial<Record<Kind, Make>> => ({
  f32: (module, _, a) => module.f32[name](a),
  f32x4: (module, _, a) => module.f32x4[name](a),
});

const arithmetic = (name: "add" | "sub" | "mul"): Partial<Record<Kind, Make>> => ({
  f32: (module, _, a, b) => module.f32[name](a, b),
  f32x4: (module, _, a, b) => module.f32x4[name](a, b),
  i32: (module, _, a, b) => module.i32[name](a, b),
  i32x4: (module, _, a, b) => module.i32x4[name](a, b),
});

const ordered = (float: "lt" | "le" | "gt" | "ge"): Partial<Record<Kind, Make>> => {
  const whole = `${float}_s` as const;
  return {
    f32: (module, _, a, b) => module.f32[float](a, b),
    f32x4: (module, _, a, b) => module.f32x4[float](a, b),
    i32: (module, _, a, b) => module.i32[whole](a, b),
    i32x4: (module, _, a, b) => module.i32x4[whole](a, b),
    bool: (module, _, a, b) => module.i32[whole](a, b),
    // A true lane is −1, so the order of bools is turned round.
    boolx4: (module, _, a, b) => module.i32x4[whole](b, a),
  };
};

const equality = (name: "eq" | "ne"): Partial<Record<Kind, Make>> => ({
  f32: (module, _, a, b) => module.f32[name](a, b),
  f32x4: (module, _, a, b) => module.f32x4[name](a, b),
  i32: (module, _, a, b) => module.i32[name](a, b),
  i32x4: (module, _, a, b) => module.i32x4[name](a, b),
  bool: (module, _, a, b) => module.i32[name](a, b),
  boolx4: (module, _, a, b) => module.i32x4[name](a, b),
});

const bitwise = (name: "and" | "or" | "xor", kinds: readonly Kind[]): Partial<Record<Kind, Make>> => {
  const scalar: Make = (module, _, a, b) => module.i32[name](a, b);
  const vector: Make = (module, _, a, b) => module.v128[name](a, b);
  return Object.fromEntries(kinds.map((kind) => [kind, kind.endsWith("x4") ? vector : scalar]));
};

/** Shifts take their distance as a scalar; vectors are shifted by a constant. */
const shift = (name: "shl" | "shr_s" | "shr_u"): Partial<Record<Kind, Make>> => ({
  i32: (module, _, a, b) => module.i32[name](a, b),
  i32x4: (module, _, a, b) => module.i32x4[name](a, b),
});

const extreme = (float: "min" | "max"): Partial<Record<Kind, Make>> => {
  const whole = `${float}_s` as const;
  const compare = float === "min" ? "lt_s" : "gt_s";
  return {
    f32: (module, _, a, b) => module.f32[float](a, b),
    f32x4: (module, _, a, b) => module.f32x4[float](a, b),
    i32: (module, _, a, b) =>
      module.select(module.i32[compare](module.copyExpression(a), module.copyExpression(b)), a, b),
    i32x4: (module, _, a, b) => module.i32x4[whole](a, b),
    bool: (module, _, a, b) => (float === "min" ? module.i32.and(a, b) : module.i32.or(a, b)),
    boolx4: (module, _, a, b) => (float === "min" ? module.v128.and(a, b) : module.v128.or(a, b)),
  };
};

/** i32x4 has no division: lane by lane. */
const byLane =
  (scalar: (module: Module, a: Ref, b: Ref) => Ref): Make =>
  (module, _, a, b) => {
    let vector: Ref | undefined;
    for (let place = 0; place < 4; place++) {
      const lane = (ref: Ref): Ref => module.i32x4.extract_lane(module.copyExpression(ref), place);
      const value = scalar(module, lane(a), lane(b));
      vector =
        vector === undefined ? module.i32x4.splat(value) : module.i32x4.replace_lane(vector, place, value);
    }
    if (vector === undefined) throw new Error("bug: a vector without lanes");
    return vector;
  };

/** Instructions by function and kind of the operands; what is missing doesn't occur. */
const table: Readonly<Record<LoopFunction, Partial<Record<Kind, Make>>>> = {
  add: arithmetic("add"),
  subtract: arithmetic("sub"),
  multiply: arithmetic("mul"),
  divide: {
    f32: (module, _, a, b) => module.f32.div(a, b),
    f32x4: (module, _, a, b) => module.f32x4.div(a, b),
  },
  negate: {
    ...unary("neg"),
    i32: (module, _, a) => module.i32.sub(module.i32.const(0), a),
    i32x4: (module, _, a) => module.i32x4.neg(a),
  },
  abs: {
    ...unary("abs"),
    i32: (module, _, a) => {
      const copy = (): Ref => module.copyExpression(a);
      const sign = (): Ref => module.i32.shr_s(copy(), module.i32.const(31));
      return module.i32.sub(module.i32.xor(copy(), sign()), sign());
    },
    i32x4: (module, _, a) => module.i32x4.abs(a),
  },
  sqrt: unary("sqrt"),
  floor: unary("floor"),
  ceil: unary("ceil"),
  trunc: unary("trunc"),
  nearest: unary("nearest"),
  minimum: extreme("min"),
  maximum: extreme("max"),
  multiplyAdd: {
    f32: (module, _, a, b, c) => module.f32.add(module.f32.mul(a, b), c),
    f32x4: (module, variant, a, b, c) =>
      variant === "relaxed"
        ? relaxedMultiplyAdd(module, a, b, c)
        : module.f32x4.add(module.f32x4.mul(a, b), c),
  },
  equal: equality("eq"),
  notEqual: equality("ne"),
  less: ordered("lt"),
  lessEqual: ordered("le"),
  greater: ordered("gt"),
  greaterEqual: ordered("ge"),
  and: bitwise("and", ["bool", "boolx4"]),
  or: bitwise("or", ["bool", "boolx4"]),
  not: {
    bool: (module, _, a) => module.i32.eqz(a),
    boolx4: (module, _, a) => module.v128.xor(a, module.v128.const(allOnes)),
  },
  shiftLeft: shift("shl"),
  shiftRight: shift("shr_s"),
  shiftRightUnsigned: shift("shr_u"),
  bitAnd: bitwise("and", ["i32", "i32x4"]),
  bitOr: bitwise("or", ["i32", "i32x4"]),
  bitXor: bitwise("xor", ["i32", "i32x4"]),
  toFloat: {
    i32: (module, _, a) => module.f32.convert_s.i32(a),
    i32x4: (module, _, a) => module.f32x4.convert_i32x4_s(a),
  },
  toInteger: {
    f32: (module, _, a) => module.i32.trunc_s_sat.f32(a),
    f32x4: (module, _, a) => module.i32x4.trunc_sat_f32x4_s(a),
  },
  floatBits: {
    f32: (module, _, a) => module.i32.reinterpret(a),
    f32x4: (_module, _, a) => a,
  },
  bitsFloat: {
    i32: (module, _, a) => module.f32.reinterpret(a),
    i32x4: (_module, _, a) => a,
  },
  boolInteger: {
    bool: (_module, _, a) => a,
    boolx4: (module, _, a) => module.i32x4.neg(a),
  },
  divideFloor: {
    i32: (module, _, a, b) => callDivideFloor(module, a, b),
    i32x4: byLane(callDivideFloor),
  },
  remainderFloor: {
    i32: (module, _, a, b) => callRemainderFloor(module, a, b),
    i32x4: byLane(callRemainderFloor),
  },
};

export function emitFunction(
  module: Module,
  variant: Variant,
  fn: LoopFunction,
  kind: Kind,
  operands: readonly Ref[],
): Ref {
  const make = table[fn][kind];
  if (make === undefined) throw new Error(`bug: no instruction for ${fn} of ${kind}`);
  const [a = 0, b = 0, c = 0] = operands;
  return make(module, variant, a, b, c);
}
