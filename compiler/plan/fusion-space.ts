import type { Axis } from "../graph/expr.ts";
import type { ComputeNode } from "../graph/graph.ts";
import { formsOf, readsOf, readsOfForm, visitExpr } from "../graph/visit.ts";
import { atomsOf, axis as axisForm, equalForms, substituteNames, type Form } from "../integers/index.ts";

/** The axes of a node by the names that its group has for them. */
export type AxisNames = ReadonlyMap<string, string>;

/**
 * The index space that the nodes of one kernel share. Element-wise nodes have all of it; where there are statistics,
 * they have the rows and reduce the columns, and other nodes have all of it or the rows only.
 */
export interface Space {
  readonly kind: "heavy" | "row" | "element-wise";
  readonly axes: readonly Axis[];
  /** Those of the axes that statistics reduce. */
  readonly columns: ReadonlySet<string>;
  /** The domain of the statistics, in the group's names; one loop computes them all. */
  readonly domain?: string;
}

export interface Member {
  readonly node: ComputeNode;
  /** Reduction axes are in it only where they are columns of the space. */
  readonly axisNames: AxisNames;
}

/** How a node takes part in fusion: a row statistic is a reduction that others of its row may share a kernel with. */
export function kindOf(node: ComputeNode): Space["kind"] {
  if (node.reduce === undefined) return "element-wise";
  return node.recognition?.kind === "rowwise" ? "row" : "heavy";
}

/** What has a kernel by itself, of another order than reductions have. */
export function isRunning(node: ComputeNode): boolean {
  return node.recognition?.kind === "prefix";
}

/** The space of a kernel that computes this node alone. */
export function spaceOf(node: ComputeNode): { readonly space: Space; readonly member: Member } {
  const kind = kindOf(node);
  const columns = kind === "row" ? (node.reduce?.axes ?? []) : [];
  const axes = [...node.axes, ...columns];
  const axisNames = new Map(axes.map(({ name }) => [name, name]));
  const domain = kind === "row" ? { domain: domainKey(node, axisNames) } : {};
  return {
    space: { kind, axes, columns: new Set(columns.map(({ name }) => name)), ...domain },
    member: { node, axisNames },
  };
}

/**
 * The node as one more member of a group: every read of a member is at bare axes, each member axis at one and the same
 * axis of the node, of the same extent. Undefined where the node does not fit.
 */
export function fitInto(
  node: ComputeNode,
  members: readonly Member[],
  space: Space,
): { readonly space: Space; readonly member: Member } | undefined {
  const matched = matchReads(node, members, space);
  if (matched === undefined) return undefined;
  const kind = kindOf(node);
  switch (kind) {
    case "heavy":
      return undefined;
    case "element-wise": {
      const axisNames = withColumns(node.axes, matched, space);
      const names = node.axes.map(({ name }) => axisNames.get(name));
      if (!covers(names, space.axes) && !coversRows(names, space)) return undefined;
      return { space, member: { node, axisNames } };
    }
    case "row": {
      if (space.kind === "heavy") return undefined;
      const reduced = node.reduce?.axes ?? [];
      const axisNames = withColumns(reduced, matched, space);
      const rows = node.axes.map(({ name }) => axisNames.get(name));
      const columns = reduced.map(({ name }) => axisNames.get(name));
      if (!covers([...rows, ...columns], space.axes)) return undefined;
      const domain = domainKey(node, axisNames);
      if (space.kind === "row" && (!coversRows(rows, space) || space.domain !== domain)) return undefined;
      return {
        space: { kind: "row", axes: space.axes, columns: new Set(columns.filter(isName)), domain },
        member: { node, axisNames },
      };
    }
    default:
      return kind satisfies never;
  }
}

/**
 * Two spaces that one node reads from both of, as one: `left` and `right` are what the node's axes are called in
 * each. Answers the left space, widened by the columns of the right one, and left names for right ones.
 */
export function joinSpaces(
  left: Space,
  leftNames: AxisNames,
  right: Space,
  rightNames: AxisNames,
): { readonly space: Space; readonly renamed: AxisNames } | undefined {
  const renamed = new Map<string, string>();
  for (const [own, name] of rightNames) {
    const other = leftNames.get(own);
    if (other !== undefined) renamed.set(name, other);
  }
  const images = right.axes.map(({ name }) => renamed.get(name));
  if (!covers(images, left.axes)) return undefined;
  const columns = new Set([...right.columns].map((name) => renamed.get(name)).filter(isName));
  if (right.kind !== "row") return { space: left, renamed };
  if (left.kind === "row") {
    const same = columns.size === left.columns.size && [...columns].every((name) => left.columns.has(name));
    // Domains are written in each space's own names; only the empty one is the same in both.
    return same && left.domain === "" && right.domain === "" ? { space: left, renamed } : undefined;
  }
  return right.domain === "" ? { space: { ...left, kind: "row", columns, domain: "" }, renamed } : undefined;
}

function matchReads(node: ComputeNode, members: readonly Member[], space: Space): AxisNames | undefined {
  const byName = new Map(members.map((member) => [member.node.name, member]));
  const extents = new Map(space.axes.map((axis) => [axis.name, axis.extent]));
  const own = new Map([...node.axes, ...(node.reduce?.axes ?? [])].map((axis) => [axis.name, axis.extent]));
  const names = new Map<string, string>();
  // A subscript or guard needs its integers in memory.
  const isRead = (form: Form): boolean => readsOfForm(form).some(({ operand }) => byName.has(operand));
  let aligned = !node.domain.some(({ form }) => isRead(form));
  visitExpr(node.body, (expr) => {
    if (formsOf(expr).some(isRead)) aligned = false;
    const member = expr.kind === "read" ? byName.get(expr.operand) : undefined;
    if (expr.kind !== "read" || member === undefined) return;
    expr.at.forEach((form, place) => {
      const axis = soleAxis(form);
      const name = member.axisNames.get(member.node.axes[place]?.name ?? "");
      const [from, to] = [own.get(axis ?? ""), extents.get(name ?? "")];
      if (axis === undefined || name === undefined || from === undefined || to === undefined) aligned = false;
      else if (!equalForms(from, to) || (names.get(axis) ?? name) !== name) aligned = false;
      else names.set(axis, name);
    });
  });
  return aligned && new Set(names.values()).size === names.size ? names : undefined;
}

/** Whether members of two joined groups read each other only at the place that they share. */
export function areAligned(members: readonly Member[]): boolean {
  const byName = new Map(members.map((member) => [member.node.name, member]));
  return members.every(({ node, axisNames }) => {
    const reads = [...node.domain.flatMap(({ form }) => readsOfForm(form)), ...readsOf(node.body)];
    return reads.every(({ operand, at }) => {
      const read = byName.get(operand);
      return (
        read === undefined ||
        at.every((form, place) => {
          const own = axisNames.get(soleAxis(form) ?? "");
          return own !== undefined && own === read.axisNames.get(read.node.axes[place]?.name ?? "");
        })
      );
    });
  });
}

/** The name of the axis that a form consists of. */
function soleAxis(form: Form): string | undefined {
  const [atom] = atomsOf(form);
  return atom?.kind === "axis" && form.key === axisForm(atom.name).key ? atom.name : undefined;
}

/** Axes that no read of a member fixed, over the columns that are left, in order. */
function withColumns(axes: readonly Axis[], names: AxisNames, space: Space): AxisNames {
  const all = new Map(names);
  const used = new Set(names.values());
  const left = space.axes.filter(({ name }) => space.columns.has(name) && !used.has(name));
  for (const axis of axes) {
    if (all.has(axis.name)) continue;
    const column = left.shift();
    if (column === undefined || !equalForms(column.extent, axis.extent)) return all;
    all.set(axis.name, column.name);
  }
  return all;
}

function isName(name: string | undefined): name is string {
  return name !== undefined;
}

/** Whether the names are those of the axes, each once. */
function covers(names: readonly (string | undefined)[], axes: readonly Axis[]): boolean {
  return names.length === axes.length && axes.every(({ name }) => names.includes(name));
}

function coversRows(names: readonly (string | undefined)[], space: Space): boolean {
  if (space.kind !== "row") return false;
  return covers(
    names,
    space.axes.filter(({ name }) => !space.columns.has(name)),
  );
}

function domainKey(node: ComputeNode, axisNames: AxisNames): string {
  const values = new Map([...axisNames].map(([from, to]) => [from, axisForm(to)]));
  return node.domain
    .map(({ relation, form }) => `${relation} ${substituteNames(form, values).key}`)
    .sort()
    .join(", ");
}
