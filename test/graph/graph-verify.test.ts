import { describe, expect, it } from "vitest";
import { dim } from "../../compiler/integers/index.ts";
import {
  apply,
  axisOver,
  computeNode,
  inputNode,
  literal,
  nonnegative,
  parseGraph,
  read,
  reduce,
  verify,
  type Graph,
} from "../../compiler/graph/index.ts";

const graphOf = (body: string, header = "g(N)"): Graph =>
  parseGraph(`graph ${header} {
    x = input f32[N, 4]
    ids = input i32[N] in 0..4
    ${body}
  }`);

describe("verify finds", () => {
  it.each([
    [
      "a scatter with too few subscripts",
      "a = scatter f32[N, 4] sum[n: N] at [n] x[n, 0]",
      "a: 1 subscripts place terms in a value of 2 axes",
    ],
    [
      "a scatter of another dtype",
      "a = scatter f32[4] sum[n: N] at [ids[n]] ids[n]",
      "a: the body is i32, and the node f32",
    ],
    [
      "a scatter over a free name",
      "a = scatter f32[4] sum[n: N] at [m] x[n, 0]",
      "a: m is neither a dim nor an axis in scope",
    ],
    [
      "the gradient of an array",
      "a = grad f32[N, 4] x[] by x[]",
      "a: the free axes are not those of x, one scalar for each of their values",
    ],
    [
      "a gradient by integers",
      "s = compute f32[] x[0, 0] a = grad i32[N] s[] by ids[]",
      "a: ids is i32, which no gradient flows through",
    ],
    [
      "a gradient of the wrong shape",
      "s = compute f32[] x[0, 0] a = grad f32[4, N] s[] by x[]",
      "a: the shape of the gradient is [N, 4]",
    ],
    [
      "a shared axis that does not lead",
      "s = compute f32[n: N] x[n, 0] w = compute f32[i: 4] x[0, i] a = grad f32[N, 4] s[n: N] by w[n]",
      "a: the shared axes do not lead the axes of w",
    ],
    ["a name used twice", "x = compute f32[] 1.0", "x: two nodes have this name"],
    [
      "a read before its definition",
      "a = compute f32[] b[] b = compute f32[] 1.0",
      "a: b is read, but no node before has that name",
    ],
    ["a node that reads itself", "a = compute f32[] a[]", "a: a is read, but no node before has that name"],
    [
      "a wrong number of subscripts",
      "a = compute f32[n: N] x[n]",
      "a: x has 2 axes and is read with 1 subscripts",
    ],
    [
      "mixed dtypes",
      "a = compute f32[n: N] x[n, 0] + ids[n]",
      "a: add does not take (f32, i32) in x[n, 0] + ids[n]",
    ],
    [
      "a wrong number of operands",
      "a = compute f32[n: N] exp(x[n, 0], x[n, 1])",
      "a: exp does not take (f32, f32) in exp(x[n, 0], x[n, 1])",
    ],
    ["a body of another dtype", "a = compute f32[n: N] ids[n]", "a: the body is i32, and the node f32"],
    [
      "a reduction of another dtype",
      "a = compute f32[] argmax[n: N] x[n, 0]",
      "a: the body is argmax of f32, and the node f32",
    ],
    [
      "a reduction without meaning",
      "a = compute bool[] (sum[n: N] true)",
      "a: sum of bool has no meaning in sum[n: N] true",
    ],
    [
      "a condition that is no bool",
      "a = compute f32[n: N] if ids[n] then 1.0 else 0.0",
      "a: the condition ids[n] is i32, not bool",
    ],
    [
      "branches of two dtypes",
      "a = compute f32[n: N] if [n >= 1] then 1.0 else 0",
      "a: the branches are f32 and i32 in if [n - 1 >= 0] then 1.0 else 0",
    ],
    ["an unbound local", "a = compute f32[] t", "a: the local t is not bound"],
    [
      "a local bound inside itself",
      "a = compute f32[] let t = 1.0 in let t = 2.0 in t",
      "a: the local t is bound inside itself",
    ],
    ["an unknown index", "a = compute f32[n: N] x[n, k]", "a: k is neither a dim nor an axis in scope"],
    ["an unknown dim in a size", "a = compute f32[n: M] 1.0", "a: M is neither a dim nor an axis in scope"],
    ["an axis bound twice", "a = compute f32[n: N] sum[n: 4] 1.0", "a: two axes are named n"],
    ["an axis bound again inside", "a = compute f32[n: N] 1.0 * (sum[n: 4] 1.0)", "a: two axes are named n"],
    ["an axis named like a dim", "a = compute f32[N: 3] 1.0", "a: the axis N is named like a dim"],
    [
      "a guard out of scope",
      "a = compute f32[n: N | k >= 0] 1.0",
      "a: k is neither a dim nor an axis in scope",
    ],
    [
      "a subscript that is a float",
      "a = compute f32[n: N] x[n, x[n, 0]]",
      "a: x is f32, and cannot be a subscript",
    ],
    [
      "an index tensor with too many subscripts",
      "a = compute f32[n: N] x[n, ids[n, 0]]",
      "a: ids has 1 axes and is read with 2 subscripts",
    ],
    ["a fraction as subscript", "a = compute f32[n: N] x[n/2, 0]", "a: n/2 is not whole for n = 1"],
    ["a fraction as size", "a = compute f32[n: N/2] 1.0", "a: N/2 is not whole for N = 1"],
    [
      "a constant that is not full",
      "a = constant f32[2, 2] [1, 2, 3]",
      "a: 3 values do not fill the shape [2, 2]",
    ],
    ["a constant of unknown size", "a = constant f32[N] [1]", "a: the shape of a constant is constant"],
    ["a range of floats", "a = input f32[] in 0..3", "a: a range is for integers, not f32"],
    ["an empty path", 'a = param f32[] ""', "a: the path is empty"],
    ["an output without node", "output y = nothing", "g: the output y is nothing, which is no node"],
    ["two outputs of one name", "output y = x output y = ids", "g: two outputs are named y"],
    ["an update by nothing", 'update param "w" = nothing', "g: the update of w is nothing, which is no node"],
    [
      "two updates of one tensor",
      'a = compute f32[] 1.0 update param "w" = a update param "w" = a',
      "g: w is updated twice",
    ],
    [
      "an update of unknown size",
      'update state "s" = x',
      "g: the update of s has a shape that is known only at a call",
    ],
    [
      "an update of another shape",
      'w = param f32[3] "w" a = compute f32[i: 4] 1.0 update param "w" = a',
      "g: the update of w has another dtype or shape",
    ],
    [
      "an update of another kind",
      'w = slot f32[4] "m/w" a = compute f32[i: 4] 1.0 update state "m/w" = a',
      "g: m/w is a slot and updated as a state",
    ],
    [
      "a tag with a foreign axis",
      "a = compute f32[n: N] x[n, 0] @rowwise{row: [k]}",
      "a: its tag names the axis k, which it has not",
    ],
    [
      "a tag with a foreign operand",
      "a = compute f32[n: N] x[n, 0] @window{image: ids, pixels: [n], window: []}",
      "a: its tag names ids as image, which it does not read",
    ],
  ])("%s", (_, body, message) => {
    expect(verify(graphOf(body), { normal: false })).toContain(message);
  });

  it.each([
    ["two dims of one name", "g(N, N)", "g: two dims are named N"],
    ["a dim that may be 0", "g(0 <= N)", "g: the dim N may be less than 1"],
    ["a dim without values", "g(5 <= N <= 3)", "g: the dim N has no value"],
  ])("%s", (_, header, message) => {
    expect(verify(graphOf("", header), { normal: false })).toContain(message);
  });

  it("what the text cannot say: another shape than its axes have, a stray axis", () => {
    const stray = {
      ...dim("n"),
      terms: graphOf("a = compute f32[n: N] x[n, 0]").nodes.flatMap((node) =>
        node.kind === "compute" && node.body.kind === "read" ? (node.body.at[0]?.terms ?? []) : [],
      ),
    };
    const graph: Graph = {
      name: "g",
      dims: [],
      facts: [],
      nodes: [
        inputNode("x", "f32", [3]),
        {
          ...computeNode({ name: "a", dtype: "f32", axes: [axisOver("i", 3)], body: literal(1) }),
          shape: [dim("N"), dim("N")],
        },
        computeNode({
          name: "b",
          dtype: "f32",
          axes: [],
          body: read("x", stray),
          domain: [nonnegative(stray)],
        }),
        computeNode({ name: "c", dtype: "f32", axes: [axisOver("i", stray)], body: literal(1) }),
      ],
      outputs: [],
    };
    expect(verify(graph, { normal: false })).toEqual([
      "a: N is neither a dim nor an axis in scope",
      "a: N is neither a dim nor an axis in scope",
      "a: 1 axes make a value of 2 axes",
      "a: the axis i runs to 3 in a shape of N",
      "b: the axis n is not in scope",
      "b: the axis n is not in scope",
      "c: the size n depends on n",
      "c: the size n depends on n",
    ]);
  });
});

describe("verify accepts", () => {
  it.each([
    [
      "halves that are whole together",
      "a = compute f32[i: 3, j: 3 | i - j >= 0] x[0, i*i/2 + i/2 - i*i/2 - i/2]",
    ],
    ["a half under a guard that makes it whole", "a = compute f32[n: N | n % 2 == 0] x[n/2, 0]"],
    [
      "a half in the branch of such a condition",
      "a = compute f32[n: N] if [n % 2 == 0] and [n >= 0] then x[n/2, 0] else 0.0",
    ],
    ["triangular numbers", "a = compute f32[n: 3] x[n*n/2 + n/2, 0]"],
    ["u8 read as i32", "b = input u8[N] a = compute i32[n: N] b[n] + ids[n]"],
  ])("%s", (_, body) => {
    expect(verify(graphOf(body), { normal: false })).toEqual([]);
  });

  it("a size that a fact makes whole", () => {
    const text = "graph g(N) { fact N % 2 == 0 a = compute f32[n: N/2] 1.0 }";
    expect(verify(parseGraph(text), { normal: false })).toEqual([]);
  });
});

describe("a differentiated graph", () => {
  it("has neither gradients nor stops", () => {
    const graph = graphOf(
      "s = compute f32[] stop(x[0, 0]) d = grad f32[N, 4] s[] by x[] e = compute f32[] exp(s[])",
    );
    expect(verify(graph, { normal: true })).toEqual([]);
    expect(verify(graph, { normal: true, differentiated: true })).toEqual([
      "s: stop(x[0, 0]) stops gradients that are gone",
      "d: the gradient of s is still to be computed",
    ]);
  });
});

describe("normal form", () => {
  it.each([
    [
      "a reduction in a body",
      "a = compute f32[n: N] (sum[k: 4] x[n, k]) * 2.0",
      "a: the reduction sum[k: 4] x[n, k] stands inside a body",
    ],
    [
      "a guard in a sum",
      "a = compute f32[n: N] sum[k: 4] (if [k >= 1] then x[n, k - 1] else 0.0) * x[n, k]",
      "a: the guard of if [k - 1 >= 0] then x[n, k - 1] else 0.0 belongs to the domain",
    ],
    [
      "a factor that belongs outside",
      "a = compute f32[n: N] sum[k: 4] x[n, k] * x[n, 0]",
      "a: the factor x[n, 0] has no reduction axis and belongs outside the sum",
    ],
  ])("refuses %s", (_, body, message) => {
    expect(verify(graphOf(body), { normal: false })).toEqual([]);
    expect(verify(graphOf(body), { normal: true })).toEqual([message]);
  });

  it("is what a contraction is in", () => {
    const node = computeNode({
      name: "a",
      dtype: "f32",
      axes: [],
      reduce: { op: "sum", axes: [axisOver("k", 3)] },
      body: apply("multiply", literal(2), reduce("sum", [], literal(1))),
    });
    expect(verify({ ...graphOf(""), nodes: [node] }, { normal: true })).toHaveLength(3);
    const contraction = "a = compute f32[n: N, m: N] sum[k: 4 | n - m >= 0] x[n, k] * x[m, k]";
    expect(verify(graphOf(contraction), { normal: true })).toEqual([]);
  });
});
