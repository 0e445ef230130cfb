import { expect } from "vitest";
import {
  interpret,
  parseGraph,
  printGraph,
  tensorOf,
  verify,
  type Graph,
  type Tensor,
} from "../../compiler/graph/index.ts";
import { constantOf, substituteNames, constant, type Form } from "../../compiler/integers/index.ts";
import { optimize, passes } from "../../compiler/optimize/index.ts";

/** The text of a graph after one pass, which must keep its values. */
export function afterPass(name: string, text: string): string {
  const pass = passes.find((each) => each.name === name);
  if (pass === undefined) throw new Error(`there is no pass ${name}`);
  return printed(text, pass.run);
}

/** The text of a graph after all passes, which must keep its values and reach normal form. */
export function optimized(text: string): string {
  return printed(text, (graph) => {
    const after = optimize(graph, { verify: true });
    expect(verify(after, { normal: true })).toEqual([]);
    return after;
  });
}

/** The lines of compute nodes alone. */
export function computes(text: string): string {
  return text
    .split("\n")
    .filter((line) => line.includes(" = compute "))
    .map((line) => line.trim())
    .join("\n");
}

function printed(text: string, run: (graph: Graph) => Graph): string {
  const graph = parseGraph(text);
  expect(verify(graph, { normal: false })).toEqual([]);
  const after = run(graph);
  for (const size of [1, 3]) expectSameValues(graph, after, size);
  return printGraph(after);
}

/** Every free dim is of the given size; the values are fixed and look random. */
function expectSameValues(before: Graph, after: Graph, size: number): void {
  const [expected, actual] = [valuesOf(before, size), valuesOf(after, size)];
  for (const [name, { data }] of Object.entries(expected)) {
    const scale = data.reduce(
      (most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most),
      1,
    );
    data.forEach((value, place) => {
      const other = actual[name]?.data[place] ?? NaN;
      if (Object.is(value, other)) return;
      expect(Math.abs(value - other), `${name}[${place}]`).toBeLessThanOrEqual(1e-12 * scale);
    });
  }
}

function valuesOf(graph: Graph, size: number): Readonly<Record<string, Tensor>> {
  const dims = Object.fromEntries(graph.dims.map((dim) => [dim.name, Math.max(size, dim.low)]));
  const sizes = new Map(graph.dims.map((dim) => [dim.name, constant(dims[dim.name] ?? size)]));
  const extent = (form: Form): number => constantOf(substituteNames(form, sizes)) ?? NaN;
  const inputs: Record<string, Tensor> = {};
  const params: Record<string, Tensor> = {};
  const states: Record<string, Tensor> = {};
  graph.nodes.forEach((node, seed) => {
    if (node.kind !== "input" && node.kind !== "param" && node.kind !== "state") return;
    const shape = node.shape.map(extent);
    const count = shape.reduce((product, each) => product * each, 1);
    const range = node.kind === "input" ? node.range : undefined;
    const low = range === undefined ? 0 : extent(range.low);
    const span = range === undefined ? 2 : extent(range.high) - low;
    const value = (place: number): number =>
      node.dtype === "bool"
        ? Number(Math.sin(5 * place + seed) > 0)
        : range === undefined
          ? Math.sin(12.9898 * (place + 1) + seed)
          : low + Math.floor(span * Math.abs(Math.sin(7 * place + seed)));
    const tensor = tensorOf(
      shape,
      Array.from({ length: count }, (_, place) => value(place)),
      node.dtype,
    );
    if (node.kind === "input") inputs[node.name] = tensor;
    // A variance is not negative.
    else if (node.kind === "param") params[node.path] = tensor;
    else states[node.path] = { ...tensor, data: tensor.data.map(Math.abs) };
  });
  return interpret(graph, { dims, inputs, params, states });
}
