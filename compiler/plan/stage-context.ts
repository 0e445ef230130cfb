import type { Guard } from "../graph/expr.ts";
import { add, axis as axisForm, constant, subtract, zero, type Form } from "../integers/index.ts";
import type { Stage } from "./kernel.ts";
import { fusedAxes, type AxisPlan } from "./lower-axes.ts";
import { bindValue, simplify, type Builder, type Value } from "./lower-builder.ts";
import { guardValue, lowerExpr, type Surroundings } from "./lower-expr.ts";
import { axesAt, type Instance } from "./lower-loop.ts";
import { loadAt, type Point } from "./lower-read.ts";
import { stagedAt, type Staged } from "./lower-staging.ts";
import { applyTo } from "./lower-value.ts";
import type { Scratch } from "./loops.ts";

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
  /** The first places of axes that do not begin at 0. */
  readonly starts: ReadonlyMap<string, Form>;
  /** Memory of the kernel's own, as it is asked for. */
  readonly scratch: Map<string, Scratch>;
  /** Operands of which the open loops have a copy. */
  readonly staged: Map<string, Staged>;
  /** Stages whose values later ones find in registers. */
  readonly kept: ReadonlySet<string>;
}

/** Where an instance of a stage's body stands. */
export function pointOf(context: StageContext, stage: Stage, instance: Instance, reduction = false): Point {
  const own = [...stage.axes, ...(reduction ? (stage.reduce?.axes.map((axis) => axis.name) ?? []) : [])];
  const names = new Set([...own, ...fusedAxes(context.plan, own)]);
  const axes = new Map(
    [...axesAt(context.plan, instance.place, [...names])].map(([name, form]) => [
      name,
      simplify(context.builder, add(context.starts.get(name) ?? zero, form)),
    ]),
  );
  return { axes, lanes: instance.lanes, valid: instance.valid };
}

/** What a body finds around it there. */
export function surroundings(context: StageContext, point: Point, condition?: Value): Surroundings {
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

/** Under which a value is kept in a register. */
export function registerKey(stage: string, at: readonly Form[]): string {
  return `${stage}[${at.map((form) => form.key).join(",")}]`;
}

/** For axes whose last tile may reach too far: that they are below their extents. */
export function beyondExtents(context: StageContext, axes: readonly string[]): readonly Guard[] {
  return fusedAxes(context.plan, axes).flatMap((axis): readonly Guard[] => {
    const extent = context.extents.get(axis);
    if (context.plan.splits.get(axis)?.tail !== "guard" || extent === undefined) return [];
    return [{ relation: "nonnegative", form: subtract(subtract(extent, constant(1)), axisForm(axis)) }];
  });
}

/** All conditions at once; undefined where they hold for certain, and a constant where they certainly do not. */
export function conditionOf(
  context: StageContext,
  guards: readonly Guard[],
  point: Point,
): Value | undefined {
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
