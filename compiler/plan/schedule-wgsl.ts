import { constantOf } from "../integers/index.ts";
import type { Kernel } from "./kernel.ts";
import { dependsOn, extentOf, viewKernel, type KernelView, type StageView } from "./kernel-access.ts";
import type { Schedule, Step } from "./schedule.ts";
import { simplifyAxes } from "./simplify-axes.ts";

// WebGPU promises 256 threads in a workgroup and 16 KiB of memory for it.
const threads = 256;
const side = 16;
// A thread of a product keeps the sums of so many rows and columns in registers; so deep is a step of the reduction.
const perThread = 4;
const depth = 16;

/**
 * The order in which WebGPU's workgroups run a kernel. Of contractions with one axis of either factor alone it makes
 * tiles of 64 × 64 that share what they read; everything else has a thread for each element. Operands are dense: zeros
 * around a result are written by one thread alone.
 */
export function scheduleForWgsl(kernel: Kernel): Schedule {
  const view = simplifyAxes(viewKernel(kernel));
  const [stage] = view.stages;
  const product =
    stage && view.stages.every((one) => one.axes.length === stage.axes.length)
      ? tiledProduct(view)
      : undefined;
  return [...view.steps, ...(product ?? elementPerThread(view))];
}

/** A thread for each element of the longest shared axis; the others are workgroups or loops. */
function elementPerThread(view: KernelView): Schedule {
  const [first, ...rest] = view.stages;
  const shared = (first?.axes ?? []).filter((axis) => rest.every((stage) => stage.axes.includes(axis)));
  const inner = shared.at(-1);
  if (inner === undefined) return [];
  const others = shared.filter((axis) => axis !== inner);
  const split: Step = {
    kind: "split",
    axis: inner,
    by: threads,
    outer: `${inner}.g`,
    inner: `${inner}.l`,
    tail: "guard",
  };
  return [
    split,
    ...[...others, split.outer].map((axis): Step => ({ kind: "bind", axis, to: "grid" })),
    { kind: "bind", axis: split.inner, to: "local" },
    { kind: "order", axes: [...others, split.outer, split.inner] },
  ];
}

function tiledProduct(view: KernelView): Schedule | undefined {
  const main = view.stages.find((stage) => stage.reduction.length === 1);
  const reads = main?.accesses.filter((access) => !access.write) ?? [];
  const [left, right, third] = reads;
  const [k] = main?.reduction ?? [];
  if (
    main === undefined ||
    left === undefined ||
    right === undefined ||
    third !== undefined ||
    k === undefined
  )
    return undefined;
  if (main.stage.reduce?.op !== "sum" || left.operand === right.operand) return undefined;
  const [m, second] = main.axes.filter((axis) => dependsOn(left, axis) && !dependsOn(right, axis));
  const [n, fourth] = main.axes.filter((axis) => dependsOn(right, axis) && !dependsOn(left, axis));
  if (m === undefined || n === undefined || second !== undefined || fourth !== undefined) return undefined;
  if (!longEnough(view, main, [m, n])) return undefined;
  const batch = main.axes.filter((axis) => axis !== m && axis !== n);
  const tile = (axis: string): readonly Step[] => [
    { kind: "split", axis, by: side * perThread, outer: `${axis}.g`, inner: `${axis}.b`, tail: "guard" },
    { kind: "split", axis: `${axis}.b`, by: perThread, outer: `${axis}.l`, inner: `${axis}.u`, tail: "none" },
    { kind: "bind", axis: `${axis}.g`, to: "grid" },
    { kind: "bind", axis: `${axis}.l`, to: "local" },
    { kind: "bind", axis: `${axis}.u`, to: "unroll" },
  ];
  const outer = `${k}.o`;
  return [
    ...tile(m),
    ...tile(n),
    ...batch.map((axis): Step => ({ kind: "bind", axis, to: "grid" })),
    { kind: "split", axis: k, by: depth, outer, inner: `${k}.i`, tail: "guard" },
    { kind: "order", axes: [...batch, `${m}.g`, `${n}.g`, `${m}.l`, `${n}.l`, outer, `${k}.i`] },
    { kind: "stage", operand: left.operand.name, at: outer, space: "shared" },
    { kind: "stage", operand: right.operand.name, at: outer, space: "shared" },
  ];
}

/** Tiles would be mostly empty where a side is known to be short. */
function longEnough(view: KernelView, stage: StageView, axes: readonly string[]): boolean {
  return (
    stage.stage.domain.length === 0 &&
    axes.every((axis) => (constantOf(extentOf(view, axis)) ?? side) >= side)
  );
}
