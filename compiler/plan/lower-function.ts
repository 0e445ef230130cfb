import type { ScalarName } from "../scalar/names.ts";
import { bindValue, literal, type Builder, type Value } from "./lower-builder.ts";
import { applyTo, selectBetween } from "./lower-value.ts";
import type { LoopFunction } from "./loops.ts";

type Lowering = (builder: Builder, ...operands: readonly Value[]) => Value;

function direct(fn: LoopFunction): Lowering {
  return (builder, ...operands) => applyTo(builder, fn, ...operands);
}

function isInteger(value: Value | undefined): boolean {
  return value?.register.type === "i32";
}

/** A whole number or a bool is its own floor. */
function rounding(fn: "floor" | "ceil"): Lowering {
  return (builder, x) => {
    if (x === undefined) throw new Error(`bug: ${fn} of nothing`);
    return isInteger(x) ? x : applyTo(builder, fn, x);
  };
}

// x % y = x − y⌊x/y⌋
const remainder: Lowering = (builder, x, y) => {
  if (x === undefined || y === undefined) throw new Error("bug: a remainder has two operands");
  if (isInteger(x)) return applyTo(builder, "remainderFloor", x, y);
  const [dividend, divisor] = [bindValue(builder, x, "dividend"), bindValue(builder, y, "divisor")];
  const turns = applyTo(builder, "floor", applyTo(builder, "divide", dividend, divisor));
  return applyTo(builder, "subtract", dividend, applyTo(builder, "multiply", divisor, turns));
};

const sign: Lowering = (builder, x) => {
  if (x === undefined) throw new Error("bug: sign of nothing");
  const { type } = x.register;
  const value = bindValue(builder, x, "signed");
  const zero = literal(type, 1, 0);
  const negative = selectBetween(builder, applyTo(builder, "less", value, zero), literal(type, 1, -1), value);
  // Zero and NaN stay what they are.
  return selectBetween(builder, applyTo(builder, "greater", value, zero), literal(type, 1, 1), negative);
};

const divide: Lowering = (builder, ...operands) =>
  applyTo(builder, isInteger(operands[0]) ? "divideFloor" : "divide", ...operands);

/** x^y for a whole constant y is products; other powers go through exp and log in `scalar/`. */
function expandWith(fn: ScalarName): Lowering {
  return () => {
    throw new Error(`bug: ${fn} has no expansion`);
  };
}

const lowerings: Readonly<Record<ScalarName, Lowering>> = {
  add: direct("add"),
  subtract: direct("subtract"),
  multiply: direct("multiply"),
  divide,
  negate: direct("negate"),
  power: expandWith("power"),
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
  and: direct("and"),
  or: direct("or"),
  not: direct("not"),
};

/** A scalar function of the graph in what targets compute. */
export function lowerFunction(builder: Builder, fn: ScalarName, operands: readonly Value[]): Value {
  return lowerings[fn](builder, ...operands);
}
