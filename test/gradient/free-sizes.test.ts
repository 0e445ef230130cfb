import { describe, expect, it } from "vitest";
import { differentiate } from "../../compiler/autodiff/index.ts";
import { parseGraph } from "../../compiler/graph/index.ts";
import { normalize } from "../../compiler/optimize/index.ts";
import { expectGradients, type GradientCase } from "./central-differences.ts";

type FreeCase = Omit<GradientCase, "text" | "dims"> & {
  /** The dims of the graph. */
  readonly free: string;
  readonly lines: string;
  readonly sizes: readonly Readonly<Record<string, number>>[];
  /** Whether a subscript can be solved only by scattering. */
  readonly scatters?: boolean;
};

const cases: Readonly<Record<string, FreeCase>> = {
  "a linear layer over a batch": {
    free: "N",
    lines: `x = input f32[N, 4]
      w = input f32[3, 4]
      b = input f32[3]
      t = compute f32[n: N, o: 3] sum[i: 4] x[n, i] * w[o, i]
      y = compute f32[n: N, o: 3] tanh(t[n, o] + b[o])`,
    sizes: [{ N: 1 }, { N: 3 }],
  },
  "a mean over the batch": {
    free: "N",
    lines: `x = input f32[N, 3]
      y = compute f32[] (sum[n: N, c: 3] x[n, c] ^ 3.0) / f32(index(3*N))`,
    sizes: [{ N: 1 }, { N: 4 }],
  },
  softmax: {
    free: "N, C",
    lines: `x = input f32[N, C]
      top = compute f32[b: N] max[c: C] x[b, c]
      e = compute f32[b: N, c: C] exp(x[b, c] - top[b])
      z = compute f32[b: N] sum[c: C] e[b, c]
      y = compute f32[b: N, c: C] e[b, c] / z[b]`,
    sizes: [{ N: 2, C: 4 }],
  },
  "a convolution with stride, padding and dilation": {
    free: "N, H, W",
    lines: `x = input f32[N, 2, H, W]
      w = input f32[3, 2, 3, 3]
      y = compute f32[n: N, o: 3, i: floor((H - 1) / 2) + 1, j: floor((W - 3) / 2) + 1]
        sum[c: 2, u: 3, v: 3 | 2*i + u - 1 >= 0, 2*i + u - 1 < H, 2*j + 2*v - 1 >= 0, 2*j + 2*v - 1 < W]
        x[n, c, 2*i + u - 1, 2*j + 2*v - 1] * w[o, c, u, v]`,
    sizes: [
      { N: 1, H: 5, W: 6 },
      { N: 2, H: 6, W: 5 },
    ],
  },
  "a transposed convolution": {
    free: "L",
    lines: `x = input f32[2, L]
      w = input f32[2, 3]
      y = compute f32[i: 2*L - 1] sum[c: 2, u: 3 | (i + 1 - u) % 2 == 0, i + 1 - u >= 0, floor((i + 1 - u) / 2) < L]
        x[c, floor((i + 1 - u) / 2)] * w[c, u]`,
    sizes: [{ L: 1 }, { L: 4 }],
  },
  "overlapping max-pools": {
    free: "L",
    lines: `x = input f32[2, L]
      y = compute f32[c: 2, i: floor((L - 1) / 2) + 1] max[u: 3 | 2*i + u - 1 >= 0, 2*i + u - 1 < L] x[c, 2*i + u - 1]`,
    sizes: [{ L: 5 }, { L: 8 }],
  },
  "max over a row of any length": {
    free: "N, C",
    lines: `x = input f32[N, C]
      y = compute f32[n: N] max[c: C] x[n, c] ^ 3.0`,
    sizes: [{ N: 2, C: 5 }],
  },
  "max over both axes": {
    free: "N, C",
    lines: `x = input f32[N, C]
      y = compute f32[] max[n: N, c: C] x[n, c] ^ 3.0`,
    sizes: [{ N: 2, C: 5 }],
  },
  embedding: {
    free: "N, T",
    lines: `table = input f32[6, 3]
      ids = input i32[N, T] in 0..6
      y = compute f32[n: N, t: T, d: 3] table[(ids[n, t] in 0..6), d] ^ 2.0`,
    sizes: [{ N: 2, T: 5 }],
    scatters: true,
  },
  "a gather along a row": {
    free: "N, T",
    lines: `x = input f32[N, 5]
      ids = input i32[N, T] in 0..5
      y = compute f32[n: N, t: T] x[n, (ids[n, t] in 0..5)] ^ 2.0`,
    sizes: [{ N: 2, T: 5 }],
    scatters: true,
  },
  "a place that a number says, which may be none": {
    free: "T",
    lines: `x = input f32[T, 3]
      w = input f32[3]
      place = input i32[] in 0..6
      z = compute f32[t: T, d: 3] tanh(if [t - (place[] in 0..6) - 1 == 0] then x[t, d] * w[d] else w[d])
      y = compute f32[] sum[t: T, d: 3] z[t, d] ^ 2.0`,
    sizes: [{ T: 1 }, { T: 3 }, { T: 8 }],
  },
  "causal attention": {
    free: "T",
    lines: `q = input f32[T, 3]
      k = input f32[T, 3]
      v = input f32[T, 3]
      s = compute f32[i: T, j: T] sum[d: 3] q[i, d] * k[j, d]
      top = compute f32[i: T] max[j: T | j <= i] s[i, j]
      e = compute f32[i: T, j: T | j <= i] exp(s[i, j] - top[i])
      z = compute f32[i: T] sum[j: T] e[i, j]
      p = compute f32[i: T, j: T] e[i, j] / z[i]
      y = compute f32[i: T, d: 3] sum[j: T] p[i, j] * v[j, d]`,
    sizes: [{ T: 1 }, { T: 4 }],
  },
  "the last token, the token before, time reversed": {
    free: "T",
    lines: `x = input f32[T, 3]
      y = compute f32[t: T, d: 3] x[T - 1, d] * x[T - 1 - t, d] + (if [t >= 1] then x[t - 1, d] else 0.0) ^ 2.0`,
    sizes: [{ T: 1 }, { T: 4 }],
  },
  "a cumulative sum": {
    free: "T",
    lines: `x = input f32[T]
      y = compute f32[i: T] sum[j: T | j <= i] x[j] ^ 2.0`,
    sizes: [{ T: 5 }],
  },
  "joined along an unknown axis": {
    free: "T, S",
    lines: `a = input f32[T, 2]
      b = input f32[S, 2]
      y = compute f32[i: S + T, d: 2] if [i < T] then a[i, d] ^ 2.0 else b[i - T, d] ^ 3.0`,
    sizes: [{ T: 2, S: 3 }],
  },
  "flattened by unknown sizes": {
    free: "H, W",
    lines: `x = input f32[2, H, W]
      w = input f32[2*H*W]
      y = compute f32[] sum[k: 2*H*W] x[floor(k / (H*W)), floor(k / W) % H, k % W] ^ 2.0 * w[k]`,
    sizes: [{ H: 3, W: 2 }],
  },
  "unflattened by unknown sizes": {
    free: "H, W",
    lines: `x = input f32[2*H*W]
      y = compute f32[c: 2, i: H, j: W] x[c*H*W + i*W + j] ^ 3.0`,
    sizes: [{ H: 3, W: 2 }],
  },
  "an upsampling by two": {
    free: "L",
    lines: `x = input f32[L]
      y = compute f32[i: 2*L] x[floor(i / 2)] ^ 2.0 * x[L - 1 - floor(i / 2)]`,
    sizes: [{ L: 3 }],
  },
  "heads split off the channels": {
    free: "T, D",
    lines: `x = input f32[T, 4*D]
      y = compute f32[h: 4, i: T, j: T] sum[d: D] x[i, h*D + d] * x[j, h*D + d]`,
    sizes: [{ T: 2, D: 3 }],
  },
  "a product of axes": {
    free: "N",
    lines: `x = input f32[N*N]
      y = compute f32[i: N, j: N] x[i*j] ^ 3.0`,
    sizes: [{ N: 3 }],
    scatters: true,
  },
  "a subscript held back by its array": {
    free: "N, K",
    lines: `x = input f32[N]
      w = input f32[K]
      y = compute f32[i: N] sum[u: K] x[max(0, min(i + u - 1, N - 1))] ^ 2.0 * w[u]`,
    sizes: [{ N: 4, K: 3 }],
    scatters: true,
  },
};

describe("gradients over sizes that are known at a call only", () => {
  const each = Object.entries(cases).flatMap(([name, { sizes, ...rest }]) =>
    sizes.map((dims) => ({ name, dims, ...rest })),
  );
  it.each(each)("$name, $dims", ({ free, lines, dims, scatters: _, ...rest }) => {
    expectGradients({ text: `graph layer(${free}) {\n${lines}\noutput y = y\n}`, dims, ...rest });
  });

  it.each(Object.entries(cases))("%s: scattered only where that must be", (_, { free, lines, scatters }) => {
    const graph = parseGraph(`graph layer(${free}) {\n${lines}\noutput y = y\n}`);
    const [x] = graph.nodes;
    const y = graph.nodes.at(-1);
    if (x === undefined || y?.kind !== "compute") throw new Error("a case ends with what it computes");
    const loss = `loss = compute f32[] (sum[${y.axes.map(({ name }, at) => `${name}: ${dimText(lines, at)}`).join(", ")}] y[${y.axes.map(({ name }) => name).join(", ")}])`;
    const shape = lines.slice(lines.indexOf("["), lines.indexOf("]") + 1);
    const whole = `graph layer(${free}) {\n${lines}\n${loss}\ndx = grad f32${shape} loss[] by ${x.name}[]\noutput dx = dx\n}`;
    const made = differentiate(normalize(parseGraph(whole)));
    expect(made.nodes.some((node) => node.kind === "scatter")).toBe(scatters === true);
  });
});

/** The extent of an axis of the last node, as it is written there. */
function dimText(lines: string, place: number): string {
  const last = lines.split(/\n(?=\s*\w+ = )/).at(-1) ?? "";
  const list = last.slice(last.indexOf("[") + 1, last.indexOf("]")).split(", ");
  return list[place]?.split(": ")[1] ?? "";
}
