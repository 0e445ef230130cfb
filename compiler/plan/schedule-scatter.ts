import { atomsOf, constantOf, mentions, zero } from "../integers/index.ts";
import {
  extentOf,
  isGuarded,
  likelyExtent,
  strideAlong,
  type KernelView,
  type StageView,
} from "./kernel-access.ts";
import type { Schedule, Step } from "./schedule.ts";
import { vectorize } from "./tile-axes.ts";

/** Terms side by side, so that what says where they go is looked up once for all of them. */
const mostTerms = 16;

/**
 * One term after the other, since two may belong to one place; side by side those along axes that the data don't move:
 * vectors along one along which the places are neighbours, and the axes inside of what the data say.
 */
export function scheduleScatter(view: KernelView): Schedule {
  const [stage] = view.stages;
  if (stage === undefined) return [];
  const lane = stage.axes.findLast((axis) => mayVectorize(view, stage, axis));
  if (lane === undefined) return [...view.steps, { kind: "order", axes: stage.axes }];
  const known = constantOf(extentOf(view, lane));
  const most = known === undefined ? 1 : Math.min(8, Math.max(1, Math.floor(known / 4)));
  const vectors = vectorize(view, lane, most, "peel");
  let terms = most;
  const unrolled: Step[] = [];
  for (const axis of stage.axes.filter((one) => one !== lane).reverse()) {
    const extent = constantOf(extentOf(view, axis));
    if (extent === undefined || isMovedByData(stage, axis) || isGuarded(stage, axis)) break;
    if (terms * extent > mostTerms) break;
    terms *= extent;
    unrolled.push({ kind: "bind", axis, to: "unroll" });
  }
  const loops = stage.axes.filter((axis) => axis !== lane);
  return [
    ...view.steps,
    ...vectors.steps,
    ...unrolled,
    { kind: "order", axes: [...loops, ...(vectors.loop === undefined ? [] : [vectors.loop])] },
  ];
}

function mayVectorize(view: KernelView, stage: StageView, axis: string): boolean {
  const write = stage.accesses.find((access) => access.write);
  if (write === undefined || isGuarded(stage, axis) || likelyExtent(view, axis, 64) < 4) return false;
  return !isMovedByData(stage, axis) && strideAlong(view, write, axis) === 1;
}

/** Whether what is read along an axis says where a term goes. */
function isMovedByData(stage: StageView, axis: string): boolean {
  const write = stage.accesses.find((access) => access.write);
  return atomsOf(write?.offset ?? zero).some(
    (atom) =>
      atom.kind === "read" &&
      atom.at.some((form) => mentions(form, (inner) => inner.kind === "axis" && inner.name === axis)),
  );
}
