export { costOfKernel, type KernelCost } from "./kernel-cost.ts";
export { publicEntries } from "./hidden-entries.ts";
export { makePlan, type PlanTarget } from "./make-plan.ts";
export { planProgram, type Planned } from "./plan-program.ts";
export { printPlan, type PlanStage } from "./print-plan.ts";
export { wasmTarget } from "./targets.ts";
export type * from "./kernel.ts";
export type * from "./plan.ts";
