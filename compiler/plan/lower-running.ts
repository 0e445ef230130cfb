import {
  add,
  constant,
  constantOf,
  minimum,
  provablyNonnegative,
  subtract,
  zero,
  type Form,
} from "../integers/index.ts";
import type { Running, Stage } from "./kernel.ts";
import {
  bindValue,
  branch,
  emit,
  freshName,
  literal,
  rangeOf,
  register,
  simplify,
  type Builder,
  type Value,
} from "./lower-builder.ts";
import { operandOf, placeForm, storeAt, type Point } from "./lower-read.ts";
import { accumulate, reductions, type Accumulator } from "./lower-reduce.ts";
import { applyTo, convertTo, selectBetween, widen } from "./lower-value.ts";
import { serialLoop } from "./serial-loop.ts";
import { registerTypeOf } from "./loops.ts";

/** A running sum is asked at a point of all axes: whether it takes the term there, and which that is. */
interface Terms {
  readonly wanted: (point: Point) => Value | undefined;
  readonly body: (point: Point) => Value;
}

/** What is summed so far, and of floats what rounding has added to it too much. */
interface Sum {
  readonly point: Point;
  readonly accumulator: Accumulator;
  readonly excess?: string;
}

/**
 * The running sums of some points side by side: the terms that the first place has already, then place after place one
 * term and the store. Backwards both axes are walked from their ends.
 */
export function lowerRunning(
  builder: Builder,
  stage: Stage,
  running: Running,
  points: readonly Point[],
  terms: Terms,
): void {
  const { along, over, backwards } = running;
  const turned = (value: Form, extent: Form): Form =>
    backwards ? subtract(subtract(extent, constant(1)), value) : value;
  // I − 1 − i and J − 1 − j for i and j: j ≥ i − ahead is j ≤ i + ahead + J − I.
  const lead = backwards ? add(running.ahead, subtract(over.extent, along.extent)) : running.ahead;
  const sums = points.map((point) => startSum(builder, stage, running, point));
  const addTerm = (step: Form): void => {
    const place = turned(step, over.extent);
    for (const sum of sums) {
      const { point } = sum;
      const at: Point = { ...point, axes: new Map(point.axes).set(over.name, place) };
      const condition = terms.wanted(at);
      const take = (): void => {
        addTo(builder, running, sum, terms.body(at));
      };
      if (condition === undefined) take();
      else
        emit(builder, { kind: "if", condition: condition.expr, then: branch(builder, take), otherwise: [] });
    }
  };
  const ahead = simplify(
    builder,
    placeForm(builder, lead, points[0] ?? { axes: new Map(), lanes: 1, valid: 1 }),
  );
  if (!((constantOf(ahead) ?? 1) <= 0))
    serialLoop(builder, along.name, minimum(ahead, over.extent), addTerm, over.extent);
  serialLoop(builder, along.name, along.extent, (step) => {
    const next = simplify(builder, add(step, ahead));
    ifInside(builder, next, over.extent, () => {
      addTerm(next);
    });
    const place = turned(step, along.extent);
    for (const { point, accumulator } of sums) {
      const own = stage.axes.map((name) => point.axes.get(name) ?? zero);
      const { name, register: of } = accumulator.value;
      const value: Value = { expr: { kind: "local", name, register: of }, register: of };
      storeAt(
        builder,
        operandOf(builder, stage.output ?? ""),
        own.toSpliced(running.place, 0, place),
        point,
        value,
      );
    }
  });
}

function startSum(builder: Builder, stage: Stage, { op }: Running, point: Point): Sum {
  const type = registerTypeOf[stage.dtype];
  const of = register(type, point.lanes);
  const name = freshName(builder, `${stage.name}_acc`);
  const accumulator: Accumulator = { value: { name, register: of } };
  emit(builder, {
    kind: "var",
    name,
    register: of,
    value: literal(type, point.lanes, reductions[op].identity(type)).expr,
  });
  if (op !== "sum" || type !== "f32") return { point, accumulator };
  const excess = freshName(builder, `${stage.name}_excess`);
  emit(builder, { kind: "var", name: excess, register: of, value: literal(type, point.lanes, 0).expr });
  return { point, accumulator, excess };
}

/**
 * Of floats, a sum that may have many terms is compensated: it stays within two roundings of the sum of all that are not
 * negative, however many there are. What is infinite or NaN stays so. W. Kahan, Further remarks on reducing truncation
 * errors, 1965.
 */
function addTo(builder: Builder, { op }: Running, { point, accumulator, excess }: Sum, body: Value): void {
  const { name, register: of } = accumulator.value;
  const term = widen(builder, convertTo(builder, body, of.type), point.lanes);
  if (excess === undefined) {
    accumulate(builder, op, accumulator, term, undefined);
    return;
  }
  const local = (own: string): Value => ({ expr: { kind: "local", name: own, register: of }, register: of });
  const corrected = bindValue(builder, applyTo(builder, "subtract", term, local(excess)), "corrected");
  const sum = bindValue(builder, applyTo(builder, "add", local(name), corrected), "sum");
  const taken = applyTo(builder, "subtract", sum, local(name));
  const more = bindValue(builder, applyTo(builder, "subtract", taken, corrected), "excess");
  // ∞ − ∞ and NaN − NaN are NaN, which is no number's equal.
  const nothing = bindValue(builder, applyTo(builder, "subtract", more, more), "nothing");
  const isFinite = applyTo(builder, "equal", nothing, nothing);
  const kept = selectBetween(builder, isFinite, more, literal("f32", 1, 0));
  emit(builder, { kind: "assign", name: excess, register: of, value: kept.expr });
  emit(builder, { kind: "assign", name, register: of, value: sum.expr });
}

function ifInside(builder: Builder, place: Form, extent: Form, then: () => void): void {
  const range = rangeOf(builder);
  const open = [place, subtract(subtract(extent, constant(1)), place)].filter(
    (form) => !provablyNonnegative(form, range),
  );
  const tests = open.map((form) =>
    applyTo(
      builder,
      "greaterEqual",
      { expr: { kind: "index", value: form }, register: register("i32", 1) },
      literal("i32", 1, 0),
    ),
  );
  const [first, second] = tests;
  if (first === undefined) {
    then();
    return;
  }
  const condition = second === undefined ? first : applyTo(builder, "and", first, second);
  emit(builder, { kind: "if", condition: condition.expr, then: branch(builder, then), otherwise: [] });
}
