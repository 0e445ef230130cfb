import { constantOf } from "../integers/index.ts";
import {
  canFuse,
  dependsOn,
  divisorsOf,
  extentOf,
  fuseAxes,
  likelyExtent,
  reachAlong,
  splitAxis,
  strideAlong,
  type Access,
  type KernelView,
  type StageView,
} from "./kernel-access.ts";

/** Flattened windows and rows are split where they are divided, then neighbours that are walked as one become one. */
export function simplifyAxes(start: KernelView): KernelView {
  let view = start;
  for (const stage of start.stages) {
    for (const axis of stage.reduction) view = splitByDivisors(view, axis);
  }
  view = fuseRuns(view, (stage) => resultOrder(view, stage));
  return fuseRuns(view, (stage) => reductionOrder(view, stage));
}

function splitByDivisors(start: KernelView, axis: string): KernelView {
  let view = start;
  let [current, done] = [axis, 1];
  for (const divisor of divisorsOf(start, axis)) {
    const extent = constantOf(extentOf(view, current));
    const by = divisor / done;
    if (extent === undefined || !Number.isInteger(by) || extent % by !== 0) return view;
    view = splitAxis(view, current, by);
    [current, done] = [`${current}.o`, divisor];
  }
  return view;
}

function fuseRuns(start: KernelView, axesOf: (stage: StageView) => readonly string[]): KernelView {
  let view = start;
  for (const stage of start.stages) {
    const [first, ...rest] = axesOf(stage);
    let previous = first;
    for (const axis of rest) {
      if (!view.extents.has(axis) || previous === undefined) continue;
      const still = view.stages.some((one) => one.axes.includes(axis) || one.reduction.includes(axis));
      if (still && canFuse(view, previous, axis)) {
        const into = `${previous}_${axis}`;
        view = fuseAxes(view, previous, axis, into);
        previous = into;
      } else previous = axis;
    }
  }
  return view;
}

/** The axes as the result is stored, those first that have no one stride there. */
function resultOrder(view: KernelView, { axes, accesses }: StageView): readonly string[] {
  const result = accesses.find((access) => access.write);
  if (result === undefined) return axes;
  const reach = (axis: string): number => Math.abs(strideAlong(view, result, axis) ?? Infinity);
  const isLast = (axis: string): number => (reach(axis) === Infinity ? 1 : 0);
  return [...axes].sort((a, b) => isLast(b) - isLast(a) || (isLast(a) === 1 ? 0 : reach(b) - reach(a)));
}

/** Outermost the axis along which the largest operand moves farthest, so that the innermost run of it is contiguous. */
export function reductionOrder(view: KernelView, stage: StageView): readonly string[] {
  const size = (access: Access): number =>
    [...stage.axes, ...stage.reduction]
      .filter((axis) => dependsOn(access, axis))
      .reduce((all, axis) => all * likelyExtent(view, axis), 1);
  const walked = stage.accesses.filter(
    (access) => !access.write && stage.reduction.every((axis) => dependsOn(access, axis)),
  );
  const largest = walked.reduce<Access | undefined>(
    (best, access) => (best === undefined || size(access) > size(best) ? access : best),
    undefined,
  );
  if (largest === undefined) return stage.reduction;
  const reach = (axis: string): number => reachAlong(view, largest, axis);
  return [...stage.reduction].sort((a, b) => reach(b) - reach(a));
}
