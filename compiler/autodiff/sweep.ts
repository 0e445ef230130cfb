import { isZero, literal } from "../graph/build.ts";
import type { Axis } from "../graph/expr.ts";
import { flowsFrom } from "../graph/flow.ts";
import type { ComputeNode, GradNode, Node, ScatterNode } from "../graph/graph.ts";
import { substituteAxes } from "../graph/visit.ts";
import { axis as axisForm, subtract, substituteNames, type Form } from "../integers/index.ts";
import { isFloat } from "../scalar/dtype.ts";
import { axisNames, nodeOf, type Building } from "./building.ts";
import { adjointOfRead } from "./gather.ts";
import { reverseBody, type Contribution } from "./reverse-body.ts";
import { seedOf } from "./seeds.ts";
import type { Term } from "./term.ts";
import { total } from "./total.ts";

/** One differentiated node on the way back: adjoints of what it is computed from, each made when it is asked for. */
export interface Sweep {
  readonly free: readonly Axis[];
  /** ∂ of / ∂ the node, for each value of the free axes; undefined where that is 0 everywhere. */
  readonly adjointOf: (name: string) => Term | undefined;
}

/** `wanted` are the nodes that are to be asked for; through the others on the way nothing else is computed. */
export function sweepFrom(grad: GradNode, wanted: readonly string[], building: Building): Sweep {
  const free = grad.axes;
  const onTheWay = nodesBetween(grad.of, wanted, building);
  const readers = readersOf(onTheWay, building);
  const adjoints = new Map<string, Term | undefined>();
  const contributions = new Map<string, ReturnType<typeof contributionsOf>>();
  const contributionsOf = (reader: string): Located | undefined => {
    const adjoint = adjointOf(reader);
    const node = nodeOf(building, reader);
    if (adjoint === undefined || (node.kind !== "compute" && node.kind !== "scatter")) return undefined;
    const own = besides(node, free, building);
    const seed = seedOf(own, adjoint, building);
    const isPointwise = own.kind === "compute" && own.reduce === undefined;
    const at = own.axes.map((axis) => axisForm(axis.name));
    const result = { kind: "read", operand: reader, at } as const;
    return {
      axes: own.kind === "compute" ? [...own.axes, ...(own.reduce?.axes ?? [])] : own.axes,
      list: reverseBody(
        { expr: own.body, ...(isPointwise && { result }) },
        [seed],
        (operand) => onTheWay.has(operand),
        building,
      ),
    };
  };
  const adjointOf = (name: string): Term | undefined => {
    if (adjoints.has(name)) return adjoints.get(name);
    const node = nodeOf(building, name);
    const axes = placesOf(node, free, building);
    const terms: Term[] = [];
    if (name === grad.of) terms.push(identity(axes, free, node));
    for (const reader of readers.get(name) ?? []) {
      if (!contributions.has(reader)) contributions.set(reader, contributionsOf(reader));
      const located = contributions.get(reader);
      for (const each of located?.list ?? []) {
        if (each.operand !== name) continue;
        const term = adjointOfRead(
          { ...each, name: `d.${name}.${reader}`, axes, free, summed: located?.axes ?? [] },
          building,
        );
        if (term !== undefined) terms.push(term);
      }
    }
    const sum = total(terms, { name: `d.${name}`, dtype: node.dtype, free }, building);
    adjoints.set(name, sum);
    return sum;
  };
  return { free, adjointOf };
}

interface Located {
  readonly axes: readonly Axis[];
  readonly list: readonly Contribution[];
}

/** ∂ of[f] / ∂ of[q] is 1 where f = q. */
function identity(axes: readonly Axis[], free: readonly Axis[], node: Node): Term {
  const guards = axes.map((axis, place) =>
    isZero(subtract(axisForm(axis.name), axisForm(free[place]?.name ?? axis.name))),
  );
  return { axes, guards, expr: literal(1, node.dtype) };
}

/** The places of a node as axes of their own names. */
function placesOf(node: Node, free: readonly Axis[], building: Building): readonly Axis[] {
  const fresh = axisNames(building, free);
  return node.shape.map((extent, place) => {
    const own = node.kind === "compute" ? node.axes[place]?.name : undefined;
    return { name: fresh(own ?? `q${place}`), extent };
  });
}

/** The node with other axes where the free axes have the same names. */
function besides(
  node: ComputeNode | ScatterNode,
  free: readonly Axis[],
  building: Building,
): ComputeNode | ScatterNode {
  const taken = new Set(free.map((axis) => axis.name));
  const own = node.kind === "compute" ? [...node.axes, ...(node.reduce?.axes ?? [])] : node.axes;
  const clashing = own.filter((axis) => taken.has(axis.name));
  if (clashing.length === 0) return node;
  const fresh = axisNames(building, free, own);
  const names = new Map(clashing.map((axis) => [axis.name, fresh(axis.name)]));
  const values = new Map<string, Form>([...names].map(([from, to]) => [from, axisForm(to)]));
  const renamed = (axes: readonly Axis[]): readonly Axis[] =>
    axes.map((axis) => ({ ...axis, name: names.get(axis.name) ?? axis.name }));
  const base = {
    axes: renamed(node.axes),
    domain: node.domain.map((guard) => ({ ...guard, form: substituteNames(guard.form, values) })),
    body: substituteAxes(node.body, values),
  };
  if (node.kind === "scatter") {
    return { ...node, ...base, at: node.at.map((form) => substituteNames(form, values)) };
  }
  return {
    ...node,
    ...base,
    ...(node.reduce && { reduce: { ...node.reduce, axes: renamed(node.reduce.axes) } }),
  };
}

/** The nodes that a gradient flows through: those below `of` that depend on something wanted. */
function nodesBetween(of: string, wanted: readonly string[], building: Building): ReadonlySet<string> {
  const below = new Set<string>();
  const goal = new Set(wanted);
  const flowing = new Map<string, boolean>();
  const flows = (name: string): boolean => {
    const known = flowing.get(name);
    if (known !== undefined) return known;
    const node = nodeOf(building, name);
    const through = flowsFrom(node).filter(
      (operand) => isFloat(nodeOf(building, operand).dtype) && flows(operand),
    );
    const answer = isFloat(node.dtype) && (goal.has(name) || through.length > 0);
    flowing.set(name, answer);
    return answer;
  };
  const descend = (name: string): void => {
    if (below.has(name) || !flows(name)) return;
    below.add(name);
    for (const operand of flowsFrom(nodeOf(building, name))) descend(operand);
  };
  descend(of);
  return below;
}

/** Who reads a node among those on the way, the last ones first. */
function readersOf(
  onTheWay: ReadonlySet<string>,
  building: Building,
): ReadonlyMap<string, readonly string[]> {
  const readers = new Map<string, string[]>();
  for (const [name, node] of [...building.nodes].reverse()) {
    if (!onTheWay.has(name)) continue;
    for (const operand of flowsFrom(node)) {
      if (onTheWay.has(operand)) readers.set(operand, [...(readers.get(operand) ?? []), name]);
    }
  }
  return readers;
}
