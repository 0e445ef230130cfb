import {
  atomsOf,
  axis as axisForm,
  ceilDivide,
  constant,
  constantOf,
  linearIn,
  maximum,
  minimum,
  negate,
  scale,
  substitute,
  add,
  zero,
  type Form,
} from "../integers/index.ts";
import type { Guard } from "../graph/expr.ts";
import {
  bindOf,
  lane,
  leavesOf,
  overlapStart,
  segmentsOfSplit,
  valueOf,
  withValue,
  type AxisPlan,
  type Place,
  type Segment,
} from "./lower-axes.ts";
import { belowExtent, bindIndex, block, emit, freshName, simplify, type Builder } from "./lower-builder.ts";
import type { Lanes } from "./loops.ts";

/** A loop to be opened around what `body` emits, which is told the axis values inside. */
export interface LoopRequest {
  readonly leaf: string;
  readonly place: Place;
  /** Of a reduction: its conditions, some of which become bounds of the loop. */
  readonly guards?: readonly Guard[];
  readonly reduction: boolean;
  /** Told of each loop that is open, before anything stands in it. */
  readonly opened?: (leaf: string, place: Place) => void;
}

type Body = (place: Place, guards: readonly Guard[]) => void;

/** Opens the loops of some axes one inside the other. */
export function openLoops(
  builder: Builder,
  plan: AxisPlan,
  leaves: readonly string[],
  request: Omit<LoopRequest, "leaf">,
  body: Body,
): void {
  const [leaf, ...rest] = leaves;
  if (leaf === undefined) {
    body(request.place, request.guards ?? []);
    return;
  }
  openLoop(builder, plan, { ...request, leaf }, (place, guards) => {
    request.opened?.(leaf, place);
    openLoops(builder, plan, rest, { ...request, place, guards }, body);
  });
}

function openLoop(builder: Builder, plan: AxisPlan, request: LoopRequest, body: Body): void {
  const { leaf, place } = request;
  const split = plan.outers.get(leaf);
  if (split === undefined) {
    const extent = extentOf(place, leaf);
    const narrowed = narrow(builder, plan, request, extent);
    emitFor(builder, plan, leaf, narrowed.from, narrowed.to, extent, (value) => {
      body(withValue(place, leaf, value), narrowed.guards);
    });
    return;
  }
  const lanes = leavesOf(plan, split.inner).some((name) => bindOf(plan, name) === "lane");
  const extent = extentOf(place, split.axis);
  for (const segment of segmentsOfSplit(split, extent, lanes ? 4 : 1, !request.reduction)) {
    openSegment(builder, plan, request, segment, (inner) => {
      body(inner, request.guards ?? []);
    });
  }
}

function openSegment(
  builder: Builder,
  plan: AxisPlan,
  request: LoopRequest,
  segment: Segment,
  body: (place: Place) => void,
): void {
  const { leaf, place } = request;
  const split = plan.outers.get(leaf);
  if (split === undefined) throw new Error(`bug: ${leaf} is no part of a split`);
  const inside = (start: Form, tile: Form): Place => ({
    extents: new Map(place.extents).set(split.inner, constant(segment.width)),
    segments: new Map(place.segments).set(split.axis, { start, by: segment.width }),
    // A tile of one place has no instances to tell apart: conditions on it may become bounds of inner loops.
    values: new Map([
      ...place.values,
      [leaf, tile],
      ...(segment.width === 1 && !plan.splits.has(split.inner) ? [[split.inner, zero] as const] : []),
    ]),
  });
  emitFor(builder, plan, leaf, zero, segment.count, segment.count, (tile) => {
    if (segment.overlap === undefined) {
      body(inside(segment.start, tile));
      return;
    }
    const start = bindIndex(builder, overlapStart(segment, tile, segment.overlap), split.axis, {
      low: zero,
      high: segment.overlap,
    });
    body(inside(start, zero));
  });
}

function emitFor(
  builder: Builder,
  plan: AxisPlan,
  leaf: string,
  from: Form,
  to: Form,
  extent: Form,
  body: (value: Form) => void,
): void {
  if (constantOf(from) === 0 && constantOf(to) === 1) {
    body(zero);
    return;
  }
  const name = freshName(builder, leaf);
  builder.ranges.set(name, belowExtent(extent));
  const statements = block(
    builder,
    () => {
      body(axisForm(name));
    },
    name,
  );
  if (statements.length === 0) return;
  const bind = bindOf(plan, leaf);
  emit(builder, {
    kind: "for",
    name,
    from,
    to,
    step: 1,
    bind: bind === "grid" || bind === "local" ? bind : "serial",
    inductions: [],
    counted: true,
    outlined: plan.outlined.has(leaf),
    body: statements,
  });
}

function extentOf(place: Place, axis: string): Form {
  const extent = place.extents.get(axis);
  if (extent === undefined)
    throw new Error(`bug: the loop over ${axis} is opened before its extent is known`);
  return extent;
}

/** Conditions that only this axis and open loops decide become its bounds: c·r + rest ≥ 0. */
function narrow(
  builder: Builder,
  plan: AxisPlan,
  request: LoopRequest,
  extent: Form,
): { from: Form; to: Form; guards: readonly Guard[] } {
  let [from, to] = [zero, extent];
  const guards = (request.guards ?? []).filter((guard) => {
    if (guard.relation !== "nonnegative") return true;
    const parts = linearIn(guard.form, (atom) => atom.kind === "axis" && atom.name === request.leaf);
    const [own] = parts?.coefficients.values() ?? [];
    const factor = own && constantOf(own.coefficient);
    if (parts === undefined || factor === undefined) return true;
    const decided = atomsOf(parts.rest).every((atom) => {
      if (atom.kind === "axis") return valueOf(plan, request.place, atom.name) !== undefined;
      return atom.kind !== "read";
    });
    if (!decided) return true;
    const rest = substitute(parts.rest, (atom) =>
      atom.kind === "axis" ? valueOf(plan, request.place, atom.name) : undefined,
    );
    if (factor > 0) from = maximum(from, ceilDivide(negate(rest), constant(factor)));
    else to = minimum(to, add(scale(ceilDivide(scale(rest, -1), constant(-factor)), -1), constant(1)));
    return false;
  });
  return { from: simplify(builder, from), to: simplify(builder, to), guards };
}

/** One of the copies of a body that unrolled axes and vectors make. */
export interface Instance {
  readonly place: Place;
  readonly lanes: Lanes;
  readonly valid: number;
  /** Of the axes whose instances have accumulators of their own. */
  readonly part: string;
}

/** All combinations of the unrolled axes and the vectors of lane axes, the last axis fastest. */
export function instancesOf(plan: AxisPlan, leaves: readonly string[], place: Place): readonly Instance[] {
  let instances: readonly Instance[] = [{ place, lanes: 1, valid: 1, part: "" }];
  for (const leaf of leaves) {
    instances = instances.flatMap((instance) => expand(plan, leaf, instance));
  }
  return instances;
}

function expand(plan: AxisPlan, leaf: string, instance: Instance): readonly Instance[] {
  const split = plan.outers.get(leaf);
  if (split === undefined) return expandWidth(plan, leaf, instance, knownExtent(instance.place, leaf));
  // The outer part of a split: the tiles of each segment side by side.
  const extent = constant(knownExtent(instance.place, split.axis));
  const lanes = leavesOf(plan, split.inner).some((name) => bindOf(plan, name) === "lane");
  return segmentsOfSplit(split, extent, lanes ? 4 : 1, false).flatMap((segment) => {
    const place: Place = {
      values: instance.place.values,
      extents: new Map(instance.place.extents).set(split.inner, constant(segment.width)),
      segments: new Map(instance.place.segments).set(split.axis, { start: segment.start, by: segment.width }),
    };
    return expandWidth(plan, leaf, { ...instance, place }, constantOf(segment.count) ?? 0);
  });
}

function knownExtent(place: Place, leaf: string): number {
  const width = constantOf(extentOf(place, leaf));
  if (width === undefined) throw new Error(`bug: ${leaf} cannot be unrolled, its extent is not constant`);
  return width;
}

function expandWidth(plan: AxisPlan, leaf: string, instance: Instance, width: number): readonly Instance[] {
  const vector = bindOf(plan, leaf) === "lane" && width > 1;
  return Array.from({ length: vector ? Math.ceil(width / 4) : width }, (_, index): Instance => {
    if (vector) {
      return {
        ...instance,
        place: withValue(instance.place, leaf, add(constant(4 * index), lane)),
        lanes: 4,
        valid: Math.min(4, width - 4 * index),
      };
    }
    const place = withValue(instance.place, leaf, constant(index));
    return { ...instance, place, part: plan.parts.has(leaf) ? `${instance.part}.${index}` : instance.part };
  });
}

/** The axes of an instance in terms of loops and the lane. */
export function axesAt(plan: AxisPlan, place: Place, axes: readonly string[]): ReadonlyMap<string, Form> {
  return new Map(
    axes.map((name) => {
      const value = valueOf(plan, place, name);
      if (value === undefined) throw new Error(`bug: no loop gives ${name} a value`);
      return [name, value];
    }),
  );
}
