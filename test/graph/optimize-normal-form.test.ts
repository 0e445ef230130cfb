import { expect, it } from "vitest";
import { afterPass } from "./optimize-check.ts";

it("lets: a let that is used once, or costs nothing, is gone; one that would be computed twice stays", () => {
  expect(
    afterPass(
      "lets",
      `graph g() {
  x = input f32[4]
  y = compute f32[i: 4] let a = x[i] in let b = exp(a) in let c = a + 1.0 in b * b + c
  output y = y
}`,
    ),
  ).toMatchInlineSnapshot(`
    "graph g() {
      x = input f32[4]
      y = compute f32[i: 4] let b = exp(x[i]) in b * b + (x[i] + 1.0)
      output y = y
    }
    "
  `);
});

it("lets: a new name may be the name of a let further in", () => {
  expect(
    afterPass(
      "lets",
      `graph g() {
  x = input f32[4]
  z = input f32[4]
  y = compute f32[i: 4] (let a = exp(x[i]) in a * a)
    + (let a = exp(x[i]) in let a#2 = exp(z[i]) in a / a#2 + a * a#2)
  output y = y
}`,
    ),
  ).toMatchInlineSnapshot(`
    "graph g() {
      x = input f32[4]
      z = input f32[4]
      y = compute f32[i: 4] (let a = exp(x[i]) in a * a) + (let a#2 = exp(x[i]) in let a#2#2 = exp(z[i]) in a#2 / a#2#2 + a#2 * a#2#2)
      output y = y
    }
    "
  `);
});

it("reductions: a reduction inside a body becomes a node over the axes that it uses", () => {
  expect(
    afterPass(
      "reductions",
      `graph g(N) {
  x = input f32[N, 8]
  w = param f32[4, 8] "w"
  b = param f32[4] "b"
  y = compute f32[n: N, o: 4] b[o] + (sum[i: 8] w[o, i] * x[n, i]) / (sum[i: 8] x[n, i] * x[n, i])
  output y = y
}`,
    ),
  ).toMatchInlineSnapshot(`
    "graph g(N) {
      x = input f32[N, 8]
      w = param f32[4, 8] "w"
      b = param f32[4] "b"
      y.sum = compute f32[n: N, o: 4] sum[i: 8] w[o, i] * x[n, i]
      y.sum#2 = compute f32[n: N] sum[i: 8] x[n, i] * x[n, i]
      y = compute f32[n: N, o: 4] b[o] + y.sum[n, o] / y.sum#2[n]
      output y = y
    }
    "
  `);
});

it("reductions: a node that is nothing but a reduction of its kind is one reduction", () => {
  expect(
    afterPass(
      "reductions",
      `graph g(N) {
  x = input f32[N, 8, 4]
  y = compute f32[n: N] sum[i: 8] (sum[j: 4] x[n, i, j])
  z = compute f32[n: N] sum[i: 8] (max[j: 4] x[n, i, j])
  output y = y
  output z = z
}`,
    ),
  ).toMatchInlineSnapshot(`
    "graph g(N) {
      x = input f32[N, 8, 4]
      y = compute f32[n: N] sum[i: 8, j: 4] x[n, i, j]
      z.max = compute f32[n: N, i: 8] max[j: 4] x[n, i, j]
      z = compute f32[n: N] sum[i: 8] z.max[n, i]
      output y = y
      output z = z
    }
    "
  `);
});

it("reductions: the guards around a reduction come along where its reads need them", () => {
  expect(
    afterPass(
      "reductions",
      `graph g() {
  x = input f32[5, 3]
  y = compute f32[i: 6, j: 2] if [i - 1 >= 0] and [j - 1 >= 0] then (sum[k: 3] x[i - 1, k]) else (max[k: 3] x[0, k])
  z = compute f32[i: 4, j: 4] if [i + j - 3 >= 0] and [-i - j + 5 >= 0] then (sum[k: 3] x[i + j - 3, k]) else 0.0
  output y = y
  output z = z
}`,
    ),
  ).toMatchInlineSnapshot(`
    "graph g() {
      x = input f32[5, 3]
      y.sum = compute f32[i: 6] sum[k: 3 | i - 1 >= 0] x[i - 1, k]
      y.max = compute f32[] max[k: 3] x[0, k]
      y = compute f32[i: 6, j: 2] if [i - 1 >= 0] and [j - 1 >= 0] then y.sum[i] else y.max[]
      z.sum = compute f32[i: 4, j: 4] sum[k: 3 | i + j - 3 >= 0] x[i + j - 3, k]
      z = compute f32[i: 4, j: 4] if [i + j - 3 >= 0] and [-i - j + 5 >= 0] then z.sum[i, j] else 0.0
      output y = y
      output z = z
    }
    "
  `);
});

it("guards: guards leave the products of a sum, and the entries of a max", () => {
  expect(
    afterPass(
      "guards",
      `graph g(N) {
  x = input f32[N, 6]
  w = param f32[3] "w"
  y = compute f32[n: N, i: 6] sum[u: 3] w[u] * (if [i + u - 1 >= 0] and [-i - u + 6 >= 0] then x[n, i + u - 1] else 0.0)
  z = compute f32[n: N, i: 6] max[u: 3] (if [i + u - 1 >= 0] and [-i - u + 6 >= 0] then x[n, i + u - 1] else -inf)
  q = compute f32[n: N, i: 6] max[u: 3] (if [i + u - 1 >= 0] and [-i - u + 6 >= 0] then x[n, i + u - 1] else 0.0)
  p = compute f32[n: N, i: 8] if [i - 1 >= 0] and [-i + 6 >= 0] then x[n, i - 1] else 0.0
  output y = y
  output z = z
  output q = q
  output p = p
}`,
    ),
  ).toMatchInlineSnapshot(`
    "graph g(N) {
      x = input f32[N, 6]
      w = param f32[3] "w"
      y = compute f32[n: N, i: 6] sum[u: 3 | i + u - 1 >= 0, -i - u + 6 >= 0] w[u] * x[n, i + u - 1]
      z = compute f32[n: N, i: 6] max[u: 3 | i + u - 1 >= 0, -i - u + 6 >= 0] x[n, i + u - 1]
      q = compute f32[n: N, i: 6] max[u: 3] (if [i + u - 1 >= 0] and [-i - u + 6 >= 0] then x[n, i + u - 1] else 0.0)
      p = compute f32[n: N, i: 8 | i - 1 >= 0, -i + 6 >= 0] x[n, i - 1]
      output y = y
      output z = z
      output q = q
      output p = p
    }
    "
  `);
});

it("solve: an equality says where the axis stands: a one-hot sum is a gather", () => {
  expect(
    afterPass(
      "solve",
      `graph g(N) {
  ids = input i32[N] in 0..5
  table = param f32[5, 3] "table"
  y = compute f32[n: N, d: 3] sum[v: 5 | v - (ids[n] in 0..5) == 0] table[v, d]
  output y = y
}`,
    ),
  ).toMatchInlineSnapshot(`
    "graph g(N) {
      ids = input i32[N] in 0..5
      table = param f32[5, 3] "table"
      y = compute f32[n: N, d: 3 | (ids[n] in 0..5) >= 0, -(ids[n] in 0..5) + 4 >= 0] table[(ids[n] in 0..5), d]
      output y = y
    }
    "
  `);
});

it("solve: of the taps of a transposed convolution one in each stride is left", () => {
  expect(
    afterPass(
      "solve",
      `graph g(N) {
  x = input f32[N, 4]
  w = param f32[3] "w"
  y = compute f32[n: N, i: 9] sum[u: 3 | (i - u) % 2 == 0, i - u >= 0, floor((i - u) / 2) <= 3] x[n, floor((i - u) / 2)] * w[u]
  output y = y
}`,
    ),
  ).toMatchInlineSnapshot(`
    "graph g(N) {
      x = input f32[N, 4]
      w = param f32[3] "w"
      y = compute f32[n: N, i: 9] sum[u.0: 2 | i + 2*u.0 - 2*floor(i / 2) >= 0, 2*floor(i / 2) - i - 2*u.0 + 2 >= 0, 2*floor(i / 2) - 2*u.0 >= 0, u.0 - floor(i / 2) + 3 >= 0] x[n, floor(i / 2) - u.0] * w[i + 2*u.0 - 2*floor(i / 2)]
      output y = y
    }
    "
  `);
});

it("split: a reduction axis that subscripts divide becomes several", () => {
  expect(
    afterPass(
      "split",
      `graph g(N, C) {
  x = input f32[N, 3, 4, 5]
  z = input f32[C, 4]
  w = param f32[7, 60] "w"
  y = compute f32[n: N, o: 7] sum[k: 60] w[o, k] * x[n, floor(k / 20), floor(k / 5) % 4, k % 5]
  s = compute f32[] sum[k: 4*C] z[floor(k / 4), k % 4]
  output y = y
  output s = s
}`,
    ),
  ).toMatchInlineSnapshot(`
    "graph g(N, C) {
      x = input f32[N, 3, 4, 5]
      z = input f32[C, 4]
      w = param f32[7, 60] "w"
      y = compute f32[n: N, o: 7] sum[k.0: 3, k.1: 4, k.2: 5] w[o, 20*k.0 + 5*k.1 + k.2] * x[n, k.0, k.1, k.2]
      s = compute f32[] sum[k.0: C, k.1: 4] z[k.0, k.1]
      output y = y
      output s = s
    }
    "
  `);
});

it("factors: what is free of the reduction axes stands outside the sum", () => {
  expect(
    afterPass(
      "factors",
      `graph g(N) {
  x = input f32[N, 8]
  a = input f32[N]
  y = compute f32[n: N] sum[i: 8] -a[n] * x[n, i] / 3.0
  z = compute f32[n: N] sum[i: 8, j: N] x[n, i]
  output y = y
  output z = z
}`,
    ),
  ).toMatchInlineSnapshot(`
    "graph g(N) {
      x = input f32[N, 8]
      a = input f32[N]
      y.sum = compute f32[n: N] sum[i: 8] x[n, i]
      y = compute f32[n: N] -(y.sum[n] * a[n] / 3.0)
      z.sum = compute f32[n: N] sum[i: 8] x[n, i]
      z = compute f32[n: N] z.sum[n] * f32(index(N))
      output y = y
      output z = z
    }
    "
  `);
});

it("factors: over a set that may be empty only numbers do: 0 and not 0/0", () => {
  expect(
    afterPass(
      "factors",
      `graph g(N) {
  x = input f32[N]
  y = compute f32[i: N] sum[j: N | i - j - 1 >= 0] 2.0 * x[j] / x[i]
  z = compute f32[i: N] sum[j: N | i - j >= 0] 2.0 * x[j] / x[i]
  output y = y
  output z = z
}`,
    ),
  ).toMatchInlineSnapshot(`
    "graph g(N) {
      x = input f32[N]
      y.sum = compute f32[i: N] sum[j: N | i - j - 1 >= 0] x[j] / x[i]
      y = compute f32[i: N] y.sum[i] * 2.0
      z.sum = compute f32[i: N] sum[j: N | i - j >= 0] x[j]
      z = compute f32[i: N] z.sum[i] * 2.0 / x[i]
      output y = y
      output z = z
    }
    "
  `);
});
