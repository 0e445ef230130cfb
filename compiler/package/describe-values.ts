import { constant, showForm, subtract } from "../integers/index.ts";
import type { EntryPlan } from "../plan/plan.ts";
import type { Dtype } from "../scalar/dtype.ts";

/** What the numbers of an input may be, where that is more than its dtype says: `whole numbers from 0 to 62`. */
export function describeValues(
  { range }: Pick<EntryPlan["inputs"][number], "range">,
  dtype: Dtype,
): string | undefined {
  if (range !== undefined) {
    const greatest = subtract(range.high, constant(1));
    return `whole numbers from ${showForm(range.low)} to ${showForm(greatest)}`;
  }
  return dtype === "bool" ? "1 for true, 0 for false" : undefined;
}

/** Free sizes of an entry that may not be any: `T is from 1 to 128.` */
export function describeSizes({ dims }: EntryPlan): string | undefined {
  const texts = dims.flatMap(({ name, low, high }) => {
    if (high !== undefined) return [`${name} is from ${low} to ${high}`];
    return low > 1 ? [`${name} is at least ${low}`] : [];
  });
  return texts.length === 0 ? undefined : `${texts.join(", ")}.`;
}
