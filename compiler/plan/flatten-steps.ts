import { multiply, one, type Form } from "../integers/index.ts";
import type { CallLoop } from "./plan.ts";
import type { CompiledKernel, CompiledStep } from "./place-steps.ts";

/** A call in the order in which an entry has them. */
export interface FlatCall extends CompiledStep {
  readonly compiled: CompiledKernel;
  /** Of the innermost loop that it is in. */
  readonly turn: string | undefined;
  /** How often it is run. */
  readonly turns: Form;
}

/** The calls of steps one after another, and the runs of them that are repeated. */
export function flattenSteps(steps: readonly CompiledStep[]): {
  readonly calls: readonly FlatCall[];
  readonly loops: readonly CallLoop[];
} {
  const calls: FlatCall[] = [];
  const loops: CallLoop[] = [];
  const flatten = (step: CompiledStep, turn: string | undefined, turns: Form): void => {
    const { scan, compiled } = step;
    if (compiled !== undefined) calls.push({ ...step, compiled, turn, turns });
    if (scan === undefined) return;
    for (const each of scan.before) flatten(each, turn, turns);
    const first = calls.length;
    const place = loops.length;
    const all = multiply(turns, scan.extent);
    for (const each of scan.steps) flatten(each, scan.turn, all);
    loops.splice(place, 0, { turn: scan.turn, extent: scan.extent, first, count: calls.length - first });
  };
  for (const step of steps) flatten(step, undefined, one);
  return { calls, loops };
}
