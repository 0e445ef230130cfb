import type { Diagnostic } from "../diagnostics/index.ts";
import type { Program } from "../graph/graph.ts";
import { checkHalves } from "./check-halves.ts";
import { checkMemory, checkTensorSizes } from "./check-memory.ts";
import { makePlan, type PlanTarget } from "./make-plan.ts";
import type { Plan } from "./plan.ts";

export interface Planned {
  /** Undefined where the target can't do what the program needs. */
  readonly plan: Plan | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** The plan of an optimised program, if the target can compute it and it fits into the target's memory. */
export function planProgram(program: Program, target: PlanTarget): Planned {
  const refused = [...checkHalves(program), ...checkTensorSizes(program)];
  if (refused.length > 0) return { plan: undefined, diagnostics: refused };
  const plan = makePlan(program, target);
  const diagnostics = checkMemory(plan);
  return { plan: diagnostics.length > 0 ? undefined : plan, diagnostics };
}
