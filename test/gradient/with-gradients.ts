import {
  apply,
  computeNode,
  gradNode,
  inputNode,
  parseGraph,
  read,
  type Axis,
  type Graph,
} from "../../compiler/graph/index.ts";
import { axis } from "../../compiler/integers/index.ts";

/** Of a graph with one output y: Σ R·y and its gradients by every float input. */
export function withGradients(text: string): Graph {
  const graph = parseGraph(text);
  const y = graph.nodes.find(({ name }) => name === graph.outputs[0]?.node);
  if (y === undefined) throw new Error("a graph without an output");
  const weights = inputNode("R", "f32", y.shape);
  const axes = y.shape.map((extent, place): Axis => ({ name: `r${place}`, extent }));
  const at = axes.map(({ name }) => axis(name));
  const loss = computeNode({
    name: "loss",
    dtype: "f32",
    axes: [],
    ...(axes.length > 0 && { reduce: { op: "sum", axes } }),
    body: apply("multiply", read(y.name, ...at), read("R", ...at)),
  });
  const gradients = graph.nodes
    .filter((node) => node.kind === "input" && node.dtype === "f32")
    .map((node) => gradNode(`d.${node.name}`, loss, node));
  const outputs = [loss, ...gradients].map(({ name }) => ({ name, node: name }));
  return { ...graph, nodes: [...graph.nodes, weights, loss, ...gradients], outputs };
}
