import type { Diagnostic } from "../diagnostics/index.ts";
import type { Program } from "../graph/graph.ts";
import { checkMemory, checkTensorSizes } from "./check-memory.ts";
import { makePlan, type PlanTarget } from "./make-plan.ts";
import type { Plan } from "./plan.ts";

export interface Planned {
  /** Undefined where the program does not fit the target. */
  readonly plan: Plan | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** The plan of an optimised program, if it fits into the target's memory. */
export function planProgram(program: Program, target: PlanTarget): Planned {
  const absurd = checkTensorSizes(program);
  if (absurd.length > 0) return { plan: undefined, diagnostics: absurd };
  const plan = makePlan(program, target);
  const diagnostics = checkMemory(plan);
  return { plan: diagnostics.length > 0 ? undefined : plan, diagnostics };
}
