import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { differentiate } from "../../compiler/autodiff/index.ts";
import {
  apply,
  computeNode,
  gradNode,
  interpret,
  literal,
  printGraph,
  read,
  reduce,
  tensorOf,
  verify,
  type Axis,
  type Expr,
  type Graph,
  type Node,
  type Tensor,
} from "../../compiler/graph/index.ts";
import { axis } from "../../compiler/integers/index.ts";
import { normalize, optimize } from "../../compiler/optimize/index.ts";
import { arbitraryGraph } from "../graph/optimize-generate.ts";

const runs = { numRuns: Number(process.env["DLC_RUNS"] ?? 60) };

type Values = Readonly<Record<"x" | "y" | "w", readonly number[]>>;

/** Numbers that no sum or product of few of them makes equal. */
const values: Values = {
  x: Array.from({ length: 18 }, (_, place) => Math.sin(place + 1)),
  y: Array.from({ length: 12 }, (_, place) => Math.cos(3 * place) + 0.01),
  w: [0.51, -1.02, 1.93, 0.27, -0.76, 1.48],
};

function run(graph: Graph, { x, y, w }: Values): Readonly<Record<string, Tensor>> {
  return interpret(graph, {
    inputs: { x: tensorOf([3, 6], x), y: tensorOf([4, 3], y) },
    params: { w: tensorOf([6], w) },
    dims: { N: 3 },
  });
}

/** Adds Σ tanh(output), which keeps numbers small, and its gradients. */
function withGradients(graph: Graph): { readonly loss: Graph; readonly gradients: Graph } {
  const parts = graph.outputs.map(({ node: name }): Expr => {
    const node = nodeNamed(graph, name);
    const axes = node.shape.map((extent, place): Axis => ({ name: `o${place}.${name}`, extent }));
    const value = apply("tanh", read(name, ...axes.map((each) => axis(each.name))));
    return reduce("sum", axes, value);
  });
  const body = parts.reduce((sum, part) => apply("add", sum, part), literal(0));
  const loss = computeNode({ name: "loss", dtype: "f32", axes: [], body });
  const nodes = [...graph.nodes, loss];
  const by = ["x", "y", "w"].map((name) => gradNode(`d.${name}`, loss, nodeNamed(graph, name)));
  return {
    loss: { ...graph, nodes, outputs: [{ name: "loss", node: "loss" }] },
    gradients: {
      ...graph,
      nodes: [...nodes, ...by],
      outputs: by.map((node) => ({ name: node.wrt, node: node.name })),
    },
  };
}

function nodeNamed(graph: Graph, name: string): Node {
  const node = graph.nodes.find((each) => each.name === name);
  if (node === undefined) throw new Error(`no node ${name}`);
  return node;
}

/** The slope on both sides of a place; they differ at a kink, where central differences say nothing. */
function slopes(loss: Graph, name: keyof Values, at: number): readonly [number, number] {
  const h = 1e-6;
  const moved = (by: number): number => {
    const own = values[name].map((value, place) => (place === at ? value + by : value));
    return run(loss, { ...values, [name]: own })["loss"]?.data[0] ?? NaN;
  };
  const middle = moved(0);
  return [(middle - moved(-h)) / h, (moved(h) - middle) / h];
}

describe("on random graphs", () => {
  it(
    "gradients are the slopes of the graph, as they are made and when they are optimised",
    { timeout: 120_000 },
    () => {
      fc.assert(
        fc.property(arbitraryGraph(), (graph) => {
          const { loss, gradients } = withGradients(graph);
          const made = differentiate(normalize(gradients));
          expect(verify(made, { normal: false, differentiated: true })).toEqual([]);
          const after = optimize(made, { verify: true });
          const [found, optimised] = [run(made, values), run(after, values)];
          for (const name of ["x", "y", "w"] as const) {
            const exact = found[name]?.data ?? [];
            exact.forEach((value, at) => {
              const same =
                Math.abs(value - (optimised[name]?.data[at] ?? NaN)) <= 1e-9 * (1 + Math.abs(value));
              if (!same) throw new Error(`∂${name}[${at}] changes: ${printGraph(made)}${printGraph(after)}`);
              const [left, right] = slopes(loss, name, at);
              if (!(Math.abs(left - right) <= 1e-4 * (1 + Math.abs(left)))) return;
              const error = Math.abs(value - (left + right) / 2) / (1 + Math.abs(value));
              if (!(error <= 1e-4)) {
                throw new Error(
                  `∂${name}[${at}] is ${value}, not ${left}: ${printGraph(gradients)}${printGraph(made)}`,
                );
              }
            });
          }
        }),
        runs,
      );
    },
  );
});
