import { expect } from "vitest";
import { differentiate } from "../../compiler/autodiff/index.ts";
import {
  apply,
  computeNode,
  gradNode,
  inputNode,
  interpret,
  parseGraph,
  printGraph,
  read,
  tensorOf,
  verify,
  type Axis,
  type Expr,
  type Graph,
  type Node,
  type Tensor,
} from "../../compiler/graph/index.ts";
import { axis, constant, constantOf, substituteNames, type Form } from "../../compiler/integers/index.ts";
import { normalize, optimize } from "../../compiler/optimize/index.ts";

/** A graph as the compiler makes it ready for the planner, held against the rules between the steps. */
export function prepared(graph: Graph): Graph {
  expect(verify(graph, { normal: false })).toEqual([]);
  const normal = normalize(graph);
  const made = differentiate(normal);
  expect(verify(made, { normal: false, differentiated: true }), printGraph(made)).toEqual([]);
  const after = optimize(made);
  expect(verify(after, { normal: true, differentiated: true })).toEqual([]);
  return after;
}

/** The value of every output of a graph that may hold gradients. */
export function valuesOf(graph: Graph, inputs: Values, dims: Sizes = {}): Readonly<Record<string, Tensor>> {
  return interpret(prepared(graph), { inputs, params: inputs, states: inputs, dims });
}

type Values = Readonly<Record<string, Tensor>>;
type Sizes = Readonly<Record<string, number>>;

export interface GradientCase {
  /** A graph with one output, as text; its float inputs are differentiated by. */
  readonly text: string;
  /** Values of inputs, where those drawn from [−1, 1) do not fit. */
  readonly given?: Readonly<Record<string, readonly number[]>>;
  /** Sizes of free dims. */
  readonly dims?: Sizes;
  /** How many derivatives of derivatives; 2 where it is left out. */
  readonly order?: 1 | 2 | 3;
}

/** A case whose graph has neither dims nor other outputs than its last node `y`. */
export type LayerCase = Omit<GradientCase, "text"> & {
  /** Nodes of a graph; the last is the output `y`. */
  readonly lines: string;
};

/** Largest error over 1 + |difference|, order by order. */
export const allowed = [2e-8, 2e-7, 2e-6] as const;

/**
 * Holds the gradients of Σ R·output by every float input, computed by the compiler, against central differences of the
 * graph's own values in f64; then those of Σ V·gradient against differences of the gradient, and so on.
 */
export function expectGradients({ text, given = {}, dims = {}, order = 2 }: GradientCase): void {
  const graph = parseGraph(text);
  const draw = numbers(graph.name.length + text.length);
  const inputs: Record<string, Tensor> = {};
  for (const node of graph.nodes) {
    if (node.kind === "input") inputs[node.name] = valueOfInput(node, dims, given[node.name], draw);
  }
  let current = weighted(graph, "R", dims, inputs, draw);
  const by = graph.nodes.filter((node) => node.kind === "input" && node.dtype === "f32");
  for (let turn = 1; turn <= order; turn += 1) {
    const scalar = current.outputs[0]?.node ?? "";
    const loss = prepared(current);
    const grads = by.map((node, place) => gradNode(`g${turn}.${place}`, nodeNamed(current, scalar), node));
    const gradient: Graph = {
      ...current,
      nodes: [...current.nodes, ...grads],
      outputs: grads.map(({ name }) => ({ name, node: name })),
    };
    const ready = prepared(gradient);
    const values = interpret(ready, { inputs, dims });
    by.forEach((node, place) => {
      const exact = values[`g${turn}.${place}`];
      const tensor = inputs[node.name];
      if (exact === undefined || tensor === undefined) throw new Error("no gradient");
      expect(exact.shape).toEqual(tensor.shape);
      for (const at of sample(tensor.data.length, turn === 1 ? 60 : 16)) {
        const difference = centralDifference(loss, inputs, dims, node.name, at);
        const error = Math.abs((exact.data[at] ?? NaN) - difference) / (1 + Math.abs(difference));
        expect(
          error,
          `order ${turn}, ∂ ${node.name}[${at}]: ${exact.data[at]} for ${difference}`,
        ).toBeLessThan(allowed[turn - 1] ?? 0);
      }
    });
    if (turn < order) current = weightedSum(gradient, `V${turn}`, dims, inputs, draw);
  }
}

function centralDifference(loss: Graph, inputs: Values, dims: Sizes, name: string, at: number): number {
  const tensor = inputs[name];
  if (tensor === undefined) throw new Error(`no input ${name}`);
  const h = 1e-5;
  const moved = (by: number): number => {
    const data = Float64Array.from(tensor.data);
    data[at] = (data[at] ?? 0) + by;
    const [value] = Object.values(
      interpret(loss, { inputs: { ...inputs, [name]: { ...tensor, data } }, dims }),
    );
    return value?.data[0] ?? NaN;
  };
  return (moved(h) - moved(-h)) / (2 * h);
}

/** Places spread over an array, at most `most`. */
function sample(count: number, most: number): readonly number[] {
  const step = Math.max(1, Math.floor(count / most));
  return Array.from({ length: Math.ceil(count / step) }, (_, place) => place * step);
}

/** The graph whose one output is the sum of its output, each entry with a weight of its own. */
function weighted(
  graph: Graph,
  name: string,
  dims: Sizes,
  inputs: Record<string, Tensor>,
  draw: () => number,
): Graph {
  return weightedSum({ ...graph, outputs: graph.outputs.slice(0, 1) }, name, dims, inputs, draw);
}

function weightedSum(
  graph: Graph,
  name: string,
  dims: Sizes,
  inputs: Record<string, Tensor>,
  draw: () => number,
): Graph {
  const nodes: Node[] = [...graph.nodes];
  let sum: Expr | undefined;
  graph.outputs.forEach((output, place) => {
    const node = nodeNamed(graph, output.node);
    const weights = inputNode(`${name}.${place}`, "f32", node.shape);
    inputs[weights.name] = valueOfInput(weights, dims, undefined, draw);
    const axes = node.shape.map((extent, each): Axis => ({ name: `${name}.${place}.${each}`, extent }));
    const at = axes.map((each) => axis(each.name));
    const total = computeNode({
      name: `${name}.${place}.sum`,
      dtype: "f32",
      axes: [],
      ...(axes.length > 0 && { reduce: { op: "sum", axes } }),
      body: apply("multiply", read(node.name, ...at), read(weights.name, ...at)),
    });
    nodes.push(weights, total);
    sum = sum === undefined ? read(total.name) : apply("add", sum, read(total.name));
  });
  if (sum === undefined) throw new Error("a graph without outputs");
  nodes.push(computeNode({ name: `${name}.all`, dtype: "f32", axes: [], body: sum }));
  return { ...graph, nodes, outputs: [{ name: "loss", node: `${name}.all` }] };
}

function nodeNamed(graph: Graph, name: string): Node {
  const node = graph.nodes.find((each) => each.name === name);
  if (node === undefined) throw new Error(`no node ${name}`);
  return node;
}

function valueOfInput(
  node: Node & { readonly kind: "input" },
  dims: Sizes,
  given: readonly number[] | undefined,
  draw: () => number,
): Tensor {
  const shape = node.shape.map((form) => sizeIn(form, dims));
  const count = shape.reduce((product, extent) => product * extent, 1);
  if (given !== undefined) return tensorOf(shape, given, node.dtype);
  const { range } = node;
  const value = (): number => {
    if (range === undefined) return 2 * draw() - 1;
    const [low, high] = [sizeIn(range.low, dims), sizeIn(range.high, dims)];
    return low + Math.floor(draw() * (high - low));
  };
  return tensorOf(shape, Array.from({ length: count }, value), node.dtype);
}

function sizeIn(form: Form, dims: Sizes): number {
  const values = new Map(Object.entries(dims).map(([name, value]) => [name, constant(value)]));
  const size = constantOf(substituteNames(form, values));
  if (size === undefined) throw new Error("a size without a value");
  return size;
}

/** Numbers in [0, 1) from a linear congruence. */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
}
