import type { Axis, Guard } from "../graph/expr.ts";
import type { ComputeNode } from "../graph/graph.ts";
import { constant, constantOf, linearIn } from "../integers/index.ts";

/** A guard that ends a reduction axis early, k − d·r ≥ 0, is its extent; undefined where nothing is left of it. */
export function withShorterSums(node: ComputeNode): ComputeNode | undefined {
  if (node.reduce === undefined) return node;
  let domain = node.domain;
  const axes: Axis[] = [];
  for (const axis of node.reduce.axes) {
    let extent = constantOf(axis.extent);
    for (const guard of domain) {
      const most = extent === undefined ? undefined : lastPlace(guard, axis);
      if (most === undefined || extent === undefined) continue;
      extent = Math.min(extent, most + 1);
      domain = domain.filter((other) => other !== guard);
    }
    if (extent !== undefined && extent <= 0) return undefined;
    axes.push(extent === undefined ? axis : { ...axis, extent: constant(extent) });
  }
  return { ...node, domain, reduce: { ...node.reduce, axes } };
}

/** The last place of an axis that a guard over it alone allows. */
function lastPlace(guard: Guard, axis: Axis): number | undefined {
  const parts = linearIn(guard.form, (atom) => atom.kind === "axis");
  const [only, second] = [...(parts?.coefficients.values() ?? [])];
  const step = only && second === undefined ? constantOf(only.coefficient) : undefined;
  const isOwn = only?.atom.kind === "axis" && only.atom.name === axis.name;
  const offset = parts && constantOf(parts.rest);
  if (guard.relation === "zero" || !isOwn || step === undefined || step >= 0 || offset === undefined) {
    return undefined;
  }
  return Math.floor(offset / -step);
}
