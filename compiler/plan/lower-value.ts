import { scale, type Form } from "../integers/index.ts";
import { register, shareLoad, type Builder, type NestExpr, type Value } from "./lower-builder.ts";
import type { Lanes, LoopFunction, Register, RegisterType } from "./loops.ts";

/** The value in all lanes that its partners have; a load is shared with the others of its block. */
export function widen(builder: Builder, value: Value, lanes: Lanes): Value {
  if (value.register.lanes === lanes) return shareLoad(builder, value);
  if (lanes === 1) throw new Error("bug: a vector where one number is wanted");
  const wide: Register = { type: value.register.type, lanes };
  const { expr } = value;
  if (expr.kind === "constant") return { expr: { ...expr, register: wide }, register: wide };
  if (expr.kind === "load") {
    return shareLoad(builder, { expr: { ...expr, access: "splat" }, register: wide });
  }
  const narrow = shareLoad(builder, value);
  return { expr: { kind: "splat", operand: narrow.expr, register: wide }, register: wide };
}

const comparisons: ReadonlySet<LoopFunction> = new Set([
  "equal",
  "notEqual",
  "less",
  "lessEqual",
  "greater",
  "greaterEqual",
]);

/** What a function gives where it isn't the type of its operands. */
function resultType(fn: LoopFunction, operand: RegisterType): RegisterType {
  if (comparisons.has(fn)) return "bool";
  if (fn === "toFloat" || fn === "bitsFloat") return "f32";
  if (fn === "toInteger" || fn === "floatBits" || fn === "boolInteger") return "i32";
  return operand;
}

/** A function of values, each widened to the widest. */
export function applyTo(builder: Builder, fn: LoopFunction, ...operands: readonly Value[]): Value {
  const lanes = operands.some((operand) => operand.register.lanes === 4) ? 4 : 1;
  const wide = operands.map((operand) => widen(builder, operand, lanes));
  const first = wide[0];
  if (first === undefined) throw new Error("bug: a function of nothing");
  if (wide.some((operand) => operand.register.type !== first.register.type)) {
    throw new Error(`bug: ${fn} of ${wide.map((operand) => operand.register.type).join(" and ")}`);
  }
  const of = register(resultType(fn, first.register.type), lanes);
  return {
    expr: { kind: "apply", fn, register: of, operands: wide.map((operand) => operand.expr) },
    register: of,
  };
}

export function selectBetween(builder: Builder, condition: Value, then: Value, otherwise: Value): Value {
  const lanes = [condition, then, otherwise].some((value) => value.register.lanes === 4) ? 4 : 1;
  const [test, yes, no] = [condition, then, otherwise].map((value) => widen(builder, value, lanes));
  if (test === undefined || yes === undefined || no === undefined)
    throw new Error("bug: a select without sides");
  return {
    expr: {
      kind: "select",
      register: yes.register,
      condition: test.expr,
      then: yes.expr,
      otherwise: no.expr,
    },
    register: yes.register,
  };
}

/** One lane of a vector, or the scalar itself. */
export function laneOf(value: Value, lane: number): Value {
  if (value.register.lanes === 1) return value;
  const of = register(value.register.type, 1);
  return { expr: { kind: "lane", operand: value.expr, lane, register: of }, register: of };
}

export function packLanes(values: readonly Value[]): Value {
  const type = values[0]?.register.type;
  if (type === undefined || values.length !== 4) throw new Error("bug: a vector is packed of four scalars");
  const of = register(type, 4);
  return { expr: { kind: "pack", operands: values.map((value) => value.expr), register: of }, register: of };
}

/** A whole number that is the same in all lanes. */
export function integerOf(form: Form): Value {
  const of = register("i32", 1);
  return { expr: { kind: "index", value: form }, register: of };
}

/** rest + coefficient · lane */
export function rampOf(builder: Builder, rest: Form, coefficient: number): Value {
  const of = register("i32", 4);
  const ramp: NestExpr = { kind: "ramp" };
  const factor: NestExpr = { kind: "constant", register: of, value: coefficient };
  const scaled: Value = {
    expr:
      coefficient === 1 ? ramp : { kind: "apply", fn: "multiply", register: of, operands: [ramp, factor] },
    register: of,
  };
  return applyTo(builder, "add", integerOf(rest), scaled);
}

/** The value in another type; `to` says how a stored dtype rounds and wraps only where it is stored. */
export function convertTo(builder: Builder, value: Value, to: RegisterType): Value {
  const from = value.register.type;
  if (from === to) return value;
  const zero = (type: RegisterType): Value => ({
    expr: { kind: "constant", register: register(type, 1), value: 0 },
    register: register(type, 1),
  });
  if (to === "bool") return applyTo(builder, "notEqual", value, zero(from));
  if (from === "bool") {
    const whole = applyTo(builder, "boolInteger", value);
    return to === "i32" ? whole : applyTo(builder, "toFloat", whole);
  }
  return applyTo(builder, to === "f32" ? "toFloat" : "toInteger", value);
}

export function bytesForm(offset: Form, bytes: number): Form {
  return bytes === 1 ? offset : scale(offset, bytes);
}
