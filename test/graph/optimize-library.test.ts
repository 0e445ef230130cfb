import { expect, it } from "vitest";
import { computes, optimized } from "./optimize-check.ts";

/** What the planner gets for the library's layers and the common ways to write them. */

it("a flattened view and a linear layer with its activation", () => {
  expect(
    computes(
      optimized(`graph mlp(N) {
  x = input f32[N, 1, 4, 4]
  w = param f32[8, 16] "w"
  b = param f32[8] "b"
  f = compute f32[n: N, k: 16] x[n, floor(k / 16), floor(k / 4) - 4*floor(k/16), k % 4]
  y = compute f32[n: N, o: 8] b[o] + sum[k: 16] w[o, k] * f[n, k]
  r = compute f32[n: N, o: 8] if y[n, o] > 0.0 then y[n, o] else 0.0
  output y = r
}`),
    ),
  ).toMatchInlineSnapshot(`
    "y.sum = compute f32[n: N, o: 8] sum[k.0: 4, k.1: 4] w[o, 4*k.0 + k.1] * x[n, 0, k.0, k.1] @contraction{batch: [], m: [n], n: [o], k: [k.0, k.1], left: x, right: w}
    r = compute f32[n: N, o: 8] let shared = b[o] + y.sum[n, o] in if shared > 0.0 then shared else 0.0 @elementwise{}"
  `);
});

it("LeNet: convolutions, pools and linear layers, each with its bias and activation", () => {
  expect(
    computes(
      optimized(`graph lenet(N) {
  image = input f32[N, 1, 32, 32]
  w1 = param f32[6, 1, 5, 5] "conv1.weight"
  b1 = param f32[6] "conv1.bias"
  w2 = param f32[16, 6, 5, 5] "conv2.weight"
  b2 = param f32[16] "conv2.bias"
  w3 = param f32[120, 400] "fc1.weight"
  b3 = param f32[120] "fc1.bias"
  w4 = param f32[84, 120] "fc2.weight"
  b4 = param f32[84] "fc2.bias"
  w5 = param f32[10, 84] "fc3.weight"
  b5 = param f32[10] "fc3.bias"
  conv1 = compute f32[n: N, o: 6, i: 28, j: 28] b1[o] + sum[a: 1, u: 5, v: 5] (if [i + u >= 0] and [i + u <= 31] and [j + v >= 0] and [j + v <= 31] then image[n, floor(o/6) + a, i + u, j + v] else 0.0) * w1[o, a, u, v]
  relu1 = compute f32[n: N, o: 6, i: 28, j: 28] if conv1[n, o, i, j] > 0.0 then conv1[n, o, i, j] else 0.0
  pool1 = compute f32[n: N, o: 6, i: 14, j: 14] max[u: 2, v: 2] (if [2*i + u >= 0] and [2*i + u <= 27] and [2*j + v >= 0] and [2*j + v <= 27] then relu1[n, o, 2*i + u, 2*j + v] else -inf)
  conv2 = compute f32[n: N, o: 16, i: 10, j: 10] b2[o] + sum[a: 6, u: 5, v: 5] pool1[n, a, i + u, j + v] * w2[o, a, u, v]
  relu2 = compute f32[n: N, o: 16, i: 10, j: 10] if conv2[n, o, i, j] > 0.0 then conv2[n, o, i, j] else 0.0
  pool2 = compute f32[n: N, o: 16, i: 5, j: 5] max[u: 2, v: 2] relu2[n, o, 2*i + u, 2*j + v]
  flat = compute f32[n: N, k: 400] pool2[n, floor(k / 25), floor(k / 5) % 5, k % 5]
  fc1 = compute f32[n: N, o: 120] b3[o] + sum[d: 400] w3[o, d] * flat[n, d]
  relu3 = compute f32[n: N, o: 120] if fc1[n, o] > 0.0 then fc1[n, o] else 0.0
  fc2 = compute f32[n: N, o: 84] b4[o] + sum[d: 120] w4[o, d] * relu3[n, d]
  relu4 = compute f32[n: N, o: 84] if fc2[n, o] > 0.0 then fc2[n, o] else 0.0
  fc3 = compute f32[n: N, o: 10] b5[o] + sum[d: 84] w5[o, d] * relu4[n, d]
  output logits = fc3
}`),
    ),
  ).toMatchInlineSnapshot(`
    "conv1.sum = compute f32[n: N, o: 6, i: 28, j: 28] sum[u: 5, v: 5] image[n, 0, i + u, j + v] * w1[o, 0, u, v] @convolution{image: image, weight: w1, batch: [n], groups: [], outChannels: [o], inChannels: [], pixels: [i, j], window: [u, v]}
    relu1 = compute f32[n: N, o: 6, i: 28, j: 28] let shared = b1[o] + conv1.sum[n, o, i, j] in if shared > 0.0 then shared else 0.0 @elementwise{}
    pool1 = compute f32[n: N, o: 6, i: 14, j: 14] max[u: 2, v: 2] relu1[n, o, 2*i + u, 2*j + v] @window{image: relu1, pixels: [i, j], window: [u, v]}
    conv2.sum = compute f32[n: N, o: 16, i: 10, j: 10] sum[a: 6, u: 5, v: 5] pool1[n, a, i + u, j + v] * w2[o, a, u, v] @convolution{image: pool1, weight: w2, batch: [n], groups: [], outChannels: [o], inChannels: [a], pixels: [i, j], window: [u, v]}
    relu2 = compute f32[n: N, o: 16, i: 10, j: 10] let shared = b2[o] + conv2.sum[n, o, i, j] in if shared > 0.0 then shared else 0.0 @elementwise{}
    pool2 = compute f32[n: N, o: 16, i: 5, j: 5] max[u: 2, v: 2] relu2[n, o, 2*i + u, 2*j + v] @window{image: relu2, pixels: [i, j], window: [u, v]}
    fc1.sum = compute f32[n: N, o: 120] sum[d.0: 16, d.1: 5, d.2: 5] w3[o, 25*d.0 + 5*d.1 + d.2] * pool2[n, d.0, d.1, d.2] @contraction{batch: [], m: [n], n: [o], k: [d.0, d.1, d.2], left: pool2, right: w3}
    relu3 = compute f32[n: N, o: 120] let shared = b3[o] + fc1.sum[n, o] in if shared > 0.0 then shared else 0.0 @elementwise{}
    fc2.sum = compute f32[n: N, o: 84] sum[d: 120] w4[o, d] * relu3[n, d] @contraction{batch: [], m: [n], n: [o], k: [d], left: relu3, right: w4}
    relu4 = compute f32[n: N, o: 84] let shared = b4[o] + fc2.sum[n, o] in if shared > 0.0 then shared else 0.0 @elementwise{}
    fc3.sum = compute f32[n: N, o: 10] sum[d: 84] w5[o, d] * relu4[n, d] @contraction{batch: [], m: [n], n: [o], k: [d], left: relu4, right: w5}
    fc3 = compute f32[n: N, o: 10] b5[o] + fc3.sum[n, o] @elementwise{}"
  `);
});

it("softmax: the largest, the exponentials, their sum, the quotient", () => {
  expect(
    computes(
      optimized(`graph softmax(N) {
  x = input f32[N, 10]
  top = compute f32[n: N] max[c: 10] x[n, c]
  e = compute f32[n: N, c: 10] exp(x[n, c] - top[n])
  y = compute f32[n: N, c: 10] e[n, c] / (sum[k: 10] e[n, k])
  output y = y
}`),
    ),
  ).toMatchInlineSnapshot(`
    "top = compute f32[n: N] max[c: 10] x[n, c] @rowwise{row: [c]}
    e = compute f32[n: N, c: 10] exp(x[n, c] - top[n]) @elementwise{}
    y.sum = compute f32[n: N] sum[k: 10] e[n, k] @rowwise{row: [k]}
    y = compute f32[n: N, c: 10] e[n, c] / y.sum[n] @elementwise{}"
  `);
});

it("logSoftmax: the logarithm once a row", () => {
  expect(
    computes(
      optimized(`graph logsoftmax(N) {
  x = input f32[N, 10]
  top = compute f32[n: N] max[c: 10] x[n, c]
  whole = compute f32[n: N] log(sum[c: 10] exp(x[n, c] - top[n]))
  y = compute f32[n: N, c: 10] x[n, c] - top[n] - whole[n]
  output y = y
}`),
    ),
  ).toMatchInlineSnapshot(`
    "top = compute f32[n: N] max[c: 10] x[n, c] @rowwise{row: [c]}
    whole.sum = compute f32[n: N] sum[c: 10] exp(x[n, c] - top[n]) @rowwise{row: [c]}
    whole = compute f32[n: N] log(whole.sum[n]) @elementwise{}
    y = compute f32[n: N, c: 10] x[n, c] - top[n] - whole[n] @elementwise{}"
  `);
});

it("LayerNorm: mean, variance, one reciprocal a row", () => {
  expect(
    computes(
      optimized(`graph layernorm(N, T) {
  x = input f32[N, T, 64]
  w = param f32[64] "w"
  b = param f32[64] "b"
  mu = compute f32[n: N, t: T] (sum[d: 64] x[n, t, d]) / f32(index(64))
  var = compute f32[n: N, t: T] (sum[d: 64] (x[n, t, d] - mu[n, t]) ^ 2.0) / f32(index(64))
  y = compute f32[n: N, t: T, d: 64] (x[n, t, d] - mu[n, t]) / sqrt(var[n, t] + 0.00001) * w[d] + b[d]
  output y = y
}`),
    ),
  ).toMatchInlineSnapshot(`
    "mu.sum = compute f32[n: N, t: T] sum[d: 64] x[n, t, d] @rowwise{row: [d]}
    mu = compute f32[n: N, t: T] mu.sum[n, t] * 0.015625 @elementwise{}
    var.sum = compute f32[n: N, t: T] sum[d: 64] (x[n, t, d] - mu[n, t]) ^ 2.0 @rowwise{row: [d]}
    y.part = compute f32[n: N, t: T] 1.0 / sqrt(var.sum[n, t] * 0.015625 + 0.00001) @elementwise{}
    y = compute f32[n: N, t: T, d: 64] (x[n, t, d] - mu[n, t]) * w[d] * y.part[n, t] + b[d] @elementwise{}"
  `);
});

it("BatchNorm2d in inference: one factor a channel", () => {
  expect(
    computes(
      optimized(`graph bn(N) {
  x = input f32[N, 8, 9, 9]
  w = param f32[8] "w"
  b = param f32[8] "b"
  mu = state f32[8] "mu"
  va = state f32[8] "va"
  y = compute f32[n: N, c: 8, i: 9, j: 9] (x[n, c, i, j] - mu[c]) / sqrt(va[c] + 0.00001) * w[c] + b[c]
  output y = y
}`),
    ),
  ).toMatchInlineSnapshot(`
    "y.part = compute f32[c: 8] w[c] / sqrt(va[c] + 0.00001) @elementwise{}
    y = compute f32[n: N, c: 8, i: 9, j: 9] (x[n, c, i, j] - mu[c]) * y.part[c] + b[c] @elementwise{}"
  `);
});

it("Conv2d with groups, stride and padding", () => {
  expect(
    computes(
      optimized(`graph conv(N) {
  x = input f32[N, 8, 9, 9]
  w = param f32[12, 4, 3, 3] "w"
  b = param f32[12] "b"
  y = compute f32[n: N, o: 12, i: 5, j: 5] b[o] + sum[a: 4, u: 3, v: 3] (if [2*i + u - 1 >= 0] and [2*i + u - 1 <= 8] and [2*j + v - 1 >= 0] and [2*j + v - 1 <= 8] then x[n, floor(o / 6)*4 + a, 2*i + u - 1, 2*j + v - 1] else 0.0) * w[o, a, u, v]
  output y = y
}`),
    ),
  ).toMatchInlineSnapshot(`
    "y.sum = compute f32[n: N, o: 12, i: 5, j: 5] sum[a: 4, u: 3, v: 3 | 2*i + u - 1 >= 0, -2*i - u + 9 >= 0, 2*j + v - 1 >= 0, -2*j - v + 9 >= 0] x[n, a + 4*floor(o / 6), 2*i + u - 1, 2*j + v - 1] * w[o, a, u, v] @convolution{image: x, weight: w, batch: [n], groups: [o], outChannels: [o], inChannels: [a], pixels: [i, j], window: [u, v]}
    y = compute f32[n: N, o: 12, i: 5, j: 5] b[o] + y.sum[n, o, i, j] @elementwise{}"
  `);
});

it("Conv2d with a group for each channel, then a global mean and an overlapping pool", () => {
  expect(
    computes(
      optimized(`graph depthwise(N) {
  x = input f32[N, 8, 9, 9]
  w = param f32[8, 1, 3, 3] "w"
  y = compute f32[n: N, o: 8, i: 9, j: 9] sum[a: 1, u: 3, v: 3] (if [i + u - 1 >= 0] and [i + u - 1 <= 8] and [j + v - 1 >= 0] and [j + v - 1 <= 8] then x[n, o + a, i + u - 1, j + v - 1] else 0.0) * w[o, a, u, v]
  g = compute f32[n: N, o: 8] (sum[i: 9, j: 9] y[n, o, i, j]) / f32(index(81))
  m = compute f32[n: N, o: 8, i: 5, j: 5] max[u: 3, v: 3] (if [2*i + u - 1 >= 0] and [2*i + u - 1 <= 8] and [2*j + v - 1 >= 0] and [2*j + v - 1 <= 8] then y[n, o, 2*i + u - 1, 2*j + v - 1] else -inf)
  output g = g
  output m = m
}`),
    ),
  ).toMatchInlineSnapshot(`
    "y = compute f32[n: N, o: 8, i: 9, j: 9] sum[u: 3, v: 3 | i + u - 1 >= 0, -i - u + 9 >= 0, j + v - 1 >= 0, -j - v + 9 >= 0] x[n, o, i + u - 1, j + v - 1] * w[o, 0, u, v] @depthwise{image: x, weight: w, channels: [o], pixels: [i, j], window: [u, v]}
    g.sum = compute f32[n: N, o: 8] sum[i: 9, j: 9] y[n, o, i, j] @rowwise{row: [i, j]}
    g = compute f32[n: N, o: 8] g.sum[n, o] / 81.0 @elementwise{}
    m = compute f32[n: N, o: 8, i: 5, j: 5] max[u: 3, v: 3 | 2*i + u - 1 >= 0, -2*i - u + 9 >= 0, 2*j + v - 1 >= 0, -2*j - v + 9 >= 0] y[n, o, 2*i + u - 1, 2*j + v - 1] @window{image: y, pixels: [i, j], window: [u, v]}"
  `);
});

it("ConvTranspose1d with a stride: one convolution for each phase", () => {
  expect(
    computes(
      optimized(`graph transposed(N) {
  x = input f32[N, 4, 5]
  w = param f32[4, 3, 4] "w"
  y = compute f32[n: N, o: 3, i: 10] sum[a: 4, u: 4 | (i + 1 - u) % 2 == 0] (if [floor((i + 1 - u)/2) >= 0] and [floor((i+1-u)/2) <= 4] then x[n, a, floor((i + 1 - u)/2)] else 0.0) * w[a, o, u]
  output y = y
}`),
    ),
  ).toMatchInlineSnapshot(
    `
    "y.phase = compute f32[n: N, o: 3, i#2: 5] sum[a: 4, u.0: 2 | i#2 - u.0 >= 0] x[n, a, i#2 - u.0] * w[a, o, 2*u.0 + 1] @convolution{image: x, weight: w, batch: [n], groups: [], outChannels: [o], inChannels: [a], pixels: [i#2], window: [u.0]}
    y.phase#2 = compute f32[n: N, o: 3, i#2: 5] sum[a: 4, u.0: 2 | u.0 - i#2 + 3 >= 0] x[n, a, i#2 - u.0 + 1] * w[a, o, 2*u.0] @convolution{image: x, weight: w, batch: [n], groups: [], outChannels: [o], inChannels: [a], pixels: [i#2], window: [u.0]}
    y = compute f32[n: N, o: 3, i: 10] if [i - 2*floor(i / 2) == 0] then y.phase[n, o, floor(i / 2)] else y.phase#2[n, o, floor(i / 2)] @elementwise{}"
  `,
  );
});

it("attention over heads, and the projection of what they say", () => {
  expect(
    computes(
      optimized(`graph attention(N, T) {
  q = input f32[N, 4, T, 16]
  k = input f32[N, 4, T, 16]
  v = input f32[N, 4, T, 16]
  s = compute f32[n: N, h: 4, i: T, j: T] (sum[d: 16] q[n, h, i, d] * k[n, h, j, d]) / sqrt(f32(index(16)))
  m = compute f32[n: N, h: 4, i: T, j: T] if [i - j >= 0] then s[n, h, i, j] else -inf
  top = compute f32[n: N, h: 4, i: T] max[c: T] m[n, h, i, c]
  e = compute f32[n: N, h: 4, i: T, c: T] exp(m[n, h, i, c] - top[n, h, i])
  p = compute f32[n: N, h: 4, i: T, c: T] e[n, h, i, c] / (sum[k: T] e[n, h, i, k])
  y = compute f32[n: N, i: T, h: 4, d: 16] sum[j: T] p[n, h, i, j] * v[n, h, j, d]
  z = compute f32[n: N, i: T, m: 64] y[n, i, floor(m / 16), m % 16]
  w = param f32[64, 64] "w"
  o = compute f32[n: N, i: T, o: 64] sum[m: 64] z[n, i, m] * w[o, m]
  output o = o
}`),
    ),
  ).toMatchInlineSnapshot(`
    "s.sum = compute f32[n: N, h: 4, i: T, j: T] sum[d: 16] q[n, h, i, d] * k[n, h, j, d] @contraction{batch: [n, h], m: [i], n: [j], k: [d], left: q, right: k}
    m = compute f32[n: N, h: 4, i: T, j: T] if [i - j >= 0] then s.sum[n, h, i, j] * 0.25 else -inf @elementwise{}
    top = compute f32[n: N, h: 4, i: T] max[c: T] m[n, h, i, c] @rowwise{row: [c]}
    e = compute f32[n: N, h: 4, i: T, c: T] exp(m[n, h, i, c] - top[n, h, i]) @elementwise{}
    p.sum = compute f32[n: N, h: 4, i: T] sum[k: T] e[n, h, i, k] @rowwise{row: [k]}
    p = compute f32[n: N, h: 4, i: T, c: T] e[n, h, i, c] / p.sum[n, h, i] @elementwise{}
    y = compute f32[n: N, i: T, h: 4, d: 16] sum[j: T] p[n, h, i, j] * v[n, h, j, d] @contraction{batch: [n, h], m: [i], n: [d], k: [j], left: p, right: v}
    o = compute f32[n: N, i: T, o: 64] sum[m.0: 4, m.1: 16] y[n, i, m.0, m.1] * w[o, 16*m.0 + m.1] @contraction{batch: [], m: [n, i], n: [o], k: [m.0, m.1], left: y, right: w}"
  `);
});

it("an embedding: a gather stays outside the contraction, a one-hot sum is a gather", () => {
  expect(
    computes(
      optimized(`graph embed(N, T) {
  ids = input i32[N, T] in 0..100
  table = param f32[100, 16] "t"
  w = param f32[16, 16] "w"
  e = compute f32[n: N, t: T, d: 16] table[(ids[n, t] in 0..100), d]
  y = compute f32[n: N, t: T, o: 16] sum[d: 16] e[n, t, d] * w[o, d]
  onehot = compute f32[n: N, t: T, d: 16] sum[v: 100] f32([v - (ids[n,t] in 0..100) == 0]) * table[v, d]
  output y = y
  output z = onehot
}`),
    ),
  ).toMatchInlineSnapshot(`
    "e = compute f32[n: N, t: T, d: 16] table[(ids[n, t] in 0..100), d] @elementwise{}
    y = compute f32[n: N, t: T, o: 16] sum[d: 16] e[n, t, d] * w[o, d] @contraction{batch: [], m: [n, t], n: [o], k: [d], left: e, right: w}"
  `);
});

it("gelu of a linear layer: the sum with the bias computed once", () => {
  expect(
    computes(
      optimized(`graph gelu(N) {
  x = input f32[N, 16]
  w = param f32[32, 16] "w"
  b = param f32[32] "b"
  y = compute f32[n: N, o: 32] b[o] + sum[i: 16] w[o, i] * x[n, i]
  g = compute f32[n: N, o: 32] y[n, o] / 2.0 * (1.0 + erf(y[n, o] / sqrt(2.0)))
  output g = g
}`),
    ),
  ).toMatchInlineSnapshot(`
    "y.sum = compute f32[n: N, o: 32] sum[i: 16] w[o, i] * x[n, i] @contraction{batch: [], m: [n], n: [o], k: [i], left: x, right: w}
    g = compute f32[n: N, o: 32] let shared = b[o] + y.sum[n, o] in shared * 0.5 * (1.0 + erf(shared / 1.4142135623730951)) @elementwise{}"
  `);
});

it("a mean over what comes before", () => {
  expect(
    computes(
      optimized(`graph causal(T) {
  x = input f32[T, 8]
  y = compute f32[i: T, d: 8] (sum[k: T | i - k >= 0] x[k, d]) / (sum[k: T | i - k >= 0] 1.0)
  output y = y
}`),
    ),
  ).toMatchInlineSnapshot(`
    "y.sum = compute f32[i: T, d: 8] sum[k: T | i - k >= 0] x[k, d] @prefix{along: [i], over: [k]}
    y.sum#2 = compute f32[i: T] sum[k: T | i - k >= 0] 1.0 @prefix{along: [i], over: [k]}
    y = compute f32[i: T, d: 8] y.sum[i, d] / y.sum#2[i] @elementwise{}"
  `);
});

it("adaptive average pools: onto the same size nothing, onto fewer a table of counts", () => {
  expect(
    computes(
      optimized(`graph g(N) {
  x = input f32[N, 2, 4]
  y = compute f32[n: N, c: 2, i: 4] (sum[h: 4 | 4*h - 4*i + 3 >= 0, 4*i - 4*h + 3 >= 0] x[n, c, h]) / (sum[h: 4 | 4*h - 4*i + 3 >= 0, 4*i - 4*h + 3 >= 0] 1.0)
  z = compute f32[n: N, c: 2, i: 3] (sum[h: 4 | 3*h - 4*i + 2 >= 0, 4*i - 3*h + 3 >= 0] x[n, c, h]) / (sum[h: 4 | 3*h - 4*i + 2 >= 0, 4*i - 3*h + 3 >= 0] 1.0)
  output y = y
  output z = z
}`),
    ),
  ).toMatchInlineSnapshot(`
    "y = compute f32[n: N, c: 2, i: 4] x[n, c, i] @elementwise{}
    z.sum = compute f32[n: N, c: 2, i: 3] sum[h: 4 | 3*h - 4*i + 2 >= 0, 4*i - 3*h + 3 >= 0] x[n, c, h]
    z = compute f32[n: N, c: 2, i: 3] z.sum[n, c, i] * 0.5 @elementwise{}"
  `);
});

it("a contraction with either operand transposed, and with weights on either side", () => {
  expect(
    computes(
      optimized(`graph g(M, K) {
  a = input f32[K, M]
  b = input f32[8, K]
  w = param f32[K, 8] "w"
  y = compute f32[m: M, n: 8] sum[k: K] a[k, m] * b[n, k]
  z = compute f32[n: 8, m: M] sum[k: K] b[n, k] * a[k, m]
  q = compute f32[n: 8, m: M] sum[k: K] a[k, m] * w[k, n]
  output y = y
  output z = z
  output q = q
}`),
    ),
  ).toMatchInlineSnapshot(`
    "y = compute f32[m: M, n: 8] sum[k: K] a[k, m] * b[n, k] @contraction{batch: [], m: [m], n: [n], k: [k], left: a, right: b}
    z = compute f32[n: 8, m: M] sum[k: K] b[n, k] * a[k, m] @contraction{batch: [], m: [n], n: [m], k: [k], left: b, right: a}
    q = compute f32[n: 8, m: M] sum[k: K] a[k, m] * w[k, n] @contraction{batch: [], m: [m], n: [n], k: [k], left: a, right: w}"
  `);
});

it("convolutions of one and three dims, and what the weights' gradient is", () => {
  expect(
    computes(
      optimized(`graph g(N) {
  x = input f32[N, 3, 9]
  w = param f32[4, 3, 3] "w"
  v = input f32[N, 2, 4, 4, 4]
  k = param f32[2, 2, 2, 2, 2] "k"
  y = compute f32[n: N, o: 4, i: 3] sum[c: 3, u: 3] x[n, c, 2*i + 2*u] * w[o, c, u]
  z = compute f32[n: N, o: 2, i: 3, j: 3, l: 3] sum[c: 2, s: 2, t: 2, u: 2] k[o, c, s, t, u] * v[n, c, i + s, j + t, l + u]
  d = compute f32[o: 4, c: 3, u: 3] sum[n: N, i: 3] y[n, o, i] * x[n, c, 2*i + 2*u]
  output z = z
  output d = d
}`),
    ),
  ).toMatchInlineSnapshot(`
    "y = compute f32[n: N, o: 4, i: 3] sum[c: 3, u: 3] x[n, c, 2*i + 2*u] * w[o, c, u] @convolution{image: x, weight: w, batch: [n], groups: [], outChannels: [o], inChannels: [c], pixels: [i], window: [u]}
    z = compute f32[n: N, o: 2, i: 3, j: 3, l: 3] sum[c: 2, s: 2, t: 2, u: 2] k[o, c, s, t, u] * v[n, c, i + s, j + t, l + u] @convolution{image: v, weight: k, batch: [n], groups: [], outChannels: [o], inChannels: [c], pixels: [i, j, l], window: [s, t, u]}
    d = compute f32[o: 4, c: 3, u: 3] sum[n: N, i: 3] y[n, o, i] * x[n, c, 2*i + 2*u] @convolution{image: x, weight: y, batch: [c], groups: [], outChannels: [o], inChannels: [n], pixels: [u], window: [i]}"
  `);
});

it("a residual block: convolution, normalisation, sum and activation in one element-wise node", () => {
  expect(
    computes(
      optimized(`graph g(N) {
  x = input f32[N, 4, 6]
  w = param f32[4, 4, 3] "w"
  g = param f32[4] "gamma"
  b = param f32[4] "beta"
  mu = state f32[4] "mu"
  var = state f32[4] "var"
  c = compute f32[n: N, o: 4, i: 6] sum[a: 4, u: 3] (if [i + u - 1 >= 0] and [-i - u + 6 >= 0] then x[n, a, i + u - 1] else 0.0) * w[o, a, u]
  bn = compute f32[n: N, o: 4, i: 6] (c[n, o, i] - mu[o]) / sqrt(var[o] + 0.001) * g[o] + b[o]
  s = compute f32[n: N, o: 4, i: 6] bn[n, o, i] + x[n, o, i]
  y = compute f32[n: N, o: 4, i: 6] if s[n, o, i] > 0.0 then s[n, o, i] else 0.0
  output y = y
}`),
    ),
  ).toMatchInlineSnapshot(`
    "c = compute f32[n: N, o: 4, i: 6] sum[a: 4, u: 3 | i + u - 1 >= 0, -i - u + 6 >= 0] x[n, a, i + u - 1] * w[o, a, u] @convolution{image: x, weight: w, batch: [n], groups: [], outChannels: [o], inChannels: [a], pixels: [i], window: [u]}
    bn.part = compute f32[o: 4] g[o] / sqrt(var[o] + 0.001) @elementwise{}
    y = compute f32[n: N, o: 4, i: 6] let shared = (c[n, o, i] - mu[o]) * bn.part[o] + b[o] + x[n, o, i] in if shared > 0.0 then shared else 0.0 @elementwise{}"
  `);
});
