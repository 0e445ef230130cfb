import { expect, it } from "vitest";
import { afterPass, computes } from "./optimize-check.ts";

it("simplify: forms and guards by the ranges of their axes", () => {
  expect(
    afterPass(
      "simplify",
      `graph g(N) {
  x = input f32[N, 6]
  y = compute f32[n: N, i: 6] x[n, floor((6*n + i) / 6) - n + i % 7] + x[floor((5*n + i % 5) / 5), min(i, 9)]
  z = compute f32[n: N, i: 6] if [i >= 0] and [N - n - 1 >= 0] then x[n, i] else 0.0
  q = compute f32[n: N, i: 6 | i - 2 >= 0] if [i - 1 >= 0] then (if [-i + 1 >= 0] then 1.0 else x[n, i - 1]) else 2.0
  output y = y
  output z = z
  output q = q
}`,
    ),
  ).toMatchInlineSnapshot(`
    "graph g(N) {
      x = input f32[N, 6]
      y = compute f32[n: N, i: 6] x[n, i] + x[n, i]
      z = compute f32[n: N, i: 6] x[n, i]
      q = compute f32[n: N, i: 6 | i - 2 >= 0] x[n, i - 1]
      output y = y
      output z = z
      output q = q
    }
    "
  `);
});

it("simplify: neutral operands, comparisons of indices, conversions", () => {
  expect(
    afterPass(
      "simplify",
      `graph g(N) {
  x = input f32[N]
  b = input bool[N]
  y = compute f32[n: N] (x[n] * 1.0 + 0.0) / 4.0 - -x[n] + (0.0 - x[n]) ^ 1.0
  z = compute f32[n: N] if index(n) < index(N) and not b[n] then x[n] ^ 2.0 else f32(index(3))
  q = compute bool[n: N] not (not (if b[n] then true else false))
  output y = y
  output z = z
  output q = q
}`,
    ),
  ).toMatchInlineSnapshot(`
    "graph g(N) {
      x = input f32[N]
      b = input bool[N]
      y = compute f32[n: N] x[n] * 0.25 + x[n] - x[n]
      z = compute f32[n: N] if [N - n - 1 >= 0] and not b[n] then x[n] * x[n] else 3.0
      q = compute bool[n: N] b[n]
      output y = y
      output z = z
      output q = q
    }
    "
  `);
});

it("fold: functions and tables of constants", () => {
  expect(
    afterPass(
      "fold",
      `graph g(N) {
  x = input f32[N, 3]
  c = constant f32[3] [1, 2, 3]
  d = compute f32[i: 3] exp(0.0) * c[i] + f32(index(i))
  s = compute f32[] sum[i: 3] c[i]
  y = compute f32[n: N, i: 3] x[n, i] * d[i] + s[] * (2.0 + 3.0)
  output y = y
}`,
    ),
  ).toMatchInlineSnapshot(`
    "graph g(N) {
      x = input f32[N, 3]
      c = constant f32[3] [1, 2, 3]
      d = constant f32[3] [1, 3, 5]
      s = constant f32[] [6]
      y = compute f32[n: N, i: 3] x[n, i] * d[i] + 30.0
      output y = y
    }
    "
  `);
});

it("inline: movement vanishes into subscripts", () => {
  expect(
    afterPass(
      "inline",
      `graph g(N) {
  x = input f32[N, 2, 6]
  w = param f32[12, 4] "w"
  flat = compute f32[n: N, k: 12] x[n, floor(k / 6), k % 6]
  turned = compute f32[o: 4, i: 12] w[i, o]
  y = compute f32[n: N, o: 4] sum[k: 12] flat[n, k] * turned[o, k]
  padded = compute f32[n: N, c: 2, i: 8 | i - 1 >= 0, -i + 6 >= 0] x[n, c, i - 1]
  z = compute f32[n: N, c: 2, i: 6] max[u: 3] padded[n, c, i + u]
  output y = y
  output z = z
}`,
    ),
  ).toMatchInlineSnapshot(`
    "graph g(N) {
      x = input f32[N, 2, 6]
      w = param f32[12, 4] "w"
      flat = compute f32[n: N, k: 12] x[n, floor(k / 6), k - 6*floor(k / 6)]
      turned = compute f32[o: 4, i: 12] w[i, o]
      y = compute f32[n: N, o: 4] sum[k: 12] x[n, floor(k / 6), k - 6*floor(k / 6)] * w[k, o]
      padded = compute f32[n: N, c: 2, i: 8 | i - 1 >= 0, -i + 6 >= 0] x[n, c, i - 1]
      z = compute f32[n: N, c: 2, i: 6] max[u: 3] (if [i + u - 1 >= 0] and [-i - u + 6 >= 0] then x[n, c, i + u - 1] else 0.0)
      output y = y
      output z = z
    }
    "
  `);
});

it("inline: a producer goes into its one reader; not into a contraction, nor the epilogue of one reduction into another", () => {
  expect(
    afterPass(
      "inline",
      `graph g(N) {
  x = input f32[N, 8]
  w = param f32[8, 8] "w"
  b = param f32[8] "b"
  a = compute f32[n: N, i: 8] tanh(x[n, i])
  h = compute f32[n: N, o: 8] sum[i: 8] w[o, i] * a[n, i]
  hb = compute f32[n: N, o: 8] h[n, o] + b[o]
  r = compute f32[n: N, o: 8] if hb[n, o] > 0.0 then hb[n, o] else 0.0
  m = compute f32[n: N] max[o: 8] r[n, o]
  q = compute f32[n: N, i: 8] x[n, i] * x[n, i] + 1.0
  s = compute f32[n: N] sum[i: 8] q[n, i]
  output m = m
  output s = s
}`,
    ),
  ).toMatchInlineSnapshot(`
    "graph g(N) {
      x = input f32[N, 8]
      w = param f32[8, 8] "w"
      b = param f32[8] "b"
      a = compute f32[n: N, i: 8] tanh(x[n, i])
      h = compute f32[n: N, o: 8] sum[i: 8] w[o, i] * a[n, i]
      hb = compute f32[n: N, o: 8] h[n, o] + b[o]
      r = compute f32[n: N, o: 8] let shared = h[n, o] + b[o] in if shared > 0.0 then shared else 0.0
      m = compute f32[n: N] max[o: 8] r[n, o]
      q = compute f32[n: N, i: 8] x[n, i] * x[n, i] + 1.0
      s = compute f32[n: N] sum[i: 8] (x[n, i] * x[n, i] + 1.0)
      output m = m
      output s = s
    }
    "
  `);
});

it("inline: subscripts read through moved and computed indices", () => {
  expect(
    afterPass(
      "inline",
      `graph g(N) {
  ids = input i32[N] in 0..5
  table = param f32[5] "table"
  turned = compute i32[n: N] ids[N - 1 - n]
  even = compute i32[n: N] index(n - 2*floor(n / 2))
  y = compute f32[n: N] table[(turned[n] in 0..5)] + table[(even[n] in 0..2)]
  output y = y
}`,
    ),
  ).toMatchInlineSnapshot(`
    "graph g(N) {
      ids = input i32[N] in 0..5
      table = param f32[5] "table"
      turned = compute i32[n: N] ids[N - n - 1]
      even = compute i32[n: N] index(n - 2*floor(n / 2))
      y = compute f32[n: N] table[(ids[N - n - 1] in 0..5)] + table[n - 2*floor(n / 2)]
      output y = y
    }
    "
  `);
});

it("outputs: a flattened axis digit by digit, where that makes a contraction", () => {
  expect(
    computes(
      afterPass(
        "outputs",
        `graph g(N, W) {
  x = input f32[N, 3, 4]
  z = input f32[N, 2, W]
  dy = input f32[N, 7]
  y = compute f32[o: 7, q: 12] sum[n: N] dy[n, o] * x[n, floor(q / 4), q % 4]
  v = compute f32[o: 7, q: 2*W] sum[n: N] dy[n, o] * z[n, floor(q / W), q % W]
  s = compute f32[q: 12] sum[n: N] dy[n, 0] * x[n, floor(q / 4), q % 4] * x[n, 0, 0]
  output y = y
  output v = v
  output s = s
}`,
      ),
    ),
  ).toMatchInlineSnapshot(`
    "y.digits = compute f32[o: 7, q.0: 3, q.1: 4] sum[n: N] dy[n, o] * x[n, q.0, q.1]
    y = compute f32[o: 7, q: 12] y.digits[o, floor(q / 4), q - 4*floor(q / 4)]
    v.digits = compute f32[o: 7, q.0: 2, q.1: W] sum[n: N] dy[n, o] * z[n, q.0, q.1]
    v = compute f32[o: 7, q: 2*W] v.digits[o, floor(q / W), q - W*floor(q / W)]
    s = compute f32[q: 12] sum[n: N] dy[n, 0] * x[n, floor(q / 4), q - 4*floor(q / 4)] * x[n, 0, 0]"
  `);
});

it("outputs: one sum for each phase of a stride, as long as its window; a phase without a tap is 0", () => {
  expect(
    computes(
      afterPass(
        "outputs",
        `graph g(L) {
  dy = input f32[2, 4, 8]
  w = param f32[4, 3, 3] "w"
  v = param f32[4, 3, 1] "v"
  z = input f32[2, 4, L]
  a = compute f32[n: 2, c: 3, q: 16] sum[o: 4, u: 2 | 2*floor((q + 1) / 2) - q - 2*u + 1 >= 0, floor((q + 1) / 2) - u >= 0, u - floor((q + 1) / 2) + 7 >= 0] dy[n, o, floor((q + 1) / 2) - u] * w[o, c, q + 2*u - 2*floor((q + 1) / 2) + 1]
  b = compute f32[n: 2, c: 3, q: 24] sum[o: 4, u: 1 | 3*floor(q / 3) - q - u >= 0, floor(q / 3) - u >= 0] dy[n, o, floor(q / 3) - u] * v[o, c, u]
  d = compute f32[n: 2, c: 3, q: 2*L + 1] sum[o: 4, u: 2 | 2*floor((q + 1) / 2) - q - 2*u + 1 >= 0, floor((q + 1) / 2) - u >= 0, u - floor((q + 1) / 2) + L - 1 >= 0] z[n, o, floor((q + 1) / 2) - u] * w[o, c, q + 2*u - 2*floor((q + 1) / 2) + 1]
  output a = a
  output b = b
  output d = d
}`,
      ),
    ),
  ).toMatchInlineSnapshot(`
    "a.phase = compute f32[n: 2, c: 3, q#2: 8] sum[o: 4, u: 1 | q#2 - u >= 0] dy[n, o, q#2 - u] * w[o, c, 2*u + 1]
    a.phase#2 = compute f32[n: 2, c: 3, q#2: 8] sum[o: 4, u: 2 | u - q#2 + 6 >= 0] dy[n, o, q#2 - u + 1] * w[o, c, 2*u]
    a = compute f32[n: 2, c: 3, q: 16] if [q - 2*floor(q / 2) == 0] then a.phase[n, c, floor(q / 2)] else a.phase#2[n, c, floor(q / 2)]
    b.phase = compute f32[n: 2, c: 3, q#2: 8] sum[o: 4, u: 1] dy[n, o, q#2 - u] * v[o, c, u]
    b = compute f32[n: 2, c: 3, q: 24] if [q - 3*floor(q / 3) == 0] then b.phase[n, c, floor(q / 3)] else if [q - 3*floor(q / 3) - 1 == 0] then 0.0 else 0.0
    d.phase = compute f32[n: 2, c: 3, q#2: L + 1] sum[o: 4, u: 1 | q#2 - u >= 0, u + L - q#2 - 1 >= 0] z[n, o, q#2 - u] * w[o, c, 2*u + 1]
    d.phase#2 = compute f32[n: 2, c: 3, q#2: L] sum[o: 4, u: 2 | u + L - q#2 - 2 >= 0] z[n, o, q#2 - u + 1] * w[o, c, 2*u]
    d = compute f32[n: 2, c: 3, q: 2*L + 1] if [q - 2*floor(q / 2) == 0] then d.phase[n, c, floor(q / 2)] else d.phase#2[n, c, floor(q / 2)]"
  `);
});

it("join: reduction axes that stand together everywhere, cut off where a guard ends them", () => {
  expect(
    computes(
      afterPass(
        "join",
        `graph g(N) {
  x = input f32[N, 12]
  w = input f32[12]
  a = compute f32[n: N] sum[u: 3, v: 4 | 4*u + v < 10] x[n, 4*u + v] * w[11 - 4*u - v]
  b = compute f32[n: N] sum[u: 3, v: 4] x[n, 4*u + v] * w[u]
  c = compute f32[n: N] sum[u: 2, v: 2, t: 3] x[n, 6*u + 3*v + t] * w[6*u + 3*v + t]
  d = compute i32[n: N] argmax[u: 3, v: 4] x[n, 4*u + v]
  output a = a
  output b = b
  output c = c
  output d = d
}`,
      ),
    ),
  ).toMatchInlineSnapshot(`
    "a = compute f32[n: N] sum[u: 10] x[n, u] * w[-u + 11]
    b = compute f32[n: N] sum[u: 3, v: 4] x[n, 4*u + v] * w[u]
    c = compute f32[n: N] sum[u: 12] x[n, u] * w[u]
    d = compute i32[n: N] argmax[u: 3, v: 4] x[n, 4*u + v]"
  `);
});
