import { constantOf } from "../integers/index.ts";
import {
  extentOf,
  isGuarded,
  likelyExtent,
  strideAlong,
  type KernelView,
  type StageView,
} from "./kernel-access.ts";

/**
 * What four neighbours along an axis cost a stage, for one element of its body: near 0.5 where its reads are contiguous
 * or the same in all lanes, up to one load a lane where they are not.
 */
export function laneCost(view: KernelView, stage: StageView, axis: string): number {
  const reduction = stage.reduction.includes(axis);
  const repeats = stage.reduction.reduce((all, name) => all * likelyExtent(view, name, 16), 1);
  let cost = 0;
  for (const access of stage.accesses) {
    const once = access.write ? 1 / repeats : 1;
    cost += once * accessCost(strideAlong(view, access, axis), access.write && reduction);
  }
  if (reduction) cost += 6 / repeats;
  // Each lane asks for itself whether it may read.
  if (isGuarded(stage, axis)) cost += 12;
  return cost * waste(constantOf(extentOf(view, axis)), reduction);
}

function accessCost(stride: number | undefined, scalar: boolean): number {
  if (scalar || stride === 0 || stride === 1) return 0.25;
  if (stride === 2) return 0.7;
  return stride === undefined ? 4 : 1.5;
}

/** Lanes computed for each one that counts. A run-time extent is taken to be long, but a known one is preferred. */
function waste(extent: number | undefined, reduction: boolean): number {
  if (extent === undefined) return 1.2;
  const whole = Math.floor(extent / 4);
  const rest = extent % 4;
  const units = reduction ? whole + rest : whole + (rest > 0 ? 1 : 0);
  return (4 * units) / extent;
}

/** The axis with the least cost over some stages, of those that all of them have. */
export function cheapestLane(
  view: KernelView,
  stages: readonly StageView[],
  candidates: readonly string[],
): { readonly axis: string; readonly cost: number } | undefined {
  let best: { axis: string; cost: number } | undefined;
  for (const axis of candidates) {
    const cost = stages.reduce((all, stage) => all + workOf(view, stage) * laneCost(view, stage, axis), 0);
    // Of equals the last one, which is the innermost.
    if (best === undefined || cost <= best.cost) best = { axis, cost };
  }
  return best;
}

/** Evaluations of a stage's body, run-time extents taken as 1. */
export function workOf(view: KernelView, stage: StageView): number {
  return [...stage.axes, ...stage.reduction].reduce((all, axis) => all * likelyExtent(view, axis), 1);
}
