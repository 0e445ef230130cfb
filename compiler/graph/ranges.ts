import { constant, one, subtract, zero, type Form, type RangeOf } from "../integers/index.ts";
import type { Axis } from "./expr.ts";
import type { Graph } from "./graph.ts";

/** Bounds of the free dims of a graph, and of the turns of its scans. */
export function dimRangeOf(graph: Graph): RangeOf {
  const dims = new Map(graph.dims.map((dim) => [dim.name, dim]));
  const turns = (graph.scans ?? []).map(({ turn, extent }) => ({ name: turn, extent }));
  return rangeWithAxes(turns, (atom) => {
    const dim = atom.kind === "dim" ? dims.get(atom.name) : undefined;
    return dim && { low: constant(dim.low), ...(dim.high !== undefined && { high: constant(dim.high) }) };
  });
}

/** Bounds of axes too: from 0 to extent − 1. */
export function rangeWithAxes(axes: readonly Axis[], outer: RangeOf): RangeOf {
  const ends = new Map<string, Form>(axes.map((axis) => [axis.name, subtract(axis.extent, one)]));
  return (atom) => {
    const high = atom.kind === "axis" ? ends.get(atom.name) : undefined;
    return high === undefined ? outer(atom) : { low: zero, high };
  };
}
