import type { ComputeNode, Graph, Node, Program } from "../graph/graph.ts";
import { scale } from "../integers/index.ts";
import { bytesOf } from "../scalar/dtype.ts";
import { assignLayouts, withLayouts, type LayoutWish, type PlacedKernel } from "./assign-layouts.ts";
import { copyOf, formKernels } from "./form-kernels.ts";
import type { FusionLimits } from "./group-nodes.ts";
import { canonicalKernel, hashText } from "./kernel-key.ts";
import type { Kernel } from "./kernel.ts";
import { rowMajor, storedSize, type Layout } from "./layout.ts";
import type { Loops } from "./loops.ts";
import {
  isPersistent,
  planEntry,
  standIn,
  type BufferDraft,
  type BufferTable,
  type CompiledCall,
} from "./plan-entry.ts";
import type { Buffer, EntryPlan, Plan } from "./plan.ts";
import type { Schedule } from "./schedule.ts";

/** What a plan needs to know of the machine that it is for. */
export interface PlanTarget {
  readonly name: Plan["target"];
  readonly fusion: FusionLimits;
  /** Whether a call may write its result over one of its operands; WebGPU binds no buffer twice to one dispatch. */
  readonly inPlace: boolean;
  readonly wish: LayoutWish;
  readonly schedule: (kernel: Kernel) => Schedule;
  readonly lower: (kernel: Kernel, schedule: Schedule) => Loops;
}

/** The kernels, layouts, code, calls and memory of a program whose graphs are in normal form and recognised. */
export function makePlan(program: Program, target: PlanTarget): Plan {
  const table: BufferTable = { buffers: [], merged: new Map() };
  const places = makePlaces(table);
  const entries = Object.entries(program.entries).map(([name, given]) => {
    const graph = withOwnOutputs(given);
    const outputs = new Set(graph.outputs.map(({ node }) => node));
    const nodes = new Map(graph.nodes.map((node) => [node.name, node]));
    const buffers = new Map<string, number>();
    const bufferOf = (name: string): number => {
      const node = nodes.get(name);
      if (node === undefined) throw new Error(`bug: ${name} is no node of ${graph.name}`);
      const buffer = buffers.get(name) ?? places(node, outputs.has(name));
      buffers.set(name, buffer);
      return buffer;
    };
    for (const node of graph.nodes) if (node.kind === "input") bufferOf(node.name);
    const kernels = formKernels(graph, target.fusion).map(({ kernel, nodes: operands }) => ({
      kernel,
      buffers: operands.map(bufferOf),
    }));
    return { name, graph, bufferOf, kernels };
  });
  const layouts = assignLayouts(
    entries.flatMap(({ kernels }) => kernels),
    table.buffers.map(({ shape, role }) => ({
      rank: shape.length,
      fixed: role === "input" || role === "output",
      packed: isPersistent(role),
    })),
    target.wish,
  );
  table.buffers.forEach((buffer, place) => {
    table.buffers[place] = withLayout(buffer, layouts[place] ?? buffer.layout);
  });
  const code = new Map<string, { kernel: Kernel; loops: Loops }>();
  const compile = makeCompile(target, code);
  const plans = entries.map(({ name, graph, bufferOf, kernels }): EntryPlan => {
    const compiled = kernels.map((placed) => compile(placed, layouts));
    return { ...planEntry(graph, compiled, bufferOf, table, target.inPlace), name };
  });
  const numbered = renumber(table, plans);
  const { params, states } = program;
  return { name: program.name, target: target.name, params, states, code, ...numbered };
}

/** Outputs are values that some kernel writes: what is an input, a parameter or a constant is copied. */
function withOwnOutputs(graph: Graph): Graph {
  const nodes = new Map(graph.nodes.map((node) => [node.name, node]));
  const copies = new Map<string, ComputeNode>();
  for (const { node: name } of graph.outputs) {
    const node = nodes.get(name);
    if (node === undefined) throw new Error(`bug: the output ${name} is no node of ${graph.name}`);
    if (node.kind === "compute") continue;
    let copy = `${name}.copy`;
    while (nodes.has(copy)) copy = `${copy}'`;
    copies.set(name, copyOf(copy, node));
  }
  if (copies.size === 0) return graph;
  const outputs = graph.outputs.map((output) => ({
    ...output,
    node: copies.get(output.node)?.name ?? output.node,
  }));
  return { ...graph, nodes: [...graph.nodes, ...copies.values()], outputs };
}

/** Gives nodes their buffers: parameters, states and equal constants are shared by all entries. */
function makePlaces(table: BufferTable): (node: Node, isOutput: boolean) => number {
  const shared = new Map<string, number>();
  const add = (draft: BufferDraft): number => table.buffers.push(draft) - 1;
  const share = (key: string, draft: BufferDraft): number => {
    const buffer = shared.get(key) ?? add(draft);
    shared.set(key, buffer);
    return buffer;
  };
  return (node, isOutput) => {
    const { name, dtype, shape } = node;
    const layout = rowMajor(shape.length);
    const bytes = scale(storedSize({ shape, layout }), bytesOf[dtype]);
    const draft = { name, dtype, shape, layout, bytes };
    switch (node.kind) {
      case "input":
        return add({ ...draft, role: "input" });
      case "param":
      case "state":
        return share(`${node.kind} ${node.path}`, {
          ...draft,
          name: node.path,
          role: node.kind,
          path: node.path,
        });
      case "constant": {
        const key = `constant ${dtype} ${shape.map(({ key }) => key).join(",")} ${node.values.map(exact).join(",")}`;
        return share(key, { ...draft, role: "constant", values: node.values });
      }
      case "compute":
        return add({ ...draft, role: isOutput ? "output" : "temporary" });
      case "scatter":
      case "grad":
        throw new Error(`bug: the planner has no kernel for the ${node.kind} ${name}`);
      default:
        return node satisfies never;
    }
  };
}

function exact(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

function withLayout(buffer: BufferDraft, layout: Layout): BufferDraft {
  const size = storedSize({ shape: buffer.shape, layout });
  return { ...buffer, layout, bytes: scale(size, bytesOf[buffer.dtype]) };
}

/** Schedules and lowers a kernel, once for all that differ in names alone. */
function makeCompile(
  target: PlanTarget,
  code: Map<string, { kernel: Kernel; loops: Loops }>,
): (placed: PlacedKernel, layouts: readonly Layout[]) => CompiledCall {
  const known = new Map<string, { key: string; schedule: Schedule; loops: Loops }>();
  return (placed, layouts) => {
    const kernel = withLayouts(placed, layouts);
    const text = canonicalKernel(kernel);
    let made = known.get(text);
    if (made === undefined) {
      const schedule = target.schedule(kernel);
      const loops = target.lower(kernel, schedule);
      let key = `${kernel.name}_${hashText(text)}`;
      while (code.has(key)) key = `${key}_`;
      made = { key, schedule, loops };
      known.set(text, made);
      code.set(key, { kernel, loops });
    }
    return { kernel, buffers: placed.buffers, ...made };
  };
}

/** The buffers that are left after merging, numbered from 0, those that stay first. */
function renumber(
  table: BufferTable,
  entries: readonly EntryPlan[],
): { readonly buffers: readonly Buffer[]; readonly entries: readonly EntryPlan[] } {
  const left = [...table.buffers.keys()].filter((buffer) => !table.merged.has(buffer));
  const roleOf = (buffer: number): Buffer["role"] => table.buffers[buffer]?.role ?? "temporary";
  const order = [
    ...left.filter((b) => isPersistent(roleOf(b))),
    ...left.filter((b) => !isPersistent(roleOf(b))),
  ];
  const ids = new Map(order.map((buffer, id) => [buffer, id]));
  const idOf = (buffer: number): number => {
    const id = ids.get(standIn(buffer, table));
    if (id === undefined) throw new Error(`bug: buffer ${buffer} is not numbered`);
    return id;
  };
  const buffers = order.flatMap((buffer, id): readonly Buffer[] => {
    const draft = table.buffers[buffer];
    return draft === undefined ? [] : [{ ...draft, id }];
  });
  return {
    buffers,
    entries: entries.map((entry) => ({
      ...entry,
      inputs: entry.inputs.map((input) => ({ ...input, buffer: idOf(input.buffer) })),
      outputs: entry.outputs.map((output) => ({ ...output, buffer: idOf(output.buffer) })),
      arena: entry.arena.map(idOf),
      interference: entry.interference.map(([a, b]) => [idOf(a), idOf(b)] as const),
      calls: entry.calls.map((call) => ({ ...call, operands: call.operands.map(idOf) })),
    })),
  };
}
