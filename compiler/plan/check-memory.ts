import { report, type Diagnostic, type Span } from "../diagnostics/index.ts";
import type { FreeDim, Node, Program } from "../graph/graph.ts";
import { evaluate } from "../integers/index.ts";
import { bytesOf } from "../scalar/dtype.ts";
import { graphsOf } from "./hidden-entries.ts";
import { bytesAt, persistentBytes, placeArena } from "./memory-size.ts";
import type { Buffer, EntryPlan, Plan } from "./plan.ts";

/** What 32-bit addresses reach. */
export const addressLimit = 2 ** 32;

/** So much more than any memory that sizes are no longer computed exactly. */
const absurd = 2 ** 48;

/** Tensors that no target could ever hold; a program without them can be planned. */
export function checkTensorSizes(program: Program): readonly Diagnostic[] {
  return Object.values(graphsOf(program)).flatMap((graph) => {
    const node = graph.nodes.find((each) => leastBytes(each, graph.dims) > absurd);
    if (node === undefined) return [];
    const bytes = leastBytes(node, graph.dims);
    return [tooLarge(program.name, bytes, node.span, `${nameOf(node)} alone takes ${showBytes(bytes)}`)];
  });
}

/** Whether what persists and each entry's arena fit into the target's memory, at the smallest dims that the entry allows. */
export function checkMemory(plan: Plan, limit = addressLimit): readonly Diagnostic[] {
  return plan.entries.flatMap((entry) => {
    const smallest = lowOf(entry.dims);
    const { end } = placeArena(plan, entry, smallest);
    if (end <= limit) return [];
    const largest = largestBuffer(plan, entry, smallest);
    const size = largest === undefined ? "" : showBytes(bytesAt(largest, smallest));
    const label = largest === undefined ? undefined : `${largest.name} takes ${size} of it`;
    return [tooLarge(plan.name, end, spanOf(plan, largest), label, showBytes(persistentBytes(plan)))];
  });
}

function tooLarge(
  model: string,
  bytes: number,
  span: Span | undefined,
  label: string | undefined,
  persistent?: string,
): Diagnostic {
  return report("DLC5001", {
    message: `${model} needs ${showBytes(bytes)} of memory, and WebAssembly has at most ${showBytes(addressLimit)}`,
    span,
    label,
    ...(persistent !== undefined && {
      notes: [{ text: `${persistent} of it are parameters and constants` }],
    }),
  });
}

function nameOf(node: Node): string {
  return node.kind === "param" || node.kind === "state" ? node.path : node.name;
}

function leastBytes(node: Node, dims: readonly FreeDim[]): number {
  const low = lowOf(dims);
  const extents = node.shape.map((form) =>
    evaluate(form, (atom) => (atom.kind === "dim" ? low(atom.name) : NaN)),
  );
  return extents.reduce((all, extent) => all * extent, bytesOf[node.dtype]);
}

function lowOf(dims: readonly FreeDim[]): (name: string) => number {
  return (name) => dims.find((dim) => dim.name === name)?.low ?? 1;
}

function largestBuffer(plan: Plan, entry: EntryPlan, dims: (name: string) => number): Buffer | undefined {
  const touched = new Set([...entry.arena, ...entry.calls.flatMap(({ operands }) => operands)]);
  const buffers = plan.buffers.filter(({ id }) => touched.has(id));
  return buffers.sort((a, b) => bytesAt(b, dims) - bytesAt(a, dims))[0];
}

/** Where the buffer's tensor is written in the source. */
function spanOf(plan: Plan, buffer: Buffer | undefined): Span | undefined {
  if (buffer === undefined) return undefined;
  const owner = [...plan.params, ...plan.states, ...(plan.memory ?? [])].find(
    ({ path }) => path === buffer.path,
  );
  if (owner !== undefined) return owner.span;
  for (const { calls } of plan.entries) {
    for (const { code, operands } of calls) {
      const kernel = plan.code.get(code)?.kernel;
      const operand = kernel?.operands[operands.indexOf(buffer.id)];
      const stage = kernel?.stages.find(({ output }) => output !== undefined && output === operand?.name);
      if (stage?.span !== undefined) return stage.span;
    }
  }
  return undefined;
}

export function showBytes(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < units.length - 1) [value, unit] = [value / 1024, unit + 1];
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${units[unit] ?? ""}`;
}
