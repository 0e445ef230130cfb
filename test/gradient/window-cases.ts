import type { LayerCase } from "./central-differences.ts";

interface Convolution {
  readonly stride?: number;
  readonly padding?: number;
  readonly dilation?: number;
  readonly groups?: number;
}

/** A convolution over two dims of x[N, C, H, W] with w[O, C/groups, K, L]. */
function convolution(x: readonly number[], w: readonly number[], options: Convolution = {}): LayerCase {
  const { stride: s = 1, padding: p = 0, dilation: d = 1, groups = 1 } = options;
  const [n = 1, , height = 1, width = 1] = x;
  const [outs = 1, ins = 1, k = 1, l = 1] = w;
  const size = (extent: number, window: number): number =>
    Math.floor((extent + 2 * p - d * (window - 1) - 1) / s) + 1;
  const [row, column] = [`${s}*i + ${d}*u - ${p}`, `${s}*j + ${d}*v - ${p}`];
  const guards = `${row} >= 0, ${row} < ${height}, ${column} >= 0, ${column} < ${width}`;
  return {
    lines: `x = input f32[${x.join(", ")}]
      w = input f32[${w.join(", ")}]
      y = compute f32[n: ${n}, o: ${outs}, i: ${size(height, k)}, j: ${size(width, l)}]
        sum[c: ${ins}, u: ${k}, v: ${l} | ${guards}]
        x[n, ${ins}*floor(o / ${outs / groups}) + c, ${row}, ${column}] * w[o, c, u, v]`,
  };
}

/** A transposed convolution of x[N, C, H, W] with w[C, O, K, K], as PyTorch's. */
function transposed(x: readonly number[], w: readonly number[], s: number, p: number): LayerCase {
  const [n = 1, ins = 1, height = 1, width = 1] = x;
  const [, outs = 1, k = 1] = w;
  const [rows, columns] = [(height - 1) * s - 2 * p + k, (width - 1) * s - 2 * p + k];
  const inside = (at: string, extent: number): string =>
    `(${at}) % ${s} == 0, floor((${at}) / ${s}) >= 0, floor((${at}) / ${s}) < ${extent}`;
  const [row, column] = [`i + ${p} - u`, `j + ${p} - v`];
  return {
    lines: `x = input f32[${x.join(", ")}]
      w = input f32[${w.join(", ")}]
      y = compute f32[n: ${n}, o: ${outs}, i: ${rows}, j: ${columns}]
        sum[c: ${ins}, u: ${k}, v: ${k} | ${inside(row, height)}, ${inside(column, width)}]
        x[n, c, floor((${row}) / ${s}), floor((${column}) / ${s})] * w[c, o, u, v]`,
  };
}

/** Windows of 3 by 3, stride 2, padding 1, over [1, 2, 7, 6]. */
function pool(op: "max" | "sum"): string {
  const guards = "2*i + u - 1 >= 0, 2*i + u - 1 < 7, 2*j + v - 1 >= 0, 2*j + v - 1 < 6";
  return `x = input f32[1, 2, 7, 6]
    y = compute f32[n: 1, c: 2, i: 4, j: 3] ${op}[u: 3, v: 3 | ${guards}] x[n, c, 2*i + u - 1, 2*j + v - 1]`;
}

/** A convolution with a bias, and over it the largest of windows of k by l that don't overlap; what is left over counts nowhere. */
function pooled(x: readonly number[], w: readonly number[], k: number, l: number, padding = 0): LayerCase {
  const [n = 1, , height = 1, width = 1] = x;
  const [outs = 1, , rows = 1, columns = 1] = w;
  const [high, wide] = [height + 2 * padding - rows + 1, width + 2 * padding - columns + 1];
  const { lines } = convolution(x, w, { padding });
  return {
    lines: `${lines.replace("y = compute", "c = compute")}
      b = input f32[${outs}]
      r = compute f32[n: ${n}, o: ${outs}, i: ${high}, j: ${wide}] tanh(c[n, o, i, j] + b[o])
      y = compute f32[n: ${n}, o: ${outs}, i: ${Math.floor(high / k)}, j: ${Math.floor(wide / l)}]
        max[u: ${k}, v: ${l}] r[n, o, ${k}*i + u, ${l}*j + v]`,
  };
}

/** Numbers apart from each other, in a mixed order. */
function distinct(count: number): readonly number[] {
  return Array.from({ length: count }, (_, place) => (((place * 37) % count) / count) * 2 - 1);
}

/** Convolutions and pools of every stride, padding, dilation and grouping. */
export const windowCases: Readonly<Record<string, LayerCase>> = {
  "convolution, padding 1": convolution([2, 3, 5, 4], [4, 3, 3, 3], { padding: 1 }),
  "convolution, stride 2, padding 1": convolution([1, 2, 7, 8], [3, 2, 3, 3], { stride: 2, padding: 1 }),
  "convolution, stride 2, window 4": convolution([1, 2, 8, 8], [2, 2, 4, 4], { stride: 2, padding: 1 }),
  "convolution, stride 2, dilation 2": convolution([1, 2, 9, 8], [2, 2, 3, 3], {
    stride: 2,
    dilation: 2,
    padding: 2,
  }),
  "convolution, stride 2, dilation 3": convolution([1, 1, 10, 9], [2, 1, 3, 3], {
    stride: 2,
    dilation: 3,
    padding: 1,
  }),
  "convolution, stride 3, dilation 2": convolution([1, 1, 12, 10], [2, 1, 4, 3], {
    stride: 3,
    dilation: 2,
    padding: 2,
  }),
  "convolution, stride 4, dilation 6": convolution([1, 1, 20, 15], [1, 1, 3, 2], {
    stride: 4,
    dilation: 6,
    padding: 3,
  }),
  "convolution, stride 3, window 2: holes": convolution([1, 2, 8, 9], [2, 2, 2, 2], { stride: 3 }),
  "convolution, two groups": convolution([1, 4, 5, 6], [6, 2, 3, 3], { stride: 2, padding: 1, groups: 2 }),
  "convolution, depthwise, twice the channels": convolution([1, 3, 5, 4], [6, 1, 3, 3], {
    padding: 1,
    groups: 3,
  }),
  "convolution, window greater than the result": convolution([1, 2, 9, 8], [2, 2, 7, 6], { stride: 2 }),
  "convolution, 1 by 1, stride 2": convolution([1, 3, 5, 6], [2, 3, 1, 1], { stride: 2 }),
  "transposed convolution, stride 2": transposed([1, 2, 4, 3], [2, 3, 3, 3], 2, 1),
  "transposed convolution, stride 3": transposed([1, 2, 3, 3], [2, 2, 4, 4], 3, 0),
  "max-pool with overlap": { lines: pool("max"), given: { x: distinct(84) } },
  "max-pool of a convolution": pooled([2, 3, 6, 8], [4, 3, 3, 3], 2, 2),
  "max-pool of a padded convolution, with a rest": pooled([1, 2, 7, 5], [3, 2, 3, 3], 2, 2, 1),
  "max-pool of rows of a convolution": pooled([2, 2, 5, 11], [3, 2, 2, 4], 1, 4),
  "max-pool of a convolution, 3 by 2": pooled([1, 4, 8, 6], [2, 4, 3, 3], 3, 2),
  "largest place of a convolution": pooled([2, 2, 5, 5], [5, 2, 2, 3], 4, 3),
  "sum over windows": { lines: pool("sum") },
};
