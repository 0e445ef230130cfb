import type { DataGraphs, Graph, Program, Training } from "../graph/graph.ts";
import type { DataPlan, EntryPlan, Plan, TrainingPlan } from "./plan.ts";

/** Every graph of a program by the name of its entry; no name in a source begins with `$`. */
export function graphsOf({ entries, training }: Program): Readonly<Record<string, Graph>> {
  if (training === undefined) return entries;
  const { step, accumulate, evaluate, data, test } = training;
  return {
    ...entries,
    $step: step,
    ...(accumulate && { $accumulate: accumulate }),
    $evaluate: evaluate,
    ...(data && { "$data.train": data.train, "$data.evaluate": data.evaluate }),
    ...(test && { "$test.train": test.train, "$test.evaluate": test.evaluate }),
  };
}

/** The training of a plan, its graphs by the names of their entries. */
export function trainingOf({ accumulate, data, test, ...rest }: Training): TrainingPlan {
  const named = (given: DataGraphs, prefix: string): DataPlan => ({
    ...given,
    train: `${prefix}.train`,
    evaluate: `${prefix}.evaluate`,
  });
  return {
    ...rest,
    step: "$step",
    ...(accumulate && { accumulate: "$accumulate" }),
    evaluate: "$evaluate",
    ...(data && { data: named(data, "$data") }),
    ...(test && { test: named(test, "$test") }),
  };
}

/** The entries that a caller of the module sees. */
export function publicEntries({ entries }: Plan): readonly EntryPlan[] {
  return entries.filter(({ name }) => !name.startsWith("$"));
}
