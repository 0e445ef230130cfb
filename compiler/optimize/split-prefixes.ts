import type { ComputeNode, Graph } from "../graph/graph.ts";
import { prefixOf } from "../graph/prefix.ts";
import { axis as axisForm } from "../integers/index.ts";
import { rewriteNodes, untagged } from "./rewriting.ts";

/** A running sum of sums is a running sum of what one place adds: Σ_{j ≤ i} Σ_d x[j, d] sums over d once for each j. */
export function splitPrefixes(graph: Graph): Graph {
  return rewriteNodes(graph, (node, rewriting) => {
    const prefix = prefixOf(node);
    const { reduce } = node;
    if (prefix === undefined || reduce === undefined || reduce.axes.length === 1) return node;
    const { along, over, guard } = prefix;
    const axes = [...node.axes.filter((axis) => axis !== along), over];
    const name = rewriting.freshName(`${node.name}.terms`);
    const terms: ComputeNode = {
      ...untagged(node),
      name,
      axes,
      shape: axes.map(({ extent }) => extent),
      reduce: { op: reduce.op, axes: reduce.axes.filter((axis) => axis !== over) },
      domain: node.domain.filter((other) => other !== guard),
    };
    rewriting.add(terms);
    // What no term of a place is in the domain of adds nothing: the reduction of none.
    return {
      ...untagged(node),
      reduce: { op: reduce.op, axes: [over] },
      domain: [guard],
      body: { kind: "read", operand: name, at: axes.map((axis) => axisForm(axis.name)) },
    };
  });
}
