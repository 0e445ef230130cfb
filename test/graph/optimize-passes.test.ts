import { expect, it } from "vitest";
import { afterPass } from "./optimize-check.ts";

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

it("hoist: what is the same for all entries of a channel is computed once", () => {
  expect(
    afterPass(
      "hoist",
      `graph g(N) {
  x = input f32[N, 8, 5]
  mu = state f32[8] "mu"
  var = state f32[8] "var"
  w = param f32[8] "w"
  b = param f32[8] "b"
  y = compute f32[n: N, c: 8, i: 5] (x[n, c, i] - mu[c]) / sqrt(var[c] + 0.001) * w[c] + b[c]
  output y = y
}`,
    ),
  ).toMatchInlineSnapshot(`
    "graph g(N) {
      x = input f32[N, 8, 5]
      mu = state f32[8] "mu"
      var = state f32[8] "var"
      w = param f32[8] "w"
      b = param f32[8] "b"
      y.part = compute f32[c: 8] w[c] / sqrt(var[c] + 0.001)
      y = compute f32[n: N, c: 8, i: 5] (x[n, c, i] - mu[c]) * y.part[c] + b[c]
      output y = y
    }
    "
  `);
});

it("hoist: of a product of three the factors of one operand are joined", () => {
  expect(
    afterPass(
      "hoist",
      `graph g(N) {
  x = input f32[N, 8]
  s = input f32[8]
  w = param f32[4, 8] "w"
  y = compute f32[n: N, o: 4] sum[i: 8] x[n, i] * w[o, i] * s[i]
  z = compute f32[n: N, o: 4] sum[i: 8] tanh(x[n, i]) * w[o, i]
  output y = y
  output z = z
}`,
    ),
  ).toMatchInlineSnapshot(`
    "graph g(N) {
      x = input f32[N, 8]
      s = input f32[8]
      w = param f32[4, 8] "w"
      y.part = compute f32[n: N, i: 8] x[n, i] * s[i]
      y = compute f32[n: N, o: 4] sum[i: 8] w[o, i] * y.part[n, i]
      z.part = compute f32[n: N, i: 8] tanh(x[n, i])
      z = compute f32[n: N, o: 4] sum[i: 8] z.part[n, i] * w[o, i]
      output y = y
      output z = z
    }
    "
  `);
});

it("share: what stands in a body twice is bound once, where it is surely evaluated", () => {
  expect(
    afterPass(
      "share",
      `graph g(N) {
  x = input f32[N]
  m = input f32[]
  y = compute f32[n: N] sum[i: N] ((x[i] - m[]) * (x[i] - m[]))
  z = compute f32[n: N] if x[n] > 0.0 then exp(x[n]) + 1.0 else exp(x[n])
  q = compute f32[n: N] if exp(x[n]) > 2.0 then exp(x[n]) else tanh(x[n]) * tanh(x[n])
  output y = y
  output z = z
  output q = q
}`,
    ),
  ).toMatchInlineSnapshot(`
    "graph g(N) {
      x = input f32[N]
      m = input f32[]
      y = compute f32[n: N] sum[i: N] (let shared = x[i] - m[] in shared * shared)
      z = compute f32[n: N] if x[n] > 0.0 then exp(x[n]) + 1.0 else exp(x[n])
      q = compute f32[n: N] let shared = exp(x[n]) in if shared > 2.0 then shared else let shared#2 = tanh(x[n]) in shared#2 * shared#2
      output y = y
      output z = z
      output q = q
    }
    "
  `);
});

it("cse: equal nodes up to the names of axes and the order of operands", () => {
  expect(
    afterPass(
      "cse",
      `graph g(N) {
  x = input f32[N, 8]
  a = compute f32[n: N] sum[i: 8] x[n, i] * (x[n, i] + 1.0)
  b = compute f32[m: N] sum[k: 8] (1.0 + x[m, k]) * x[m, k]
  c = compute f32[m: N] b[m]
  y = compute f32[n: N] a[n] - b[n] * c[n]
  output y = y
  output c = c
}`,
    ),
  ).toMatchInlineSnapshot(`
    "graph g(N) {
      x = input f32[N, 8]
      a = compute f32[n: N] sum[i: 8] x[n, i] * (x[n, i] + 1.0)
      y = compute f32[n: N] a[n] - a[n] * a[n]
      output y = y
      output c = a
    }
    "
  `);
});

it("dce: what no output needs; inputs stay", () => {
  expect(
    afterPass(
      "dce",
      `graph g(N) {
  x = input f32[N]
  unused = input f32[N]
  w = param f32[4] "w"
  a = compute f32[n: N] x[n] + 1.0
  b = compute f32[n: N] a[n] + w[0]
  output a = a
}`,
    ),
  ).toMatchInlineSnapshot(`
    "graph g(N) {
      x = input f32[N]
      unused = input f32[N]
      a = compute f32[n: N] x[n] + 1.0
      output a = a
    }
    "
  `);
});
