import { describe, expect, it } from "vitest";
import {
  parseExpr,
  parseForm,
  parseGraph,
  printExpr,
  printForm,
  printGraph,
} from "../../compiler/graph/index.ts";

const whole = `graph forward(N, 2 <= T <= 64, V <= 9) {
  fact T - V >= 0
  fact N - 2*V == 0
  image = input f32[N, 1, 32, 32]
  ids = input i32[N, T] in 0..V
  scale = input f32[N] default -0.5
  start = input i32[] in 0..V default 3 kept
  conv1.weight = param f32[6, 1, 5, 5] "conv1.weight"
  mean = state f32[6] "norm.mean"
  velocity = slot f32[6] "optimizer.velocity/norm.gain"
  table = constant f16[2, 2] [1, -0.5, inf, nan]
  c1 = compute f32[n: N, o: 6, i: 28, j: 28] sum[c: 1, u: 5, v: 5 | i + u >= 0, i - 2*u + 1 == 0] image[n, c, i + u, j + v] * conv1.weight[o, c, u, v] @convolution{image: image, weight: conv1.weight, batch: [n], groups: [], outChannels: [o], inChannels: [c], pixels: [i, j], window: [u, v]}
  row = compute f32[n: N, j: 32] image[n, 0, 0, j]
  edge = compute f32[i: N | i - 1 >= 0] mean[floor((i + 5) / 6) - 1]
  inner = compute f32[] (sum[i: N] image[i, 0, 0, 0])
  both = compute f32[i: N] mean[0] + sum[t: T | t - i >= 0] image[i, 0, t, (ids[i, t] in 0..V)] * 0.5
  drawn = compute f32[i: 4] let x = random("fc.weight", 0, 3*i/2 + floor(i / 2)) in if x < 0.5 or not [i - 2 >= 0] then -x else exp(x) ^ 2.0
  kinds = compute i32[] i32(maximum(-1.5, -(1.5))) % 3 - index(min(N, T))
  best = compute i32[n: N] argmax[t: T] image[n, 0, 0, t] @rowwise{row: [t]}
  slope = scatter f32[V, 2] sum[n: N, t: T | t - 1 >= 0] at [(ids[n, t] in 0..V), 1] stop(edge[n]) * 2.0
  order = argsort i32[N, 1, 32, 3] descending image
  places = argsort i32[N, T] ascending ids
  steep = grad f32[N, 32] edge[n: N] by row[n]
  flat = grad f32[6, 1, 5, 5] inner[] by conv1.weight[]
  output logits = c1
  output best = best
  update state "norm.mean" = edge
  update slot "optimizer.velocity/norm.gain" = mean
}
`;

describe("a graph as text", () => {
  it("comes back letter for letter", () => {
    expect(printGraph(parseGraph(whole))).toBe(whole);
  });

  it("keeps the axes of a body apart from dims", () => {
    const node = parseGraph(whole).nodes.find(({ name }) => name === "edge");
    expect(node).toMatchObject({ kind: "compute", domain: [{ relation: "nonnegative" }] });
    expect(node?.kind === "compute" && node.domain[0]?.form.key).toBe("-1+1·@i");
    expect(node?.shape[0]?.key).toBe("1·N");
  });

  it("tells the reduction of a node from one in its body", () => {
    const [own, inner] = parseGraph(
      "graph g() { a = compute f32[] sum[i: 3] 1.0 b = compute f32[] (sum[i: 3] 1.0) }",
    ).nodes;
    expect(own).toMatchObject({ reduce: { op: "sum" }, body: { kind: "constant" } });
    expect(inner).toMatchObject({ body: { kind: "reduce", op: "sum" } });
    expect(inner).not.toHaveProperty("reduce");
  });
});

describe("a body as text", () => {
  it.each([
    ["a[] - (b[] - c[])", "right operand of a left-associative operator"],
    ["a[] - b[] - c[]", "left operand"],
    ["(a[] < b[]) == c[]", "comparisons do not associate"],
    ["a[] ^ (b[] ^ c[])", "neither do powers"],
    ["-(1.5)", "a negated constant"],
    ["-1.5", "a negative constant"],
    ["-(a[] * b[])", "negation binds tighter than products"],
    ["-0.0", "negative zero"],
    ["-inf", "infinity"],
    ["nan", "not a number"],
    ["-3:i8", "a small integer"],
    ["7:u8", "an unsigned integer"],
    ["0.5:f16", "a half"],
    ["1e+300", "an exponent"],
    ["true and (false or not x)", "bools"],
    ["not (true and false)", "not of and"],
    ["(if a[] then b[] else c[]) + 1.0", "a select as operand"],
    ["if a[] then b[] else if c[] then d[] else e[]", "a chain"],
    ["let x = (let y = 1.0 in y) in x * x", "a let in a let"],
    ["(sum[k: 3] a[k]) * 2.0", "a reduction as factor"],
    ["2.0 + sum[k: 3] a[k] * 2.0", "a reduction as summand"],
    ["sum[k: 3] (a[k] + 2.0)", "a reduction of a sum"],
    ["`sum`[0] + `a b`[1] + `if`", "names in backquotes"],
    ["add(a[], b[], c[])", "a wrong number of operands"],
    ["f16(i32(true))", "conversions"],
    ["any[k: 3 | k - 1 >= 0] (a[k] > 0.0)", "a filter"],
  ])("%s (%s)", (text) => {
    expect(printExpr(parseExpr(text))).toBe(text);
  });

  it("reads conveniences in normal form", () => {
    expect(printExpr(parseExpr("[i < 4]", ["i"]))).toBe("[-i + 3 >= 0]");
    expect(printExpr(parseExpr("2.0 * sum[k: 3] a[k] * b[]"))).toBe("2.0 * (sum[k: 3] a[k] * b[])");
    expect(printForm(parseForm("i % 3", ["i"]))).toBe("i - 3*floor(i / 3)");
    expect(printForm(parseForm("floor(2*i + 4 - 2)", ["i"]))).toBe("2*i + 2");
  });
});

describe("a text that is no graph", () => {
  it.each([
    ["graph g() {\n  a = compute f32[i: 3]\n}", "line 3: expected an expression, found }"],
    [
      "graph g() {\n  a = computed f32[]\n}",
      "line 2: expected one of input, param, state, slot, constant, compute, scatter, argsort, carry, last, stack, grad, found computed",
    ],
    ["graph g() {\n  a = input f64[]\n}", "line 2: expected a dtype, found f64"],
    ["graph g() {\n  a = compute f32[] frob(1.0)\n}", "line 2: expected a scalar function, found frob"],
    ["graph g() {\n  a = compute f32[] 1.0 ? 2\n}", 'line 2: unexpected "?"'],
    ["graph g() {\n  a = compute f32[] b[1.5]\n}", "line 2: expected a whole number, found 1.5"],
    ["graph g() { }\ngraph", "line 2: expected the end, found graph"],
    ["graph g() {\n a = compute f32[] 1.0 @rows{}\n}", "line 2: expected a kind of recognition, found rows"],
  ])("%j: %s", (text, message) => {
    expect(() => parseGraph(text)).toThrow(`graph text, ${message}`);
  });
});
