import type { Form } from "../integers/index.ts";
import type { Order, Running, Stage } from "./kernel.ts";
import { bindValue, branch, emit } from "./lower-builder.ts";
import { lowerExpr } from "./lower-expr.ts";
import { loadAt, operandOf, placeForm, storeAt, storeLanes, type Point } from "./lower-read.ts";
import { plus } from "./lower-reduce.ts";
import { lowerRunning } from "./lower-running.ts";
import { lowerSort } from "./lower-sort.ts";
import { convertTo } from "./lower-value.ts";
import { registerTypeOf } from "./loops.ts";
import { beyondExtents, conditionOf, surroundings, type StageContext } from "./stage-context.ts";

/** Stages that say themselves where and when they store: sorts, running sums, single rows, sums by keys. Whether this is one. */
export function lowerStores(context: StageContext, stage: Stage, points: readonly Point[]): boolean {
  const { order, running, target, at } = stage;
  if (running !== undefined) runAlong(context, stage, running, points);
  else if (order !== undefined) for (const point of points) sortRow(context, stage, order, point);
  else if (target !== undefined) for (const point of points) storeInto(context, stage, target, point);
  else if (at !== undefined) for (const point of points) addTerm(context, stage, at, point);
  else return false;
  return true;
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
