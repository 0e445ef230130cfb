import { expect, it } from "vitest";
import { afterPass, optimized } from "./optimize-check.ts";

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
      z = compute f32[n: N] let shared = exp(x[n]) in if x[n] > 0.0 then shared + 1.0 else shared
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

it("cse, inline, dce: scatters read their operands by their new names, and equal ones are one", () => {
  expect(
    optimized(`graph g(N) {
  x = input f32[N, 2]
  ids = input i32[N] in 0..5
  a = compute f32[n: N, k: 2] exp(x[n, k])
  b = compute f32[m: N, k: 2] exp(x[m, k])
  unused = scatter f32[5] sum[n: N] at [(ids[n] in 0..5)] a[n, 0]
  s = scatter f32[5, 2] sum[n: N, k: 2] at [(ids[n] in 0..5), k] a[n, k]
  t = scatter f32[5, 2] sum[i: N, j: 2] at [(ids[i] in 0..5), j] b[i, j]
  y = compute f32[v: 5] s[v, 0] * t[v, 1]
  output y = y
}`),
  ).toMatchInlineSnapshot(`
    "graph g(N) {
      x = input f32[N, 2]
      ids = input i32[N] in 0..5
      a = compute f32[n: N, k: 2] exp(x[n, k]) @elementwise{}
      s = scatter f32[5, 2] sum[n: N, k: 2] at [(ids[n] in 0..5), k] a[n, k]
      y = compute f32[v: 5] s[v, 0] * s[v, 1] @elementwise{}
      output y = y
    }
    "
  `);
});

it("inline: a producer's locals are renamed all at once, though a new name is the old name of another", () => {
  expect(
    afterPass(
      "inline",
      `graph g() {
  x = input f32[4]
  z = input f32[4]
  p = compute f32[i: 4] let shared = exp(x[i]) in let shared#2 = exp(z[i]) in shared / shared#2 + shared * shared#2
  y = compute f32[i: 4] p[i] * p[i]
  output y = y
}`,
    ),
  ).toMatchInlineSnapshot(`
    "graph g() {
      x = input f32[4]
      z = input f32[4]
      p = compute f32[i: 4] let shared = exp(x[i]) in let shared#2 = exp(z[i]) in shared / shared#2 + shared * shared#2
      y = compute f32[i: 4] let shared = (let shared#2 = exp(x[i]) in let shared#2#2 = exp(z[i]) in shared#2 / shared#2#2 + shared#2 * shared#2#2) in shared * shared
      output y = y
    }
    "
  `);
});

it("share: what stands twice in each of several branches is bound in each, where it is sure to be evaluated", () => {
  expect(
    afterPass(
      "share",
      `graph g(N) {
  z = input f32[N, 8]
  a = input f32[N, 4]
  y = compute f32[n: N, g: 8] (if [3 - g >= 0] then exp(z[n, g]) / (1.0 + exp(z[n, g])) * a[n, g] else 0.0) + (if [g - 4 >= 0] then a[n, g - 4] / (1.0 + exp(z[n, g])) / exp(z[n, g]) else 0.0)
  output y = y
}`,
    ),
  ).toMatchInlineSnapshot(`
    "graph g(N) {
      z = input f32[N, 8]
      a = input f32[N, 4]
      y = compute f32[n: N, g: 8] (if [-g + 3 >= 0] then (let shared = exp(z[n, g]) in shared / (1.0 + shared)) * a[n, g] else 0.0) + (if [g - 4 >= 0] then (let shared#2 = exp(z[n, g]) in a[n, g - 4] / (1.0 + shared#2) / shared#2) else 0.0)
      output y = y
    }
    "
  `);
});
