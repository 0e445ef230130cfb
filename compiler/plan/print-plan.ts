import type { DimValues } from "./memory-size.ts";
import type { Plan } from "./plan.ts";
import { printKernel } from "./print-kernel.ts";
import { printLoops } from "./print-loops.ts";
import { printMemory } from "./print-memory.ts";

export type PlanStage = "kernels" | "loops" | "memory";

/** What `dlc inspect --stage` shows of a plan. Memory is shown at `dims`, 1 where they are left out. */
export function printPlan(plan: Plan, stage: PlanStage, dims: DimValues = () => 1): string {
  switch (stage) {
    case "kernels":
      return [...plan.code].map(([key, { kernel }]) => `// ${key}\n${printKernel(kernel)}`).join("\n\n");
    case "loops":
      return [...plan.code].map(([key, { loops }]) => `// ${key}\n${printLoops(loops)}`).join("\n\n");
    case "memory":
      return printMemory(plan, dims);
    default:
      return stage satisfies never;
  }
}
