import { constantOf, evaluate } from "../integers/index.ts";
import { dependsOn, extentOf, reachAlong, type KernelView, type StageView } from "./kernel-access.ts";
import type { Step } from "./schedule.ts";
import { reductionOrder } from "./simplify-axes.ts";

/** A sum that is shorter is not worth reading and writing its results more than once. */
const longFrom = 1024;
/** With fewer steps to a part, what is written and read again counts for more than what is found in the cache. */
const fewSteps = 16;
/** Steps of a part of one axis. */
const partSteps = 32;
/** Elements of a line of the cache. */
const line = 16;
const likelySize = 64;

/** An axis of a sum whose parts, of `by` places each, are computed one after the other around all else. */
interface Parts {
  readonly axis: string;
  readonly by: number;
}

/** How a long sum is computed in parts, which may depend on an extent that is known at run time. */
export interface LongSum {
  readonly parts: readonly Parts[];
  readonly when?: { readonly axis: string; readonly atLeast: number; readonly otherwise?: readonly Parts[] };
}

/**
 * A long sum of products one factor of which lies across it: neighbours there are results, and each step of the sum is in
 * another line of the cache, as in the gradient of a weight, a sum over all examples and turns. A tile of results uses a
 * part of each line, and where the sum is long the next tile finds none of them again. Undefined for others.
 */
export function longSum(view: KernelView, stage: StageView, rows: string | undefined): LongSum | undefined {
  const { reduce, output, dtype } = stage.stage;
  if (view.stages.length !== 1 || rows === undefined || stage.guards.length > 0) return undefined;
  if (reduce?.op !== "sum" || output === undefined || dtype !== "f32") return undefined;
  const [axis, inner, more] = reductionOrder(view, stage);
  if (axis === undefined || more !== undefined) return undefined;
  const isPart = (name: string): boolean =>
    view.steps.some((step) => step.kind === "split" && (step.outer === name || step.inner === name));
  if (isPart(axis) || (inner !== undefined && isPart(inner))) return undefined;
  const likely = (name: string): number => evaluate(extentOf(view, name), () => likelySize);
  const innermost = inner ?? axis;
  const liesAcross = stage.accesses.some(
    (access) =>
      !access.write &&
      dependsOn(access, rows) &&
      reachAlong(view, access, rows) < line &&
      reachAlong(view, access, innermost) >= line,
  );
  if (likely(axis) * (inner === undefined ? 1 : likely(inner)) < longFrom || !liesAcross) return undefined;
  if (inner === undefined) {
    const parts = [{ axis, by: partSteps }];
    const isKnown = constantOf(extentOf(view, axis)) !== undefined;
    return isKnown ? { parts } : { parts, when: { axis, atLeast: longFrom / 4 } };
  }
  const extent = constantOf(extentOf(view, inner));
  if (extent !== undefined) return { parts: [{ axis, by: Math.ceil(fewSteps / extent) }] };
  const some = [{ axis, by: fewSteps / 2 }];
  const turns = [
    { axis, by: 1 },
    { axis: inner, by: fewSteps },
  ];
  return { parts: turns, when: { axis: inner, atLeast: fewSteps, otherwise: some } };
}

/** The steps by which axes of a sum are run in parts around all else, and what then stands for each inside. */
export function inParts(parts: readonly Parts[]): {
  readonly steps: readonly Step[];
  readonly inner: ReadonlyMap<string, readonly string[]>;
} {
  const steps: Step[] = [];
  const inner = new Map<string, readonly string[]>();
  for (const { axis, by } of parts) {
    const [outer, within] = by === 1 ? [axis, []] : [`${axis}.b`, [`${axis}.i`]];
    if (by > 1) steps.push({ kind: "split", axis, by, outer, inner: `${axis}.i`, tail: "peel" });
    steps.push({ kind: "accumulate", axis: outer });
    inner.set(axis, within);
  }
  return { steps, inner };
}
