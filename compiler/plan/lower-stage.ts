import type { Guard } from "../graph/expr.ts";
import { dtypeOf } from "../graph/dtype-of.ts";
import { readsOf } from "../graph/visit.ts";
import { axis as axisForm, constant, subtract, type Form } from "../integers/index.ts";
import type { Kernel, Order, Running, Stage } from "./kernel.ts";
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
  type Builder,
  type Value,
} from "./lower-builder.ts";
import { guardValue, lowerExpr, type Surroundings } from "./lower-expr.ts";
import { axesAt, instancesOf, openLoops, type Instance } from "./lower-loop.ts";
import { operandOf, integerValue, loadAt, placeForm, storeAt, storeLanes, type Point } from "./lower-read.ts";
import { lowerRunning } from "./lower-running.ts";
import { lowerSearch } from "./lower-search.ts";
import { lowerSort } from "./lower-sort.ts";
import { stagedAt, stageOperand, type Staged } from "./lower-staging.ts";
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
import { registerTypeOf } from "./loops.ts";
import { applyTo, convertTo, selectBetween, widen } from "./lower-value.ts";
import type { RegisterType, Scratch } from "./loops.ts";

/** What the stages of a kernel share while they are lowered. */
export interface StageContext {
  readonly builder: Builder;
  readonly plan: AxisPlan;
  /** Values in registers, by stage and placed subscripts. */
  readonly registers: Map<string, Value>;
  /** Where a stage's value lies in memory: the operand, and which of its axes are subscripts. */
  readonly stored: ReadonlyMap<string, { readonly operand: string; readonly dims: readonly number[] }>;
  readonly guards: ReadonlyMap<string, readonly Guard[]>;
  readonly extents: ReadonlyMap<string, Form>;
  /** Memory of the kernel's own, as it is asked for. */
  readonly scratch: Map<string, Scratch>;
  /** Operands of which the open loops have a copy. */
  readonly staged: Map<string, Staged>;
  /** Stages whose values later ones find in registers. */
  readonly kept: ReadonlySet<string>;
}

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
    if (stage.order !== undefined) {
      for (const instance of instances)
        sortRow(context, stage, stage.order, pointOf(context, stage, instance));
      return;
    }
    if (stage.running !== undefined) {
      runAlong(
        context,
        stage,
        stage.running,
        instances.map((instance) => pointOf(context, stage, instance)),
      );
      return;
    }
    if (stage.at !== undefined) {
      for (const instance of instances) addTerm(context, stage, stage.at, pointOf(context, stage, instance));
      return;
    }
    if (stage.target !== undefined) {
      for (const instance of instances)
        storeInto(context, stage, stage.target, pointOf(context, stage, instance));
      return;
    }
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

function pointOf(context: StageContext, stage: Stage, instance: Instance, reduction = false): Point {
  const own = [...stage.axes, ...(reduction ? (stage.reduce?.axes.map((axis) => axis.name) ?? []) : [])];
  const names = new Set([...own, ...fusedAxes(context.plan, own)]);
  const axes = new Map(
    [...axesAt(context.plan, instance.place, [...names])].map(([name, form]) => [
      name,
      simplify(context.builder, form),
    ]),
  );
  return { axes, lanes: instance.lanes, valid: instance.valid };
}

function surroundings(context: StageContext, point: Point, condition?: Value): Surroundings {
  return {
    point,
    locals: new Map(),
    stageValue: (stage, at) => readStage(context, stage, at, point, condition),
    ...(condition && { condition }),
  };
}

function readStage(
  context: StageContext,
  stage: string,
  at: readonly Form[],
  point: Point,
  condition: Value | undefined,
): Value | undefined {
  const inRegister = context.registers.get(registerKey(stage, at));
  if (inRegister !== undefined) return inRegister;
  const staged = context.staged.get(stage);
  if (staged !== undefined) {
    return loadAt(context.builder, staged.copy, stagedAt(context.builder, staged, at), point);
  }
  const stored = context.stored.get(stage);
  if (stored === undefined) return undefined;
  const subscripts = stored.dims.map((dim) => at[dim]).filter((form) => form !== undefined);
  return lowerExpr(
    context.builder,
    { kind: "read", operand: stored.operand, at: subscripts },
    // The subscripts are placed already: nothing is left to replace in them.
    { ...surroundings(context, { ...point, axes: new Map() }, condition), stageValue: () => undefined },
  );
}

function registerKey(stage: string, at: readonly Form[]): string {
  return `${stage}[${at.map((form) => form.key).join(",")}]`;
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
      context.plan.accumulated === undefined
        ? bound
        : plus(builder, loadAt(builder, operand, subscripts, point), bound);
    storeAt(builder, operand, subscripts, point, whole);
  };
  const condition = conditionOf(context, beyondExtents(context, stage.axes), point);
  if (condition === undefined) store();
  else emit(builder, { kind: "if", condition: condition.expr, then: branch(builder, store), otherwise: [] });
}

/** For axes whose last tile may reach too far: that they are below their extents. */
function beyondExtents(context: StageContext, axes: readonly string[]): readonly Guard[] {
  return fusedAxes(context.plan, axes).flatMap((axis): readonly Guard[] => {
    const extent = context.extents.get(axis);
    if (context.plan.splits.get(axis)?.tail !== "guard" || extent === undefined) return [];
    return [{ relation: "nonnegative", form: subtract(subtract(extent, constant(1)), axisForm(axis)) }];
  });
}

/** All conditions at once; undefined where they hold for certain, and a constant where they certainly do not. */
function conditionOf(context: StageContext, guards: readonly Guard[], point: Point): Value | undefined {
  const { builder } = context;
  const values = guards.map((guard) => guardValue(builder, guard, point));
  const isFalse = ({ expr }: Value): boolean => expr.kind === "constant" && expr.value === 0;
  const never = values.find(isFalse);
  if (never !== undefined) return never;
  const [first, ...rest] = values.filter(({ expr }) => expr.kind !== "constant");
  if (first === undefined) return undefined;
  return bindValue(
    builder,
    rest.reduce((all, test) => applyTo(builder, "and", all, test), first),
    "holds",
  );
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

/** One row of a sort, where there is one. */
function sortRow(context: StageContext, stage: Stage, order: Order, point: Point): void {
  const { builder } = context;
  const condition = conditionOf(context, beyondExtents(context, stage.axes), point);
  const sort = (): void => {
    lowerSort(builder, stage, order, point);
  };
  if (condition === undefined) sort();
  else emit(builder, { kind: "if", condition: condition.expr, then: branch(builder, sort), otherwise: [] });
}

/** The body at one point where it belongs; outside the domain what was there before. */
function storeInto(context: StageContext, stage: Stage, target: readonly Form[], point: Point): void {
  const { builder } = context;
  const operand = operandOf(builder, stage.output ?? "");
  const condition = conditionOf(context, [...stage.domain, ...beyondExtents(context, stage.axes)], point);
  const lanes = condition?.register.lanes === 4 ? condition : undefined;
  const store = (): void => {
    const places = target.map((form) => placeForm(builder, form, point, lanes));
    const body = lowerExpr(builder, stage.body, surroundings(context, point, lanes));
    const value = convertTo(builder, body, registerTypeOf[stage.dtype]);
    if (lanes === undefined) storeAt(builder, operand, places, point, value);
    else storeLanes(builder, operand, places, point, value, lanes);
  };
  if (condition === undefined || lanes !== undefined) store();
  else emit(builder, { kind: "if", condition: condition.expr, then: branch(builder, store), otherwise: [] });
}

/** The places of a running sum one after the other, for some points side by side. */
function runAlong(context: StageContext, stage: Stage, running: Running, points: readonly Point[]): void {
  const { builder } = context;
  const guards = [...(context.guards.get(stage.name) ?? []), ...beyondExtents(context, stage.axes)];
  lowerRunning(builder, stage, running, points, {
    wanted: (point) => conditionOf(context, guards, point),
    body: (point) => lowerExpr(builder, stage.body, surroundings(context, point)),
  });
}

/** A scatter's body at one point, added where it belongs. */
function addTerm(context: StageContext, stage: Stage, at: readonly Form[], point: Point): void {
  const { builder } = context;
  const operand = operandOf(builder, stage.output ?? "");
  const guards = [...stage.domain, ...beyondExtents(context, stage.axes)];
  const condition = conditionOf(context, guards, point);
  if (condition?.register.lanes === 4) throw new Error(`bug: lanes of the scatter ${stage.name} differ`);
  const add = (): void => {
    const places = at.map((form) => placeForm(builder, form, point));
    const body = lowerExpr(builder, stage.body, surroundings(context, point));
    const term = convertTo(builder, body, registerTypeOf[stage.dtype]);
    const sum = bindValue(builder, loadAt(builder, operand, places, point), stage.name);
    storeAt(builder, operand, places, point, plus(builder, sum, term));
  };
  if (condition === undefined) add();
  else emit(builder, { kind: "if", condition: condition.expr, then: branch(builder, add), otherwise: [] });
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
  const loops = all.filter((leaf) => leaf !== plan.accumulated);
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
