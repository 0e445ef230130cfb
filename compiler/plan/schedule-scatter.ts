import { atomsOf, mentions } from "../integers/index.ts";
import { isGuarded, likelyExtent, strideAlong, type KernelView, type StageView } from "./kernel-access.ts";
import type { Schedule } from "./schedule.ts";
import { vectorize } from "./tile-axes.ts";

/**
 * One term after the other, since two may belong to one place; four at once along an axis along which the places are
 * neighbours, whatever the data say.
 */
export function scheduleScatter(view: KernelView): Schedule {
  const [stage] = view.stages;
  if (stage === undefined) return [];
  const lane = stage.axes.findLast((axis) => mayVectorize(view, stage, axis));
  if (lane === undefined) return [{ kind: "order", axes: stage.axes }];
  const vectors = vectorize(view, lane, 1, "peel");
  const others = stage.axes.filter((axis) => axis !== lane);
  return [
    ...vectors.steps,
    { kind: "order", axes: [...others, ...(vectors.loop === undefined ? [] : [vectors.loop])] },
  ];
}

function mayVectorize(view: KernelView, stage: StageView, axis: string): boolean {
  const write = stage.accesses.find((access) => access.write);
  if (write === undefined || isGuarded(stage, axis) || likelyExtent(view, axis, 64) < 4) return false;
  const dataDepends = atomsOf(write.offset).some(
    (atom) =>
      atom.kind === "read" &&
      atom.at.some((form) => mentions(form, (inner) => inner.kind === "axis" && inner.name === axis)),
  );
  return !dataDepends && strideAlong(view, write, axis) === 1;
}
