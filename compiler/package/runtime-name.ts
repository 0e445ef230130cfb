import type { Plan } from "../plan/plan.ts";

/** Which `runtime/entry-NAME.ts` a module needs: parts that a model does not use are not in it. */
export function runtimeName({ training, memory }: Pick<Plan, "training" | "memory">): string {
  if (training !== undefined) return memory === undefined ? "train" : "train-memory";
  return memory === undefined ? "wasm" : "memory";
}
