import { axesOfForm, type Axis, type Graph, type Guard } from "../../compiler/graph/index.ts";
import { constantOf, evaluate } from "../../compiler/integers/index.ts";

/**
 * How many places the loops of some nodes run over: a place of the result whose own guards fail skips its reduction.
 * Sizes are numbers, and no guard that counts reads integers.
 */
export function sweptPlaces(graph: Graph, counts: (name: string) => boolean): number {
  return graph.nodes.reduce((sum, node) => {
    if (!counts(node.name) || (node.kind !== "compute" && node.kind !== "scatter")) return sum;
    const reduced = node.kind === "compute" ? (node.reduce?.axes ?? []) : [];
    const inner = new Set(reduced.map((axis) => axis.name));
    const own = node.domain.filter(({ form }) => [...axesOfForm(form)].every((name) => !inner.has(name)));
    const rows =
      node.kind === "compute" && reduced.length > 0 ? placesWhere(node.axes, own) : size(node.axes);
    return sum + rows * size(reduced);
  }, 0);
}

function size(axes: readonly Axis[]): number {
  return axes.reduce((all, axis) => all * (constantOf(axis.extent) ?? NaN), 1);
}

function placesWhere(axes: readonly Axis[], guards: readonly Guard[]): number {
  let count = 0;
  const values = new Map<string, number>();
  const visit = (rest: readonly Axis[]): void => {
    const [first, ...more] = rest;
    if (first === undefined) {
      const holds = guards.every(({ relation, form }) => {
        const value = evaluate(form, (atom) => (atom.kind === "axis" ? (values.get(atom.name) ?? NaN) : NaN));
        return relation === "zero" ? value === 0 : value >= 0;
      });
      if (holds) count += 1;
      return;
    }
    for (let place = 0; place < size([first]); place += 1) {
      values.set(first.name, place);
      visit(more);
    }
  };
  visit(axes);
  return count;
}
