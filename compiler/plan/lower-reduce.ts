import type { ReduceOp } from "../graph/expr.ts";
import { add, axis as axisForm, multiply, zero, type Form } from "../integers/index.ts";
import type { Stage } from "./kernel.ts";
import { bindValue, emit, freshName, literal, register, type Builder, type Value } from "./lower-builder.ts";
import { applyTo, laneOf, selectBetween, widen } from "./lower-value.ts";
import type { Lanes, Register, RegisterType } from "./loops.ts";

/** One running value; of an arg-reduction also the place where it was found. */
export interface Accumulator {
  readonly value: { readonly name: string; readonly register: Register };
  readonly place?: { readonly name: string; readonly register: Register };
}

type Mode = "plain" | "extreme";

interface Reduction {
  readonly mode: Mode;
  readonly combine: "add" | "multiply" | "maximum" | "minimum" | "or" | "and";
  readonly identity: (type: RegisterType) => number;
}

const lowest = (type: RegisterType): number => (type === "i32" ? -(2 ** 31) : -Infinity);
const highest = (type: RegisterType): number => (type === "i32" ? 2 ** 31 - 1 : Infinity);

export const reductions: Readonly<Record<ReduceOp, Reduction>> = {
  sum: { mode: "plain", combine: "add", identity: () => 0 },
  prod: { mode: "plain", combine: "multiply", identity: () => 1 },
  max: { mode: "plain", combine: "maximum", identity: lowest },
  min: { mode: "plain", combine: "minimum", identity: highest },
  any: { mode: "plain", combine: "or", identity: () => 0 },
  all: { mode: "plain", combine: "and", identity: () => 1 },
  argmax: { mode: "extreme", combine: "maximum", identity: lowest },
  argmin: { mode: "extreme", combine: "minimum", identity: highest },
  // Where it is not searched for.
  partition: { mode: "plain", combine: "add", identity: () => 0 },
};

export function makeAccumulator(
  builder: Builder,
  stage: Stage,
  type: RegisterType,
  lanes: Lanes,
): Accumulator {
  const name = freshName(builder, `${stage.name}_acc`);
  const value = { name, register: register(type, lanes) };
  if (stage.reduce === undefined || reductions[stage.reduce.op].mode === "plain") return { value };
  return { value, place: { name: freshName(builder, `${stage.name}_at`), register: register("i32", lanes) } };
}

/** Declares it with the value of the empty reduction; an arg-reduction has found nothing: place −1. */
export function startAccumulator(builder: Builder, op: ReduceOp, accumulator: Accumulator): void {
  const { value, place } = accumulator;
  const identity = reductions[op].identity(value.register.type);
  emit(builder, {
    kind: "var",
    ...value,
    value: literal(value.register.type, value.register.lanes, identity).expr,
  });
  if (place) {
    emit(builder, { kind: "var", ...place, value: literal("i32", place.register.lanes, -1).expr });
  }
}

export function current(local: { readonly name: string; readonly register: Register }): Value {
  return { expr: { kind: "local", ...local }, register: local.register };
}

function assign(
  builder: Builder,
  local: { readonly name: string; readonly register: Register },
  value: Value,
): void {
  emit(builder, { kind: "assign", ...local, value: widen(builder, value, local.register.lanes).expr });
}

/** One more element: acc = acc ⊕ body, with a·b + acc as one function. */
export function accumulate(
  builder: Builder,
  op: ReduceOp,
  accumulator: Accumulator,
  value: Value,
  at: Value | undefined,
): void {
  const { lanes } = accumulator.value.register;
  const old = current(accumulator.value);
  if (accumulator.place !== undefined) {
    if (at === undefined) throw new Error("bug: an arg-reduction without places");
    const taken = bindValue(builder, widen(builder, value, lanes), "candidate");
    const better = isBeyond(builder, op, taken, old);
    const place = current(accumulator.place);
    const none = applyTo(builder, "less", place, literal("i32", 1, 0));
    const take = bindValue(builder, applyTo(builder, "or", better, none), "better");
    assign(builder, accumulator.value, selectBetween(builder, take, taken, old));
    assign(builder, accumulator.place, selectBetween(builder, take, at, place));
    return;
  }
  const sum = op === "sum" ? plus(builder, old, value) : applyTo(builder, reductions[op].combine, old, value);
  assign(builder, accumulator.value, sum);
}

/** Whether a value is more extreme than another one; NaN is more than every number, as for `max` and `min`. */
function isBeyond(builder: Builder, op: ReduceOp, value: Value, than: Value): Value {
  if (value.register.type !== "f32")
    return applyTo(builder, op === "argmax" ? "greater" : "less", value, than);
  const within = applyTo(builder, op === "argmax" ? "lessEqual" : "greaterEqual", value, than);
  const isNumber = applyTo(builder, "equal", than, than);
  return applyTo(builder, "and", isNumber, applyTo(builder, "not", within));
}

/** sum + term, with a·b + sum as one function. */
export function plus(builder: Builder, sum: Value, term: Value): Value {
  const { expr, register: of } = term;
  if (expr.kind !== "apply" || expr.fn !== "multiply" || of.type !== "f32") {
    return applyTo(builder, "add", sum, term);
  }
  const [left, right] = expr.operands.map((operand): Value => ({ expr: operand, register: of }));
  if (left === undefined || right === undefined) throw new Error("bug: a product has two factors");
  return applyTo(builder, "multiplyAdd", left, right, sum);
}

/** Flat row-major place over the reduction axes. */
export function placeOf(stage: Stage, axes: ReadonlyMap<string, Form>): Form {
  let flat = zero;
  for (const axis of stage.reduce?.axes ?? []) {
    flat = add(multiply(flat, axis.extent), axes.get(axis.name) ?? axisForm(axis.name));
  }
  return flat;
}

interface Found {
  readonly value: Value;
  readonly place?: Value;
}

/** Two partial results; of equal extremes the one that stands first. */
function join(builder: Builder, op: ReduceOp, a: Found, b: Found): Found {
  if (a.place === undefined || b.place === undefined) {
    return { value: applyTo(builder, reductions[op].combine, a.value, b.value) };
  }
  const zeroPlace = literal("i32", 1, 0);
  const better = isBeyond(builder, op, b.value, a.value);
  // Also two that are not numbers.
  const equal = applyTo(
    builder,
    "not",
    applyTo(builder, "or", better, isBeyond(builder, op, a.value, b.value)),
  );
  const first = applyTo(builder, "and", equal, applyTo(builder, "less", b.place, a.place));
  const found = applyTo(builder, "not", applyTo(builder, "less", b.place, zeroPlace));
  const none = applyTo(builder, "less", a.place, zeroPlace);
  const wins = applyTo(
    builder,
    "and",
    found,
    applyTo(builder, "or", none, applyTo(builder, "or", better, first)),
  );
  const take = bindValue(builder, wins, "wins");
  return {
    value: bindValue(builder, selectBetween(builder, take, b.value, a.value), "extreme"),
    place: bindValue(builder, selectBetween(builder, take, b.place, a.place), "place"),
  };
}

/** The result of several accumulators of one element: parts are joined, then lanes of the reduction itself. */
export function finish(
  builder: Builder,
  op: ReduceOp,
  accumulators: readonly Accumulator[],
  lanes: Lanes,
): Value {
  const found = accumulators.map((accumulator): Found => ({
    value: current(accumulator.value),
    ...(accumulator.place && { place: current(accumulator.place) }),
  }));
  const joinAll = (some: readonly Found[]): Found | undefined =>
    some.length === 0 ? undefined : some.reduce((a, b) => join(builder, op, a, b));
  if (lanes === 4) return result(joinAll(found));
  const wide = joinAll(found.filter((one) => one.value.register.lanes === 4));
  const narrow = joinAll(found.filter((one) => one.value.register.lanes === 1));
  const across = wide && acrossLanes(builder, op, wide);
  if (across !== undefined && narrow !== undefined) return result(join(builder, op, across, narrow));
  return result(across ?? narrow);
}

function result(found: Found | undefined): Value {
  if (found === undefined) throw new Error("bug: a reduction without accumulators");
  return found.place ?? found.value;
}

/** Rotated by two and joined, rotated by one and joined: then every lane holds the result. */
function acrossLanes(builder: Builder, op: ReduceOp, wide: Found): Found {
  let all = wide;
  for (const pattern of ["rotate2", "rotate1"] as const) {
    const rotate = (value: Value): Value => ({
      expr: { kind: "shuffle", pattern, operand: value.expr, register: value.register },
      register: value.register,
    });
    const value = bindValue(builder, all.value, "across");
    const place = all.place && bindValue(builder, all.place, "across_at");
    all = join(
      builder,
      op,
      { value, ...(place && { place }) },
      {
        value: bindValue(builder, rotate(value), "rotated"),
        ...(place && { place: bindValue(builder, rotate(place), "rotated_at") }),
      },
    );
  }
  const bound = bindValue(builder, all.value, "all_lanes");
  return { value: laneOf(bound, 0), ...(all.place && { place: laneOf(all.place, 0) }) };
}
