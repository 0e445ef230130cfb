import type { Guard } from "../graph/expr.ts";
import { dtypeOf } from "../graph/dtype-of.ts";
import { readsOf } from "../graph/visit.ts";
import type { Kernel, Stage } from "./kernel.ts";
import { bindOf, fusedAxes, inOrder, leavesOf, type AxisPlan, type Place } from "./lower-axes.ts";
import {
  bindValue,
  block,
  branch,
  emit,
  freshName,
  literal,
  register,
  simplify,
  type Value,
} from "./lower-builder.ts";
import { lowerExpr } from "./lower-expr.ts";
import { instancesOf, openLoops, type Instance } from "./lower-loop.ts";
import { integerValue, loadAt, operandOf, storeAt, type Point } from "./lower-read.ts";
import { lowerStores } from "./lower-stores.ts";
import { lowerSearch } from "./lower-search.ts";

import { stageOperand } from "./lower-staging.ts";
import {
  accumulate,
  finish,
  makeAccumulator,
  placeOf,
  plus,
  reductions,
  startAccumulator,
  type Accumulator,
} from "./lower-reduce.ts";
import {
  beyondExtents,
  conditionOf,
  pointOf,
  registerKey,
  surroundings,
  type StageContext,
} from "./stage-context.ts";
import { registerTypeOf } from "./loops.ts";
import { convertTo, selectBetween, widen } from "./lower-value.ts";
import type { RegisterType } from "./loops.ts";

/** The leaves of some axes that are loops, and those that are instances, in the schedule's order. */
export function leavesByBind(
  plan: AxisPlan,
  axes: readonly string[],
): { readonly loops: readonly string[]; readonly tile: readonly string[] } {
  const leaves = inOrder(
    plan,
    fusedAxes(plan, axes).flatMap((axis) => leavesOf(plan, axis)),
  );
  const isTile = (leaf: string): boolean => bindOf(plan, leaf) === "unroll" || bindOf(plan, leaf) === "lane";
  return { loops: leaves.filter((leaf) => !isTile(leaf)), tile: leaves.filter(isTile) };
}

/** One stage inside the loops that it shares with the others: its own loops, its reduction, what becomes of its value. */
export function lowerStage(
  context: StageContext,
  stage: Stage,
  shared: ReadonlySet<string>,
  place: Place,
): void {
  const { builder, plan } = context;
  const { loops, tile } = leavesByBind(plan, stage.axes);
  const own = loops.filter((leaf) => !shared.has(leaf));
  openLoops(builder, plan, own, { place, reduction: false }, (inner) => {
    const instances = instancesOf(plan, tile, inner);
    const points = instances.map((instance) => pointOf(context, stage, instance));
    if (lowerStores(context, stage, points)) return;
    const values =
      stage.reduce === undefined
        ? plain(context, stage, instances)
        : reduced(context, stage, instances, inner);
    instances.forEach((instance, index) => {
      const value = values[index];
      if (value !== undefined) keep(context, stage, pointOf(context, stage, instance), value);
    });
  });
}

function keep(context: StageContext, stage: Stage, point: Point, value: Value): void {
  const { builder } = context;
  const at = stage.axes.map((name) => point.axes.get(name)).filter((form) => form !== undefined);
  const kept = context.kept.has(stage.name);
  const bound = kept ? bindValue(builder, value, stage.name) : value;
  if (kept) context.registers.set(registerKey(stage.name, at), bound);
  const stored = context.stored.get(stage.name);
  if (stored === undefined) return;
  const subscripts = stored.dims.map((dim) => at[dim]).filter((form) => form !== undefined);
  const store = (): void => {
    const operand = operandOf(builder, stored.operand);
    const whole =
      context.plan.accumulated.length === 0
        ? bound
        : plus(builder, loadAt(builder, operand, subscripts, point), bound);
    storeAt(builder, operand, subscripts, point, whole);
  };
  const condition = conditionOf(context, beyondExtents(context, stage.axes), point);
  if (condition === undefined) store();
  else emit(builder, { kind: "if", condition: condition.expr, then: branch(builder, store), otherwise: [] });
}

/** Without a reduction: the body, and 0 outside the domain. */
function plain(context: StageContext, stage: Stage, instances: readonly Instance[]): readonly Value[] {
  const { builder } = context;
  const type = registerTypeOf[stage.dtype];
  const guards = [...(context.guards.get(stage.name) ?? []), ...beyondExtents(context, stage.axes)];
  return instances.map((instance) => {
    const point = pointOf(context, stage, instance);
    const condition = conditionOf(context, guards, point);
    const body = (inner?: Value): Value =>
      convertTo(builder, lowerExpr(builder, stage.body, surroundings(context, point, inner)), type);
    if (condition === undefined) return body();
    if (condition.expr.kind === "constant") return literal(type, 1, 0);
    if (condition.register.lanes === 4) {
      return selectBetween(builder, condition, body(condition), literal(type, 1, 0));
    }
    const name = freshName(builder, stage.name);
    const of = register(type, point.lanes);
    emit(builder, { kind: "var", name, register: of, value: literal(type, point.lanes, 0).expr });
    const then = branch(builder, () => {
      emit(builder, { kind: "assign", name, register: of, value: widen(builder, body(), point.lanes).expr });
    });
    emit(builder, { kind: "if", condition: condition.expr, then, otherwise: [] });
    return { expr: { kind: "local", name, register: of }, register: of };
  });
}

/** One value for each instance, from accumulators that its reduction loops fill. */
function reduced(
  context: StageContext,
  stage: Stage,
  instances: readonly Instance[],
  place: Place,
): readonly Value[] {
  const { builder, plan } = context;
  const { reduce } = stage;
  if (reduce === undefined) throw new Error("bug: a reduction without axes");
  if (reduce.op === "partition")
    return instances.map((instance) => searched(context, stage, pointOf(context, stage, instance)));
  const type = accumulatorType(builder.kernel, stage);
  const accumulators = new Map<string, { readonly index: number; readonly accumulator: Accumulator }>();
  const names = reduce.axes.map((axis) => axis.name);
  const { loops: all, tile } = leavesByBind(plan, names);
  const loops = all.filter((leaf) => !plan.accumulated.includes(leaf));
  const staged = readsOf(stage.body).every((read) =>
    plan.stagings.some((one) => one.operand === read.operand),
  );
  const guards = [
    ...(context.guards.get(stage.name) ?? []),
    ...(staged && reduce.op === "sum" ? [] : beyondExtents(context, [...stage.axes, ...names])),
  ];
  const opened = (leaf: string, inner: Place): void => {
    for (const { operand, at } of plan.stagings) {
      if (at !== leaf) continue;
      const staged = stageOperand(builder, plan, context.scratch, stage, operand, inner);
      context.staged.set(operand, staged);
    }
  };
  const nest = block(builder, () => {
    openLoops(builder, plan, loops, { place, reduction: true, guards, opened }, (inner, left) => {
      for (const step of instancesOf(plan, tile, inner)) {
        instances.forEach((instance, index) => {
          const lanes = step.lanes === 4 || instance.lanes === 4 ? 4 : 1;
          const key = `${index} ${step.part} ${lanes}`;
          const known = accumulators.get(key);
          const accumulator = known?.accumulator ?? makeAccumulator(builder, stage, type, lanes);
          if (known === undefined) accumulators.set(key, { index, accumulator });
          const both: Instance = {
            ...instance,
            lanes,
            valid: Math.max(step.valid, instance.valid),
            place: { ...step.place, values: new Map([...instance.place.values, ...step.place.values]) },
          };
          addElement(context, stage, pointOf(context, stage, both, true), left, accumulator);
        });
      }
    });
  });
  for (const { accumulator } of accumulators.values()) startAccumulator(builder, reduce.op, accumulator);
  for (const statement of nest) emit(builder, statement);
  for (const { operand } of plan.stagings) context.staged.delete(operand);
  return instances.map((instance, index) => {
    const own = [...accumulators.values()].filter((one) => one.index === index).map((one) => one.accumulator);
    if (own.length === 0) return literal(type, 1, reductions[reduce.op].identity(type));
    return finish(builder, reduce.op, own, instance.lanes);
  });
}

/** The first place of its axis where a condition no longer holds; 0 outside the domain. */
function searched(context: StageContext, stage: Stage, point: Point): Value {
  const { builder } = context;
  const condition = conditionOf(context, context.guards.get(stage.name) ?? [], point);
  return lowerSearch(builder, stage, condition, (axis, place) =>
    lowerExpr(
      builder,
      stage.body,
      surroundings(context, { ...point, axes: new Map(point.axes).set(axis, place) }),
    ),
  );
}

/** An arg-reduction compares what its body has; its result is a place. */
function accumulatorType(kernel: Kernel, stage: Stage): RegisterType {
  if (stage.reduce?.op !== "argmax" && stage.reduce?.op !== "argmin") return registerTypeOf[stage.dtype];
  const dtype = dtypeOf(stage.body, {
    node: (name) => [...kernel.operands, ...kernel.stages].find((one) => one.name === name)?.dtype,
  });
  if (dtype === undefined) throw new Error(`bug: the body of ${stage.name} has no dtype`);
  return registerTypeOf[dtype];
}

function addElement(
  context: StageContext,
  stage: Stage,
  point: Point,
  guards: readonly Guard[],
  accumulator: Accumulator,
): void {
  const { builder } = context;
  const { reduce } = stage;
  if (reduce === undefined) return;
  const condition = conditionOf(context, guards, point);
  if (condition?.expr.kind === "constant") return;
  const perLane = condition?.register.lanes === 4 ? condition : undefined;
  const add = (): void => {
    const { type } = accumulator.value.register;
    const body = convertTo(
      builder,
      lowerExpr(builder, stage.body, surroundings(context, point, perLane)),
      type,
    );
    const identity = literal(type, 1, reductions[reduce.op].identity(type));
    const value = perLane ? selectBetween(builder, perLane, body, identity) : body;
    const flat = accumulator.place && simplify(builder, placeOf(stage, point.axes));
    const at = flat && integerValue(builder, flat);
    const found = at && perLane ? selectBetween(builder, perLane, at, literal("i32", 1, -1)) : at;
    accumulate(builder, reduce.op, accumulator, value, found);
  };
  if (condition === undefined || perLane !== undefined) {
    add();
    return;
  }
  emit(builder, { kind: "if", condition: condition.expr, then: branch(builder, add), otherwise: [] });
}
