import type { FreeDim, Graph } from "../graph/graph.ts";
import { add, constant, evaluate, multiply, type Form } from "../integers/index.ts";
import { bytesOf } from "../scalar/dtype.ts";
import { costOfKernel } from "./kernel-cost.ts";
import { rowMajor } from "./layout.ts";
import { lifetimesOf } from "./liveness.ts";
import { randomDims } from "./lower-random.ts";
import { orderCalls, type OrderedCall } from "./order-calls.ts";
import type { Buffer, Call, EntryPlan } from "./plan.ts";
import { flattenSteps, type FlatCall } from "./flatten-steps.ts";
import type { CompiledStep } from "./place-steps.ts";
import { operandToReuse } from "./reuse-in-place.ts";

/** What a plan says of a buffer before the buffers are numbered for good. */
export type BufferDraft = Omit<Buffer, "id">;

/** The buffers of a whole program under construction; a number is a place in the list. */
export interface BufferTable {
  readonly buffers: BufferDraft[];
  /** Buffers that are no more, and the ones that stand for them. */
  readonly merged: Map<number, number>;
}

/**
 * The calls of an entry in an order that keeps few bytes alive, with scratch memory, results written over operands that
 * die, and which buffers may not overlap. `bufferOf` answers the buffer of a node. Adds scratch buffers to the table
 * and merges buffers in it.
 */
export function planEntry(
  graph: Graph,
  steps: readonly CompiledStep[],
  bufferOf: (node: string) => number,
  table: BufferTable,
  inPlace: boolean,
): EntryPlan {
  const inputs = graph.nodes.flatMap((node) => (node.kind === "input" ? [node] : []));
  const outputs = graph.outputs.map(({ name, node }) => ({ name, buffer: bufferOf(node) }));
  const persistent = new Set<number>();
  table.buffers.forEach(({ role }, buffer) => isPersistent(role) && persistent.add(buffer));
  const held = new Set([...persistent, ...outputs.map(({ buffer }) => buffer)]);
  const sizeOf = (buffer: number): number =>
    persistent.has(buffer) ? 0 : representativeSize(table.buffers[buffer]?.bytes, graph.dims);
  const order = orderCalls(steps.map(accessesOf), sizeOf, held);
  const { calls: ordered, loops } = flattenSteps(order.flatMap((place) => steps[place] ?? []));
  if (inPlace) mergeInPlace(ordered, table);
  const find = (buffer: number): number => standIn(buffer, table);
  const calls = ordered.map(({ buffers, offsets, compiled }): Call => {
    const scratch = compiled.loops.scratch.filter(({ space }) => space === "memory");
    const own = scratch.map(({ name, bytes }) => addScratch(`${compiled.kernel.name}.${name}`, bytes, table));
    return {
      code: compiled.key,
      operands: [...buffers.map(find), ...own],
      ...(offsets.some((offset) => offset !== undefined) && { offsets }),
      dims: compiled.dims,
    };
  });
  const kept = inputs.flatMap((input) => (input.kept === true ? [bufferOf(input.name)] : []));
  const lifetimes = lifetimesOf(
    calls.map(({ operands }) => operands),
    inputs.map(({ name }) => bufferOf(name)),
    [...outputs.map(({ buffer }) => find(buffer)), ...kept],
    persistent,
    loops,
  );
  const arena = [...lifetimes].toSorted(([a], [b]) => Number(kept.includes(b)) - Number(kept.includes(a)));
  return {
    name: graph.name,
    dims: graph.dims,
    facts: graph.facts,
    ...(ordered.some(({ kernel }) => kernel.dims.includes(randomDims[0])) && { random: true as const }),
    inputs: inputs.map(({ name, range, initial, kept: isKept }) => ({
      name,
      buffer: bufferOf(name),
      ...(range && { range }),
      ...(initial !== undefined && { initial }),
      ...(isKept && { kept: isKept }),
    })),
    outputs: outputs.map(({ name, buffer }) => ({ name, buffer: find(buffer) })),
    arena: arena.map(([buffer]) => buffer),
    lifetimes: arena.map(([, lifetime]) => lifetime),
    calls,
    ...(loops.length > 0 && { loops }),
    flops: add(...ordered.map(({ kernel, turns }) => multiply(costOfKernel(kernel).operations, turns))),
  };
}

/** Placed once, when a module is loaded. */
export function isPersistent(role: Buffer["role"]): boolean {
  return role === "param" || role === "state" || role === "slot" || role === "constant";
}

/** Bytes at dims by which alternatives are compared: 8, or what is nearest to it. */
function representativeSize(bytes: Form | undefined, dims: readonly FreeDim[]): number {
  if (bytes === undefined) throw new Error("bug: a buffer that is not in the table");
  return evaluate(bytes, (atom) => {
    const dim = atom.kind === "dim" ? dims.find(({ name }) => name === atom.name) : undefined;
    return dim === undefined ? 8 : Math.max(dim.low, Math.min(8, dim.high ?? 8));
  });
}

function accessesOf({ kernel, buffers, after }: CompiledStep): OrderedCall {
  const of = (access: "read" | "write"): readonly number[] => [
    ...new Set(buffers.filter((_, place) => kernel.operands[place]?.access === access)),
  ];
  return { after, reads: of("read"), writes: of("write") };
}

/** Lets element-wise calls write their result over an operand of which they are the last reader. */
function mergeInPlace(calls: readonly FlatCall[], table: BufferTable): void {
  const lastReader = new Map<number, FlatCall>();
  for (const call of calls) for (const buffer of accessesOf(call).reads) lastReader.set(buffer, call);
  const shared = buffersOfSeveralLoops(calls);
  for (const call of calls) {
    const { kernel, schedule } = call.compiled;
    const placeOf = (operand: string): number => kernel.operands.findIndex(({ name }) => name === operand);
    const bufferOf = (operand: string): number => call.buffers[placeOf(operand)] ?? -1;
    // What is read in each turn dies in none of them, and a part of a buffer is no buffer.
    const isWhole = (operand: string): boolean =>
      call.offsets[placeOf(operand)] === undefined && !shared.has(bufferOf(operand));
    const reuse = operandToReuse(kernel, schedule, (operand) => {
      const buffer = bufferOf(operand);
      return (
        table.buffers[buffer]?.role === "temporary" && lastReader.get(buffer) === call && isWhole(operand)
      );
    });
    // What persists is no place for a value that only this call reads.
    const target = reuse && table.buffers[bufferOf(reuse.write)];
    if (target === undefined || isPersistent(target.role) || !isWhole(reuse?.write ?? "")) continue;
    if (reuse !== undefined) table.merged.set(bufferOf(reuse.read), bufferOf(reuse.write));
  }
}

/** Those that calls of different loops touch, or one in a loop and one outside. */
function buffersOfSeveralLoops(calls: readonly FlatCall[]): ReadonlySet<number> {
  const loops = new Map<number, string | undefined>();
  const shared = new Set<number>();
  for (const { buffers, turn } of calls) {
    for (const buffer of buffers) {
      if (loops.has(buffer) && loops.get(buffer) !== turn) shared.add(buffer);
      loops.set(buffer, turn);
    }
  }
  return shared;
}

/** The buffer that a buffer was merged into, or the buffer itself. */
export function standIn(buffer: number, table: BufferTable): number {
  const next = table.merged.get(buffer);
  return next === undefined ? buffer : standIn(next, table);
}

function addScratch(name: string, bytes: number, table: BufferTable): number {
  const elements = Math.ceil(bytes / bytesOf.f32);
  table.buffers.push({
    name,
    role: "scratch",
    dtype: "f32",
    shape: [constant(elements)],
    layout: rowMajor(1),
    bytes: constant(elements * bytesOf.f32),
  });
  return table.buffers.length - 1;
}
