import type { LayerCase } from "./central-differences.ts";
import { windowCases } from "./window-cases.ts";

const causal = (last: string): string => `q = input f32[2, 4, 3]
  k = input f32[2, 4, 3]
  v = input f32[2, 4, 3]
  s = compute f32[h: 2, i: 4, j: 4] sum[d: 3] q[h, i, d] * k[h, j, d] * 0.57735
  top = compute f32[h: 2, i: 4] max[j: 4 | j <= i] s[h, i, j]
  e = compute f32[h: 2, i: 4, j: 4 | j <= i] exp(s[h, i, j] - top[h, i])
  z = compute f32[h: 2, i: 4] sum[j: 4] e[h, i, j]
  ${last}`;

const softmax = `top = compute f32[b: 3] max[c: 5] x[b, c]
  e = compute f32[b: 3, c: 5] exp(x[b, c] - top[b])
  z = compute f32[b: 3] sum[c: 5] e[b, c]
  p = compute f32[b: 3, c: 5] e[b, c] / z[b]`;

const positive = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, place) => 0.5 + ((place * 29) % 31) / 31);

/** Every kind of read, reduction and function that layers are made of; the library's own are in library.test.ts. */
export const layerCases: Readonly<Record<string, LayerCase>> = {
  ...windowCases,
  matmul: {
    lines: `a = input f32[3, 4]
      b = input f32[4, 5]
      y = compute f32[i: 3, j: 5] sum[k: 4] a[i, k] * b[k, j]`,
    order: 3,
  },
  softmax: { lines: `x = input f32[3, 5]\n${softmax}\ny = compute f32[b: 3, c: 5] p[b, c]`, order: 3 },
  "cross-entropy by integer labels": {
    lines: `x = input f32[4, 5]
      label = input i32[4] in 0..5
      top = compute f32[n: 4] max[c: 5] x[n, c]
      z = compute f32[n: 4] sum[c: 5] exp(x[n, c] - top[n])
      each = compute f32[n: 4] log(z[n]) + top[n] - x[n, (label[n] in 0..5)]
      y = compute f32[] (sum[n: 4] each[n]) / 4.0`,
    order: 3,
  },
  "cross-entropy by a one-hot sum": {
    lines: `x = input f32[3, 5]
      label = input i32[3] in 0..5
      ${softmax}
      y = compute f32[n: 3] sum[c: 5] (if [c - label[n] == 0] then -log(p[n, c]) else 0.0)`,
  },
  embedding: {
    lines: `table = input f32[6, 3]
      ids = input i32[2, 4] in 0..6
      y = compute f32[n: 2, t: 4, d: 3] table[(ids[n, t] in 0..6), d] ^ 2.0`,
    order: 3,
  },
  "bag of embeddings times weights": {
    lines: `table = input f32[6, 3]
      ids = input i32[2, 4] in 0..6
      w = input f32[3, 2]
      y = compute f32[n: 2, o: 2] sum[t: 4, d: 3] table[(ids[n, t] in 0..6), d] * w[d, o]`,
  },
  "an embedding as a one-hot sum": {
    lines: `table = input f32[6, 3]
      ids = input i32[4] in 0..6
      y = compute f32[t: 4, d: 3] sum[v: 6 | v - ids[t] == 0] table[v, d] ^ 2.0`,
  },
  "segments: a filter by integers": {
    lines: `m = input f32[7, 2]
      to = input i32[7] in 0..4
      y = compute f32[v: 4, d: 2] sum[e: 7 | to[e] - v == 0] m[e, d] ^ 2.0`,
  },
  concatenation: {
    lines: `a = input f32[2, 3]
      b = input f32[2, 4]
      y = compute f32[n: 2, i: 7] if [i < 3] then a[n, i] * a[n, i] else b[n, i - 3]`,
  },
  "concatenation of three, then a matmul": {
    lines: `a = input f32[2, 3]
      b = input f32[2, 1]
      c = input f32[2, 2]
      w = input f32[6, 3]
      t = compute f32[n: 2, i: 6] if [i < 3] then a[n, i] else if [i < 4] then b[n, 0] else c[n, i - 4]
      y = compute f32[n: 2, o: 3] sum[i: 6] t[n, i] * w[i, o]`,
  },
  "slice, pad, flip, transpose, reshape": {
    lines: `x = input f32[4, 6]
      w = input f32[10, 3]
      slice = compute f32[i: 3, j: 3] x[i + 1, 2*j + 1]
      padded = compute f32[i: 4, j: 5] if [i >= 1] and [j >= 1] and [j < 4] then slice[i - 1, j - 1] else 0.5
      turned = compute f32[j: 5, i: 4] padded[3 - i, j]
      flat = compute f32[a: 2, b: 10] turned[floor((10*a + b) / 4), (10*a + b) % 4]
      y = compute f32[a: 2, o: 3] sum[b: 10] flat[a, b] * flat[a, b] * w[b, o]`,
  },
  "flatten and linear in one": {
    lines: `x = input f32[2, 3, 2, 4]
      w = input f32[3, 24]
      y = compute f32[n: 2, o: 3] sum[k: 24] x[n, floor(k / 8), floor(k / 4) % 2, k % 4] * w[o, k]`,
  },
  "reshape that does not nest": {
    lines: `x = input f32[4, 6]
      y = compute f32[i: 8, j: 3] x[floor((3*i + j) / 6), (3*i + j) % 6] ^ 3.0`,
  },
  "pixel shuffle": {
    lines: `x = input f32[1, 8, 2, 3]
      y = compute f32[n: 1, c: 2, i: 4, j: 6] x[n, 4*c + 2*(i % 2) + j % 2, floor(i / 2), floor(j / 2)] ^ 2.0`,
  },
  "nearest upsampling and tiling": {
    lines: `x = input f32[3]
      y = compute f32[i: 6] x[floor(i / 2)] * x[i % 3]`,
  },
  "half of three times and one": {
    lines: `x = input f32[8]
      y = compute f32[i: 5] x[floor((3*i + 1) / 2)] ^ 3.0`,
  },
  diagonals: {
    lines: `x = input f32[4, 8]
      z = input f32[4]
      y = compute f32[i: 4] sum[k: 3] x[i, i] * x[i, 2*i + 1] * z[k] ^ 2.0`,
  },
  "sum and difference of indices": {
    lines: `x = input f32[7, 7]
      w = input f32[4]
      y = compute f32[i: 4] sum[j: 4] x[i + j, i - j + 3] * w[j]`,
  },
  autocorrelation: {
    lines: `x = input f32[9]
      y = compute f32[k: 4] sum[i: 6] x[i] * x[i + k]`,
  },
  "outer products": {
    lines: `x = input f32[4]
      y = compute f32[i: 4, j: 4] x[i] * x[j] * x[i]`,
    order: 3,
  },
  "linear of the last token": {
    lines: `x = input f32[2, 5, 3]
      w = input f32[4, 3]
      y = compute f32[n: 2, o: 4] sum[d: 3] x[n, 4, d] * w[o, d]`,
  },
  "linear of the token before": {
    lines: `x = input f32[2, 5, 3]
      w = input f32[4, 3]
      y = compute f32[n: 2, t: 5, o: 4] sum[d: 3] (if [t >= 1] then x[n, t - 1, d] else 0.0) * w[o, d]`,
  },
  "cumulative sum by a filter": {
    lines: `x = input f32[6]
      y = compute f32[i: 6] sum[j: 6 | j <= i] x[j] ^ 2.0`,
  },
  "cumulative sum by a guarded read": {
    lines: `x = input f32[6]
      y = compute f32[i: 6] sum[j: 6] (if [i - j >= 0] then x[i - j] else 0.0) ^ 2.0`,
  },
  "causal attention in one body": {
    lines: causal("y = compute f32[h: 2, i: 4, d: 3] sum[j: 4] e[h, i, j] / z[h, i] * v[h, j, d]"),
  },
  "causal attention in two": {
    lines: causal(`p = compute f32[h: 2, i: 4, j: 4] e[h, i, j] / z[h, i]
      y = compute f32[h: 2, i: 4, d: 3] sum[j: 4] p[h, i, j] * v[h, j, d]`),
    order: 3,
  },
  "a function inside a contraction": {
    lines: `x = input f32[4, 5]
      w = input f32[5, 6]
      y = compute f32[i: 4, j: 6] sum[k: 5] tanh(x[i, k]) * w[k, j]`,
  },
  "pairwise squared distances": {
    lines: `a = input f32[3, 4]
      b = input f32[2, 4]
      y = compute f32[i: 3, j: 2] sum[k: 4] (a[i, k] - b[j, k]) ^ 2.0`,
  },
  "a gate by argmax": {
    lines: `x = input f32[3, 4]
      m = compute i32[n: 3] argmax[c: 4] x[n, c]
      y = compute f32[n: 3, c: 4] if [c - m[n] == 0] then x[n, c] ^ 3.0 else x[n, c] * 0.1`,
  },
  "a gather by argmax": {
    lines: `x = input f32[3, 4]
      w = input f32[4]
      m = compute i32[n: 3] argmax[c: 4] x[n, c]
      y = compute f32[n: 3] x[n, (m[n] in 0..4)] * w[(m[n] in 0..4)]`,
  },
  "max of an expression": {
    lines: `x = input f32[3]
      w = input f32[4, 3]
      y = compute f32[p: 4] max[r: 3] tanh(x[r]) * w[p, r]`,
  },
  "max over two axes, under a filter": {
    lines: `x = input f32[3, 4]
      y = compute f32[] max[i: 3, j: 4 | i + j >= 2] x[i, j] ^ 3.0`,
  },
  "min and mean": {
    lines: `x = input f32[3, 4]
      a = compute f32[n: 3] min[c: 4] x[n, c]
      b = compute f32[n: 3] (sum[c: 4] exp(x[n, c])) / 4.0
      y = compute f32[n: 3] a[n] * b[n]`,
  },
  prod: {
    lines: `x = input f32[2, 4]
      y = compute f32[n: 2] prod[c: 4] (x[n, c] + x[n, 0])`,
    order: 3,
  },
  "prod with zeros": {
    lines: `x = input f32[3, 4]
      y = compute f32[n: 3] prod[c: 4] x[n, c]`,
    given: { x: [1, 0, 2, 3, 0, 0, 2, 1, 0.5, -1, 2, 1] },
    order: 3,
  },
  "prod over two axes under a filter": {
    lines: `x = input f32[3, 3]
      y = compute f32[] prod[i: 3, j: 3 | i - j >= 0] (x[i, j] + 1.5)`,
  },
  dropout: {
    lines: `x = input f32[4, 5]
      y = compute f32[i: 4, j: 5] if random("drop", 7, 5*i + j) < 0.4 then 0.0 else x[i, j] ^ 2.0 / 0.6`,
  },
  "branches: Huber, leaky, a safe root": {
    lines: `x = input f32[12]
      y = compute f32[i: 12] (if abs(x[i]) < 0.5 then 0.5 * x[i] * x[i] else 0.5 * (abs(x[i]) - 0.25))
        + (if x[i] > 0.0 then x[i] else 0.01 * x[i]) + (if x[i] > 0.0 then sqrt(x[i]) else 0.0)`,
  },
  powers: {
    lines: `x = input f32[5]
      z = input f32[5]
      y = compute f32[i: 5] x[i] ^ 3.0 + x[i] ^ 1.7 + x[i] ^ z[i]`,
    given: { x: positive(5) },
    order: 3,
  },
  "min and max of two, and GELU": {
    lines: `x = input f32[5]
      z = input f32[5]
      y = compute f32[i: 5] maximum(x[i] * x[i], z[i])
        + minimum(x[i], sin(z[i])) * z[i] * (1.0 + erf(x[i] / 1.4142135))`,
  },
  "a write into a cache": {
    lines: `cache = input f32[5, 2]
      new = input f32[2]
      pos = input i32[1] in 0..5
      y = compute f32[j: 5, d: 2] if [j - pos[0] == 0] then new[d] ^ 2.0 else cache[j, d] ^ 3.0`,
  },
  "rotary pairs": {
    lines: `x = input f32[3, 6]
      th = input f32[3]
      y = compute f32[n: 3, i: 6] let f = th[floor(i / 2)] * f32(index(n + 1)) in
        if [i % 2 == 0] then x[n, 2*floor(i / 2)] * cos(f) - x[n, 2*floor(i / 2) + 1] * sin(f)
        else x[n, 2*floor(i / 2)] * sin(f) + x[n, 2*floor(i / 2) + 1] * cos(f)`,
  },
  "unfolding inside a matmul": {
    lines: `x = input f32[1, 2, 5, 5]
      w = input f32[3, 18]
      y = compute f32[o: 3, l: 9] sum[k: 18]
        x[0, floor(k / 9), floor(l / 3) + floor(k / 3) % 3, l % 3 + k % 3] * w[o, k]`,
  },
  "two layers, tanh, softmax, log": {
    lines: `x = input f32[3, 4]
      w1 = input f32[6, 4]
      w2 = input f32[5, 6]
      label = input i32[3] in 0..5
      h0 = compute f32[n: 3, o: 6] sum[i: 4] x[n, i] * w1[o, i]
      h = compute f32[n: 3, o: 6] tanh(h0[n, o])
      logits = compute f32[n: 3, o: 5] sum[i: 6] h[n, i] * w2[o, i]
      ${softmax.replaceAll("x[b", "logits[b")}
      y = compute f32[n: 3] -log(p[n, (label[n] in 0..5)])`,
    order: 3,
  },
  "a remainder, floors and a clamp": {
    lines: `x = input f32[6]
      z = input f32[6]
      y = compute f32[i: 6] (x[i] % (z[i] + 2.3)) * floor(3.0 * x[i]) + minimum(maximum(x[i] * z[i], -0.4), 0.3)`,
  },
  "constants and places as floats": {
    lines: `x = input f32[6]
      c = compute i32[] i32(2.5)
      s = compute f32[i: 6] x[i] ^ 2.0
      y = compute f32[i: 6] s[i] * f32(index(i + 1)) * f32(c[])`,
  },
  "integers between floats": {
    lines: `x = input f32[6]
      k = compute i32[i: 6] i32(3.0 * x[i])
      y = compute f32[i: 6] x[i] ^ 2.0 * f32(k[i]) + (if k[i] > 1 then x[i] ^ 3.0 else sin(x[i]))`,
  },
  "f16 on the way": {
    lines: `x = input f32[4]
      y = compute f32[i: 4] x[i] * f32(f16(2.0)) + sum[j: 4] x[j] * x[i]`,
  },
  "a Gram matrix, its trace and its product": {
    lines: `x = input f32[3, 4]
      g = compute f32[i: 3, j: 3] sum[k: 4] x[i, k] * x[j, k]
      t = compute f32[] sum[i: 3] g[i, i]
      y = compute f32[i: 3, j: 3] g[i, j] * t[] + g[j, i]`,
    order: 3,
  },
  "a mean over windows that are cut off": {
    lines: `x = input f32[7]
      s = compute f32[i: 4] sum[u: 3 | 2*i + u - 1 >= 0, 2*i + u - 1 < 7] x[2*i + u - 1]
      n = compute f32[i: 4] sum[u: 3 | 2*i + u - 1 >= 0, 2*i + u - 1 < 7] 1.0
      y = compute f32[i: 4] (s[i] / n[i]) ^ 2.0`,
  },
};
