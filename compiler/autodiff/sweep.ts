import { isZero, literal, read } from "../graph/build.ts";
import type { Axis } from "../graph/expr.ts";
import type { ComputeNode, GradNode, Node, ScatterNode } from "../graph/graph.ts";
import { substituteAxes } from "../graph/visit.ts";
import { axis as axisForm, subtract, substituteNames, type Form } from "../integers/index.ts";
import { nodesBetween, readersOf } from "./between.ts";
import { axisNames, nodeOf, type Building } from "./building.ts";
import { adjointOfRead } from "./gather.ts";
import { replay } from "./replay.ts";
import { reverseBody, type Contribution } from "./reverse-body.ts";
import { reverseScans, type ReversedScans } from "./reverse-scan.ts";
import { placesOf } from "./places.ts";
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
  const base = building.nesting.chainOf(grad.of);
  const onTheWay = nodesBetween(grad.of, wanted, base, building);
  const readers = readersOf(onTheWay, building);
  const adjoints = new Map<string, Term | undefined>();
  const adjointOf = (name: string): Term | undefined => {
    if (adjoints.has(name)) return adjoints.get(name);
    const node = nodeOf(building, name);
    const axes = placesOf(node, free, building);
    const terms: Term[] = [];
    if (name === grad.of) terms.push(identity(axes, free, node));
    terms.push(...scans.fromNextTurn(name, axes));
    for (const reader of readers.get(name) ?? []) terms.push(...termsOf(reader, name, axes));
    const sum = total(terms, { name: `d.${name}`, dtype: node.dtype, free }, building);
    adjoints.set(name, sum);
    return sum;
  };
  const scans = reverseScans({ free, base, onTheWay, adjointOf }, building);
  const contributions = new Map<string, Located | undefined>();
  /** What one reader contributes to the adjoint of a node. */
  const termsOf = (reader: string, name: string, axes: readonly Axis[]): readonly Term[] => {
    const node = nodeOf(building, reader);
    if (node.kind === "carry" || node.kind === "last" || node.kind === "stack")
      return scans.fromResult(node, name, axes);
    if (node.kind !== "compute" && node.kind !== "scatter") return [];
    const around = building.nesting.chainOf(name);
    const key = JSON.stringify([reader, around]);
    if (!contributions.has(key)) contributions.set(key, contributionsOf(node, around, scans));
    const located = contributions.get(key);
    return (located?.list ?? []).flatMap((each) => {
      if (each.operand !== name) return [];
      const summed = located?.axes ?? [];
      const term = adjointOfRead({ ...each, name: `d.${name}.${reader}`, axes, free, summed }, building);
      return term === undefined ? [] : [term];
    });
  };
  /** Those of a reader to all of its operands; of one in a scan to what is outside over all turns. */
  const contributionsOf = (
    node: ComputeNode | ScatterNode,
    around: readonly string[],
    reversed: ReversedScans,
  ): Located | undefined => {
    const adjoint = adjointOf(node.name);
    if (adjoint === undefined) return undefined;
    const own = besides(node, free, building);
    const loops = own.kind === "compute" ? [...own.axes, ...(own.reduce?.axes ?? [])] : own.axes;
    const { times, axes, seen } = reversed.overTurns(node, adjoint, around, loops);
    const seed = seedOf(own, seen, building);
    const isPointwise = own.kind === "compute" && own.reduce === undefined;
    const result = read(node.name, ...own.axes.map((axis) => axisForm(axis.name)));
    const list = reverseBody(
      { expr: own.body, ...(isPointwise && { result }) },
      [seed],
      (operand) => onTheWay.has(operand),
      building,
    );
    const then = replay(times, building);
    return {
      axes: [...axes, ...loops],
      list: list.map((each) => ({
        ...each,
        at: each.at.map(then.form),
        guards: each.guards.map(then.guard),
        expr: then.expr(each.expr),
      })),
    };
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
