import type { ComputeNode, Graph } from "../graph/graph.ts";
import { isComputed } from "../graph/is-computed.ts";
import { operandsOf, readsOf, readsOfForm, rootsOf } from "../graph/visit.ts";
import { axis as axisForm, equalForms } from "../integers/index.ts";
import {
  areAligned,
  fitInto,
  isRunning,
  joinSpaces,
  kindOf,
  spaceOf,
  type Member,
  type Space,
} from "./fusion-space.ts";
import { changeOf } from "./row-change.ts";

/** Nodes that one kernel computes, in an order in which operands stand before their readers. */
export interface Group {
  readonly members: readonly Member[];
  readonly space: Space;
}

export interface FusionLimits {
  /** Buffers that one kernel may read and write. */
  readonly mostOperands: number;
}

interface Context {
  readonly limits: FusionLimits;
  readonly nodes: readonly ComputeNode[];
  readonly operands: ReadonlyMap<string, ReadonlySet<string>>;
  readonly readers: ReadonlyMap<string, readonly string[]>;
  /** Nodes that must be in memory: outputs, and what updates write. */
  readonly outputs: ReadonlySet<string>;
  /** Nodes that are computed from old values of what is updated, element by element. */
  readonly updating: ReadonlySet<string>;
  /** Those of them that keep most of the old value: they write one row by themselves, whoever reads them then. */
  readonly rows: ReadonlySet<string>;
  /** The group so far of each node that has one. */
  readonly groups: Map<string, Group>;
}

/**
 * Which nodes become one kernel. A reduction that is more than a row statistic takes the element-wise nodes behind it
 * as its epilogue, as long as nothing else wants a value on the way. The rest join their producers where these are
 * aligned: element-wise chains and DAGs, and rows with their statistics. What a contraction reads is in memory.
 *
 * Groups are answered in an order in which each stands after those that it reads. `through` has what is computed elsewhere
 * from nodes of the graph and read by others of them: what stands on both sides of it is no one kernel.
 */
export function groupNodes(
  graph: Graph,
  limits: FusionLimits,
  through: ReadonlyMap<string, readonly string[]> = new Map(),
): readonly Group[] {
  const context = contextOf(graph, limits, through);
  for (const node of context.nodes) if (kindOf(node) === "heavy") enter(growEpilogue(node, context), context);
  for (const node of context.nodes)
    if (!context.groups.has(node.name)) enter(joinProducers(node, context), context);
  return inOrder(context);
}

function contextOf(
  graph: Graph,
  limits: FusionLimits,
  through: ReadonlyMap<string, readonly string[]>,
): Context {
  const nodes = graph.nodes.filter((node) => node.kind === "compute").filter((node) => !isRunning(node));
  const computed = graph.nodes.filter(isComputed);
  const operands = new Map(computed.map((node) => [node.name, new Set(operandsOf(node))]));
  for (const [result, names] of through) operands.set(result, new Set(names));
  const readers = new Map<string, string[]>();
  for (const [reader, names] of operands) {
    for (const name of names) readers.set(name, [...(readers.get(name) ?? []), reader]);
  }
  const outputs = new Set(rootsOf(graph));
  const [updating, rows] = [updatingNodes(graph), rowUpdates(graph)];
  return { limits, nodes, operands, readers, outputs, updating, rows, groups: new Map() };
}

function rowUpdates(graph: Graph): ReadonlySet<string> {
  const updates = new Map((graph.updates ?? []).map(({ path, node }) => [node, path]));
  const rows = graph.nodes.flatMap((node) => {
    const path = updates.get(node.name);
    if (node.kind !== "compute" || node.reduce !== undefined || path === undefined) return [];
    const old = graph.nodes.flatMap((one) => ("path" in one && one.path === path ? [one.name] : []));
    const axes = node.axes.map(({ name }) => name);
    return changeOf(node, axes, new Set(old)) === undefined ? [] : [node.name];
  });
  return new Set(rows);
}

/**
 * What reads an updated tensor as an optimizer does. It is no epilogue of the gradient's contraction: an update of a
 * parameter and its slots is one pass over flat memory.
 */
function updatingNodes(graph: Graph): ReadonlySet<string> {
  const updated = new Set((graph.updates ?? []).map(({ path }) => path));
  const old = new Map(
    graph.nodes.flatMap((node) =>
      (node.kind === "param" || node.kind === "state") && updated.has(node.path) ? [[node.name, node]] : [],
    ),
  );
  const updating = graph.nodes.flatMap((node) => {
    if (node.kind !== "compute" || node.reduce !== undefined) return [];
    const own = readsOf(node.body).some(({ operand, at }) => {
      const tensor = old.get(operand);
      return (
        tensor?.shape.length === node.axes.length &&
        at.every((form, dim) => equalForms(form, axisForm(node.axes[dim]?.name ?? "")))
      );
    });
    return own ? [node.name] : [];
  });
  return new Set(updating);
}

function enter(group: Group, context: Context): void {
  for (const { node } of group.members) context.groups.set(node.name, group);
}

function growEpilogue(node: ComputeNode, context: Context): Group {
  const { space, member } = spaceOf(node);
  const members = [member];
  for (const next of context.nodes.slice(context.nodes.indexOf(node) + 1)) {
    if (context.groups.has(next.name) || kindOf(next) !== "element-wise") continue;
    if (context.updating.has(next.name) || isMovedByData(next)) continue;
    if (!readsAny(next, members, context)) continue;
    const fit = fitInto(next, members, space);
    if (fit === undefined || !isSound([...members, fit.member], context)) continue;
    members.push(fit.member);
  }
  while (members.slice(0, -1).some((inner) => isWantedOutside(inner.node, members, context))) members.pop();
  return { members, space };
}

/** What looks up where it reads takes each element by itself, where an epilogue has a tile of them. */
function isMovedByData(node: ComputeNode): boolean {
  return readsOf(node.body).some(({ at }) => at.some((form) => readsOfForm(form).length > 0));
}

function joinProducers(node: ComputeNode, context: Context): Group {
  const producers = new Set<Group>();
  for (const name of context.rows.has(node.name) ? [] : (context.operands.get(node.name) ?? [])) {
    const group = context.groups.get(name);
    if (group === undefined || group.space.kind === "heavy" || context.rows.has(name)) continue;
    producers.add(group);
  }
  let joined: { group: Group; own: Member } | undefined;
  for (const group of producers) {
    const fit = fitInto(node, group.members, group.space);
    if (fit === undefined) continue;
    if (joined === undefined) {
      const members = [...group.members, fit.member];
      if (isSound(members, context)) joined = { group: { members, space: fit.space }, own: fit.member };
      continue;
    }
    const { space, members } = joined.group;
    const both = joinSpaces(space, joined.own.axisNames, group.space, fit.member.axisNames);
    if (both === undefined) continue;
    const renamed = group.members.map((member) => renameMember(member, both.renamed));
    const all = inOrderOf(context.nodes, [...members, ...renamed]);
    if (areAligned(all) && isSound(all, context))
      joined = { group: { members: all, space: both.space }, own: joined.own };
  }
  if (joined !== undefined) return joined.group;
  const { space, member } = spaceOf(node);
  return { members: [member], space };
}

function renameMember({ node, axisNames }: Member, renamed: ReadonlyMap<string, string>): Member {
  return { node, axisNames: new Map([...axisNames].map(([own, name]) => [own, renamed.get(name) ?? name])) };
}

function inOrderOf(nodes: readonly ComputeNode[], members: readonly Member[]): readonly Member[] {
  const places = new Map(nodes.map((node, place) => [node.name, place]));
  const placeOf = ({ node }: Member): number => places.get(node.name) ?? 0;
  return [...members].sort((a, b) => placeOf(a) - placeOf(b));
}

function readsAny(node: ComputeNode, members: readonly Member[], context: Context): boolean {
  const operands = context.operands.get(node.name);
  return members.some((member) => operands?.has(member.node.name) ?? false);
}

function isWantedOutside(node: ComputeNode, members: readonly Member[], context: Context): boolean {
  const inside = new Set(members.map((member) => member.node.name));
  return (
    context.outputs.has(node.name) || (context.readers.get(node.name) ?? []).some((name) => !inside.has(name))
  );
}

/** Whether the members can be one kernel: few enough buffers, and nothing between them that is computed elsewhere. */
function isSound(members: readonly Member[], context: Context): boolean {
  const inside = new Set(members.map((member) => member.node.name));
  const buffers = new Set<string>();
  for (const { node } of members) {
    for (const name of context.operands.get(node.name) ?? []) if (!inside.has(name)) buffers.add(name);
    if (isWantedOutside(node, members, context)) buffers.add(node.name);
  }
  if (buffers.size > context.limits.mostOperands) return false;
  const seen = new Set<string>();
  const open = [...inside]
    .flatMap((name) => context.readers.get(name) ?? [])
    .filter((name) => !inside.has(name));
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (seen.has(name)) continue;
    const group = context.groups.get(name)?.members.map((member) => member.node.name) ?? [name];
    for (const each of group) {
      if (inside.has(each)) continue;
      seen.add(each);
      for (const reader of context.readers.get(each) ?? []) {
        if (inside.has(reader)) return false;
        open.push(reader);
      }
    }
  }
  return true;
}

function inOrder(context: Context): readonly Group[] {
  const order = new Set<Group>();
  const visit = (group: Group): void => {
    if (order.has(group)) return;
    for (const { node } of group.members) {
      for (const name of context.operands.get(node.name) ?? []) {
        const producer = context.groups.get(name);
        if (producer !== undefined && producer !== group) visit(producer);
      }
    }
    order.add(group);
  };
  for (const node of context.nodes) {
    const group = context.groups.get(node.name);
    if (group !== undefined) visit(group);
  }
  return [...order];
}
