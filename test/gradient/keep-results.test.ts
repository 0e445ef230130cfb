import { describe, expect, it } from "vitest";
import { keepResults } from "../../compiler/autodiff/keep-results.ts";
import { parseGraph } from "../../compiler/graph/parse.ts";
import { printGraph } from "../../compiler/graph/print.ts";

function kept(text: string): string {
  return printGraph(keepResults(parseGraph(text)));
}

describe("functions whose slopes their values say", () => {
  it("are nodes of their own in each turn of a scan, once where they stand twice", () => {
    const text = `graph g(N, T) {
      scan t$: T carry [c to next]
      x = input f32[N, T, 2]
      zero = compute f32[n: N, k: 2] 0.0
      c = carry f32[N, 2] t$ from zero
      next = compute f32[n: N, k: 2] (0.5 + 0.5 * tanh(x[n, t$, k])) * c[n, k] + tanh(x[n, t$, k]) * exp(-tanh(c[n, k]))
      y = last f32[N, 2] t$ of c
      output y = y
    }`;
    expect(kept(text)).toMatchInlineSnapshot(`
      "graph g(N, T) {
        scan t$: T carry [c to next]
        x = input f32[N, T, 2]
        zero = compute f32[n: N, k: 2] 0.0
        c = carry f32[N, 2] t$ from zero
        next.tanh = compute f32[n: N, k: 2] tanh(x[n, t$, k])
        next.tanh#2 = compute f32[n: N, k: 2] tanh(c[n, k])
        next.exp = compute f32[n: N, k: 2] exp(-next.tanh#2[n, k])
        next = compute f32[n: N, k: 2] (0.5 + 0.5 * next.tanh[n, k]) * c[n, k] + next.tanh[n, k] * next.exp[n, k]
        y = last f32[N, 2] t$ of c
        output y = y
      }
      "
    `);
  });

  it("stay where they are: outside of scans, in branches, as all of a node, and under a sum", () => {
    const text = `graph g(N, T) {
  scan t$: T carry [c to next]
  x = input f32[N, T, 2]
  zero = compute f32[n: N, k: 2] exp(x[n, 0, k]) + 1.0
  c = carry f32[N, 2] t$ from zero
  whole = compute f32[n: N, k: 2] tanh(c[n, k])
  some = compute f32[n: N] sum[k: 2] exp(c[n, k]) * x[n, t$, k]
  next = compute f32[n: N, k: 2] if [k - 1 >= 0] then exp(c[n, k - 1]) else whole[n, k] + some[n]
  y = last f32[N, 2] t$ of c
  output y = y
}
`;
    expect(kept(text)).toBe(text);
  });
});
