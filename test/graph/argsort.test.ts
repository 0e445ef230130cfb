import { describe, expect, it } from "vitest";
import { parseGraph } from "../../compiler/graph/index.ts";
import { tensorOf } from "../../compiler/graph/tensor.ts";
import { verify } from "../../compiler/graph/verify.ts";
import { optimize } from "../../compiler/optimize/index.ts";
import { run } from "./run-graph.ts";

const graph = (node: string, type = "f32[2, 5]"): string =>
  `graph g() { x = input ${type} p = argsort ${node} x output p = p }`;
const x = tensorOf([2, 5], [2, NaN, -0, 0, -Infinity, 1, 1, NaN, Infinity, 1]);

describe("argsort", () => {
  it("gives the places of each row from the least to the greatest: NaN last, equals as they stand, -0 as 0", () => {
    expect([...run(graph("i32[2, 5] ascending"), { inputs: { x } }).data]).toEqual([
      4, 2, 3, 0, 1, 0, 1, 4, 3, 2,
    ]);
  });

  it("gives them from the greatest: NaN first, equals still as they stand", () => {
    expect([...run(graph("i32[2, 5] descending"), { inputs: { x } }).data]).toEqual([
      1, 0, 2, 3, 4, 2, 3, 0, 1, 4,
    ]);
  });

  it("keeps the first of them where its last dim is smaller", () => {
    expect([...run(graph("i32[2, 2] descending"), { inputs: { x } }).data]).toEqual([1, 0, 2, 3]);
  });

  it.each([
    ["f32[2, 5] ascending", "f32[2, 5]", "places are i32, not f32"],
    ["i32[2, 6] ascending", "f32[2, 5]", "the order of x has [2, 5] places at most"],
    ["i32[5, 2] ascending", "f32[2, 5]", "the order of x has [2, 5] places at most"],
    ["i32[] ascending", "f32[]", "a number has no order"],
    ["i32[4] descending", "bool[4]", "x is bool, which has no order"],
  ])("is verified: %s of %s", (node, type, message) => {
    expect(verify(parseGraph(graph(node, type)), { normal: true })).toEqual([`p: ${message}`]);
  });

  it("keeps what it sorts and is kept by every pass; two equal ones are one", () => {
    const optimized = optimize(
      parseGraph(`graph g(N) {
        x = input f32[N, 7]
        h = compute f32[n: N, i: 7] x[n, i] * 2.0
        p = argsort i32[N, 3] descending h
        q = argsort i32[N, 3] descending h
        v = compute f32[n: N, k: 3] h[n, (p[n, k] in 0..7)] + h[n, (q[n, k] in 0..7)]
        output v = v
      }`),
      { verify: true },
    );
    expect(optimized.nodes.map(({ kind }) => kind)).toEqual(["input", "compute", "argsort", "compute"]);
  });
});
