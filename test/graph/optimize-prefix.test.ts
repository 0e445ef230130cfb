import { describe, expect, it } from "vitest";
import { afterPass, optimized } from "./optimize-check.ts";

function tagsOf(body: string): readonly string[] {
  const text = optimized(`graph g(N) {
    x = input f32[N, 6]
    z = input f32[6, 4]
    ${body}
    output y = y
  }`);
  return text.match(/@prefix\{[^}]*\}/g) ?? [];
}

describe("prefix sums are recognised", () => {
  it.each([
    ["up to a place", "y = compute f32[n: N, i: 6] sum[j: 6 | i - j >= 0] x[n, j]"],
    ["before a place", "y = compute f32[n: N, i: 6] sum[j: 6 | i - j - 1 >= 0] x[n, j]"],
    ["from a place on", "y = compute f32[n: N, i: 6] sum[j: 6 | j - i >= 0] x[n, j]"],
    ["along the first axis", "y = compute f32[i: 6, d: 4] sum[j: 6 | i - j >= 0] z[j, d]"],
    ["of a product", "y = compute f32[n: N, i: 6] sum[j: 6 | i - j >= 0] x[n, j] * z[j, 1]"],
    ["over more terms a place", "y = compute f32[n: N, i: 6] sum[j: 6, d: 4 | i - j >= 0] x[n, j] * z[j, d]"],
    ["as the largest of them", "y = compute f32[n: N, i: 6] max[j: 6 | i - j >= 0] x[n, j]"],
    ["as their product", "y = compute f32[n: N, i: 6] prod[j: 6 | i - j >= 0] x[n, j]"],
  ])("%s", (_, body) => {
    expect(tagsOf(body)).toEqual(["@prefix{along: [i], over: [j]}"]);
  });

  it.each([
    [
      "terms that depend on the place",
      "y = compute f32[n: N, i: 6] sum[j: 6 | i - j >= 0] x[n, j] * x[n, i - j]",
    ],
    ["every second place", "y = compute f32[n: N, i: 3] sum[j: 6 | 2*i - j >= 0] x[n, j]"],
    ["a window", "y = compute f32[n: N, i: 6] sum[j: 6 | i - j >= 0, j - i + 2 >= 0] x[n, j]"],
    ["a place of the first of them", "y = compute i32[n: N, i: 6] argmax[j: 6 | i - j >= 0] x[n, j]"],
  ])("but not %s", (_, body) => {
    expect(tagsOf(body)).toEqual([]);
  });
});

it("recognise: terms of one place are summed first", () => {
  expect(
    afterPass(
      "prefix",
      `graph g(N) {
  x = input f32[N, 6]
  y = compute f32[i: 6] sum[n: N, j: 6 | i - j >= 0] x[n, j]
  output y = y
}`,
    ),
  ).toMatchInlineSnapshot(`
    "graph g(N) {
      x = input f32[N, 6]
      y.terms = compute f32[j: 6] sum[n: N] x[n, j]
      y = compute f32[i: 6] sum[j: 6 | i - j >= 0] y.terms[j]
      output y = y
    }
    "
  `);
});
