import type { Axis, Guard } from "../graph/expr.ts";
import { visitExpr } from "../graph/visit.ts";
import {
  axis as axisForm,
  constant,
  constantOf,
  equalForms,
  floorDivide,
  maximum,
  product,
  substituteNames,
  subtract,
  zero,
  type Form,
} from "../integers/index.ts";
import { bytesOf } from "../scalar/dtype.ts";
import type { Kernel, Operand, Stage } from "./kernel.ts";
import { rowMajor } from "./layout.ts";
import type { Loops, LoopsOf, Scratch } from "./loops.ts";
import { fusedAxes, planAxes, type AxisPlan, type Place } from "./lower-axes.ts";
import { bindIndex, branch, emit, makeBuilder, type Builder, type Value } from "./lower-builder.ts";
import { neededGuards } from "./lower-halo.ts";
import { openLoops } from "./lower-loop.ts";
import { zeroAll, zeroPadding } from "./lower-padding.ts";
import { integerValue, placeForm } from "./lower-read.ts";
import { leavesByBind, lowerStage } from "./lower-stage.ts";
import type { StageContext } from "./stage-context.ts";
import { applyTo } from "./lower-value.ts";
import { literal } from "./lower-builder.ts";
import { resolveIndices } from "./resolve-indices.ts";
import type { Schedule } from "./schedule.ts";

/**
 * The one way from meaning to order: a loop nest for each stage in the scheduled order, unrolled axes instantiated, the
 * lane axis as vectors, accumulators in locals, loads at one address shared, addresses as pointers that follow the loops.
 */
export function lower(kernel: Kernel, schedule: Schedule): Loops {
  return resolveIndices(lowerToNest(kernel, schedule));
}

/** As `lower`, with addresses and bounds still integer forms. */
function lowerToNest(kernel: Kernel, schedule: Schedule): LoopsOf<Form> {
  const { builder, starts } = atRunTime(makeBuilder(kernel));
  const scratch = new Map<string, Scratch>();
  for (const operand of kernel.operands) zeroBefore(builder, operand);
  lowerSteps({ builder, starts, scratch }, schedule);
  return {
    name: kernel.name,
    operands: kernel.operands.map((operand) => operand.name),
    scratch: [...scratch.values()],
    dims: kernel.dims,
    body: builder.blocks[0]?.statements ?? [],
  };
}

/** What must be zero in an operand before anything is written: all of a scatter's result, the padding of others. */
function zeroBefore(builder: Builder, operand: Operand): void {
  if (operand.access !== "write") return;
  const stage = builder.kernel.stages.find(({ output }) => output === operand.name);
  if (stage?.at !== undefined) zeroAll(builder, operand);
  else if (operand.paddingIsZero !== true) zeroPadding(builder, operand);
}

/** What is the same for all orders that one kernel may be run in. */
interface Lowering {
  readonly builder: Builder;
  /** The first places of axes that do not begin at 0. */
  readonly starts: ReadonlyMap<string, Form>;
  readonly scratch: Map<string, Scratch>;
}

/** Finds where axes begin and end that a number in memory bounds. From there on their extents are names. */
function atRunTime(builder: Builder): Pick<Lowering, "builder" | "starts"> {
  const { kernel } = builder;
  const starts = new Map<string, Form>();
  const counts = new Map<string, Form>();
  const nowhere = { axes: new Map<string, Form>(), lanes: 1, valid: 1 } as const;
  for (const { axis, count, from = zero, end, most } of kernel.bounds ?? []) {
    const [first, behind] = [from, end].map((form) => placeForm(builder, form, nowhere));
    if (first === undefined || behind === undefined) continue;
    const upTo = { low: zero, high: most };
    if (constantOf(first) !== 0) starts.set(axis, bindIndex(builder, first, `${axis}_from`, upTo));
    const places = maximum(zero, subtract(behind, starts.get(axis) ?? zero));
    counts.set(count, bindIndex(builder, places, count, upTo));
  }
  if (counts.size === 0) return { builder, starts };
  const known = ({ name, extent }: Axis): Axis => ({ name, extent: substituteNames(extent, counts) });
  const stages = kernel.stages.map((stage) => ({
    ...stage,
    ...(stage.reduce && { reduce: { ...stage.reduce, axes: stage.reduce.axes.map(known) } }),
  }));
  return { builder: { ...builder, kernel: { ...kernel, axes: kernel.axes.map(known), stages } }, starts };
}

function lowerSteps(lowering: Lowering, schedule: Schedule): void {
  const { builder } = lowering;
  const last = schedule.at(-1);
  if (last?.kind !== "when") {
    lowerStages(lowering, planAxes(schedule));
    return;
  }
  const before = schedule.slice(0, -1);
  const extent = extentsOf(builder.kernel, planAxes(before)).get(last.axis);
  if (extent === undefined) throw new Error(`bug: a schedule asks for the extent of ${last.axis}`);
  const known = constantOf(extent);
  const side = (steps: Schedule) => (): void => {
    lowerSteps(lowering, [...before, ...steps]);
  };
  if (known !== undefined) {
    side(known >= last.atLeast ? last.then : last.otherwise)();
    return;
  }
  const enough = applyTo(
    builder,
    "greaterEqual",
    integerValue(builder, extent),
    literal("i32", 1, last.atLeast),
  );
  emit(builder, {
    kind: "if",
    condition: enough.expr,
    then: branch(builder, side(last.then)),
    otherwise: branch(builder, side(last.otherwise)),
  });
}

function lowerStages({ builder, starts, scratch }: Lowering, plan: AxisPlan): void {
  const { kernel } = builder;
  const common = fusedAxes(
    plan,
    kernel.axes.map((axis) => axis.name),
  ).filter((axis) => kernel.stages.every((stage) => fusedAxes(plan, stage.axes).includes(axis)));
  const shared = leavesByBind(plan, common).loops;
  const context: StageContext = {
    builder,
    plan,
    registers: new Map<string, Value>(),
    scratch,
    staged: new Map(),
    extents: extentsOf(kernel, plan),
    starts,
    ...placesOfStages(builder, scratch, plan, new Set(shared)),
    guards: new Map<string, readonly Guard[]>(
      kernel.stages.map((stage) => [stage.name, neededGuards(kernel, stage)]),
    ),
  };
  const start: Place = { values: new Map(), segments: new Map(), extents: extentsOf(kernel, plan) };
  const around = plan.accumulated;
  if (around.length > 0) zeroSum(builder);
  openLoops(builder, plan, around, { place: start, reduction: true }, (place) => {
    openLoops(builder, plan, shared, { place, reduction: false }, (inner) => {
      for (const stage of kernel.stages) lowerStage(context, stage, new Set(shared), inner);
    });
  });
}

/** A sum that is added to its output in parts begins with zero there. */
function zeroSum(builder: Builder): void {
  const { stages, operands, name } = builder.kernel;
  const [stage, another] = stages;
  const output = operands.find((operand) => operand.name === stage?.output);
  if (another !== undefined || stage?.reduce?.op !== "sum" || output === undefined)
    throw new Error(`bug: ${name} is no single sum that may be added up in parts`);
  zeroAll(builder, output);
}

function extentsOf(kernel: Kernel, plan: AxisPlan): ReadonlyMap<string, Form> {
  const extents = new Map<string, Form>();
  for (const axis of [...kernel.axes, ...kernel.stages.flatMap((stage) => stage.reduce?.axes ?? [])]) {
    const other = extents.get(axis.name);
    if (other !== undefined && !equalForms(other, axis.extent)) {
      throw new Error(`bug: two axes of ${kernel.name} are called ${axis.name}`);
    }
    extents.set(axis.name, axis.extent);
  }
  for (const fuse of plan.fuses) {
    const own = fuse.axes.map((name) => {
      const extent = extents.get(name);
      if (extent === undefined) throw new Error(`bug: ${name}, which is fused, is no axis of ${kernel.name}`);
      return extent;
    });
    extents.set(fuse.into, product(own));
  }
  // Where tiles divide an axis, their width is known before any loop is open: either part may be the outer loop.
  for (const { axis, tail, by, outer, inner } of plan.splits.values()) {
    const extent = extents.get(axis);
    if (tail !== "none" || extent === undefined) continue;
    extents.set(outer, floorDivide(extent, constant(by)));
    extents.set(inner, constant(by));
  }
  return extents;
}

/** Where each stage's value goes: an operand, registers, or memory of the kernel's own. */
function placesOfStages(
  builder: Builder,
  scratch: Map<string, Scratch>,
  plan: AxisPlan,
  shared: ReadonlySet<string>,
): Pick<StageContext, "stored" | "kept"> {
  const { kernel } = builder;
  const stored = new Map<string, { operand: string; dims: readonly number[] }>();
  const kept = new Set<string>();
  for (const stage of kernel.stages) {
    const every = stage.axes.map((_, dim) => dim);
    if (stage.output !== undefined) stored.set(stage.name, { operand: stage.output, dims: every });
    const readers = kernel.stages.filter((reader) => reads(reader, stage.name));
    if (readers.length === 0) continue;
    const ownLoops = leavesByBind(plan, stage.axes).loops.filter((leaf) => !shared.has(leaf));
    if (ownLoops.length === 0 && readers.every((reader) => readsInPlace(reader, stage))) kept.add(stage.name);
    else if (stage.output === undefined) {
      const dims = every.filter((dim) => {
        const { loops, tile } = leavesByBind(plan, [stage.axes[dim] ?? ""]);
        return tile.length > 0 || loops.some((leaf) => !shared.has(leaf));
      });
      stored.set(stage.name, { operand: makeScratch(builder, scratch, stage, dims), dims });
    }
  }
  return { stored, kept };
}

function reads(reader: Stage, name: string): boolean {
  let found = false;
  visitExpr(reader.body, (expr) => {
    if (expr.kind === "read" && expr.operand === name) found = true;
  });
  return found;
}

/** Whether a later stage wants of an earlier one the value at its own place only. */
function readsInPlace(reader: Stage, stage: Stage): boolean {
  let inPlace = true;
  visitExpr(reader.body, (expr) => {
    if (expr.kind !== "read" || expr.operand !== stage.name) return;
    inPlace &&= expr.at.every((form, dim) => equalForms(form, axisForm(stage.axes[dim] ?? "")));
  });
  return inPlace;
}

function makeScratch(
  builder: Builder,
  scratch: Map<string, Scratch>,
  stage: Stage,
  dims: readonly number[],
): string {
  const shape = dims.map((dim) => {
    const { axes, bounds = [] } = builder.kernel;
    const name = stage.axes[dim];
    const bound = bounds.find(({ axis }) => axis === name);
    const extent = bound?.most ?? axes.find((axis) => axis.name === name)?.extent;
    if (extent === undefined || constantOf(extent) === undefined) {
      throw new Error(
        `bug: stage ${stage.name} needs an operand of its own, its size is known only at run time`,
      );
    }
    return extent;
  });
  const operand: Operand = {
    name: `${stage.name}_scratch`,
    dtype: stage.dtype,
    shape,
    layout: rowMajor(shape.length),
    access: "write",
  };
  builder.operands.set(operand.name, operand);
  const bytes = (constantOf(product(shape)) ?? 0) * bytesOf[stage.dtype];
  scratch.set(operand.name, { name: operand.name, bytes, space: "memory" });
  return operand.name;
}
