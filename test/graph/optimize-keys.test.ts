import { describe, expect, it } from "vitest";
import { afterPass, optimized } from "./optimize-check.ts";

const ids = `token = input i32[M] in 0..7
  x = input f32[M, 3]
  w = input f32[7]`;

function keyed(sum: string): string {
  const text = afterPass("keys", `graph g(M) {\n  ${ids}\n  ${sum}\n  output y = y\n}`);
  return text
    .split("\n")
    .filter((line) => line.includes(" y = "))
    .map((line) => line.trim())
    .join("\n");
}

describe("keys: a sum over the terms that have a key is a scatter of all terms", () => {
  it("of ones: a count", () => {
    expect(keyed("y = compute i32[v: 7] sum[m: M | v - (token[m] in 0..7) == 0] 1:i32"))
      .toMatchInlineSnapshot(`
      "y = scatter i32[7] sum[m: M] at [(token[m] in 0..7)] 1
      output y = y"
    `);
  });

  it("of rows, the axes that no key moves inside", () => {
    expect(keyed("y = compute f32[d: 3, v: 7] sum[m: M | (token[m] in 0..7) - v == 0] x[m, d]"))
      .toMatchInlineSnapshot(`
      "y = scatter f32[3, 7] sum[m: M, d: 3] at [d, (token[m] in 0..7)] x[m, d]
      output y = y"
    `);
  });

  it("with what the key's axis chooses besides, in the term and in its conditions", () => {
    expect(keyed("y = compute f32[v: 7] sum[m: M | v - (token[m] in 0..7) == 0, v - 2 >= 0] x[m, 1] * w[v]"))
      .toMatchInlineSnapshot(`
      "y = scatter f32[7] sum[m: M | (token[m] in 0..7) - 2 >= 0] at [(token[m] in 0..7)] x[m, 1] * w[(token[m] in 0..7)]
      output y = y"
    `);
  });

  it("at a distance from the key, where that is an axis of the result", () => {
    expect(keyed("y = compute f32[v: 7] sum[m: M | v - 2 - (token[m] in 0..7) == 0] x[m, 0]"))
      .toMatchInlineSnapshot(`
      "y = scatter f32[7] sum[m: M | -(token[m] in 0..7) + 4 >= 0] at [(token[m] in 0..7) + 2] x[m, 0]
      output y = y"
    `);
  });

  it("with two keys, one of which may lie outside", () => {
    expect(
      keyed(
        "y = compute f32[v: 7, u: 4] sum[m: M, n: M | v - (token[m] in 0..7) == 0, u - (token[n] in 0..7) == 0] x[m, 0] * x[n, 1]",
      ),
    ).toMatchInlineSnapshot(`
      "y = scatter f32[7, 4] sum[m: M, n: M | -(token[n] in 0..7) + 3 >= 0] at [(token[m] in 0..7), (token[n] in 0..7)] x[m, 0] * x[n, 1]
      output y = y"
    `);
  });

  it("leaves what has no key, a key that the result's axis chooses, and other reductions", () => {
    for (const sum of [
      "y = compute f32[v: 7] sum[m: M | v - m == 0] x[m, 0]",
      "y = compute f32[n: M] sum[m: M | m - (token[n] in 0..7) == 0] x[m, 0]",
      "y = compute f32[v: 7] max[m: M | v - (token[m] in 0..7) == 0] x[m, 0]",
      "y = compute f32[n: M] sum[m: M | n - (token[m] in 0..7) >= 0] x[m, 0]",
    ]) {
      expect(keyed(sum)).not.toContain("scatter");
    }
  });

  it("in the whole list of passes, where the sum stands inside other computations", () => {
    const text = optimized(`graph g(M) {
      ${ids}
      y = compute f32[m: M] x[m, 0] / (sum[n: M | (token[n] in 0..7) - (token[m] in 0..7) == 0] x[n, 0] * x[n, 0])
      s = compute f32[v: 7] (sum[m: M | v - (token[m] in 0..7) == 0] x[m, 0]) / (1.0 + f32(sum[m: M | v - (token[m] in 0..7) == 0] 1:i32))
      output y = y
      output s = s
    }`);
    expect(text.match(/= scatter/g)).toHaveLength(2);
  });
});
