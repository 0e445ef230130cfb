import { rangeWithAxes } from "../graph/ranges.ts";
import type { Axis, Guard } from "../graph/expr.ts";
import type { ComputeNode, Graph, ScatterNode } from "../graph/graph.ts";
import { axesOf, axesOfForm, readsOfForm } from "../graph/visit.ts";
import {
  axis as axisForm,
  constantOf,
  linearIn,
  one,
  provablyNonnegative,
  scale,
  subtract,
  type Form,
} from "../integers/index.ts";
import { isFloat } from "../scalar/dtype.ts";
import { allAxes, mapFormsOfNode, substituteAxesInForm } from "./body.ts";
import { rewriteNodes, untagged, type Rewriting } from "./rewriting.ts";

/**
 * Σₑ [key[e] = v]·f(e, v) asks of every v which terms are its own; a scatter takes each term once to where its key says,
 * which is v in it. So a count of words or a sum over the edges of a graph is one pass over words or edges.
 */
export function keySums(graph: Graph): Graph {
  return rewriteNodes(graph, (node, rewriting) => {
    if (node.reduce?.op !== "sum" || !(isFloat(node.dtype) || node.dtype === "i32")) return node;
    let current: Keyed = { node: untagged(node), values: new Map() };
    for (let next = solveKey(current); next !== undefined; next = solveKey(current)) current = next;
    return current.values.size === 0 ? node : scatterOf(current, rewriting);
  });
}

interface Keyed {
  /** Without the guards that were solved, and the axes that they fix nowhere mentioned. */
  readonly node: ComputeNode;
  /** Where the terms go along the axes that keys fix. */
  readonly values: ReadonlyMap<string, Form>;
}

function solveKey({ node, values }: Keyed): Keyed | undefined {
  const reduced = new Set((node.reduce?.axes ?? []).map(({ name }) => name));
  for (const guard of node.domain) {
    if (guard.relation !== "zero") continue;
    for (const axis of node.axes) {
      const value = values.has(axis.name) ? undefined : keyFor(guard.form, axis, reduced);
      if (value === undefined) continue;
      const solved = new Map([[axis.name, value]]);
      const inForm = (form: Form): Form => substituteAxesInForm(form, solved);
      const rest = { ...node, domain: node.domain.filter((other) => other !== guard) };
      const others = [...values].map(([name, other]) => [name, inForm(other)] as const);
      return { node: mapFormsOfNode(rest, inForm), values: new Map([...others, ...solved]) };
    }
  }
  return undefined;
}

/** v of v − key = 0, where an axis of the sum chooses the key. */
function keyFor(form: Form, { name }: Axis, reduced: ReadonlySet<string>): Form | undefined {
  const parts = linearIn(form, (atom) => atom.kind === "axis" && atom.name === name);
  const [own] = parts?.coefficients.values() ?? [];
  const coefficient = own && constantOf(own.coefficient);
  if (parts === undefined || (coefficient !== 1 && coefficient !== -1)) return undefined;
  const isChosen = readsOfForm(parts.rest).some(({ at }) =>
    at.some((place) => [...axesOfForm(place)].some((each) => reduced.has(each))),
  );
  return isChosen && !axesOfForm(parts.rest).has(name) ? scale(parts.rest, -coefficient) : undefined;
}

function scatterOf({ node, values }: Keyed, rewriting: Rewriting): ComputeNode | ScatterNode {
  const { name, dtype, shape, span, body } = node;
  const axes = allAxes(node).filter((axis) => !values.has(axis.name));
  const range = rangeWithAxes(axes, rewriting.dimRange);
  const inside = node.axes.flatMap(({ name: own, extent }): readonly Guard[] => {
    const value = values.get(own);
    if (value === undefined) return [];
    return [value, subtract(subtract(extent, one), value)]
      .filter((form) => !provablyNonnegative(form, range))
      .map((form) => ({ relation: "nonnegative", form }));
  });
  return {
    kind: "scatter",
    name,
    dtype,
    shape,
    axes: inOrder(axes, node),
    domain: [...node.domain, ...inside],
    at: node.axes.map((axis) => values.get(axis.name) ?? axisForm(axis.name)),
    body,
    ...(span && { span }),
  };
}

/** Axes of the sum outside, so that inside of them the data move nothing. */
function inOrder(axes: readonly Axis[], { reduce, body }: ComputeNode): readonly Axis[] {
  const summed = new Set((reduce?.axes ?? []).map(({ name }) => name));
  const used = axesOf(body);
  const rank = ({ name }: Axis): number => (summed.has(name) ? 0 : used.has(name) ? 1 : 2);
  return [...axes].sort((a, b) => rank(a) - rank(b));
}
