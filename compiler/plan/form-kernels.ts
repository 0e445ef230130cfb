import { copyAt } from "../graph/build.ts";
import type { Axis, Expr } from "../graph/expr.ts";
import type { ArgsortNode, ComputeNode, Graph, Node, ScatterNode } from "../graph/graph.ts";
import { prefixOf } from "../graph/prefix.ts";
import type { Recognition } from "../graph/recognition.ts";
import {
  formsOf,
  mapForms,
  mapGuard,
  operandsOf,
  renameOperands,
  renameOperandsInForm,
  rootsOf,
  visitExpr,
} from "../graph/visit.ts";
import { atomsOf, axis as axisForm, constantOf, substitute, type Form } from "../integers/index.ts";
import { isRunning, spaceOf, type Member } from "./fusion-space.ts";
import { groupNodes, type FusionLimits, type Group } from "./group-nodes.ts";
import type { Kernel, Operand, Stage } from "./kernel.ts";
import { randomDims } from "./lower-random.ts";
import { nameKernel } from "./name-kernel.ts";
import { rowMajor } from "./layout.ts";

/** A kernel and the nodes of the graph whose values its operands are, in the order of the operands. */
export interface FormedKernel {
  readonly kernel: Kernel;
  readonly nodes: readonly string[];
}

/**
 * The kernels of a normalised, recognised graph, or of the part of it that belongs to one scan; `whole` is all of it, and
 * `through` what the scans in that part make of its nodes.
 * `placeUpdates` brings them into an order. All operands are row-major
 * still. Operands are named by their nodes; the stage that computes a stored node is called by the node's name and a
 * prime.
 */
export function formKernels(
  graph: Graph,
  limits: FusionLimits,
  whole: Graph = graph,
  through?: ReadonlyMap<string, readonly string[]>,
): readonly FormedKernel[] {
  const nodes = new Map(whole.nodes.map((node) => [node.name, node]));
  const wanted = new Map<string, Set<string>>();
  for (const node of whole.nodes) {
    for (const name of operandsOf(node)) wanted.set(name, (wanted.get(name) ?? new Set()).add(node.name));
  }
  const outputs = new Set(rootsOf(graph));
  const alone = graph.nodes.flatMap((node) => {
    if (node.kind === "scatter") return [scatterKernel(node, nodes)];
    if (node.kind === "compute" && isRunning(node)) return [runningKernel(node, nodes)];
    return node.kind === "argsort" ? [sortKernel(node, nodes)] : [];
  });
  const fused = groupNodes(graph, limits, through).map((group) => {
    const inside = new Set(group.members.map(({ node }) => node.name));
    const stored = group.members
      .map(({ node }) => node.name)
      .filter(
        (name) => outputs.has(name) || [...(wanted.get(name) ?? [])].some((reader) => !inside.has(reader)),
      );
    return formKernel(group, new Set([...stored, ...unboundedStages(group)]), nodes);
  });
  return [...fused, ...alone];
}

/** A scatter is a kernel by itself: its result is zeroed, then every term added where the data say. */
function scatterKernel(node: ScatterNode, nodes: ReadonlyMap<string, Node>): FormedKernel {
  const operands = [
    ...operandsOf(node).map((name) => makeOperand(name, "read", nodes)),
    makeOperand(node.name, "write", nodes),
  ];
  const stage: Stage = {
    name: `${node.name}'`,
    dtype: node.dtype,
    axes: node.axes.map(({ name }) => name),
    at: node.at,
    domain: node.domain,
    body: node.body,
    output: node.name,
    ...(node.span && { span: node.span }),
  };
  const named = { name: nameKernel([stage]), axes: node.axes, operands, stages: [stage] };
  return { kernel: { ...named, dims: dimsOf(named) }, nodes: operands.map(({ name }) => name) };
}

/** A running sum is a kernel by itself: along one axis, each place is that before it and one term more. */
function runningKernel(node: ComputeNode, nodes: ReadonlyMap<string, Node>): FormedKernel {
  const prefix = prefixOf(node);
  if (prefix === undefined || node.reduce === undefined)
    throw new Error(`bug: ${node.name} is no running sum`);
  const operands = [
    ...operandsOf(node).map((name) => makeOperand(name, "read", nodes)),
    makeOperand(node.name, "write", nodes),
  ];
  const { along, over, ahead, backwards, guard } = prefix;
  const axes = node.axes.filter((axis) => axis !== along);
  const stage: Stage = {
    name: `${node.name}'`,
    dtype: node.dtype,
    axes: axes.map(({ name }) => name),
    running: { op: node.reduce.op, along, place: node.axes.indexOf(along), over, ahead, backwards },
    domain: node.domain.filter((other) => other !== guard),
    body: node.body,
    output: node.name,
    ...(node.span && { span: node.span }),
  };
  const named = { name: nameKernel([stage]), axes, operands, stages: [stage] };
  return { kernel: { ...named, dims: dimsOf(named) }, nodes: operands.map(({ name }) => name) };
}

/** A sort is a kernel by itself, over the rows. */
function sortKernel(node: ArgsortNode, nodes: ReadonlyMap<string, Node>): FormedKernel {
  const operands = [makeOperand(node.of, "read", nodes), makeOperand(node.name, "write", nodes)];
  const axes = node.shape.slice(0, -1).map((extent, place) => ({ name: `r${place}`, extent }));
  const [length, count] = [operands[0]?.shape.at(-1), node.shape.at(-1)];
  if (length === undefined || count === undefined) throw new Error(`bug: ${node.name} sorts a number`);
  const axis = { name: "place", extent: length };
  const stage: Stage = {
    name: `${node.name}'`,
    dtype: node.dtype,
    axes: axes.map(({ name }) => name),
    order: { axis, count, descending: node.descending },
    domain: [],
    body: { kind: "read", operand: node.of, at: [...axes, axis].map(({ name }) => axisForm(name)) },
    output: node.name,
    ...(node.span && { span: node.span }),
  };
  const named = { name: nameKernel([stage]), axes, operands, stages: [stage] };
  return { kernel: { ...named, dims: dimsOf(named) }, nodes: operands.map(({ name }) => name) };
}

/** The kernel that computes one node and nothing else; `nodes` has it and what it reads. */
export function kernelOfNode(node: ComputeNode, nodes: ReadonlyMap<string, Node>): FormedKernel {
  const { space, member } = spaceOf(node);
  return formKernel({ members: [member], space }, new Set([node.name]), nodes);
}

/**
 * Inner values that a kernel could keep neither in registers nor in scratch memory: other members read them in loops of
 * their own, over axes whose extents are known only at run time. They get buffers that live for one call.
 */
function unboundedStages({ members, space }: Group): readonly string[] {
  const namesOf = ({ node, axisNames }: Member): readonly (string | undefined)[] =>
    node.axes.map(({ name }) => axisNames.get(name));
  const own = space.axes.filter(({ name }) => !members.every((member) => namesOf(member).includes(name)));
  const unbounded = new Set(
    own.filter(({ extent }) => constantOf(extent) === undefined).map(({ name }) => name),
  );
  const read = new Set(members.flatMap(({ node }) => operandsOf(node)));
  return members
    .filter((member) => read.has(member.node.name))
    .filter((member) => namesOf(member).some((name) => name !== undefined && unbounded.has(name)))
    .map(({ node }) => node.name);
}

function formKernel(
  group: Group,
  stored: ReadonlySet<string>,
  nodes: ReadonlyMap<string, Node>,
): FormedKernel {
  const reads = new Set(group.members.flatMap(({ node }) => [...operandsOf(node)]));
  for (const { node } of group.members) reads.delete(node.name);
  const stageNames = new Map<string, string>();
  const taken = new Set([...reads, ...stored]);
  for (const { node } of group.members) {
    let name = node.name;
    while (taken.has(name)) name = `${name}'`;
    taken.add(name);
    stageNames.set(node.name, name);
  }
  const parallel = new Set(
    group.members.flatMap(({ node, axisNames }) => node.axes.map(({ name }) => axisNames.get(name))),
  );
  const axes = group.space.axes.filter((axis) => parallel.has(axis.name));
  const reducedNames = nameReducedAxes(group, axes);
  const stages = group.members.map((member) => makeStage(member, stageNames, stored, reducedNames));
  const operands = [
    ...[...reads].map((name) => makeOperand(name, "read", nodes)),
    ...[...stored].map((name) => makeOperand(name, "write", nodes)),
  ];
  const named = { name: nameKernel(stages), axes, operands, stages };
  return { kernel: { ...named, dims: dimsOf(named) }, nodes: operands.map(({ name }) => name) };
}

export function makeOperand(
  name: string,
  access: "read" | "write",
  nodes: ReadonlyMap<string, Node>,
): Operand {
  const node = nodes.get(name);
  if (node === undefined) throw new Error(`bug: ${name} is read and nowhere defined`);
  const { dtype, shape } = node;
  return { name, dtype, shape, layout: rowMajor(shape.length), access };
}

/** Names for reduction axes, by column where they reduce one: equal over the stages, and unlike any parallel axis. */
function nameReducedAxes(group: Group, axes: readonly Axis[]): (member: Member, axis: Axis) => string {
  const taken = new Set(axes.map(({ name }) => name));
  const fresh = (base: string): string => {
    let name = base;
    while (taken.has(name)) name = `${name}'`;
    taken.add(name);
    return name;
  };
  const columns = new Map([...group.space.columns].map((name) => [name, fresh(name)]));
  const others = new Map<string, string>();
  return (member, axis) => {
    const column = member.axisNames.get(axis.name);
    const key = column === undefined ? `${member.node.name} ${axis.name}` : "";
    const name = columns.get(column ?? "") ?? others.get(key) ?? fresh(axis.name);
    if (column === undefined) others.set(key, name);
    return name;
  };
}

function makeStage(
  member: Member,
  stageNames: ReadonlyMap<string, string>,
  stored: ReadonlySet<string>,
  reducedName: (member: Member, axis: Axis) => string,
): Stage {
  const { node } = member;
  const names = new Map<string, string>();
  for (const { name } of node.axes) names.set(name, member.axisNames.get(name) ?? name);
  for (const axis of node.reduce?.axes ?? []) names.set(axis.name, reducedName(member, axis));
  const values = new Map([...names].map(([from, to]) => [from, axisForm(to)]));
  const inForm = (form: Form): Form =>
    substitute(form, (atom) => (atom.kind === "axis" ? values.get(atom.name) : undefined));
  const nameOf = (name: string): string => names.get(name) ?? name;
  return {
    name: stageNames.get(node.name) ?? node.name,
    dtype: node.dtype,
    axes: node.axes.map(({ name }) => nameOf(name)),
    ...(node.reduce && {
      reduce: {
        op: node.reduce.op,
        axes: node.reduce.axes.map(({ name, extent }) => ({ name: nameOf(name), extent })),
      },
    }),
    domain: node.domain.map((guard) =>
      mapGuard(guard, (form) => renameOperandsInForm(inForm(form), stageNames)),
    ),
    body: renameOperands(mapForms(node.body, inForm), stageNames),
    ...(stored.has(node.name) && { output: node.name }),
    ...(node.recognition && { recognition: renameRecognition(node.recognition, nameOf) }),
    ...(node.span && { span: node.span }),
  };
}

/** The tag with other names for its axes; its operands are never stages of the same kernel but in element-wise ones. */
function renameRecognition(tag: Recognition, nameOf: (axis: string) => string): Recognition {
  const all = (names: readonly string[]): readonly string[] => names.map(nameOf);
  switch (tag.kind) {
    case "contraction":
      return { ...tag, batch: all(tag.batch), m: all(tag.m), n: all(tag.n), k: all(tag.k) };
    case "convolution":
      return {
        ...tag,
        batch: all(tag.batch),
        groups: all(tag.groups),
        outChannels: all(tag.outChannels),
        inChannels: all(tag.inChannels),
        pixels: all(tag.pixels),
        window: all(tag.window),
      };
    case "depthwise":
      return { ...tag, channels: all(tag.channels), pixels: all(tag.pixels), window: all(tag.window) };
    case "window":
      return { ...tag, pixels: all(tag.pixels), window: all(tag.window) };
    case "rowwise":
      return { ...tag, row: all(tag.row) };
    case "prefix":
      return { ...tag, along: all(tag.along), over: all(tag.over) };
    case "elementwise":
      return tag;
    default:
      return tag satisfies never;
  }
}

/** The free dims that a kernel mentions, in the order in which it does: equal kernels have them in equal places. */
function dimsOf({ axes, operands, stages }: Omit<Kernel, "dims">): readonly string[] {
  const forms = [
    ...axes.map(({ extent }) => extent),
    ...operands.flatMap(({ shape }) => shape),
    ...stages.flatMap(({ reduce, at = [], running, domain, body }) => [
      ...at,
      ...(running ? [running.along.extent, running.over.extent, running.ahead] : []),
      ...(reduce?.axes ?? []).map(({ extent }) => extent),
      ...domain.map(({ form }) => form),
      ...allForms(body),
    ]),
  ];
  const names = forms.flatMap(atomsOf).flatMap((atom) => (atom.kind === "dim" ? [atom.name] : []));
  return [...new Set([...names, ...(stages.some(({ body }) => draws(body)) ? randomDims : [])])];
}

function draws(body: Expr): boolean {
  let found = false;
  visitExpr(body, ({ kind }) => (found ||= kind === "random"));
  return found;
}

function allForms(body: Expr): readonly Form[] {
  const forms: Form[] = [];
  visitExpr(body, (expr) => forms.push(...formsOf(expr)));
  return forms;
}

/** A node that only gives another's value a place of its own: outputs never share a buffer with a parameter. */
export function copyOf(name: string, source: Node): ComputeNode {
  const axes = source.shape.map((extent, place) => ({ name: `i${place}`, extent }));
  return {
    kind: "compute",
    name,
    dtype: source.dtype,
    shape: source.shape,
    axes,
    domain: [],
    body: copyAt(
      source,
      axes.map((axis) => axisForm(axis.name)),
    ),
    recognition: { kind: "elementwise" },
    ...(source.span && { span: source.span }),
  };
}
