import { expect, it } from "vitest";
import { parseGraph, printGraph } from "../../compiler/graph/index.ts";
import { prepared } from "./central-differences.ts";

/** What the gradients of Σ dy·y become, ready for the planner: the lines of all that is computed. */
function backward(lines: string, by: Readonly<Record<string, string>>, dims = ""): string {
  const [, axes = ""] = /y = compute f32\[([^\]]*)\]/.exec(lines) ?? [];
  const names = axes.split(", ").map((axis) => axis.split(":")[0]);
  const shape = axes.split(", ").map((axis) => axis.split(": ")[1]);
  const gradients = Object.entries(by).map(
    ([name, type]) => `d${name} = grad ${type} loss[] by ${name}[]\noutput d${name} = d${name}`,
  );
  const graph = prepared(
    parseGraph(`graph backward(${dims}) {
      dy = input f32[${shape.join(", ")}]
      ${lines}
      loss = compute f32[] sum[${axes}] y[${names.join(", ")}] * dy[${names.join(", ")}]
      ${gradients.join("\n")}
    }`),
  );
  return printGraph(graph)
    .split("\n")
    .filter((line) => / = (compute|scatter) /.test(line))
    .map((line) => line.trim())
    .join("\n");
}

it("a matmul: two contractions", () => {
  expect(
    backward(
      `a = input f32[6, 7]
      b = input f32[7, 8]
      y = compute f32[i: 6, j: 8] sum[k: 7] a[i, k] * b[k, j]`,
      { a: "f32[6, 7]", b: "f32[7, 8]" },
    ),
  ).toMatchInlineSnapshot(`
    "d.a.y = compute f32[i: 6, k: 7] sum[j: 8] dy[i, j] * b[k, j] @contraction{batch: [], m: [i], n: [k], k: [j], left: dy, right: b}
    d.b.y = compute f32[k: 7, j: 8] sum[i: 6] dy[i, j] * a[i, k] @contraction{batch: [], m: [k], n: [j], k: [i], left: a, right: dy}"
  `);
});

it("a linear layer over a batch: two contractions and a sum", () => {
  expect(
    backward(
      `x = input f32[N, 8]
      w = param f32[6, 8] "w"
      b = param f32[6] "b"
      y = compute f32[n: N, o: 6] b[o] + sum[i: 8] w[o, i] * x[n, i]`,
      { x: "f32[N, 8]", w: "f32[6, 8]", b: "f32[6]" },
      "N",
    ),
  ).toMatchInlineSnapshot(`
    "d.x.y.sum = compute f32[n: N, i: 8] sum[o: 6] dy[n, o] * w[o, i] @contraction{batch: [], m: [n], n: [i], k: [o], left: dy, right: w}
    d.w.y.sum = compute f32[o: 6, i: 8] sum[n: N] dy[n, o] * x[n, i] @contraction{batch: [], m: [o], n: [i], k: [n], left: dy, right: x}
    d.b.y = compute f32[o: 6] sum[n: N] dy[n, o]"
  `);
});

it("a linear layer behind a flatten: contractions on the digits of the flattened axis", () => {
  expect(
    backward(
      `x = input f32[N, 3, 4, 5]
      w = param f32[7, 60] "w"
      y = compute f32[n: N, o: 7] sum[k: 60] x[n, floor(k / 20), floor(k / 5) % 4, k % 5] * w[o, k]`,
      { x: "f32[N, 3, 4, 5]", w: "f32[7, 60]" },
      "N",
    ),
  ).toMatchInlineSnapshot(`
    "d.x.y = compute f32[n: N, k.0: 3, k.1: 4, k.2: 5] sum[o: 7] dy[n, o] * w[o, 20*k.0 + 5*k.1 + k.2] @contraction{batch: [], m: [n], n: [k.0, k.1, k.2], k: [o], left: dy, right: w}
    d.w.y.digits = compute f32[o: 7, q1.0: 3, q1.1: 4, q1.2: 5] sum[n: N] dy[n, o] * x[n, q1.0, q1.1, q1.2] @contraction{batch: [], m: [o], n: [q1.0, q1.1, q1.2], k: [n], left: dy, right: x}
    d.w.y = compute f32[o: 7, q1: 60] d.w.y.digits[o, floor(q1 / 20), floor(q1 / 5) - 4*floor(q1 / 20), q1 - 5*floor(q1 / 5)] @elementwise{}"
  `);
});

it("a convolution: convolutions by the image and by the weights", () => {
  expect(
    backward(
      `x = input f32[N, 3, 16, 16]
      w = param f32[4, 3, 3, 3] "w"
      y = compute f32[n: N, o: 4, i: 16, j: 16]
        sum[c: 3, u: 3, v: 3 | i + u >= 1, i + u < 17, j + v >= 1, j + v < 17] x[n, c, i + u - 1, j + v - 1] * w[o, c, u, v]`,
      { x: "f32[N, 3, 16, 16]", w: "f32[4, 3, 3, 3]" },
      "N",
    ),
  ).toMatchInlineSnapshot(`
    "d.x.y = compute f32[n: N, c: 3, q2: 16, q3: 16] sum[o: 4, u: 3, v: 3 | q2 - u + 1 >= 0, u - q2 + 14 >= 0, q3 - v + 1 >= 0, v - q3 + 14 >= 0] dy[n, o, q2 - u + 1, q3 - v + 1] * w[o, c, u, v] @convolution{image: dy, weight: w, batch: [n], groups: [], outChannels: [c], inChannels: [o], pixels: [q2, q3], window: [u, v]}
    d.w.y = compute f32[o: 4, c: 3, u: 3, v: 3] sum[n: N, i: 16, j: 16 | i + u - 1 >= 0, -i - u + 16 >= 0, j + v - 1 >= 0, -j - v + 16 >= 0] dy[n, o, i, j] * x[n, c, i + u - 1, j + v - 1] @convolution{image: x, weight: dy, batch: [c], groups: [], outChannels: [o], inChannels: [n], pixels: [u, v], window: [i, j]}"
  `);
});

it("a convolution with stride 2: one dense convolution for each phase of the image", () => {
  expect(
    backward(
      `x = input f32[N, 3, 16]
      w = param f32[4, 3, 3] "w"
      y = compute f32[n: N, o: 4, i: 8] sum[c: 3, u: 3 | 2*i + u >= 1] x[n, c, 2*i + u - 1] * w[o, c, u]`,
      { x: "f32[N, 3, 16]", w: "f32[4, 3, 3]" },
      "N",
    ),
  ).toMatchInlineSnapshot(`
    "d.x.y.phase = compute f32[n: N, c: 3, q2#2: 8] sum[o: 4, u#2: 1 | q2#2 - u#2 >= 0] dy[n, o, q2#2 - u#2] * w[o, c, 2*u#2 + 1] @convolution{image: dy, weight: w, batch: [n], groups: [], outChannels: [c], inChannels: [o], pixels: [q2#2], window: [u#2]}
    d.x.y.phase#2 = compute f32[n: N, c: 3, q2#2: 8] sum[o: 4, u#2: 2 | u#2 - q2#2 + 6 >= 0] dy[n, o, q2#2 - u#2 + 1] * w[o, c, 2*u#2] @convolution{image: dy, weight: w, batch: [n], groups: [], outChannels: [c], inChannels: [o], pixels: [q2#2], window: [u#2]}
    d.x.y = compute f32[n: N, c: 3, q2: 16] if [q2 - 2*floor(q2 / 2) == 0] then d.x.y.phase[n, c, floor(q2 / 2)] else d.x.y.phase#2[n, c, floor(q2 / 2)] @elementwise{}
    d.w.y = compute f32[o: 4, c: 3, u: 3] sum[n: N, i: 8 | 2*i + u - 1 >= 0] dy[n, o, i] * x[n, c, 2*i + u - 1] @convolution{image: x, weight: dy, batch: [c], groups: [], outChannels: [o], inChannels: [n], pixels: [u], window: [i]}"
  `);
});

it("a convolution of one tap with stride 2: a contraction over the image, then movement", () => {
  expect(
    backward(
      `x = input f32[N, 3, 16]
      w = param f32[4, 3] "w"
      y = compute f32[n: N, o: 4, i: 8] sum[c: 3] x[n, c, 2*i] * w[o, c]`,
      { x: "f32[N, 3, 16]", w: "f32[4, 3]" },
      "N",
    ),
  ).toMatchInlineSnapshot(`
    "d.x.y = compute f32[n: N, c: 3, i: 8] sum[o: 4] dy[n, o, i] * w[o, c] @contraction{batch: [], m: [n, i], n: [c], k: [o], left: dy, right: w}
    dx = compute f32[q0: N, q1: 3, q2: 16 | q2 - 2*floor(q2 / 2) == 0] d.x.y[q0, q1, floor(q2 / 2)] @elementwise{}
    d.w.y = compute f32[o: 4, c: 3] sum[n: N, i: 8] dy[n, o, i] * x[n, c, 2*i] @contraction{batch: [], m: [o], n: [c], k: [n, i], left: dy, right: x}"
  `);
});

it("a convolution with dilation and one in groups", () => {
  expect(
    backward(
      `x = input f32[N, 6, 16]
      w = param f32[4, 3, 3] "w"
      y = compute f32[n: N, o: 4, i: 16] sum[c: 3, u: 3 | i + 2*u >= 2, i + 2*u < 18]
        x[n, 3*floor(o / 2) + c, i + 2*u - 2] * w[o, c, u]`,
      { x: "f32[N, 6, 16]", w: "f32[4, 3, 3]" },
      "N",
    ),
  ).toMatchInlineSnapshot(`
    "d.x.y = compute f32[n: N, q1: 6, q2: 16] sum[u: 3, t: 2 | q2 - 2*u + 2 >= 0, 2*u - q2 + 13 >= 0] dy[n, t + 2*floor(q1 / 3), q2 - 2*u + 2] * w[t + 2*floor(q1 / 3), q1 - 3*floor(q1 / 3), u] @convolution{image: dy, weight: w, batch: [n], groups: [q1], outChannels: [q1], inChannels: [t], pixels: [q2], window: [u]}
    d.w.y = compute f32[o: 4, c: 3, u: 3] sum[n: N, i: 16 | i + 2*u - 2 >= 0, -i - 2*u + 17 >= 0] dy[n, o, i] * x[n, c + 3*floor(o / 2), i + 2*u - 2] @convolution{image: x, weight: dy, batch: [c], groups: [o], outChannels: [o], inChannels: [n], pixels: [u], window: [i]}"
  `);
});

it("a depthwise convolution", () => {
  expect(
    backward(
      `x = input f32[N, 4, 16]
      w = param f32[4, 3] "w"
      y = compute f32[n: N, o: 4, i: 16] sum[u: 3 | i + u >= 1, i + u < 17] x[n, o, i + u - 1] * w[o, u]`,
      { x: "f32[N, 4, 16]", w: "f32[4, 3]" },
      "N",
    ),
  ).toMatchInlineSnapshot(`
    "d.x.y = compute f32[n: N, o: 4, q2: 16] sum[u: 3 | q2 - u + 1 >= 0, u - q2 + 14 >= 0] dy[n, o, q2 - u + 1] * w[o, u] @depthwise{image: dy, weight: w, channels: [o], pixels: [q2], window: [u]}
    d.w.y = compute f32[o: 4, u: 3] sum[n: N, i: 16 | i + u - 1 >= 0, -i - u + 16 >= 0] dy[n, o, i] * x[n, o, i + u - 1] @convolution{image: x, weight: dy, batch: [], groups: [o], outChannels: [], inChannels: [n], pixels: [u], window: [i]}"
  `);
});

it("a transposed convolution: a convolution with stride", () => {
  expect(
    backward(
      `x = input f32[N, 3, 8]
      w = param f32[3, 4, 4] "w"
      y = compute f32[n: N, o: 4, i: 16] sum[c: 3, u: 4 | (i + 1 - u) % 2 == 0, i + 1 - u >= 0, floor((i + 1 - u) / 2) < 8]
        x[n, c, floor((i + 1 - u) / 2)] * w[c, o, u]`,
      { x: "f32[N, 3, 8]", w: "f32[3, 4, 4]" },
      "N",
    ),
  ).toMatchInlineSnapshot(`
    "d.x.y = compute f32[n: N, c: 3, q2: 8] sum[o: 4, u.0: 4 | 2*q2 + u.0 - 1 >= 0, -2*q2 - u.0 + 16 >= 0] dy[n, o, 2*q2 + u.0 - 1] * w[c, o, u.0] @convolution{image: dy, weight: w, batch: [n], groups: [], outChannels: [c], inChannels: [o], pixels: [q2], window: [u.0]}
    d.w.y.phase = compute f32[c: 3, o: 4, q2#2: 2] sum[n: N, i#2: 8 | q2#2 - i#2 + 6 >= 0] dy[n, o, 2*i#2 + 1] * x[n, c, i#2 - q2#2 + 1] @convolution{image: x, weight: dy, batch: [c], groups: [], outChannels: [o], inChannels: [n], pixels: [q2#2], window: [i#2]}
    d.w.y.phase#2 = compute f32[c: 3, o: 4, q2#2: 2] sum[n: N, i#2: 8 | i#2 - q2#2 >= 0] dy[n, o, 2*i#2] * x[n, c, i#2 - q2#2] @convolution{image: x, weight: dy, batch: [c], groups: [], outChannels: [o], inChannels: [n], pixels: [q2#2], window: [i#2]}
    d.w.y = compute f32[c: 3, o: 4, q2: 4] if [q2 - 2*floor(q2 / 2) == 0] then d.w.y.phase[c, o, floor(q2 / 2)] else d.w.y.phase#2[c, o, floor(q2 / 2)] @elementwise{}"
  `);
});

it("pools: the place of the maximum compared, and a mean spread", () => {
  expect(
    backward(
      `x = input f32[N, 16]
      y = compute f32[n: N, i: 8] max[u: 2] x[n, 2*i + u]`,
      { x: "f32[N, 16]" },
      "N",
    ),
  ).toMatchInlineSnapshot(`
    "y.place = compute i32[n: N, i: 8] argmax[u: 2] x[n, 2*i + u] @window{image: x, pixels: [i], window: [u]}
    dx = compute f32[q0: N, q1: 16 | q1 - 2*floor(q1 / 2) - (y.place[q0, floor(q1 / 2)] in 0..2) == 0] dy[q0, floor(q1 / 2)] @elementwise{}"
  `);
  expect(
    backward(
      `x = input f32[N, 17]
      y = compute f32[n: N, i: 8] max[u: 3] x[n, 2*i + u]`,
      { x: "f32[N, 17]" },
      "N",
    ),
  ).toMatchInlineSnapshot(`
    "y.place = compute i32[n: N, i: 8] argmax[u: 3] x[n, 2*i + u] @window{image: x, pixels: [i], window: [u]}
    d.x.y = compute f32[n: N, q1: 17] sum[u#2: 2 | 2*floor(q1 / 2) - q1 - 2*u#2 + 2 >= 0, floor(q1 / 2) - u#2 >= 0, u#2 - floor(q1 / 2) + 7 >= 0, q1 + 2*u#2 - 2*floor(q1 / 2) - (y.place[n, floor(q1 / 2) - u#2] in 0..3) == 0] dy[n, floor(q1 / 2) - u#2]"
  `);
  expect(
    backward(
      `x = input f32[N, 16]
      y = compute f32[n: N, i: 8] (sum[u: 2] x[n, 2*i + u]) / 2.0`,
      { x: "f32[N, 16]" },
      "N",
    ),
  ).toMatchInlineSnapshot(`"dx = compute f32[q0: N, q1: 16] dy[q0, floor(q1 / 2)] * 0.5 @elementwise{}"`);
});

it("an embedding: rows scattered", () => {
  expect(
    backward(
      `table = param f32[50, 8] "table"
      ids = input i32[N] in 0..50
      y = compute f32[t: N, d: 8] table[(ids[t] in 0..50), d]`,
      { table: "f32[50, 8]" },
      "N",
    ),
  ).toMatchInlineSnapshot(`
    "d.table.y = scatter f32[50, 8] sum[t: N, d: 8] at [(ids[t] in 0..50), d] dy[t, d]
    dtable = compute f32[q0: 50, q1: 8] d.table.y[q0, q1] @elementwise{}"
  `);
});

it("the last token: a contraction over that token, then movement", () => {
  expect(
    backward(
      `x = input f32[N, 9, 4]
      w = param f32[5, 4] "w"
      y = compute f32[n: N, o: 5] sum[d: 4] x[n, 8, d] * w[o, d]`,
      { x: "f32[N, 9, 4]", w: "f32[5, 4]" },
      "N",
    ),
  ).toMatchInlineSnapshot(`
    "d.x.y = compute f32[n: N, d: 4] sum[o: 5] dy[n, o] * w[o, d] @contraction{batch: [], m: [n], n: [d], k: [o], left: dy, right: w}
    dx = compute f32[q0: N, q1: 9, q2: 4 | -q1 + 8 == 0] d.x.y[q0, q2] @elementwise{}
    d.w.y = compute f32[o: 5, d: 4] sum[n: N] dy[n, o] * x[n, 8, d] @contraction{batch: [], m: [o], n: [d], k: [n], left: dy, right: x}"
  `);
});

it("cross-entropy: no scatter for the label of a row", () => {
  expect(
    backward(
      `x = input f32[N, 5]
      label = input i32[N] in 0..5
      top = compute f32[n: N] max[c: 5] x[n, c]
      z = compute f32[n: N] sum[c: 5] exp(x[n, c] - top[n])
      y = compute f32[n: N] log(z[n]) + top[n] - x[n, (label[n] in 0..5)]`,
      { x: "f32[N, 5]" },
      "N",
    ),
  ).toMatchInlineSnapshot(`
    "top = compute f32[n: N] max[c: 5] x[n, c] @rowwise{row: [c]}
    z = compute f32[n: N] sum[c: 5] exp(x[n, c] - top[n]) @rowwise{row: [c]}
    d.z = compute f32[n: N] dy[n] / z[n] @elementwise{}
    top.place = compute i32[n: N] argmax[c: 5] x[n, c] @rowwise{row: [c]}
    d.x = compute f32[q0: N, q1: 5] (if [(label[q0] in 0..5) - q1 == 0] then -dy[q0] else 0.0) + d.z[q0] * exp(x[q0, q1] - top[q0]) + (if [q1 - (top.place[q0] in 0..5) == 0] then dy[q0] - z[q0] * d.z[q0] else 0.0) @elementwise{}"
  `);
});

it("causal attention, each step its own node", () => {
  expect(
    backward(
      `q = input f32[T, 8]
      k = input f32[T, 8]
      v = input f32[T, 8]
      s = compute f32[i: T, j: T] sum[d: 8] q[i, d] * k[j, d]
      top = compute f32[i: T] max[j: T | j <= i] s[i, j]
      e = compute f32[i: T, j: T | j <= i] exp(s[i, j] - top[i])
      z = compute f32[i: T] sum[j: T] e[i, j]
      p = compute f32[i: T, j: T] e[i, j] / z[i]
      y = compute f32[i: T, d: 8] sum[j: T] p[i, j] * v[j, d]`,
      { q: "f32[T, 8]", k: "f32[T, 8]", v: "f32[T, 8]" },
      "T",
    ),
  ).toMatchInlineSnapshot(`
    "s = compute f32[i: T, j: T] sum[d: 8] q[i, d] * k[j, d] @contraction{batch: [], m: [i], n: [j], k: [d], left: q, right: k}
    top = compute f32[i: T] max[j: T | i - j >= 0] s[i, j]
    e = compute f32[i: T, j: T | i - j >= 0] exp(s[i, j] - top[i]) @elementwise{}
    z = compute f32[i: T] sum[j: T] e[i, j] @rowwise{row: [j]}
    p = compute f32[i: T, j: T] e[i, j] / z[i] @elementwise{}
    d.p.y = compute f32[i#2: T, j#2: T] sum[d: 8] dy[i#2, d] * v[j#2, d] @contraction{batch: [], m: [i#2], n: [j#2], k: [d], left: dy, right: v}
    d.z.p.sum = compute f32[i#2: T] sum[j: T] d.p.y[i#2, j] * p[i#2, j] @rowwise{row: [j]}
    d.z.p = compute f32[i#2: T] -(d.z.p.sum[i#2] / z[i#2]) @elementwise{}
    d.e = compute f32[i: T, j: T] d.p.y[i, j] / z[i] + d.z.p[i] @elementwise{}
    d.top.e.sum = compute f32[i#2: T] sum[j: T | i#2 - j >= 0] d.e[i#2, j] * e[i#2, j]
    top.place = compute i32[i: T] argmax[j: T | i - j >= 0] s[i, j]
    d.s = compute f32[i: T, j: T] (if [i - j >= 0] then d.e[i, j] * e[i, j] else 0.0) + (if [i - j >= 0] then (if [j - (top.place[i] in 0..T) == 0] then -d.top.e.sum[i] else 0.0) else 0.0) @elementwise{}
    d.q.s = compute f32[i: T, d: 8] sum[j: T] d.s[i, j] * k[j, d] @contraction{batch: [], m: [i], n: [d], k: [j], left: d.s, right: k}
    d.k.s = compute f32[j: T, d: 8] sum[i: T] d.s[i, j] * q[i, d] @contraction{batch: [], m: [j], n: [d], k: [i], left: d.s, right: q}
    d.v.y = compute f32[j: T, d: 8] sum[i: T] dy[i, d] * p[i, j] @contraction{batch: [], m: [j], n: [d], k: [i], left: p, right: dy}"
  `);
});
