import { rangeWithAxes } from "../graph/ranges.ts";
import { conjunction } from "../graph/conditions.ts";
import type { Axis, Expr, Guard, ReduceOp } from "../graph/expr.ts";
import type { ComputeNode } from "../graph/graph.ts";
import { axis as axisForm } from "../integers/index.ts";
import type { Dtype } from "../scalar/dtype.ts";
import { readsInside } from "./bounds.ts";
import { zeroOf, type Rewriting } from "./rewriting.ts";
import { axesOf, axesOfForm } from "../graph/visit.ts";

/** Where in a body an expression stands: what is in scope there, and what is known to hold. */
export interface Place {
  readonly node: ComputeNode;
  /** The axes in scope: of the node, and of the reductions around the place. */
  readonly axes: readonly Axis[];
  /** The domain and the guards of the branches taken on the way. */
  readonly guards: readonly Guard[];
  /** The conditions on the way that are no guards. */
  readonly conditions: readonly Expr[];
}

/** A part of a body that is to be a node of its own: an expression, or a reduction of one. */
export interface Part {
  readonly dtype: Dtype;
  readonly body: Expr;
  readonly reduce?: {
    readonly op: ReduceOp;
    readonly axes: readonly Axis[];
    readonly domain: readonly Guard[];
  };
}

export interface Materialised {
  readonly node: ComputeNode;
  /** What takes the part's place. */
  readonly read: Expr;
}

/**
 * Makes a part of a body a node over the axes that it uses. It is evaluated for all values of these axes, also those
 * that the body never asks for; so it carries the guards around it as far as its reads need them to stay in their
 * arrays, and an axis more where such a guard mentions one.
 */
export function materialise(part: Part, place: Place, rewriting: Rewriting): Materialised {
  const own = new Set(part.reduce?.axes.map((axis) => axis.name));
  const used = new Set<string>([
    ...axesOf(part.body),
    ...(part.reduce?.domain ?? []).flatMap((guard) => [...axesOfForm(guard.form)]),
  ]);
  const { guards, conditions } = protectionFor(part, place, used, rewriting);
  for (const guard of guards) axesOfForm(guard.form).forEach((name) => used.add(name));
  for (const condition of conditions) axesOf(condition).forEach((name) => used.add(name));
  const axes = place.axes.filter((axis) => used.has(axis.name) && !own.has(axis.name));
  const name = rewriting.freshName(`${place.node.name}.${part.reduce?.op ?? "part"}`);
  const body: Expr =
    conditions.length === 0
      ? part.body
      : {
          kind: "select",
          condition: conjunction([], conditions),
          then: part.body,
          // No value outside is ever read; any constant will do.
          otherwise: zeroOf(part.dtype),
        };
  const node: ComputeNode = {
    kind: "compute",
    name,
    dtype: part.dtype,
    shape: axes.map((axis) => axis.extent),
    axes,
    ...(part.reduce && { reduce: { op: part.reduce.op, axes: part.reduce.axes } }),
    domain: [...guards, ...(part.reduce?.domain ?? [])],
    body,
    ...(place.node.span && { span: place.node.span }),
  };
  return {
    node,
    read: { kind: "read", operand: name, at: axes.map((axis) => axisForm(axis.name)) },
  };
}

function protectionFor(
  part: Part,
  place: Place,
  used: ReadonlySet<string>,
  rewriting: Rewriting,
): { guards: readonly Guard[]; conditions: readonly Expr[] } {
  const own = part.reduce?.domain ?? [];
  const range = rangeWithAxes([...place.axes, ...(part.reduce?.axes ?? [])], rewriting.dimRange);
  const inside = (guards: readonly Guard[]): boolean =>
    readsInside(part.body, [...rewriting.facts, ...own, ...guards], range, rewriting);
  if (inside([])) return { guards: [], conditions: [] };
  const near = place.guards.filter((guard) => [...axesOfForm(guard.form)].every((name) => used.has(name)));
  for (const candidates of [near, place.guards]) {
    if (inside(candidates)) return { guards: withoutNeedless(candidates, inside), conditions: [] };
  }
  return { guards: place.guards, conditions: place.conditions };
}

function withoutNeedless(
  guards: readonly Guard[],
  suffices: (guards: readonly Guard[]) => boolean,
): readonly Guard[] {
  let kept = guards;
  for (const guard of guards) {
    const fewer = kept.filter((other) => other !== guard);
    if (suffices(fewer)) kept = fewer;
  }
  return kept;
}
