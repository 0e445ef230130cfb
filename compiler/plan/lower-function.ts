import { expansions } from "../scalar/expansions.ts";
import type { ScalarName } from "../scalar/names.ts";
import { bindValue, literal, type Builder, type Value } from "./lower-builder.ts";
import { lowerExpansion } from "./lower-expansion.ts";
import { applyTo, selectBetween } from "./lower-value.ts";
import type { LoopFunction } from "./loops.ts";

type Lowering = (builder: Builder, operands: readonly Value[]) => Value;

function direct(fn: LoopFunction): Lowering {
  return (builder, operands) => applyTo(builder, fn, ...operands);
}

function isInteger(value: Value | undefined): boolean {
  return value?.register.type === "i32";
}

/** Nothing is added where a choice between pieces has left a 0; that −0 + 0 is 0 is not kept. */
const add: Lowering = (builder, operands) => {
  const isZero = ({ expr }: Value): boolean => expr.kind === "constant" && expr.value === 0;
  const [only, another] = operands.filter((operand) => !isZero(operand));
  return only !== undefined && another === undefined ? only : applyTo(builder, "add", ...operands);
};

/** Of bools, one of which may decide alone; where one is known, the other is the result or does not matter. */
function deciding(fn: "and" | "or", alone: 0 | 1): Lowering {
  return (builder, operands) => {
    const known = operands.filter(({ expr }) => expr.kind === "constant");
    const decided = known.find(({ expr }) => expr.kind === "constant" && expr.value === alone);
    const [open, another] = operands.filter((operand) => !known.includes(operand));
    if (decided !== undefined) return decided;
    if (another !== undefined) return applyTo(builder, fn, ...operands);
    return open ?? literal("bool", 1, 1 - alone);
  };
}

/** A whole number or a bool is its own floor. */
function rounding(fn: "floor" | "ceil"): Lowering {
  return (builder, [x]) => {
    if (x === undefined) throw new Error(`bug: ${fn} of nothing`);
    return isInteger(x) ? x : applyTo(builder, fn, x);
  };
}

// x % y = x − y⌊x/y⌋
const remainder: Lowering = (builder, [x, y]) => {
  if (x === undefined || y === undefined) throw new Error("bug: a remainder has two operands");
  if (isInteger(x)) return applyTo(builder, "remainderFloor", x, y);
  const [dividend, divisor] = [bindValue(builder, x, "dividend"), bindValue(builder, y, "divisor")];
  const turns = applyTo(builder, "floor", applyTo(builder, "divide", dividend, divisor));
  return applyTo(builder, "subtract", dividend, applyTo(builder, "multiply", divisor, turns));
};

const sign: Lowering = (builder, [x]) => {
  if (x === undefined) throw new Error("bug: sign of nothing");
  const { type } = x.register;
  const value = bindValue(builder, x, "signed");
  const zero = literal(type, 1, 0);
  const negative = selectBetween(builder, applyTo(builder, "less", value, zero), literal(type, 1, -1), value);
  // Zero and NaN stay what they are.
  return selectBetween(builder, applyTo(builder, "greater", value, zero), literal(type, 1, 1), negative);
};

const divide: Lowering = (builder, operands) =>
  applyTo(builder, isInteger(operands[0]) ? "divideFloor" : "divide", ...operands);

function expandWith(name: keyof typeof expansions): Lowering {
  return (builder, operands) => lowerExpansion(builder, expansions[name], operands);
}

// x^n = (x²)^⌊n/2⌋ · x^(n mod 2)
function wholePower(builder: Builder, x: Value, exponent: number): Value {
  if (exponent === 1) return x;
  const square = bindValue(builder, applyTo(builder, "multiply", x, x), "square");
  const even = wholePower(builder, square, Math.floor(exponent / 2));
  return exponent % 2 === 0 ? even : applyTo(builder, "multiply", even, x);
}

const largestProduct = 16;

/** A small whole constant exponent is products, a half the square root; the others go through exp and log. */
const power: Lowering = (builder, [x, y]) => {
  if (x === undefined || y === undefined) throw new Error("bug: a power has two operands");
  const exponent = y.expr.kind === "constant" ? y.expr.value : NaN;
  const size = Math.abs(exponent);
  if (exponent === 0.5) return applyTo(builder, "sqrt", x);
  if (!Number.isInteger(size) || size === 0 || size > largestProduct) {
    return lowerExpansion(builder, expansions.power, [x, y]);
  }
  const whole = wholePower(builder, bindValue(builder, x, "base"), size);
  return exponent > 0 ? whole : applyTo(builder, "divide", literal("f32", 1, 1), whole);
};

const lowerings: Readonly<Record<ScalarName, Lowering>> = {
  add,
  subtract: direct("subtract"),
  multiply: direct("multiply"),
  divide,
  negate: direct("negate"),
  power,
  remainder,
  floor: rounding("floor"),
  ceil: rounding("ceil"),
  abs: direct("abs"),
  sign,
  sqrt: direct("sqrt"),
  exp: expandWith("exp"),
  log: expandWith("log"),
  sin: expandWith("sin"),
  cos: expandWith("cos"),
  tanh: expandWith("tanh"),
  erf: expandWith("erf"),
  minimum: direct("minimum"),
  maximum: direct("maximum"),
  equal: direct("equal"),
  notEqual: direct("notEqual"),
  less: direct("less"),
  lessEqual: direct("lessEqual"),
  greater: direct("greater"),
  greaterEqual: direct("greaterEqual"),
  and: deciding("and", 0),
  or: deciding("or", 1),
  not: (builder, [x]) => {
    if (x === undefined) throw new Error("bug: the negation of nothing");
    return x.expr.kind === "constant" ? literal("bool", 1, 1 - x.expr.value) : applyTo(builder, "not", x);
  },
  stop: (_builder, [x]) => {
    if (x === undefined) throw new Error("bug: stop of nothing");
    return x;
  },
};

/** A scalar function of the graph in what targets compute. */
export function lowerFunction(builder: Builder, fn: ScalarName, operands: readonly Value[]): Value {
  return lowerings[fn](builder, operands);
}
