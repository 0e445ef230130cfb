import type { KernelView } from "./kernel-access.ts";
import { cheapestLane, laneCost, workOf } from "./lane-choice.ts";
import type { Schedule, Step } from "./schedule.ts";
import { reductionOrder } from "./simplify-axes.ts";
import { vectorize, vectorizeReduction } from "./tile-axes.ts";

/**
 * Stages with axes of their own inside the shared ones: a statistic of a row, then what is computed with it. Lanes run
 * along the rows, or across them where that is contiguous.
 */
export function scheduleRows(view: KernelView, shared: readonly string[]): Schedule {
  const own = view.stages.map((stage) => {
    const candidates = [...stage.axes.filter((axis) => !shared.includes(axis)), ...stage.reduction];
    return { stage, best: cheapestLane(view, [stage], candidates) };
  });
  const ownCost = own.reduce(
    (all, { stage, best }) => all + (best?.cost ?? workOf(view, stage) * stage.accesses.length),
    0,
  );
  // Rows side by side would need all their values kept at once.
  const keepsRows = view.stages.some(
    ({ stage, axes }) => stage.output === undefined && axes.some((axis) => !shared.includes(axis)),
  );
  const across = keepsRows ? undefined : cheapestLane(view, view.stages, shared);
  if (across !== undefined && across.cost < ownCost) {
    const vectors = vectorize(view, across.axis, 1, "peel");
    const loops = shared.flatMap((axis) => (axis === across.axis ? (vectors.loop ?? []) : [axis]));
    return [...vectors.steps, { kind: "order", axes: loops }];
  }
  const steps: Step[] = [];
  const order: string[] = [...shared];
  const decided = new Set<string>();
  for (const { stage, best } of own) {
    const axis = best?.axis;
    const vectors =
      axis === undefined || decided.has(axis) || laneCost(view, stage, axis) > 2 * stage.accesses.length
        ? undefined
        : stage.reduction.includes(axis)
          ? vectorizeReduction(view, axis, 4)
          : vectorize(view, axis, 1, "peel");
    for (const name of [...stage.axes, ...reductionOrder(view, stage)]) {
      if (order.includes(name) || decided.has(name)) continue;
      if (name !== axis) order.push(name);
      else if (vectors?.loop !== undefined) order.push(vectors.loop);
      decided.add(name);
    }
    steps.push(...(vectors?.steps ?? []));
  }
  return [...steps, { kind: "order", axes: order }];
}
