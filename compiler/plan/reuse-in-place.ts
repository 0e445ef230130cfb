import { axis as axisForm, equalForms } from "../integers/index.ts";
import { readsOf } from "../graph/visit.ts";
import type { Kernel, Operand } from "./kernel.ts";
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
  if (kernel.stages.some(({ reduce }) => reduce !== undefined) || computesTwice(schedule)) return undefined;
  const own = last.axes.map((name) => axisForm(name));
  for (const read of kernel.operands) {
    if (read.access !== "read" || !mayDie(read.name) || !isStoredAlike(read, write)) continue;
    const reads = kernel.stages.flatMap(({ axes, domain, body }) => {
      const guards = domain.map((guard) => readsOf({ kind: "guard", guard }));
      const sameAxes = axes.length === last.axes.length && axes.every((name) => last.axes.includes(name));
      return [...guards.flat(), ...readsOf(body)].map((each) => ({ ...each, sameAxes }));
    });
    const aligned = reads
      .filter(({ operand }) => operand === read.name)
      .every(
        ({ at, sameAxes }) => sameAxes && at.every((form, place) => equalForms(form, own[place] ?? form)),
      );
    if (aligned) return { read: read.name, write: write.name };
  }
  return undefined;
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
