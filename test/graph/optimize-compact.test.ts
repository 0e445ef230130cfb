import { expect, it } from "vitest";
import { afterPass } from "./optimize-check.ts";

/** A gradient that is zero but for one place in each window of 2 by 2, which `place` says, and what reads it. */
const behindPool = (readers: string, equality = windows): string => `graph g(N) {
  x = input f32[N, 3, 6, 6]
  h = input f32[N, 4, 4, 4]
  dp = input f32[N, 4, 2, 2]
  w = input f32[4, 3, 3, 3]
  place = compute i32[n: N, o: 4, i: 2, j: 2] argmax[u: 2, v: 2] h[n, o, 2*i + u, 2*j + v]
  dh = compute f32[n: N, o: 4, i: 4, j: 4 | ${equality}] dp[n, o, floor(i / 2), floor(j / 2)] * h[n, o, i, j]
  ${readers}
}`;

const windows =
  "j + 2*i - 2*floor(j / 2) - 4*floor(i / 2) - (place[n, o, floor(i / 2), floor(j / 2)] in 0..4) == 0";

const byWeight = `dw = compute f32[o: 4, c: 3, u: 3, v: 3] sum[n: N, i: 4, j: 4] dh[n, o, i, j] * x[n, c, i + u, j + v]
  output dw = dw`;

const byImage = `dx = compute f32[n: N, c: 3, y: 6, x: 6] sum[o: 4, u: 3, v: 3 | y - u >= 0, 3 - y + u >= 0, x - v >= 0, 3 - x + v >= 0] dh[n, o, y - u, x - v] * w[o, c, u, v]
  output dx = dx`;

/** What follows the gradient itself. */
function readersAfter(text: string): string {
  const lines = afterPass("compact", text).split("\n");
  return lines
    .slice(lines.findIndex((line) => line.includes(" dh = ")) + 1, -2)
    .map((line) => line.trim())
    .join("\n");
}

it("compact: a sum over windows with one place each goes over these places", () => {
  expect(readersAfter(behindPool(byWeight))).toMatchInlineSnapshot(`
    "dh.winners = compute f32[n: N, o: 4, i.o: 2, j.o: 2] dp[n, o, i.o, j.o] * h[n, o, 2*i.o + floor(((place[n, o, i.o, j.o] in 0..4)) / 2), 2*j.o + (place[n, o, i.o, j.o] in 0..4) - 2*floor(((place[n, o, i.o, j.o] in 0..4)) / 2)]
    dw = compute f32[o: 4, c: 3, u: 3, v: 3] sum[n: N, i.o: 2, j.o: 2] dh.winners[n, o, i.o, j.o] * x[n, c, 2*i.o + u + floor(((place[n, o, i.o, j.o] in 0..4)) / 2), 2*j.o + v + (place[n, o, i.o, j.o] in 0..4) - 2*floor(((place[n, o, i.o, j.o] in 0..4)) / 2)]
    output dw = dw"
  `);
});

it("compact: a sum that moves such places scatters, and reads what it multiplies in its own order", () => {
  expect(readersAfter(behindPool(byImage))).toMatchInlineSnapshot(`
    "dh.winners = compute f32[n: N, o: 4, i.o: 2, j.o: 2] dp[n, o, i.o, j.o] * h[n, o, 2*i.o + floor(((place[n, o, i.o, j.o] in 0..4)) / 2), 2*j.o + (place[n, o, i.o, j.o] in 0..4) - 2*floor(((place[n, o, i.o, j.o] in 0..4)) / 2)]
    w.turned = compute f32[o: 4, u: 3, v: 3, c: 3] w[o, c, u, v]
    dx = scatter f32[N, 3, 6, 6] sum[n: N, o: 4, i.o: 2, j.o: 2, u: 3, v: 3, c: 3] at [n, c, 2*i.o + u + floor(((place[n, o, i.o, j.o] in 0..4)) / 2), 2*j.o + v + (place[n, o, i.o, j.o] in 0..4) - 2*floor(((place[n, o, i.o, j.o] in 0..4)) / 2)] dh.winners[n, o, i.o, j.o] * w.turned[o, u, v, c]
    output dx = dx"
  `);
});

it("compact: a sum of nothing else sums the places alone", () => {
  const sum = "db = compute f32[o: 4] sum[n: N, i: 4, j: 4] dh[n, o, i, j]\n  output db = db";
  expect(readersAfter(behindPool(sum))).toMatchInlineSnapshot(`
    "dh.winners = compute f32[n: N, o: 4, i.o: 2, j.o: 2] dp[n, o, i.o, j.o] * h[n, o, 2*i.o + floor(((place[n, o, i.o, j.o] in 0..4)) / 2), 2*j.o + (place[n, o, i.o, j.o] in 0..4) - 2*floor(((place[n, o, i.o, j.o] in 0..4)) / 2)]
    db = compute f32[o: 4] sum[n: N, i.o: 2, j.o: 2] dh.winners[n, o, i.o, j.o]
    output db = db"
  `);
});

it("compact: both read one list of places", () => {
  const text = afterPass("compact", behindPool(`${byWeight}\n  ${byImage}`));
  expect(text.match(/winners = compute/g)).toHaveLength(1);
});

it("compact: windows that leave a rest, and one window along an axis", () => {
  expect(
    afterPass(
      "compact",
      `graph g(N) {
  x = input f32[N, 8, 7]
  h = input f32[N, 2, 7, 3]
  dp = input f32[N, 2, 3]
  place = compute i32[n: N, o: 2, i: 3] argmax[u: 2, v: 3] h[n, o, 2*i + u, v]
  dh = compute f32[n: N, o: 2, i: 7, j: 3 | j + 3*i - 6*floor(i / 2) - (place[n, o, floor(i / 2)] in 0..6) == 0, 2 - floor(i / 2) >= 0] dp[n, o, floor(i / 2)]
  dw = compute f32[o: 2, u: 2, v: 5] sum[n: N, i: 7, j: 3] dh[n, o, i, j] * x[n, i + u, j + v]
  output dw = dw
}`,
    ),
  ).toMatchInlineSnapshot(`
    "graph g(N) {
      x = input f32[N, 8, 7]
      h = input f32[N, 2, 7, 3]
      dp = input f32[N, 2, 3]
      place = compute i32[n: N, o: 2, i: 3] argmax[u: 2, v: 3] h[n, o, 2*i + u, v]
      dh = compute f32[n: N, o: 2, i: 7, j: 3 | 3*i + j - 6*floor(i / 2) - (place[n, o, floor(i / 2)] in 0..6) == 0, -floor(i / 2) + 2 >= 0] dp[n, o, floor(i / 2)]
      dh.winners = compute f32[n: N, o: 2, i.o: 3] dp[n, o, i.o]
      dw = compute f32[o: 2, u: 2, v: 5] sum[n: N, i.o: 3] dh.winners[n, o, i.o] * x[n, 2*i.o + u + floor(((place[n, o, i.o] in 0..6)) / 3), v + (place[n, o, i.o] in 0..6) - 3*floor(((place[n, o, i.o] in 0..6)) / 3)]
      output dw = dw
    }
    "
  `);
});

it.each([
  ["the data could say a place that no window has", behindPool(byWeight, windows.replace("0..4", "0..5"))],
  ["the places of a window are not numbered one by one", behindPool(byWeight, windows.replace("2*i", "3*i"))],
  [
    "few terms belong to a place",
    behindPool(
      "dw = compute f32[o: 4, c: 3] sum[n: N, i: 4, j: 4] dh[n, o, i, j] * x[n, c, i, j]\n  output dw = dw",
    ),
  ],
  [
    "it is read at every other place",
    behindPool(
      "dw = compute f32[o: 4, c: 3, u: 3, v: 3] sum[n: N, i: 2, j: 2] dh[n, o, 2*i, 2*j] * x[n, c, i + u, j + v]\n  output dw = dw",
    ),
  ],
])("compact: not where %s", (_, text) => {
  expect(afterPass("compact", text)).toBe(afterPass("dce", text));
});

it("stored: a sum of what another node holds reads it there, whatever its axes are called", () => {
  expect(
    afterPass(
      "stored",
      `graph g(N) {
  y = input f32[N, 4]
  b = input f32[4]
  d = compute f32[n: N, o: 4] tanh(y[n, o] + b[o]) * y[n, o]
  db = compute f32[i: 4] sum[m: N] y[m, i] * tanh(b[i] + y[m, i])
  top = compute f32[o: 4] max[n: N] tanh(y[n, o] + b[o]) * y[n, o]
  part = compute f32[o: 4] sum[n: N | n - 1 >= 0] tanh(y[n, o] + b[o]) * y[n, o]
  twice = compute f32[o: 4] sum[n: N, m: N] tanh(y[n, o] + b[o]) * y[n, o]
  other = compute f32[o: 4] sum[n: N] (tanh(y[n, o] + b[o]) + y[n, o])
  output d = d
  output db = db
  output top = top
  output part = part
  output twice = twice
  output other = other
}`,
    ),
  ).toMatchInlineSnapshot(`
    "graph g(N) {
      y = input f32[N, 4]
      b = input f32[4]
      d = compute f32[n: N, o: 4] tanh(y[n, o] + b[o]) * y[n, o]
      db = compute f32[i: 4] sum[m: N] d[m, i]
      top = compute f32[o: 4] max[n: N] d[n, o]
      part = compute f32[o: 4] sum[n: N | n - 1 >= 0] tanh(y[n, o] + b[o]) * y[n, o]
      twice = compute f32[o: 4] sum[n: N, m: N] tanh(y[n, o] + b[o]) * y[n, o]
      other = compute f32[o: 4] sum[n: N] (tanh(y[n, o] + b[o]) + y[n, o])
      output d = d
      output db = db
      output top = top
      output part = part
      output twice = twice
      output other = other
    }
    "
  `);
});

it("solve: two inequalities that leave one row say which", () => {
  expect(
    afterPass(
      "solve",
      `graph g(N) {
  x = input f32[N, 6]
  h = input f32[N, 6]
  place = compute i32[n: N] argmax[k: 6] h[n, k]
  y = compute f32[n: N] sum[t: 3 | (place[n] in 0..6) - 2*t >= 0, 2*t - (place[n] in 0..6) + 1 >= 0] x[n, 2*t]
  z = compute f32[n: N] sum[t: 3 | (place[n] in 0..6) - 2*t >= 0, 2*t - (place[n] in 0..6) + 2 >= 0] x[n, 2*t]
  output y = y
  output z = z
}`,
    ),
  ).toMatchInlineSnapshot(`
    "graph g(N) {
      x = input f32[N, 6]
      h = input f32[N, 6]
      place = compute i32[n: N] argmax[k: 6] h[n, k]
      y = compute f32[n: N | floor(((place[n] in 0..6)) / 2) >= 0, -floor(((place[n] in 0..6)) / 2) + 2 >= 0] x[n, 2*floor(((place[n] in 0..6)) / 2)]
      z = compute f32[n: N] sum[t: 3 | (place[n] in 0..6) - 2*t >= 0, 2*t - (place[n] in 0..6) + 2 >= 0] x[n, 2*t]
      output y = y
      output z = z
    }
    "
  `);
});
