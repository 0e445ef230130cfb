import { expect } from "vitest";
import type { Graph } from "../../compiler/graph/graph.ts";
import { tensorOf, type Tensor } from "../../compiler/graph/tensor.ts";
import { evaluate, type Form } from "../../compiler/integers/index.ts";

export type Tensors = Readonly<Record<string, Tensor>>;

/** Numbers in [−1, 1) that depend on the seed and the place alone; exact in f32. */
export function numbersFrom(seed: number, count: number): readonly number[] {
  let state = Math.imul(seed, 2654435761) >>> 0;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.fround((state >>> 8) / 2 ** 23 - 1);
  });
}

/**
 * Values for the inputs of a graph, by name, and for its parameters and states, by path. Integers lie in their declared
 * range, or in 0..100; a weight of rank two or more has numbers of a size that keeps its products near 1.
 */
export function drawTensors(
  graph: Graph,
  dims: Readonly<Record<string, number>>,
): { readonly inputs: Tensors; readonly weights: Tensors } {
  const inputs: Record<string, Tensor> = {};
  const weights: Record<string, Tensor> = {};
  const valueOf = (form: Form): number =>
    evaluate(form, (atom) => (atom.kind === "dim" ? (dims[atom.name] ?? NaN) : NaN));
  graph.nodes.forEach((node, place) => {
    if (node.kind !== "input" && node.kind !== "param" && node.kind !== "state") return;
    const shape = node.shape.map(valueOf);
    const drawn = numbersFrom(
      place + 1,
      shape.reduce((all, extent) => all * extent, 1),
    );
    const range = node.kind === "input" ? node.range : undefined;
    const [low, high] = [range ? valueOf(range.low) : 0, range ? valueOf(range.high) : 100];
    const fanIn = shape.slice(1).reduce((all, extent) => all * extent, 1);
    const size = node.kind === "input" ? 1 : Math.sqrt(3 / fanIn);
    const values = drawn.map((value) => {
      if (node.dtype === "f32") return Math.fround(value * size);
      if (node.dtype === "bool") return value < 0 ? 0 : 1;
      return low + Math.floor(((value + 1) / 2) * (high - low));
    });
    const tensor = tensorOf(shape, values, node.dtype);
    if (node.kind === "input") inputs[node.name] = tensor;
    else weights[node.path] = tensor;
  });
  return { inputs, weights };
}

/** The measure of the project: max|a − b| / max(max|b|, 1e-6) of every tensor at most 1e-5; integers are equal. */
export function expectClose(actual: Tensors, expected: Tensors, tolerance = 1e-5): void {
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  for (const [name, { shape, data, dtype }] of Object.entries(expected)) {
    const found = actual[name];
    expect(found?.shape).toEqual(shape);
    let [largest, error] = [1e-6, 0];
    data.forEach((value, place) => {
      const other = found?.data[place] ?? NaN;
      largest = Math.max(largest, Math.abs(value));
      const apart = Object.is(value, other) || value === other ? 0 : Math.abs(value - other);
      error = Number.isNaN(apart) ? Infinity : Math.max(error, apart);
    });
    if (dtype === "f32" || dtype === "f16") expect(error / largest, name).toBeLessThan(tolerance);
    else expect(error, name).toBe(0);
  }
}
