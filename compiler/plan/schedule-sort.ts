import type { KernelView } from "./kernel-access.ts";
import type { Schedule } from "./schedule.ts";

/** Row after row; each in a function of its own, since V8 does not replace one that runs. */
export function scheduleSort(view: KernelView): Schedule {
  const rows = view.stages[0]?.axes ?? [];
  const inner = rows.at(-1);
  return [
    ...view.steps,
    { kind: "order", axes: rows },
    ...(inner === undefined ? [] : [{ kind: "outline", axis: inner } as const]),
  ];
}
