import type { ComputeNode, Graph, Node, Program, Update } from "../graph/graph.ts";
import { readBounds, readersOf } from "../graph/run-bounds.ts";
import { rootsOf } from "../graph/visit.ts";
import { dim as dimForm, scale, type Form } from "../integers/index.ts";
import { bytesOf } from "../scalar/dtype.ts";
import { assignLayouts, withLayouts, type LayoutWish, type PlacedKernel } from "./assign-layouts.ts";
import { boundAxes } from "./bound-axes.ts";
import { formSteps, withTurnsAsDims } from "./form-scans.ts";
import { flattenKernel } from "./flatten-kernel.ts";
import type { FusionLimits } from "./group-nodes.ts";
import { graphsOf, trainingOf } from "./hidden-entries.ts";
import { canonicalKernel, hashText } from "./kernel-key.ts";
import type { Kernel } from "./kernel.ts";
import { rowMajor, storedSize, type Layout } from "./layout.ts";
import type { Loops } from "./loops.ts";
import { isPersistent, planEntry, standIn, type BufferDraft, type BufferTable } from "./plan-entry.ts";
import { placeUpdates } from "./place-updates.ts";
import type { Buffer, EntryPlan, Plan } from "./plan.ts";
import { compileSteps, kernelsOf, placeSteps, sliceOf, type CompiledKernel } from "./place-steps.ts";
import type { Schedule } from "./schedule.ts";
import { withOwnRoots } from "./own-roots.ts";
import { tieLayouts } from "./tie-layouts.ts";

/** What a plan needs to know of the machine that it is for. */
export interface PlanTarget {
  readonly name: Plan["target"];
  readonly fusion: FusionLimits;
  /** Whether a call may write its result over one of its operands; WebGPU binds no buffer twice to one dispatch. */
  readonly inPlace: boolean;
  /** Whether a loop may end where a number in memory says; the size of a dispatch is known before. */
  readonly endsAtRunTime: boolean;
  readonly wish: LayoutWish;
  readonly schedule: (kernel: Kernel) => Schedule;
  readonly lower: (kernel: Kernel, schedule: Schedule) => Loops;
}

/** The kernels, layouts, code, calls and memory of a program whose graphs are in normal form and recognised. */
export function makePlan(program: Program, target: PlanTarget): Plan {
  const table: BufferTable = { buffers: [], merged: new Map() };
  const places = makePlaces(table);
  const entries = Object.entries(graphsOf(program)).map(([name, given]) => {
    const graph = withOwnRoots(given);
    const outputs = new Set(graph.outputs.map(({ node }) => node));
    const nodes = new Map(graph.nodes.map((node) => [node.name, node]));
    const formed = placeUpdates(graph, formSteps(graph, target.fusion));
    const buffers = new Map<string, number>();
    const placeOf = (name: string): number => {
      const update = formed.targets.get(name);
      const node = nodes.get(update?.node ?? name);
      if (node === undefined) throw new Error(`bug: ${name} is no node of ${graph.name}`);
      // After the last turn a carry lies where it lay in each.
      if (node.kind === "last") return bufferOf(node.of);
      return places(update === undefined ? node : targetOf(update, node), outputs.has(name));
    };
    const bufferOf = (name: string): number => {
      const buffer = buffers.get(name) ?? placeOf(name);
      buffers.set(name, buffer);
      return buffer;
    };
    for (const node of graph.nodes) if (node.kind === "input") bufferOf(node.name);
    const steps = placeSteps(formed, sliceOf(graph), bufferOf);
    return { name, graph, bufferOf, steps };
  });
  const placed = entries.flatMap(({ steps }) => kernelsOf(steps));
  const elected = assignLayouts(
    placed,
    table.buffers.map(({ shape, role, stacked }) => ({
      rank: shape.length,
      fixed: role === "input" || role === "output" || stacked === true,
      packed: isPersistent(role),
    })),
    target.wish,
  );
  const layouts = tieLayouts(placed, table.buffers, elected);
  table.buffers.forEach((buffer, place) => {
    table.buffers[place] = withLayout(buffer, layouts[place] ?? buffer.layout);
  });
  const code = new Map<string, { kernel: Kernel; loops: Loops }>();
  const compile = makeCompile(target, code);
  const plans = entries.map(({ name, graph, bufferOf, steps }): EntryPlan => {
    const bounded = target.endsAtRunTime ? boundedBy(graph) : (kernel: Kernel) => kernel;
    const compiled = compileSteps(steps, (own) => compile(own, layouts, bounded));
    return { ...planEntry(graph, compiled, bufferOf, table, target.inPlace), name };
  });
  const numbered = renumber(table, plans);
  const { params, states, memory } = program;
  const { training } = program;
  return {
    name: program.name,
    target: target.name,
    params,
    states,
    ...(memory && { memory }),
    ...(training && { training: trainingOf(training) }),
    code,
    ...numbered,
  };
}

/** The tensor that an update writes, as a node of its own would read it. */
function targetOf({ kind, path }: Update, { name, dtype, shape }: Node): Node {
  const base = { name, dtype, shape, path };
  if (kind === "param") return { kind, ...base };
  return kind === "slot" ? { kind: "state", ...base, slot: true } : { kind, ...base };
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
          role: node.kind === "state" && node.slot === true ? "slot" : node.kind,
          path: node.path,
        });
      case "constant": {
        const key = `constant ${dtype} ${shape.map(({ key }) => key).join(",")} ${node.values.map(exact).join(",")}`;
        return share(key, { ...draft, role: "constant", values: node.values });
      }
      case "compute":
      case "scatter":
      case "argsort":
      case "carry":
        return add({ ...draft, role: isOutput ? "output" : "temporary" });
      case "stack":
        // A turn writes its part as if that were all: it lies together, and its elements in their order.
        return add({ ...draft, role: isOutput ? "output" : "temporary", stacked: true });
      case "last":
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

/** What makes the run-time bounds of a graph's nodes those of the kernels that compute them. */
function boundedBy(graph: Graph): (kernel: Kernel) => Kernel {
  const turns = new Set((graph.scans ?? []).map(({ turn }) => turn));
  const isLate = (dim: string): boolean => turns.has(dim);
  const { nodes } = withTurnsAsDims(graph);
  const [computed, readers, roots] = [
    new Map<string, ComputeNode>(),
    readersOf(nodes),
    new Set(rootsOf(graph)),
  ];
  for (const node of nodes)
    if (node.kind === "compute" && !roots.has(node.name)) computed.set(node.name, node);
  const none: ReadonlyMap<string, Form> = new Map();
  return (kernel) =>
    boundAxes(
      kernel,
      (name, dim) => {
        const node = computed.get(name);
        return (node && readBounds(node, readers.get(name) ?? [], isLate)[dim]) ?? none;
      },
      isLate,
    );
}

/** Schedules and lowers a kernel, once for all that differ in names alone. */
function makeCompile(
  target: PlanTarget,
  code: Map<string, { kernel: Kernel; loops: Loops }>,
): (placed: PlacedKernel, layouts: readonly Layout[], bounded: (kernel: Kernel) => Kernel) => CompiledKernel {
  const known = new Map<string, { key: string; schedule: Schedule; loops: Loops }>();
  return (placed, layouts, bounded) => {
    const own = bounded(withLayouts(placed, layouts));
    const flat = flattenKernel(own);
    const kernel = flat?.kernel ?? own;
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
    const dims = flat === undefined ? kernel.dims.map(dimForm) : [flat.size];
    return { kernel: own, dims, ...made };
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
      calls: entry.calls.map((call) => ({ ...call, operands: call.operands.map(idOf) })),
    })),
  };
}
