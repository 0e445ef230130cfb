import { countsPlaces, type Axis } from "../graph/expr.ts";
import type { ComputeNode, Graph } from "../graph/graph.ts";
import { freshName } from "../graph/fresh-name.ts";
import { rangeWithAxes } from "../graph/ranges.ts";
import { axesOfForm } from "../graph/visit.ts";
import {
  atomsOf,
  axis as axisForm,
  constantOf,
  scale,
  simplifyByRange,
  subtract,
  type Form,
} from "../integers/index.ts";
import { allAxes, formsOfNode, mapFormsOfNode, substituteAxesInForm } from "./body.ts";
import { rewriteNodes, untagged, type Rewriting } from "./rewriting.ts";
import { withShorterSums } from "./shorter-sums.ts";

/**
 * Two reduction axes that stand everywhere as B·a + b, b running to B, are one: what a stride took apart on the way
 * forward is a whole window again on the way back.
 */
export function joinAxes(graph: Graph): Graph {
  return rewriteNodes(graph, (node, rewriting) => {
    let current = node;
    for (;;) {
      const joined = joinOnce(current, rewriting);
      if (joined === undefined) return current;
      current = joined;
    }
  });
}

function joinOnce(node: ComputeNode, rewriting: Rewriting): ComputeNode | undefined {
  const { reduce } = node;
  if (reduce === undefined || countsPlaces(reduce.op)) return undefined;
  for (const outer of reduce.axes) {
    for (const inner of reduce.axes) {
      const joined = outer === inner ? undefined : joinPair(node, outer, inner, rewriting);
      if (joined !== undefined) return joined;
    }
  }
  return undefined;
}

function joinPair(
  node: ComputeNode,
  outer: Axis,
  inner: Axis,
  rewriting: Rewriting,
): ComputeNode | undefined {
  const by = constantOf(inner.extent);
  const { reduce } = node;
  if (by === undefined || reduce === undefined) return undefined;
  const name = freshName(outer.name, new Set(allAxes(node).map((axis) => axis.name)));
  // With a gone, its name is free for u.
  const whole: Axis = { name: outer.name, extent: scale(outer.extent, by) };
  const named = new Map([[name, axisForm(outer.name)]]);
  // b = u − B·a: where that takes a out of every form, only u is left.
  const values = new Map([[inner.name, subtract(axisForm(name), scale(axisForm(outer.name), by))]]);
  const forms = formsOfNode(node);
  if (!forms.some((form) => axesOfForm(form).has(outer.name))) return undefined;
  const mapped = forms.map((form) => substituteAxesInForm(form, values));
  if (mapped.some((form) => axesOfForm(form).has(outer.name) || divides(form, name))) return undefined;
  const axes = reduce.axes.flatMap((axis) => (axis === outer ? [whole] : axis === inner ? [] : [axis]));
  const range = rangeWithAxes([...node.axes, ...axes], rewriting.dimRange);
  const joined = mapFormsOfNode(untagged(node), (form: Form) =>
    simplifyByRange(substituteAxesInForm(substituteAxesInForm(form, values), named), range),
  );
  return withShorterSums({ ...joined, reduce: { ...reduce, axes } });
}

/** What divides an axis is what axes are taken apart for. */
function divides(form: Form, name: string): boolean {
  return atomsOf(form).some((atom) => atom.kind === "floor" && axesOfForm(atom.of).has(name));
}
