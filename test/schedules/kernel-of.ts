import { parseGraph } from "../../compiler/graph/parse.ts";
import type { ComputeNode, Graph, Node, ScatterNode } from "../../compiler/graph/graph.ts";
import { operandsOf } from "../../compiler/graph/visit.ts";
import type { Axis } from "../../compiler/graph/expr.ts";
import type { Kernel, Operand, Stage } from "../../compiler/plan/kernel.ts";
import { rowMajor, type Layout } from "../../compiler/plan/layout.ts";

function isStage(node: Node): node is ComputeNode | ScatterNode {
  return node.kind === "compute" || node.kind === "scatter";
}

/** All compute nodes and scatters of a graph as the stages of one kernel; equally named axes are one. Outputs are its outputs. */
export function kernelOf(
  text: string,
  layouts: Readonly<Record<string, Layout>> = {},
): { graph: Graph; kernel: Kernel } {
  const graph = parseGraph(text);
  const nodes = graph.nodes.filter(isStage);
  const outputs = new Set(graph.outputs.map(({ node }) => node));
  const read = new Set(nodes.flatMap(operandsOf));
  const operands: readonly Operand[] = graph.nodes.flatMap((node): readonly Operand[] => {
    if (isStage(node) ? !outputs.has(node.name) : !read.has(node.name)) return [];
    const layout = layouts[node.name] ?? rowMajor(node.shape.length);
    const access = isStage(node) ? "write" : "read";
    return [
      {
        name: isStage(node) ? `${node.name}.out` : node.name,
        dtype: node.dtype,
        shape: node.shape,
        layout,
        access,
      },
    ];
  });
  const axes = new Map<string, Axis>(nodes.flatMap((node) => node.axes).map((axis) => [axis.name, axis]));
  const stages = nodes.map((node): Stage => ({
    name: node.name,
    dtype: node.dtype,
    axes: node.axes.map((axis) => axis.name),
    ...(node.kind === "scatter" ? { at: node.at } : node.reduce && { reduce: node.reduce }),
    domain: node.domain,
    body: node.body,
    ...(outputs.has(node.name) && { output: `${node.name}.out` }),
    ...(node.kind === "compute" && node.recognition && { recognition: node.recognition }),
  }));
  const dims = graph.dims.map((dim) => dim.name);
  return { graph, kernel: { name: graph.name, axes: [...axes.values()], operands, stages, dims } };
}
