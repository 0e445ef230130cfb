import { axis as axisForm, equalForms } from "../integers/index.ts";
import { readsOf } from "../graph/visit.ts";
import { isNotElementWise, type Kernel, type Operand, type Stage } from "./kernel.ts";
import { equalLayouts, isDense } from "./layout.ts";
import type { Schedule } from "./schedule.ts";

/**
 * The operand that the kernel's last result may be written over, if that operand is read for the last time here: the
 * kernel is element-wise, reads the operand nowhere but at the element that it writes, computes no element twice, and
 * both are stored alike. `mayDie` says of which operands it is the last reader.
 */
export function operandToReuse(
  kernel: Kernel,
  schedule: Schedule,
  mayDie: (operand: string) => boolean,
): { readonly read: string; readonly write: string } | undefined {
  const last = kernel.stages.at(-1);
  const write = kernel.operands.find(({ name }) => name === last?.output);
  if (last === undefined || write === undefined || !isDense(write)) return undefined;
  // Others could be read again after the last result is written.
  if (kernel.stages.some(isNotElementWise) || computesTwice(schedule)) return undefined;
  for (const read of kernel.operands) {
    if (read.access !== "read" || !mayDie(read.name) || !isStoredAlike(read, write)) continue;
    if (readsOnlyAt(kernel.stages, read.name, last)) return { read: read.name, write: write.name };
  }
  return undefined;
}

/**
 * Whether a kernel may write one operand over another that it reads, if both are stored alike: it reads it nowhere but
 * at the element that it writes, not after it has written it, and computes no element twice.
 */
export function readsOnlyInPlace(kernel: Kernel, read: string, write: string): boolean {
  if (kernel.operands.every(({ name }) => name !== read)) return true;
  const place = kernel.stages.findIndex(({ output }) => output === write);
  const last = kernel.stages[place];
  if (last === undefined || kernel.stages.some(isNotElementWise)) return false;
  const later = kernel.stages.slice(place + 1).flatMap(readsOfStage);
  return later.every(({ operand }) => operand !== read) && readsOnlyAt(kernel.stages, read, last);
}

/** Whether all that is read of an operand is the element that a stage is about. */
function readsOnlyAt(stages: readonly Stage[], name: string, { axes }: Stage): boolean {
  const own = axes.map((axis) => axisForm(axis));
  return stages.every((stage) => {
    const reads = readsOfStage(stage).filter(({ operand }) => operand === name);
    if (reads.length === 0) return true;
    const sameAxes = stage.axes.length === axes.length && stage.axes.every((axis) => axes.includes(axis));
    return sameAxes && reads.every(({ at }) => at.every((form, dim) => equalForms(form, own[dim] ?? form)));
  });
}

function readsOfStage({ domain, body }: Stage): ReturnType<typeof readsOf> {
  return [...domain.flatMap((guard) => readsOf({ kind: "guard", guard })), ...readsOf(body)];
}

function isStoredAlike(a: Operand, b: Operand): boolean {
  return (
    a.dtype === b.dtype &&
    a.shape.length === b.shape.length &&
    a.shape.every((extent, dim) => equalForms(extent, b.shape[dim] ?? extent)) &&
    equalLayouts(a.layout, b.layout)
  );
}

function computesTwice(schedule: Schedule): boolean {
  return schedule.some((step) => {
    if (step.kind === "split") return step.tail === "overlap";
    return step.kind === "when" && (computesTwice(step.then) || computesTwice(step.otherwise));
  });
}
