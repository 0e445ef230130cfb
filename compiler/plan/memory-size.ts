import { place } from "../../runtime/place.ts";
import { evaluate } from "../integers/index.ts";
import { isPersistent } from "./plan-entry.ts";
import type { Buffer, EntryPlan, Plan } from "./plan.ts";

/** Addresses are multiples of a cache line. */
export const alignment = 64;

export type DimValues = (dim: string) => number;

/** Bytes of a buffer at some dims. */
export function bytesAt(buffer: Buffer, dims: DimValues): number {
  return evaluate(buffer.bytes, (atom) => (atom.kind === "dim" ? dims(atom.name) : NaN));
}

/** Bytes from 0 to the end of what persists: the table of addresses, then parameters, states and constants. */
export function persistentBytes(plan: Plan): number {
  const align = (bytes: number): number => Math.ceil(bytes / alignment) * alignment;
  const table = align(4 * plan.buffers.length);
  return plan.buffers
    .filter(({ role }) => isPersistent(role))
    .reduce((sum, buffer) => sum + align(bytesAt(buffer, () => NaN)), table);
}

/** Where the buffers of an entry lie at some dims, as the runtime places them, if nothing limited it. */
export function placeArena(
  plan: Plan,
  entry: EntryPlan,
  dims: DimValues,
): { readonly addresses: ReadonlyMap<number, number>; readonly end: number } {
  const sizes = entry.arena.map((id) => {
    const buffer = plan.buffers[id];
    return buffer === undefined ? NaN : bytesAt(buffer, dims);
  });
  const kept = entry.inputs.filter((input) => input.kept === true).length;
  const placed = place(sizes, entry.lifetimes, persistentBytes(plan), Infinity, { alignment, first: kept });
  if (!placed.fits) throw new Error(`bug: a buffer of ${entry.name} has no size`);
  return {
    addresses: new Map(entry.arena.map((id, index) => [id, placed.addresses[index] ?? NaN])),
    end: placed.end,
  };
}
