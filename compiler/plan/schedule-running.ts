import { isGuarded, likelyExtent, strideAlong, type KernelView, type StageView } from "./kernel-access.ts";
import type { Schedule } from "./schedule.ts";
import { vectorize } from "./tile-axes.ts";

/** So many running sums side by side hide the time that one takes to add the next term. */
const mostVectors = 4;

/** Row after row; side by side those along an axis whose neighbours lie together. */
export function scheduleRunning(view: KernelView): Schedule {
  const [stage] = view.stages;
  if (stage === undefined) return [];
  const lane = stage.axes.findLast((axis) => mayVectorize(view, stage, axis));
  if (lane === undefined) return [...view.steps, { kind: "order", axes: stage.axes }];
  const vectors = vectorize(view, lane, mostVectors, "peel");
  const loops = stage.axes.filter((axis) => axis !== lane);
  return [
    ...view.steps,
    ...vectors.steps,
    { kind: "order", axes: [...loops, ...(vectors.loop === undefined ? [] : [vectors.loop])] },
  ];
}

function mayVectorize(view: KernelView, stage: StageView, axis: string): boolean {
  if (isGuarded(stage, axis) || likelyExtent(view, axis, 64) < 4) return false;
  return stage.accesses.every((access) => {
    const stride = strideAlong(view, access, axis);
    return access.write ? stride === 1 : stride === 0 || stride === 1;
  });
}
