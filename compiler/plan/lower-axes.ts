import {
  add,
  axis as axisForm,
  ceilDivide,
  constant,
  constantOf,
  floorDivide,
  minimum,
  modulo,
  multiply,
  scale,
  subtract,
  zero,
  type Form,
} from "../integers/index.ts";
import type { Bind, Schedule, Step, Tail } from "./schedule.ts";

/** A schedule's steps by what they say of each axis. `when` is decided before. */
export interface AxisPlan {
  readonly fuses: readonly (Step & { kind: "fuse" })[];
  readonly splits: ReadonlyMap<string, Split>;
  /** The split that an axis is the outer part of. */
  readonly outers: ReadonlyMap<string, Split>;
  readonly binds: ReadonlyMap<string, Bind>;
  readonly order: readonly string[];
  readonly outlined: ReadonlySet<string>;
  readonly parts: ReadonlySet<string>;
  /** Loops of a reduction that run around everything. */
  readonly accumulated: readonly string[];
  readonly stagings: readonly (Step & { kind: "stage" })[];
}

export type Split = Step & { kind: "split" };

export function planAxes(schedule: Schedule): AxisPlan {
  const splits = schedule.filter((step) => step.kind === "split");
  const accumulated = schedule.flatMap((step) => (step.kind === "accumulate" ? [step.axis] : []));
  return {
    fuses: schedule.filter((step) => step.kind === "fuse"),
    splits: new Map(splits.map((step) => [step.axis, step])),
    outers: new Map(splits.map((step) => [step.outer, step])),
    binds: new Map(schedule.flatMap((step) => (step.kind === "bind" ? [[step.axis, step.to] as const] : []))),
    order: schedule.flatMap((step) => (step.kind === "order" ? step.axes : [])),
    outlined: new Set(schedule.flatMap((step) => (step.kind === "outline" ? [step.axis] : []))),
    parts: new Set(schedule.flatMap((step) => (step.kind === "splitReduce" ? [step.axis] : []))),
    accumulated,
    stagings: schedule.filter((step) => step.kind === "stage"),
  };
}

export function bindOf(plan: AxisPlan, axis: string): Bind {
  return plan.parts.has(axis) ? "unroll" : (plan.binds.get(axis) ?? "serial");
}

/** The axes after fusion that these axes of the kernel are made of, in the place of the first of each. */
export function fusedAxes(plan: AxisPlan, axes: readonly string[]): readonly string[] {
  const result: string[] = [];
  for (const name of axes) {
    const fuse = plan.fuses.find((step) => step.axes.includes(name));
    const axis = fuse === undefined ? name : fuse.into;
    if (!result.includes(axis)) result.push(axis);
  }
  return result;
}

/** What an axis is split into in the end. */
export function leavesOf(plan: AxisPlan, axis: string): readonly string[] {
  const split = plan.splits.get(axis);
  if (split === undefined) return [axis];
  return [...leavesOf(plan, split.outer), ...leavesOf(plan, split.inner)];
}

/** Sorted by the schedule's `order`; what it leaves out follows as it stands. */
export function inOrder(plan: AxisPlan, axes: readonly string[]): readonly string[] {
  const rank = (name: string): number => {
    const place = plan.order.indexOf(name);
    return place < 0 ? plan.order.length : place;
  };
  return [...axes].sort((a, b) => rank(a) - rank(b));
}

/** What is known inside some loops: values of the axes whose loops are open, extents of those that are to come. */
export interface Place {
  readonly values: ReadonlyMap<string, Form>;
  readonly extents: ReadonlyMap<string, Form>;
  /** Of an axis that is split: where its current segment begins, and the width of its tiles. */
  readonly segments: ReadonlyMap<string, { readonly start: Form; readonly by: number }>;
}

export function withValue(place: Place, axis: string, value: Form): Place {
  return { ...place, values: new Map(place.values).set(axis, value) };
}

/** The value of an axis over the loops that are open; undefined while one of its parts is not. */
export function valueOf(plan: AxisPlan, place: Place, axis: string): Form | undefined {
  const direct = place.values.get(axis);
  if (direct !== undefined) return direct;
  const split = plan.splits.get(axis);
  if (split !== undefined) {
    const segment = place.segments.get(axis);
    const outer = valueOf(plan, place, split.outer);
    const inner = valueOf(plan, place, split.inner);
    if (segment === undefined || outer === undefined || inner === undefined) return undefined;
    return add(segment.start, scale(outer, segment.by), inner);
  }
  const fuse = plan.fuses.find((step) => step.axes.includes(axis));
  if (fuse === undefined) return undefined;
  const whole = valueOf(plan, place, fuse.into);
  if (whole === undefined) return undefined;
  return fusedPart(fuse.axes, whole, axis, (name) => place.extents.get(name));
}

/** Of a, b, c fused into f: c = f % C, b = ⌊f/C⌋ % B, a = ⌊f/(C·B)⌋. */
function fusedPart(
  axes: readonly string[],
  whole: Form,
  axis: string,
  extentOf: (axis: string) => Form | undefined,
): Form {
  let rest = whole;
  for (let index = axes.length - 1; index > 0; index--) {
    const name = axes[index] ?? "";
    const extent = extentOf(name);
    if (extent === undefined) throw new Error(`bug: axis ${name} is fused before its extent is known`);
    if (name === axis) return modulo(rest, extent);
    rest = floorDivide(rest, extent);
  }
  return rest;
}

/** Tiles of one width: `count` of them from `start` on. */
export interface Segment {
  readonly start: Form;
  readonly count: Form;
  readonly width: number;
  /** Tile t begins at min(start + width·t, extent − width). */
  readonly overlap?: Form;
}

/**
 * How tiles cover an extent. `unit` is 4 where the tile's inner axis is bound to lanes: widths of the tail are then
 * whole vectors as far as that goes. `partial`: a last vector may be partly unused (not so in a reduction).
 */
export function segmentsOf(
  extent: Form,
  by: number,
  tail: Tail,
  unit: 1 | 4,
  partial: boolean,
): readonly Segment[] {
  const known = constantOf(extent);
  const width = constant(by);
  if (constantOf(modulo(extent, width)) === 0)
    return present([{ start: zero, count: floorDivide(extent, width), width: by }]);
  if (tail === "guard") return [{ start: zero, count: ceilDivide(extent, width), width: by }];
  if (tail === "none") throw new Error(`bug: tiles of ${by} do not divide ${extent.key}`);
  if (tail === "overlap" && (known === undefined || known >= by)) {
    if (known === undefined) {
      return [{ start: zero, count: ceilDivide(extent, width), width: by, overlap: subtract(extent, width) }];
    }
    return present([
      { start: zero, count: constant(Math.floor(known / by)), width: by },
      { start: constant(known - by), count: constant(1), width: by },
    ]);
  }
  if (known === undefined) return symbolicTail(extent, by, unit);
  if (tail === "even") return evenTiles(known, by, unit, partial);
  const rest = known % by;
  const start = known - rest;
  return present([
    { start: zero, count: constant(Math.floor(known / by)), width: by },
    ...restOf(start, rest, unit, partial),
  ]);
}

/** As `segmentsOf`, with single places at the ends of a known extent, where a split has edges, and apart between cuts. */
export function segmentsOfSplit(
  split: Split,
  extent: Form,
  unit: 1 | 4,
  partial: boolean,
): readonly Segment[] {
  const { edges, cuts, by, tail } = split;
  const known = constantOf(extent);
  if (cuts !== undefined && known !== undefined) {
    return [0, ...cuts].flatMap((start, place) => {
      const width = constant((cuts[place] ?? known) - start);
      const inside = segmentsOf(width, by, tail, unit, partial);
      return inside.map((segment) => ({ ...segment, start: add(segment.start, constant(start)) }));
    });
  }
  if (edges === undefined || known === undefined) return segmentsOf(extent, by, tail, unit, partial);
  const { before, after } = edges;
  const inside = segmentsOf(constant(known - before - after), by, tail, unit, partial);
  return present([
    { start: zero, count: constant(before), width: 1 },
    ...inside.map((segment) => ({ ...segment, start: add(segment.start, constant(before)) })),
    { start: constant(known - after), count: constant(after), width: 1 },
  ]);
}

function restOf(start: number, rest: number, unit: 1 | 4, partial: boolean): readonly Segment[] {
  if (unit === 1 || partial) return [{ start: constant(start), count: constant(1), width: rest }];
  const vectors = Math.floor(rest / 4);
  return [
    { start: constant(start), count: constant(vectors), width: 4 },
    { start: constant(start + 4 * vectors), count: constant(rest % 4), width: 1 },
  ];
}

function symbolicTail(extent: Form, by: number, unit: 1 | 4): readonly Segment[] {
  const segments: Segment[] = [];
  let start = zero;
  for (const width of unit === 4 && by > 4 ? [by, 4, 1] : [by, 1]) {
    const count = floorDivide(subtract(extent, start), constant(width));
    segments.push({ start, count, width });
    start = add(start, scale(count, width));
  }
  return segments;
}

function evenTiles(extent: number, by: number, unit: 1 | 4, partial: boolean): readonly Segment[] {
  if (unit === 4 && !partial) return restOf(0, extent, unit, partial);
  const units = Math.ceil(extent / unit);
  const tiles = Math.ceil(units / (by / unit));
  const narrow = Math.floor(units / tiles);
  const wide = units - narrow * tiles;
  const start = wide * (narrow + 1) * unit;
  const left = extent - start;
  const whole = Math.floor(left / (narrow * unit));
  return present([
    { start: zero, count: constant(wide), width: (narrow + 1) * unit },
    { start: constant(start), count: constant(whole), width: narrow * unit },
    {
      start: constant(start + whole * narrow * unit),
      count: constant(1),
      width: left - whole * narrow * unit,
    },
  ]);
}

function present(segments: readonly Segment[]): readonly Segment[] {
  return segments.filter((segment) => segment.width > 0 && constantOf(segment.count) !== 0);
}

/** Where tile number `tile` of an overlapping segment begins. */
export function overlapStart(segment: Segment, tile: Form, last: Form): Form {
  return minimum(add(segment.start, multiply(tile, constant(segment.width))), last);
}

/** Name of the lane in forms: 0 to 3, one vector at once. */
export const laneAxis = "$lane";
export const lane = axisForm(laneAxis);
