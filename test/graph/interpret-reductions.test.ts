import { describe, expect, it } from "vitest";
import { interpret, parseGraph, tensorOf, type Interpretation } from "../../compiler/graph/index.ts";
import { run } from "./run-graph.ts";

describe("interpret: reductions", () => {
  const reduceRow = (op: string, row: readonly number[], dtype = "f32"): number | undefined =>
    run(
      `graph g(K) { x = input ${dtype}[K] y = compute ${op.startsWith("arg") ? "i32" : dtype}[] ${op}[k: K] x[k] output y = y }`,
      {
        inputs: {
          x: tensorOf([row.length], row, dtype === "f32" ? "f32" : dtype === "i32" ? "i32" : "bool"),
        },
      },
    ).data[0];

  it.each([
    ["sum", [1, 2, 3.5], 6.5],
    ["prod", [2, 3, -4], -24],
    ["max", [1, NaN, 3], NaN],
    ["min", [1, NaN, 3], NaN],
    ["max", [-Infinity, -Infinity], -Infinity],
    ["argmax", [1, 5, 5, 2], 1],
    ["argmin", [3, 1, 1, 2], 1],
    ["argmax", [1, NaN, 9, NaN], 1],
    ["argmin", [NaN, -1], 0],
    ["argmax", [-Infinity, -Infinity], 0],
  ])("%s of %j is %d", (op, row, expected) => {
    expect(reduceRow(op, row)).toBe(expected);
  });

  it.each([
    ["sum", [2147483647, 1], -2147483648],
    ["prod", [65536, 65536], 0],
    ["prod", [123456789, 987654321], Math.imul(123456789, 987654321)],
    ["max", [-5, -7], -5],
  ])("%s of i32 %j wraps to %d", (op, row, expected) => {
    expect(reduceRow(op, row, "i32")).toBe(expected);
  });

  it.each([
    ["any", [0, 1], 1],
    ["any", [0, 0], 0],
    ["all", [1, 1], 1],
    ["all", [0, 1], 0],
  ])("%s of %j is %d", (op, row, expected) => {
    expect(reduceRow(op, row, "bool")).toBe(expected);
  });

  it.each([
    ["sum", "f32", "1.0", 0],
    ["prod", "f32", "1.0", 1],
    ["max", "f32", "1.0", -Infinity],
    ["min", "f32", "1.0", Infinity],
    ["max", "i32", "1", -2147483648],
    ["any", "bool", "true", 0],
    ["all", "bool", "false", 1],
  ])("an empty %s of %s", (op, dtype, body, expected) => {
    const y = run(`graph g() { y = compute ${dtype}[] ${op}[k: 3 | k - 3 >= 0] ${body} output y = y }`);
    expect(y.data[0]).toBe(expected);
  });

  it("argmax counts row-major over its axes, also under a filter", () => {
    const x = tensorOf([2, 3], [9, 1, 5, 2, 7, 7]);
    const y = run(
      "graph g() { x = input f32[2, 3] y = compute i32[] argmax[i: 2, j: 3 | i + j - 1 >= 0] x[i, j] output y = y }",
      { inputs: { x } },
    );
    expect(y.data[0]).toBe(4);
  });
});

describe("interpret: scatter", () => {
  const text = `graph g(N) {
      ids = input i32[N] in 0..9
      x = input f32[N, 2]
      y = scatter f32[2, 3] sum[n: N, k: 2 | ids[n] < 3] at [1 - k, (ids[n] in 0..3)] stop(x[n, k]) * 2.0
      output y = y
    }`;

  it("adds what meets in one place, and nothing outside its domain", () => {
    const ids = tensorOf([4], [2, 0, 2, 5], "i32");
    const x = tensorOf([4, 2], [1, 10, 2, 20, 3, 30, 4, 40]);
    const y = run(text, { inputs: { ids, x } });
    expect(y.shape).toEqual([2, 3]);
    expect([...y.data]).toEqual([40, 0, 80, 4, 0, 8]);
  });

  it("refuses a subscript outside the shape", () => {
    const graph = parseGraph(
      "graph g() { i = input i32[] y = scatter f32[3] sum[] at [i[]] 1.0 output y = y }",
    );
    const at = (value: number): Interpretation => ({ inputs: { i: tensorOf([], [value], "i32") } });
    expect([...(interpret(graph, at(1))["y"]?.data ?? [])]).toEqual([0, 1, 0]);
    expect(() => interpret(graph, at(3))).toThrow("y is read at 3 on axis 0, which is outside");
  });

  it("has no value for a gradient", () => {
    const graph = parseGraph(
      "graph g() { x = input f32[] y = compute f32[] x[] d = grad f32[] y[] by x[] output d = d }",
    );
    expect(() => interpret(graph, { inputs: { x: tensorOf([], [1]) } })).toThrow(
      "the graph that differentiate makes",
    );
  });
});
