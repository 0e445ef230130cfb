import { renameBound, anyAxis, runBounds } from "../graph/run-bounds.ts";
import type { Guard } from "../graph/expr.ts";
import { axesOfForm } from "../graph/visit.ts";
import {
  add,
  axis as axisForm,
  constant,
  constantOf,
  dim as dimForm,
  linearIn,
  maximum,
  minimum,
  negate,
  substituteNames,
  subtract,
  zero,
  type Form,
} from "../integers/index.ts";
import type { Kernel, RunBound, Stage } from "./kernel.ts";

/** Of a node and one of its axes, the bounds inside which it is read, by key; the axis is called `anyAxis`. */
export type ReadInside = (node: string, dim: number) => ReadonlyMap<string, Form>;

/**
 * A kernel whose loops end where numbers that are known at run time say: conditions like s ≤ place that all stages have
 * of an axis become its extent. Where a stage is not computed then its value is something else than 0, so all that reads
 * it has to stay inside too. `isLate` tells dims that are such numbers.
 */
export function boundAxes(kernel: Kernel, readInside: ReadInside, isLate: (dim: string) => boolean): Kernel {
  const names = new Set([
    ...kernel.axes.map(({ name }) => name),
    ...kernel.stages.flatMap(({ reduce }) => (reduce?.axes ?? []).map(({ name }) => name)),
  ]);
  // The bounds of one axis are those for all places of the others: no count depends on another one.
  const axesOf = (stage: Stage): Kernel["axes"] => {
    const whole = kernel.stages.find(({ name }) => name === stage.name);
    return [...kernel.axes.filter((axis) => stage.axes.includes(axis.name)), ...(whole?.reduce?.axes ?? [])];
  };
  let current = kernel;
  for (const name of names) current = boundAxis(current, name, axesOf, readInside, isLate);
  return current;
}

function boundAxis(
  kernel: Kernel,
  name: string,
  axesOf: (stage: Stage) => Kernel["axes"],
  readInside: ReadInside,
  isLate: (dim: string) => boolean,
): Kernel {
  let common: ReadonlyMap<string, Form> | undefined;
  for (const stage of kernel.stages) {
    const axes = axesOf(stage);
    if (axes.every((axis) => axis.name !== name)) continue;
    if (isPlaced(stage)) return kernel;
    const wanted =
      stage.axes.includes(name) && !writesInside(stage) ? insideOf(stage, name, readInside) : undefined;
    const own = runBounds(stage.domain, name, axes, isLate).filter(
      (bound) =>
        (wanted?.has(renameBound(bound, name, anyAxis).key) ?? true) && (common?.has(bound.key) ?? true),
    );
    common = new Map(own.map((bound) => [bound.key, bound]));
  }
  if (common === undefined || common.size === 0) return kernel;
  return withBounds(kernel, name, [...common.values()]);
}

/** A place among several axes is counted by their extents, a sort's and a running sum's axes are walked in their own way. */
function isPlaced({ reduce, order, running }: Stage): boolean {
  const counts = (reduce?.op === "argmax" || reduce?.op === "argmin") && reduce.axes.length > 1;
  return counts || reduce?.op === "partition" || order !== undefined || running !== undefined;
}

/** Outside of its domain such a stage leaves its output as it is. */
function writesInside({ at, target }: Stage): boolean {
  return at !== undefined || target !== undefined;
}

function insideOf(stage: Stage, name: string, readInside: ReadInside): ReadonlyMap<string, Form> {
  return readInside(stage.output ?? stage.name, stage.axes.indexOf(name));
}

function withBounds(kernel: Kernel, name: string, bounds: readonly Form[]): Kernel {
  const axes = [...kernel.axes, ...kernel.stages.flatMap(({ reduce }) => reduce?.axes ?? [])];
  const extent = axes.find((axis) => axis.name === name)?.extent;
  if (extent === undefined) throw new Error(`bug: ${name} is no axis of ${kernel.name}`);
  const places = new Map(
    axes.flatMap((axis) => (constantOf(axis.extent) === 1 ? [[axis.name, zero] as const] : [])),
  );
  const withoutGuards = (inside: readonly Form[]): readonly Stage[] => {
    const keys = new Set(inside.map(({ key }) => key));
    const isBound = ({ relation, form }: Guard): boolean => {
      const own = substituteNames(form, places);
      return keys.has(own.key) && (relation === "nonnegative" || keys.has(negate(own).key));
    };
    return kernel.stages.map((stage) => ({
      ...stage,
      domain: stage.domain.filter((guard) => !isBound(guard)),
    }));
  };
  const isOpen = withoutGuards(bounds).some(({ domain }) =>
    domain.some(({ form }) => axesOfForm(form).has(name)),
  );
  // What else speaks of the axis counts its places from 0: then it begins there.
  const kept = isOpen ? bounds.filter((bound) => !isLower(bound, name)) : bounds;
  if (kept.length === 0) return kernel;
  const stages = withoutGuards(kept);
  const [first, end] = endsOf(kept, name, extent);
  const from = constantOf(first) === 0 ? undefined : first;
  const bound: RunBound = {
    axis: name,
    count: `${name}.count`,
    end,
    most: extent,
    ...(from && { from }),
  };
  const shorter = (axis: Kernel["axes"][number]): Kernel["axes"][number] =>
    axis.name === name ? { name, extent: dimForm(bound.count) } : axis;
  return {
    ...kernel,
    axes: kernel.axes.map(shorter),
    stages: stages.map((stage) => ({
      ...stage,
      ...(stage.reduce && { reduce: { ...stage.reduce, axes: stage.reduce.axes.map(shorter) } }),
    })),
    bounds: [...(kernel.bounds ?? []), bound],
  };
}

/** The first place inside all bounds, and the one behind the last. */
function endsOf(bounds: readonly Form[], name: string, extent: Form): readonly [first: Form, end: Form] {
  let [first, end] = [zero, extent];
  for (const bound of bounds) {
    const { rest } = partsOf(bound, name);
    if (isLower(bound, name)) first = maximum(first, negate(rest));
    else end = minimum(end, add(rest, constant(1)));
  }
  return [first, end];
}

/** Whether a bound says where the axis begins: it is the axis and the rest, not the rest without the axis. */
function isLower(bound: Form, name: string): boolean {
  return constantOf(add(subtract(bound, partsOf(bound, name).rest), negate(axisForm(name)))) === 0;
}

function partsOf(bound: Form, name: string): { readonly rest: Form } {
  const parts = linearIn(bound, (atom) => atom.kind === "axis" && atom.name === name);
  if (parts === undefined) throw new Error(`bug: ${bound.key} is no bound of ${name}`);
  return parts;
}
