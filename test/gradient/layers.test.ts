import { describe, it } from "vitest";
import { expectGradients, type GradientCase } from "./central-differences.ts";

/** The body of a graph: lines, the last of them the output `y`. */
function graph(lines: string, dims = ""): string {
  return `graph case(${dims}) {\n${lines}\noutput y = y\n}`;
}

const cases: Readonly<
  Record<string, Omit<GradientCase, "text"> & { readonly lines: string; readonly free?: string }>
> = {
  matmul: {
    lines: `a = input f32[3, 4]
      b = input f32[4, 5]
      y = compute f32[i: 3, j: 5] sum[k: 4] a[i, k] * b[k, j]`,
    order: 3,
  },
  softmax: {
    lines: `x = input f32[3, 5]
      top = compute f32[b: 3] max[c: 5] x[b, c]
      e = compute f32[b: 3, c: 5] exp(x[b, c] - top[b])
      z = compute f32[b: 3] sum[c: 5] e[b, c]
      y = compute f32[b: 3, c: 5] e[b, c] / z[b]`,
    order: 3,
  },
  embedding: {
    lines: `table = input f32[6, 3]
      ids = input i32[2, 4] in 0..6
      y = compute f32[n: 2, t: 4, d: 3] table[(ids[n, t] in 0..6), d] ^ 2.0`,
  },
  "convolution, stride 2, padding 1": {
    lines: `x = input f32[1, 2, 7, 8]
      w = input f32[3, 2, 3, 3]
      y = compute f32[n: 1, o: 3, i: 4, j: 4]
        sum[c: 2, u: 3, v: 3 | 2*i + u - 1 >= 0, 2*i + u - 1 < 7, 2*j + v - 1 >= 0, 2*j + v - 1 < 8]
        x[n, c, 2*i + u - 1, 2*j + v - 1] * w[o, c, u, v]`,
  },
};

describe("gradients of layers against central differences", () => {
  it.each(Object.entries(cases))("%s", (_, { lines, free, ...rest }) => {
    expectGradients({ text: graph(lines, free), ...rest });
  });
});
