import type { Graph } from "../graph/graph.ts";
import {
  constant,
  dim as dimForm,
  multiply,
  product,
  scale,
  subtract,
  type Form,
} from "../integers/index.ts";
import { bytesOf } from "../scalar/dtype.ts";
import type { PlacedKernel } from "./assign-layouts.ts";
import type { FormedStep } from "./formed-step.ts";
import type { Kernel } from "./kernel.ts";
import type { Loops } from "./loops.ts";
import type { PlacedUpdates } from "./place-updates.ts";
import type { Schedule } from "./schedule.ts";

/** A formed kernel with its buffers; of a scan, those that it reads and results in. */
export interface PlacedStep extends PlacedKernel {
  /** Places in its list of the steps that come before it in every order. */
  readonly after: readonly number[];
  readonly scan?: PlacedScan<PlacedStep>;
}

export interface PlacedScan<Step> {
  readonly turn: string;
  readonly extent: Form;
  readonly before: readonly Step[];
  readonly steps: readonly Step[];
}

/** A kernel with the layouts and the code that it has. */
export interface CompiledKernel {
  readonly kernel: Kernel;
  /** In `Plan.code`. */
  readonly key: string;
  readonly schedule: Schedule;
  readonly loops: Loops;
  /** Values of the code's free dims. */
  readonly dims: readonly Form[];
}

/** One kernel of an entry, or a scan. */
export interface CompiledStep {
  readonly kernel: Kernel;
  readonly buffers: readonly number[];
  readonly offsets: readonly (Form | undefined)[];
  readonly after: readonly number[];
  readonly compiled?: CompiledKernel;
  readonly scan?: PlacedScan<CompiledStep>;
}

/** Where what a turn computes lies in what holds it for all turns. */
export interface Slice {
  /** The node of all turns. */
  readonly stack: string;
  /** In bytes, from its beginning. */
  readonly offset: Form;
}

/** What is stacked is written where it belongs in the stack. */
export function sliceOf(graph: Graph): (name: string) => Slice | undefined {
  const slices = new Map<string, Slice>();
  for (const node of graph.nodes) {
    if (node.kind !== "stack") continue;
    const bytes = scale(product(node.shape.slice(1)), bytesOf[node.dtype]);
    // Kernels and calls count turns from 1.
    const offset = multiply(subtract(dimForm(node.turn), constant(1)), bytes);
    slices.set(node.of, { stack: node.name, offset });
  }
  return (name) => slices.get(name);
}

/** The steps of an entry with their buffers. */
export function placeSteps(
  { kernels, after }: Pick<PlacedUpdates, "kernels" | "after">,
  slice: ReturnType<typeof sliceOf>,
  bufferOf: (name: string) => number,
): readonly PlacedStep[] {
  const place = (step: FormedStep, before: readonly number[]): PlacedStep => {
    const slices = step.nodes.map(slice);
    const inside = (steps: readonly FormedStep[]): readonly PlacedStep[] =>
      steps.map((inner) => place(inner, []));
    return {
      kernel: step.kernel,
      buffers: step.nodes.map((name, operand) => bufferOf(slices[operand]?.stack ?? name)),
      offsets: slices.map((one) => one?.offset),
      after: before,
      ...(step.scan && {
        scan: { ...step.scan, before: inside(step.scan.before), steps: inside(step.scan.steps) },
      }),
    };
  };
  return kernels.map((step, number) => place(step, after[number] ?? []));
}

/** All kernels of steps, also those in scans. */
export function kernelsOf(steps: readonly PlacedStep[]): readonly PlacedKernel[] {
  return steps.flatMap((step) =>
    step.scan === undefined ? [step] : [...kernelsOf(step.scan.before), ...kernelsOf(step.scan.steps)],
  );
}

export function compileSteps(
  steps: readonly PlacedStep[],
  compile: (kernel: PlacedKernel) => CompiledKernel,
): readonly CompiledStep[] {
  return steps.map(({ kernel, buffers, offsets = [], after, scan }) => {
    const base = { buffers, offsets, after };
    if (scan === undefined) {
      const compiled = compile({ kernel, buffers, offsets });
      return { ...base, kernel: compiled.kernel, compiled };
    }
    const before = compileSteps(scan.before, compile);
    return { ...base, kernel, scan: { ...scan, before, steps: compileSteps(scan.steps, compile) } };
  });
}
