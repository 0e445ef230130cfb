import { printForm } from "../graph/print.ts";
import { constantOf } from "../integers/index.ts";
import { showBytes } from "./check-memory.ts";
import { bytesAt, persistentBytes, placeArena, type DimValues } from "./memory-size.ts";
import { isPersistent } from "./plan-entry.ts";
import type { Buffer, EntryPlan, Plan } from "./plan.ts";
import { showLayout } from "./show-layout.ts";

/**
 * Buffers, addresses and calls, as `dlc inspect --stage memory` shows them. Sizes that depend on free dims are shown as
 * polynomials; addresses are those at `dims`.
 */
export function printMemory(plan: Plan, dims: DimValues): string {
  const persistent = plan.buffers.filter(({ role }) => isPersistent(role));
  return [
    `persistent ${showBytes(persistentBytes(plan))}`,
    ...persistent.map((buffer) => `  ${printBuffer(buffer)}`),
    ...plan.entries.map((entry) => printEntry(plan, entry, dims)),
  ].join("\n");
}

function printEntry(plan: Plan, entry: EntryPlan, dims: DimValues): string {
  const { addresses, end } = placeArena(plan, entry, dims);
  const at = entry.dims.map(({ name }) => `${name} = ${dims(name)}`).join(", ");
  const buffers = entry.arena.flatMap((id) => plan.buffers[id] ?? []);
  const base = persistentBytes(plan);
  return [
    `entry ${entry.name}${at === "" ? "" : ` at ${at}`}: arena ${showBytes(end - base)}`,
    ...buffers.map((buffer) => {
      const from = addresses.get(buffer.id) ?? NaN;
      return `  ${from - base}..${from - base + bytesAt(buffer, dims)} ${printBuffer(buffer)}`;
    }),
    ...entry.calls.map(
      ({ code, operands }) => `  call ${code}(${operands.map((id) => plan.buffers[id]?.name).join(", ")})`,
    ),
  ].join("\n");
}

function printBuffer({ id, name, role, dtype, shape, layout, bytes }: Buffer): string {
  const size =
    constantOf(bytes) === undefined ? `${printForm(bytes)} bytes` : showBytes(constantOf(bytes) ?? 0);
  return `#${id} ${role} ${name}: ${dtype}[${shape.map(printForm).join(", ")}]${showLayout(layout)} ${size}`;
}
