import type { Graph, Program, Training } from "../graph/graph.ts";
import type { EntryPlan, Plan, TrainingPlan } from "./plan.ts";

/** Every graph of a program by the name of its entry; no name in a source begins with `$`. */
export function graphsOf({ entries, training }: Program): Readonly<Record<string, Graph>> {
  if (training === undefined) return entries;
  const { step, accumulate, evaluate } = training;
  return { ...entries, $step: step, ...(accumulate && { $accumulate: accumulate }), $evaluate: evaluate };
}

/** The training of a plan, its graphs by the names of their entries. Its data are programs of their own. */
export function trainingOf({ accumulate, data: _data, test: _test, ...rest }: Training): TrainingPlan {
  return {
    ...rest,
    step: "$step",
    ...(accumulate && { accumulate: "$accumulate" }),
    evaluate: "$evaluate",
  };
}

/** The entries that a caller of the module sees. */
export function publicEntries({ entries }: Plan): readonly EntryPlan[] {
  return entries.filter(({ name }) => !name.startsWith("$"));
}
