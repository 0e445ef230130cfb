import { equalForms } from "../integers/index.ts";
import type { PlacedKernel } from "./assign-layouts.ts";
import type { Layout } from "./layout.ts";
import type { Buffer } from "./plan.ts";
import { readsOnlyInPlace } from "./reuse-in-place.ts";

type Subject = Pick<Buffer, "role" | "stacked">;

/** Whose layout the others of a group take: what all entries read before what only a step does. */
const rank = {
  param: 0,
  state: 1,
  slot: 2,
  temporary: 3,
} as const satisfies Partial<Record<Buffer["role"], number>>;

function rankOf(role: Buffer["role"]): number | undefined {
  return role === "param" || role === "state" || role === "slot" || role === "temporary"
    ? rank[role]
    : undefined;
}

/**
 * The layouts of a program once what an update reads and writes element by element is stored alike: the parameter, its
 * slots and its gradient, so that the update is one pass over flat memory.
 */
export function tieLayouts(
  kernels: readonly PlacedKernel[],
  subjects: readonly Subject[],
  layouts: readonly Layout[],
): readonly Layout[] {
  const leaders = new Map<number, number>();
  const leaderOf = (buffer: number): number => {
    const next = leaders.get(buffer);
    return next === undefined ? buffer : leaderOf(next);
  };
  const tie = (a: number, b: number): void => {
    const [one, other] = [leaderOf(a), leaderOf(b)];
    if (one === other) return;
    const first =
      (rankOf(subjects[one]?.role ?? "scratch") ?? 4) <= (rankOf(subjects[other]?.role ?? "scratch") ?? 4);
    leaders.set(first ? other : one, first ? one : other);
  };
  for (const { kernel, buffers, offsets } of kernels) {
    const targets = kernel.operands.filter(({ paddingIsZero }) => paddingIsZero === true);
    for (const target of targets) {
      const own = buffers[kernel.operands.indexOf(target)] ?? -1;
      kernel.operands.forEach((operand, place) => {
        const buffer = buffers[place] ?? -1;
        if (offsets?.[place] !== undefined || subjects[buffer]?.stacked === true) return;
        const alike =
          operand.shape.length === target.shape.length &&
          operand.shape.every((extent, dim) => equalForms(extent, target.shape[dim] ?? extent));
        if (!alike || rankOf(subjects[buffer]?.role ?? "scratch") === undefined) return;
        const inPlace = operand.access === "write" || readsOnlyInPlace(kernel, operand.name, target.name);
        if (inPlace) tie(own, buffer);
      });
    }
  }
  return layouts.map((layout, buffer) => layouts[leaderOf(buffer)] ?? layout);
}
