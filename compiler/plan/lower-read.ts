import {
  add,
  constant,
  constantOf,
  linearIn,
  mentions,
  multiply,
  provablyNonnegative,
  subtract,
  substitute,
  type Atom,
  type Form,
} from "../integers/index.ts";
import { bytesOf } from "../scalar/dtype.ts";
import type { Operand } from "./kernel.ts";
import { offsetOf, storedExtents } from "./layout.ts";
import { laneAxis } from "./lower-axes.ts";
import {
  bindInteger,
  bindValue,
  branch,
  emit,
  literal,
  rangeOf,
  register,
  safeKey,
  simplify,
  type Builder,
  type Value,
} from "./lower-builder.ts";
import { registerTypeOf } from "./loops.ts";
import { applyTo, bytesForm, convertTo, laneOf, packLanes, rampOf, widen } from "./lower-value.ts";
import type { Lanes } from "./loops.ts";

/** One instance of a stage's body: what its axes are there, and how many lanes count. */
export interface Point {
  readonly axes: ReadonlyMap<string, Form>;
  readonly lanes: Lanes;
  /** Of the four lanes; the others compute what nobody stores. */
  readonly valid: number;
}

const isLane = (atom: Atom): boolean => atom.kind === "axis" && atom.name === laneAxis;

function mentionsLane(form: Form): boolean {
  return mentions(form, isLane);
}

function atLane(form: Form, place: number): Form {
  return substitute(form, (atom) => (isLane(atom) ? constant(place) : undefined));
}

/** The form over loop variables; integer reads that are the same in all lanes are loaded and become names. */
export function placeForm(builder: Builder, form: Form, point: Point, condition?: Value): Form {
  const placed = substitute(form, (atom) => (atom.kind === "axis" ? point.axes.get(atom.name) : undefined));
  return simplify(builder, loadReads(builder, placed, condition));
}

function loadReads(builder: Builder, form: Form, condition: Value | undefined): Form {
  if (!mentions(form, (atom) => atom.kind === "read")) return form;
  return substitute(form, (atom) => {
    if (atom.kind !== "read" || atom.at.some(mentionsLane)) return undefined;
    const at = atom.at.map((inner) => simplify(builder, loadReads(builder, inner, condition)));
    const value = convertTo(
      builder,
      loadScalar(builder, operandOf(builder, atom.operand), at, condition),
      "i32",
    );
    return bindInteger(builder, value, atom.operand, {
      ...(atom.low && { low: atom.low }),
      ...(atom.high && { high: subtract(atom.high, constant(1)) }),
    });
  });
}

export function operandOf(builder: Builder, name: string): Operand {
  const operand = builder.operands.get(name);
  if (operand === undefined) throw new Error(`bug: ${builder.kernel.name} reads ${name}, which it has not`);
  return operand;
}

/** rest + coefficient · lane, or undefined where the form is not of that shape with a whole coefficient. */
function alongLanes(form: Form): { readonly rest: Form; readonly coefficient: number } | undefined {
  if (!mentionsLane(form)) return { rest: form, coefficient: 0 };
  const parts = linearIn(form, isLane);
  const [only] = parts?.coefficients.values() ?? [];
  const coefficient = only && constantOf(only.coefficient);
  if (parts === undefined || coefficient === undefined || !Number.isInteger(coefficient)) return undefined;
  return { rest: parts.rest, coefficient };
}

/** A whole number in every lane; the point's lanes are mentioned or not. */
export function integerValue(builder: Builder, form: Form): Value {
  const along = alongLanes(form);
  if (along === undefined) {
    return packLanes(
      [0, 1, 2, 3].map((place) =>
        integerValue(builder, loadReads(builder, simplify(builder, atLane(form, place)), undefined)),
      ),
    );
  }
  if (along.coefficient !== 0) return rampOf(builder, along.rest, along.coefficient);
  return { expr: { kind: "index", value: along.rest }, register: register("i32", 1) };
}

/** Whether every lane of the vector lies in the operand's own storage. */
function isStored(builder: Builder, operand: Operand, at: readonly Form[]): boolean {
  const range = rangeOf(builder);
  const extents = storedExtents(operand);
  return operand.layout.axes.every((axis, place) => {
    const subscript = at[axis.dim];
    const padding = operand.layout.padding[axis.dim];
    const extent = extents[place];
    if (subscript === undefined || padding === undefined || extent === undefined) return false;
    if (axis.modulo !== undefined) return true;
    const whole = add(subscript, constant(padding.before));
    // ⌊s/d⌋ ≥ 0 ⇔ s ≥ 0, and ⌊s/d⌋ < e ⇔ s < d·e
    const last = subtract(subtract(multiply(extent, constant(axis.divide)), constant(1)), whole);
    return provablyNonnegative(whole, range) && provablyNonnegative(last, range);
  });
}

function asRegister(builder: Builder, operand: Operand, value: Value): Value {
  return convertTo(builder, value, registerTypeOf[operand.dtype]);
}

/** Under a condition that may not hold, address 0 is read instead: the value is thrown away then. */
function guarded(builder: Builder, address: Form, condition: Value | undefined): Form {
  if (condition === undefined) return address;
  const inside = applyTo(builder, "boolInteger", anyLane(builder, condition));
  return multiply(address, bindInteger(builder, inside, "inside"));
}

/** What all lanes read at one place is in bounds where one of them wants it. */
function anyLane(builder: Builder, condition: Value): Value {
  if (condition.register.lanes === 1) return condition;
  const bound = bindValue(builder, condition, "wanted");
  const lanes = [0, 1, 2, 3].map((lane) => laneOf(bound, lane));
  return lanes.reduce((some, lane) => applyTo(builder, "or", some, lane));
}

function loadScalar(
  builder: Builder,
  operand: Operand,
  at: readonly Form[],
  condition: Value | undefined,
): Value {
  const stored = isStored(builder, operand, at);
  const needed = stored ? undefined : condition;
  const offset = simplify(builder, offsetOf(operand, at));
  const address = guarded(builder, bytesForm(offset, bytesOf[operand.dtype]), needed);
  if (stored) builder.safe.add(safeKey(operand.name, address));
  return asRegister(builder, operand, {
    expr: {
      kind: "load",
      operand: operand.name,
      dtype: operand.dtype,
      access: "single",
      address,
      displacement: 0,
    },
    register: register(registerTypeOf[operand.dtype], 1),
  });
}

/**
 * The operand at placed subscripts, which the coefficient of the lane in its address makes a splat, a contiguous or a
 * strided load; four single loads where it has none. With `condition`, a lane in which it is false may be out of bounds.
 */
export function loadAt(
  builder: Builder,
  operand: Operand,
  at: readonly Form[],
  point: Point,
  condition?: Value,
): Value {
  if (!at.some(mentionsLane)) {
    if (condition?.register.lanes !== 4 || isStored(builder, operand, at))
      return loadScalar(builder, operand, at, condition);
    // In bounds where any lane wants it: each lane asks for itself.
    return loadLanes(builder, operand, at, point, condition);
  }
  const along = alongLanes(simplify(builder, offsetOf(operand, at)));
  const bytes = bytesOf[operand.dtype];
  const whole = point.valid === 4 && condition === undefined;
  if (along === undefined || (!whole && !isStored(builder, operand, at))) {
    return loadLanes(builder, operand, at, point, condition);
  }
  const address = bytesForm(along.rest, bytes);
  if (along.coefficient === 0) {
    return loadScalar(
      builder,
      operand,
      at.map((form) => atLane(form, 0)),
      condition,
    );
  }
  const loaded = register(registerTypeOf[operand.dtype], 4);
  const where = { operand: operand.name, dtype: operand.dtype, address, displacement: 0 };
  return along.coefficient === 1
    ? { expr: { kind: "load", access: "contiguous", ...where }, register: loaded }
    : { expr: { kind: "load-strided", stride: along.coefficient * bytes, ...where }, register: loaded };
}

function loadLanes(
  builder: Builder,
  operand: Operand,
  at: readonly Form[],
  point: Point,
  condition: Value | undefined,
): Value {
  if (point.valid === 1 && condition === undefined) {
    // What the other lanes hold is not stored.
    const first = at.map((form) => loadReads(builder, simplify(builder, atLane(form, 0)), undefined));
    return widen(builder, loadScalar(builder, operand, first, undefined), 4);
  }
  return packLanes(
    [0, 1, 2, 3].map((place) => {
      if (place >= point.valid) return literal(registerTypeOf[operand.dtype], 1, 0);
      const test = condition && laneOf(condition, place);
      const scalarAt = at.map((form) => loadReads(builder, simplify(builder, atLane(form, place)), test));
      return loadScalar(builder, operand, scalarAt, test);
    }),
  );
}

/** Stores a vector's valid lanes, or a scalar, at the place that the subscripts say. */
export function storeAt(
  builder: Builder,
  operand: Operand,
  at: readonly Form[],
  point: Point,
  value: Value,
): void {
  const bytes = bytesOf[operand.dtype];
  const stored = convertTo(builder, value, registerTypeOf[operand.dtype]);
  const put = (address: Form, access: "single" | "contiguous", what: Value): void => {
    builder.blocks.at(-1)?.statements.push({
      kind: "store",
      operand: operand.name,
      dtype: operand.dtype,
      access,
      address,
      displacement: 0,
      value: what.expr,
    });
  };
  const offset = simplify(builder, offsetOf(operand, at));
  if (point.lanes === 1) {
    put(bytesForm(offset, bytes), "single", stored);
    return;
  }
  const wide = stored.register.lanes === 4 ? stored : applyWide(stored);
  const along = alongLanes(offset);
  if (along?.coefficient === 1 && point.valid === 4) {
    put(bytesForm(along.rest, bytes), "contiguous", wide);
    return;
  }
  const bound = bindValue(builder, wide, "stored");
  for (let place = 0; place < point.valid; place++) {
    const one = loadReads(builder, simplify(builder, atLane(offset, place)), undefined);
    put(bytesForm(simplify(builder, one), bytes), "single", laneOf(bound, place));
  }
}

/** Stores each lane for which a condition holds. */
export function storeLanes(
  builder: Builder,
  operand: Operand,
  at: readonly Form[],
  point: Point,
  value: Value,
  condition: Value,
): void {
  const [bound, test] = [bindValue(builder, value, "stored"), bindValue(builder, condition, "wanted")];
  for (let place = 0; place < point.valid; place++) {
    const then = branch(builder, () => {
      const own = at.map((form) => loadReads(builder, simplify(builder, atLane(form, place)), undefined));
      storeAt(builder, operand, own, { ...point, lanes: 1, valid: 1 }, laneOf(bound, place));
    });
    emit(builder, { kind: "if", condition: laneOf(test, place).expr, then, otherwise: [] });
  }
}

function applyWide(value: Value): Value {
  const of = register(value.register.type, 4);
  return { expr: { kind: "splat", operand: value.expr, register: of }, register: of };
}
