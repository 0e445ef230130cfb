import { add, constant, floorDivide, subtract, zero, type Form } from "../integers/index.ts";
import type { Order, Stage } from "./kernel.ts";
import {
  belowExtent,
  bindInteger,
  bindValue,
  branch,
  copyInteger,
  emit,
  literal,
  type Builder,
  type Value,
} from "./lower-builder.ts";
import { integerVariable } from "./integer-variable.ts";
import { lowerExpr } from "./lower-expr.ts";
import { integerValue, loadAt, operandOf, storeAt, type Point } from "./lower-read.ts";
import { applyTo, convertTo, selectBetween } from "./lower-value.ts";
import { serialLoop } from "./serial-loop.ts";

/** A row that is sorted: what its loops have fixed. */
interface Row {
  readonly builder: Builder;
  readonly stage: Stage;
  readonly order: Order;
  readonly point: Point;
}

/**
 * The first `count` places of a row in its order, where the result lies and nowhere else. They are a heap whose root is the
 * last of them: it is built of the first places of the row, each later place that stands before its root replaces that,
 * and in the end the roots are taken off from the last to the first. All three are one sift each, n·log(count) in all.
 * Williams 1964; Floyd 1964. That an order without equals makes it stable: of equals the first place comes first.
 */
export function lowerSort(builder: Builder, stage: Stage, order: Order, point: Point): void {
  const row: Row = { builder, stage, order, point };
  const { axis, count } = order;
  const half = floorDivide(count, constant(2));
  serialLoop(builder, "turn", count, (place) => {
    write(row, place, integerValue(builder, place));
  });
  serialLoop(builder, "turn", half, (turn) => {
    const hole = subtract(subtract(half, constant(1)), turn);
    sift(row, hole, read(row, hole), count);
  });
  serialLoop(builder, "turn", subtract(axis.extent, count), (turn) => {
    const place = integerValue(builder, add(count, turn));
    const isEarlier = precedes(row, bindValue(builder, place, "place"), read(row, zero));
    emit(builder, {
      kind: "if",
      condition: isEarlier.expr,
      then: branch(builder, () => {
        sift(row, zero, place, count);
      }),
      otherwise: [],
    });
  });
  serialLoop(builder, "turn", subtract(count, constant(1)), (turn) => {
    const end = subtract(subtract(count, constant(1)), turn);
    const last = read(row, end);
    write(row, end, read(row, zero));
    sift(row, zero, last, end);
  });
}

/** Puts a place into the heap of the places below `end`, from a hole in it downwards. */
function sift(row: Row, from: Form, what: Value, end: Form): void {
  const { builder } = row;
  const item = bindValue(builder, what, "item");
  const limit = bindValue(builder, integerValue(builder, end), "end");
  const one = literal("i32", 1, 1);
  const hole = integerVariable(builder, "hole", integerValue(builder, from));
  const firstChild = (): Value =>
    applyTo(builder, "add", applyTo(builder, "shiftLeft", hole.current, one), one);
  const child = integerVariable(builder, "child", firstChild());
  const body = branch(builder, () => {
    const left = placeAt(row, child.current);
    const right = applyTo(builder, "add", child.current, one);
    const pair = branch(builder, () => {
      const laterChild = precedes(row, read(row, left), read(row, add(left, constant(1))));
      child.set(selectBetween(builder, laterChild, right, child.current));
    });
    emit(builder, {
      kind: "if",
      condition: applyTo(builder, "less", right, limit).expr,
      then: pair,
      otherwise: [],
    });
    const chosen = placeAt(row, child.current);
    const top = bindValue(builder, read(row, chosen), "top");
    const sinks = bindValue(builder, precedes(row, item, top), "sinks");
    const move = branch(builder, () => {
      write(row, placeAt(row, hole.current), top);
      hole.set(child.current);
      child.set(firstChild());
    });
    const stay = branch(builder, () => {
      child.set(limit);
    });
    emit(builder, { kind: "if", condition: sinks.expr, then: move, otherwise: stay });
  });
  emit(builder, { kind: "while", condition: applyTo(builder, "less", child.current, limit).expr, body });
  write(row, placeAt(row, hole.current), item);
}

/** What a mutable local holds now, as a subscript. */
function placeAt({ builder, order }: Row, value: Value): Form {
  return copyInteger(builder, value, "at", belowExtent(order.count));
}

function read(row: Row, at: Form): Value {
  return bindValue(row.builder, loadAt(row.builder, resultOf(row), subscripts(row, at), row.point), "place");
}

function write(row: Row, at: Form, place: Value): void {
  storeAt(row.builder, resultOf(row), subscripts(row, at), row.point, place);
}

function resultOf({ builder, stage }: Row): ReturnType<typeof operandOf> {
  return operandOf(builder, stage.output ?? "");
}

function subscripts({ stage, point }: Row, at: Form): readonly Form[] {
  return [...stage.axes.map((name) => point.axes.get(name) ?? zero), at];
}

/** Whether one place of the row stands before another in the order. */
function precedes(row: Row, a: Value, b: Value): Value {
  const { builder } = row;
  const [left, right] = [keyAt(row, a), keyAt(row, b)];
  const before = applyTo(builder, row.order.descending ? "greater" : "less", left, right);
  const first = applyTo(
    builder,
    "and",
    applyTo(builder, "equal", left, right),
    applyTo(builder, "less", a, b),
  );
  return applyTo(builder, "or", before, first);
}

/** An integer that grows with what stands at a place, and is the same for equals. */
function keyAt({ builder, stage, order, point }: Row, place: Value): Value {
  const at = bindInteger(builder, place, "at", belowExtent(order.axis.extent));
  const value = lowerExpr(builder, stage.body, {
    point: { ...point, axes: new Map(point.axes).set(order.axis.name, at) },
    locals: new Map(),
    stageValue: () => undefined,
  });
  if (value.register.type !== "f32") return bindValue(builder, convertTo(builder, value, "i32"), "key");
  // −0 + 0 is 0. Bits of positive floats are in their order, those of negative ones in the opposite one.
  const float = bindValue(builder, applyTo(builder, "add", value, literal("f32", 1, 0)), "float");
  const bits = bindValue(builder, applyTo(builder, "floatBits", float), "bits");
  const largest = literal("i32", 1, 0x7fffffff);
  const mask = applyTo(
    builder,
    "bitAnd",
    applyTo(builder, "shiftRight", bits, literal("i32", 1, 31)),
    largest,
  );
  const isNumber = applyTo(builder, "equal", float, float);
  return bindValue(
    builder,
    selectBetween(builder, isNumber, applyTo(builder, "bitXor", bits, mask), largest),
    "key",
  );
}
