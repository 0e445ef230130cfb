import { expect } from "vitest";
import {
  interpret,
  parseGraph,
  tensorOf,
  verify,
  type Interpretation,
  type Tensor,
} from "../../compiler/graph/index.ts";

/** Runs a valid graph and answers its only output, or the one named. */
export function run(text: string, options: Interpretation = {}, output?: string): Tensor {
  const graph = parseGraph(text);
  expect(verify(graph, { normal: false })).toEqual([]);
  const result = interpret(graph, options);
  const value = Object.entries(result).find(([name]) => output === undefined || name === output)?.[1];
  if (value === undefined) throw new Error("no such output");
  return value;
}

/** Numbers in [−1, 1) that depend on nothing but their place. */
export function some(...shape: readonly number[]): Tensor {
  const size = shape.reduce((all, extent) => all * extent, 1);
  return tensorOf(
    shape,
    Array.from({ length: size }, (_, n) => (((n * 7919 + 13) % 1009) / 1009) * 2 - 1),
  );
}

export function expectClose(actual: Tensor, shape: readonly number[], expected: readonly number[]): void {
  expect(actual.shape).toEqual(shape);
  expect(actual.data).toHaveLength(expected.length);
  expected.forEach((value, place) => {
    expect(Math.abs((actual.data[place] ?? NaN) - value)).toBeLessThanOrEqual(
      1e-12 * Math.max(1, Math.abs(value)),
    );
  });
}
