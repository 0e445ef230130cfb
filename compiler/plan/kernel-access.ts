import type { Expr } from "../graph/expr.ts";
import { formsOf, visitExpr } from "../graph/visit.ts";
import {
  add,
  atomsOf,
  axis as axisForm,
  constant,
  constantOf,
  equalForms,
  evaluate,
  floorDivide,
  linearIn,
  lowest,
  mentions,
  modulo,
  multiply,
  scale,
  simplifyByRange,
  substituteNames,
  zero,
  type Atom,
  type Bounds,
  type Form,
} from "../integers/index.ts";
import type { Kernel, Operand, Stage } from "./kernel.ts";
import { offsetOf } from "./layout.ts";
import { lane, laneAxis } from "./lower-axes.ts";
import { neededGuards } from "./lower-halo.ts";
import type { Step } from "./schedule.ts";

/** One place of a kernel that reads or writes an operand: at which offset, in elements. */
export interface Access {
  readonly operand: Operand;
  readonly offset: Form;
  readonly write: boolean;
}

/** A stage as a scheduler sees it. */
export interface StageView {
  readonly stage: Stage;
  readonly axes: readonly string[];
  readonly reduction: readonly string[];
  readonly accesses: readonly Access[];
  /** Conditions that its loops must keep: form ≥ 0, or form = 0. */
  readonly guards: readonly Form[];
  /** Other forms over its axes: conditions inside its body, indices. */
  readonly forms: readonly Form[];
}

/** A kernel as a scheduler sees it: its axes after some have been fused or split, and what it accesses in terms of them. */
export interface KernelView {
  readonly kernel: Kernel;
  readonly extents: ReadonlyMap<string, Form>;
  readonly stages: readonly StageView[];
  /** How the axes came about. */
  readonly steps: readonly Step[];
}

export function viewKernel(kernel: Kernel): KernelView {
  const stages = kernel.stages.map((stage): StageView => {
    const reads: Access[] = [];
    const forms: Form[] = [];
    visitExpr(stage.body, (expr) => {
      if (expr.kind === "read") reads.push(...readAccess(kernel, expr));
      else forms.push(...formsOf(expr));
    });
    const output = kernel.operands.find((operand) => operand.name === stage.output);
    const write = output && {
      operand: output,
      offset: offsetOf(output, writtenAt(stage)),
      write: true,
    };
    return {
      stage,
      axes: stage.axes,
      reduction: stage.reduce?.axes.map((axis) => axis.name) ?? [],
      accesses: [...reads, ...(write ? [write] : [])],
      guards: neededGuards(kernel, stage).map((guard) => guard.form),
      forms,
    };
  });
  const axes = [
    ...kernel.axes,
    ...kernel.stages.flatMap(({ reduce, running }) => [
      ...(reduce?.axes ?? []),
      ...(running ? [running.along, running.over] : []),
    ]),
  ];
  return { kernel, extents: new Map(axes.map((axis) => [axis.name, axis.extent])), stages, steps: [] };
}

/** Of a sort, where a row of it begins. */
function writtenAt({ axes, at, target, order, running }: Stage): readonly Form[] {
  const own = axes.map((name) => axisForm(name));
  if (running !== undefined) return own.toSpliced(running.place, 0, axisForm(running.along.name));
  return at ?? target ?? [...own, ...(order ? [zero] : [])];
}

/** A stage that has an output is read there; one that has none lies in registers or scratch memory. */
function readAccess(kernel: Kernel, read: Expr & { kind: "read" }): readonly Access[] {
  const stage = kernel.stages.find((one) => one.name === read.operand);
  const name = stage === undefined ? read.operand : stage.output;
  const operand = kernel.operands.find((one) => one.name === name);
  return operand ? [{ operand, offset: offsetOf(operand, read.at), write: false }] : [];
}

export function rangesOf(view: KernelView): (atom: Atom) => Bounds | undefined {
  return (atom) => {
    if (atom.kind === "dim") return { low: constant(1) };
    if (atom.kind !== "axis") return undefined;
    if (atom.name === laneAxis) return { low: zero, high: constant(3) };
    const extent = view.extents.get(atom.name);
    return extent && { low: zero, high: add(extent, constant(-1)) };
  };
}

function rewrite(
  view: KernelView,
  values: ReadonlyMap<string, Form>,
  rename: (axes: readonly string[]) => readonly string[],
  extents: ReadonlyMap<string, Form>,
  step: Step,
): KernelView {
  const next: KernelView = { ...view, extents, steps: [...view.steps, step] };
  const change = (form: Form): Form => simplifyByRange(substituteNames(form, values), rangesOf(next));
  const stages = view.stages.map((stage): StageView => ({
    ...stage,
    axes: rename(stage.axes),
    reduction: rename(stage.reduction),
    accesses: stage.accesses.map((access) => ({ ...access, offset: change(access.offset) })),
    guards: stage.guards.map(change),
    forms: stage.forms.map(change),
  }));
  return { ...next, stages };
}

/** Two neighbouring axes of all stages that have either, as one. */
export function fuseAxes(view: KernelView, outer: string, inner: string, into: string): KernelView {
  const [a, b] = [view.extents.get(outer), view.extents.get(inner)];
  if (a === undefined || b === undefined) throw new Error(`bug: ${outer} or ${inner} is no axis`);
  const whole = axisForm(into);
  const values = new Map([
    [outer, floorDivide(whole, b)],
    [inner, modulo(whole, b)],
  ]);
  const rename = (axes: readonly string[]): readonly string[] =>
    axes.flatMap((name) => (name === outer ? [into] : name === inner ? [] : [name]));
  const extents = new Map(view.extents).set(into, multiply(a, b));
  const known = view.steps.find((step) => step.kind === "fuse" && step.into === outer);
  // a·b fused with c is one step of three axes.
  const step: Step =
    known?.kind === "fuse"
      ? { kind: "fuse", axes: [...known.axes, inner], into }
      : { kind: "fuse", axes: [outer, inner], into };
  const next = rewrite(view, values, rename, extents, step);
  return { ...next, steps: next.steps.filter((one) => one !== known) };
}

/** An axis as two; `by` divides its extent. */
export function splitAxis(view: KernelView, axis: string, by: number): KernelView {
  const [outer, inner] = [`${axis}.o`, `${axis}.i`];
  const extent = view.extents.get(axis);
  if (extent === undefined) throw new Error(`bug: ${axis} is no axis`);
  const values = new Map([[axis, add(scale(axisForm(outer), by), axisForm(inner))]]);
  const rename = (axes: readonly string[]): readonly string[] =>
    axes.flatMap((name) => (name === axis ? [outer, inner] : [name]));
  const extents = new Map(view.extents)
    .set(outer, floorDivide(extent, constant(by)))
    .set(inner, constant(by));
  return rewrite(view, values, rename, extents, { kind: "split", axis, by, outer, inner, tail: "none" });
}

const isAxis =
  (name: string) =>
  (atom: Atom): boolean =>
    atom.kind === "axis" && atom.name === name;

/**
 * Whether every form sees both axes only as outer·extent(inner) + inner. A schedule fuses axes of the kernel alone, not
 * parts of one that is split.
 */
export function canFuse(view: KernelView, outer: string, inner: string): boolean {
  const extent = view.extents.get(inner);
  const isPart = (name: string): boolean =>
    view.steps.some((step) => step.kind === "split" && (step.outer === name || step.inner === name));
  if (extent === undefined || isPart(outer) || isPart(inner)) return false;
  const stepsAlike = (form: Form): boolean => {
    const parts = linearIn(form, (atom) => isAxis(outer)(atom) || isAxis(inner)(atom));
    if (parts === undefined) return false;
    const of = (name: string): Form =>
      [...parts.coefficients.values()].find((one) => isAxis(name)(one.atom))?.coefficient ?? zero;
    return equalForms(of(outer), multiply(of(inner), extent));
  };
  return view.stages.every((stage) => {
    const has = [outer, inner].map((name) => stage.axes.includes(name) || stage.reduction.includes(name));
    if (has[0] !== has[1]) return false;
    return formsOfStage(stage).every(stepsAlike);
  });
}

/** Elements between neighbours along an axis, where all lanes of a vector see one stride. */
export function strideAlong(view: KernelView, access: Access, axis: string): number | undefined {
  if (!mentions(access.offset, isAxis(axis))) return 0;
  const step = new Map([[axis, add(scale(axisForm(axis), 4), lane)]]);
  const form = simplifyByRange(substituteNames(access.offset, step), rangesOf(view));
  const parts = linearIn(form, isAxis(laneAxis));
  const [only, second] = parts?.coefficients.values() ?? [];
  if (parts === undefined || second !== undefined) return undefined;
  return only === undefined ? 0 : constantOf(only.coefficient);
}

const likelySize = 64;

/** How far an access moves along an axis, sizes that are known at run time only taken as likely ones. */
export function reachAlong(view: KernelView, access: Access, axis: string): number {
  const known = strideAlong(view, access, axis);
  if (known !== undefined) return Math.abs(known);
  const parts = linearIn(access.offset, isAxis(axis));
  const [only] = parts?.coefficients.values() ?? [];
  return only === undefined ? 0 : Math.abs(evaluate(only.coefficient, () => likelySize));
}

function formsOfStage(stage: StageView): readonly Form[] {
  return [...stage.accesses.map((access) => access.offset), ...stage.guards, ...stage.forms];
}

export function isGuarded(stage: StageView, axis: string): boolean {
  return stage.guards.some((form) => mentions(form, isAxis(axis)));
}

/**
 * How many places at either end of an axis a stage's conditions may fail for, whatever the other axes are; undefined
 * where that is not seen.
 */
export function edgesAlong(
  view: KernelView,
  stage: StageView,
  axis: string,
): { readonly before: number; readonly after: number } | undefined {
  const extent = constantOf(extentOf(view, axis));
  if (extent === undefined) return undefined;
  let [before, after] = [0, 0];
  for (const form of stage.guards) {
    if (!mentions(form, isAxis(axis))) continue;
    const parts = linearIn(form, isAxis(axis));
    const [only] = parts?.coefficients.values() ?? [];
    const slope = only && constantOf(only.coefficient);
    if (parts === undefined || slope === undefined) return undefined;
    const least = lowest(parts.rest, rangesOf(view));
    if (!Number.isFinite(least)) return undefined;
    // slope·x + least ≥ 0 from x = ⌈−least/slope⌉ on, or up to ⌊least/−slope⌋.
    if (slope > 0) before = Math.max(before, Math.ceil(-least / slope));
    else after = Math.max(after, extent - 1 - Math.floor(least / -slope));
  }
  return { before, after };
}

export function dependsOn(access: Access, axis: string): boolean {
  return mentions(access.offset, isAxis(axis));
}

/** Numbers that an axis is divided by somewhere, smallest first. */
export function divisorsOf(view: KernelView, axis: string): readonly number[] {
  const found = new Set<number>();
  for (const stage of view.stages) {
    for (const form of formsOfStage(stage)) {
      for (const atom of atomsOf(form)) {
        if (atom.kind !== "floor" || atom.of.key !== axisForm(axis).key) continue;
        const by = constantOf(atom.by);
        if (by !== undefined && by > 1) found.add(by);
      }
    }
  }
  return [...found].sort((a, b) => a - b);
}

export function extentOf(view: KernelView, axis: string): Form {
  const extent = view.extents.get(axis);
  if (extent === undefined) throw new Error(`bug: ${axis} is no axis of ${view.kernel.name}`);
  return extent;
}

/** The extent, or what to reckon with where it is known only at run time. */
export function likelyExtent(view: KernelView, axis: string, unknown = 1): number {
  return constantOf(extentOf(view, axis)) ?? unknown;
}
