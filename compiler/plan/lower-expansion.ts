import type { Expansion, ExpansionOp } from "../scalar/expansion.ts";
import { bindValue, literal, type Builder, type Value } from "./lower-builder.ts";
import type { LoopFunction } from "./loops.ts";
import { applyTo, selectBetween } from "./lower-value.ts";

type Direct = Exclude<ExpansionOp, "lesser" | "greater" | "select">;

const functions: Readonly<Record<Direct, LoopFunction>> = {
  add: "add",
  subtract: "subtract",
  multiply: "multiply",
  divide: "divide",
  multiplyAdd: "multiplyAdd",
  negate: "negate",
  abs: "abs",
  floor: "floor",
  bitsOf: "floatBits",
  floatOf: "bitsFloat",
  toFloat: "toFloat",
  addInteger: "add",
  subtractInteger: "subtract",
  andInteger: "bitAnd",
  orInteger: "bitOr",
  xorInteger: "bitXor",
  shiftLeft: "shiftLeft",
  shiftRight: "shiftRight",
  equal: "equal",
  notEqual: "notEqual",
  less: "less",
  lessEqual: "lessEqual",
  equalInteger: "equal",
  andMask: "and",
  orMask: "or",
};

/** An expansion of `scalar/` on values of any number of lanes, each step under a name. */
export function lowerExpansion(builder: Builder, expansion: Expansion, operands: readonly Value[]): Value {
  const values = operands.map((operand) => bindValue(builder, operand, "x"));
  for (const step of expansion.steps) {
    if (step.kind === "apply") {
      const inner = step.operands.map((place) => {
        const value = values[place];
        if (value === undefined) throw new Error("bug: a step of an expansion reads a later one");
        return value;
      });
      values.push(bindValue(builder, applyStep(builder, step.op, inner), "e"));
    } else values.push(literal(step.kind === "float" ? "f32" : "i32", 1, step.value));
  }
  const result = values.at(-1);
  if (result === undefined) throw new Error("bug: an expansion without steps");
  return result;
}

function applyStep(builder: Builder, op: ExpansionOp, operands: readonly Value[]): Value {
  const [a, b, c] = operands;
  if (op !== "select" && op !== "lesser" && op !== "greater") {
    return applyTo(builder, functions[op], ...operands);
  }
  if (a === undefined || b === undefined) throw new Error(`bug: ${op} without operands`);
  if (op === "select") {
    if (c === undefined) throw new Error("bug: a select without a third operand");
    return selectBetween(builder, a, b, c);
  }
  // Against a number, which is no NaN, the two mean the same.
  if (b.expr.kind === "constant") return applyTo(builder, op === "lesser" ? "minimum" : "maximum", a, b);
  const test = op === "lesser" ? applyTo(builder, "less", b, a) : applyTo(builder, "less", a, b);
  return selectBetween(builder, test, b, a);
}
