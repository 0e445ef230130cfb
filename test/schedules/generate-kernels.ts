import fc from "fast-check";

/** A graph whose compute nodes make up one kernel, and values of its free dims. */
export interface KernelCase {
  readonly text: string;
  readonly dims: Readonly<Record<string, number>>;
}

const size = (low: number, high: number): fc.Arbitrary<number> => fc.integer({ min: low, max: high });

/** An extent as a number, or as a free dim that has this value. */
interface Extent {
  readonly text: string;
  readonly value: number;
}

function extent(name: string, low: number, high: number): fc.Arbitrary<Extent> {
  return fc
    .tuple(size(low, high), fc.boolean())
    .map(([value, free]) => ({ text: free ? name : String(value), value }));
}

function dimsOf(extents: Readonly<Record<string, Extent>>): KernelCase["dims"] {
  const free = Object.entries(extents).filter(([name, { text }]) => text === name);
  return Object.fromEntries(free.map(([name, { value }]) => [name, value]));
}

function header(dims: KernelCase["dims"]): string {
  return `graph kernel(${Object.keys(dims).join(", ")})`;
}

/** A product of matrices, either of them transposed, with a bias and an activation. */
const gemm = fc
  .record({
    M: extent("M", 1, 19),
    K: extent("K", 1, 37),
    N: extent("N", 1, 41),
    left: fc.boolean(),
    right: fc.boolean(),
  })
  .map(({ left, right, ...extents }): KernelCase => {
    const { M, K, N } = extents;
    const dims = dimsOf(extents);
    const a = left ? [`${M.text}, ${K.text}`, "a[i, k]"] : [`${K.text}, ${M.text}`, "a[k, i]"];
    const b = right ? [`${N.text}, ${K.text}`, "b[j, k]"] : [`${K.text}, ${N.text}`, "b[k, j]"];
    const text = `${header(dims)} { a = input f32[${a[0]}] b = input f32[${b[0]}] bias = input f32[${N.text}]
      c = compute f32[i: ${M.text}, j: ${N.text}] sum[k: ${K.text}] ${a[1]} * ${b[1]} @contraction{batch: [], m: [i], n: [j], k: [k], left: a, right: b}
      r = compute f32[i: ${M.text}, j: ${N.text}] maximum(c[i, j] + bias[j], -0.5) @elementwise{}
      output r = r }`;
    return { text, dims };
  });

/** Convolutions with batches, groups, strides, dilations and zeros around. */
const convolution = fc
  .record({
    B: extent("B", 1, 3),
    groups: size(1, 2),
    ci: size(1, 5),
    co: size(1, 18),
    height: size(5, 12),
    width: size(5, 17),
    u: size(1, 3),
    v: size(1, 4),
    stride: size(1, 2),
    dilation: size(1, 2),
    pad: size(0, 2),
  })
  .map(({ B, groups, ci, co, height, width, u, v, stride, dilation, pad }): KernelCase => {
    const [h, w] = [height + 2 * pad - dilation * (u - 1), width + 2 * pad - dilation * (v - 1)];
    const [oh, ow] = [Math.floor((h - 1) / stride) + 1, Math.floor((w - 1) / stride) + 1];
    const dims = dimsOf({ B });
    const y = `${stride}*y + ${dilation}*u - ${pad}`;
    const x = `${stride}*x + ${dilation}*v - ${pad}`;
    const inside = [
      `${y} >= 0`,
      `${height - 1} - (${y}) >= 0`,
      `${x} >= 0`,
      `${width - 1} - (${x}) >= 0`,
    ].join(", ");
    const axes = groups === 1 ? `o: ${co}` : `g: ${groups}, o: ${co}`;
    const [outs, at] = groups === 1 ? ["o", "c"] : ["g, o", `${ci}*g + c`];
    const weight = groups === 1 ? `${co}, ${ci}` : `${groups}, ${co}, ${ci}`;
    const text = `${header(dims)} { image = input f32[${B.text}, ${groups * ci}, ${height}, ${width}] w = input f32[${weight}, ${u}, ${v}]
      c = compute f32[n: ${B.text}, ${axes}, y: ${oh}, x: ${ow}] sum[c: ${ci}, u: ${u}, v: ${v} | ${inside}] image[n, ${at}, ${y}, ${x}] * w[${outs}, c, u, v]
        @convolution{image: image, weight: w, batch: [n], groups: [${groups === 1 ? "" : "g"}], outChannels: [o], inChannels: [c], pixels: [y, x], window: [u, v]}
      output c = c }`;
    return { text, dims };
  });

const depthwise = fc
  .record({ c: size(1, 11), s: size(4, 11), u: size(1, 3), stride: size(1, 2) })
  .map(({ c, s, u, stride }): KernelCase => {
    const out = Math.floor((s - u) / stride) + 1;
    const text = `graph kernel() { image = input f32[${c}, ${s}, ${s}] w = input f32[${c}, ${u}, ${u}]
      d = compute f32[c: ${c}, y: ${out}, x: ${out}] sum[u: ${u}, v: ${u}] image[c, ${stride}*y + u, ${stride}*x + v] * w[c, u, v]
        @depthwise{image: image, weight: w, channels: [c], pixels: [y, x], window: [u, v]}
      output d = d }`;
    return { text, dims: {} };
  });

/** Largest and mean values of windows, which may reach over the edge. */
const pool = fc
  .record({
    B: extent("B", 1, 3),
    c: size(1, 9),
    s: size(3, 11),
    u: size(2, 3),
    stride: size(1, 3),
    pad: size(0, 1),
    op: fc.constantFrom("max", "min", "sum", "prod"),
  })
  .map(({ B, c, s, u, stride, pad, op }): KernelCase => {
    const out = Math.floor((s + 2 * pad - u) / stride) + 1;
    const dims = dimsOf({ B });
    const y = `${stride}*y + u - ${pad}`;
    const x = `${stride}*x + v - ${pad}`;
    const inside = [`${y} >= 0`, `${s - 1} - (${y}) >= 0`, `${x} >= 0`, `${s - 1} - (${x}) >= 0`].join(", ");
    const text = `${header(dims)} { image = input f32[${B.text}, ${c}, ${s}, ${s}]
      p = compute f32[n: ${B.text}, c: ${c}, y: ${out}, x: ${out}] ${op}[u: ${u}, v: ${u} | ${inside}] image[n, c, ${y}, ${x}] @window{image: image, pixels: [y, x], window: [u, v]}
      output p = p }`;
    return { text, dims };
  });

/** Softmax and layer normalisation: statistics of a row, then its elements. The length of a row is known. */
const rows = fc
  .record({ R: extent("R", 1, 5), C: size(1, 39), norm: fc.boolean() })
  .map(({ R, C, norm }): KernelCase => {
    const dims = dimsOf({ R });
    const r = `r: ${R.text}`;
    const stages = norm
      ? `m = compute f32[${r}] sum[k: ${C}] x[r, k] / ${C}.0
         v = compute f32[${r}] sum[k: ${C}] (x[r, k] - m[r]) * (x[r, k] - m[r]) / ${C}.0
         y = compute f32[${r}, c: ${C}] (x[r, c] - m[r]) / sqrt(v[r] + 0.001) * scale[c]`
      : `m = compute f32[${r}] max[k: ${C}] x[r, k]
         e = compute f32[${r}, c: ${C}] exp(x[r, c] - m[r])
         s = compute f32[${r}] sum[k: ${C}] e[r, k]
         y = compute f32[${r}, c: ${C}] e[r, c] / s[r] * scale[c]`;
    return {
      text: `${header(dims)} { x = input f32[${R.text}, ${C}] scale = input f32[${C}] ${stages} output y = y }`,
      dims,
    };
  });

const bodies = [
  "x[i, j] * 2.0 - y[j]",
  "if x[i, j] > y[j] then sqrt(abs(x[i, j])) else floor(y[j] * 3.0)",
  "if [i - 2 >= 0] then x[i - 2, j] else y[j]",
  "if [j - 1 >= 0] and x[i, j] < 0.5 then x[i, j - 1] else -1.0",
  "table[ids[i], j % 3] + f32(ids[i])",
  "x[i, j] ^ 3.0 + tanh(y[j]) * exp(-x[i, j])",
  "if ids[i] == 2 or not (x[i, j] >= y[j]) then f32(i32(x[i, j] * 7.5)) else f32(index(3*i - j))",
  "f32(ids[i] % 3 - ids[i] / 2) + x[i, j] % 0.25",
  "f32(i8(x[i, j] * 200.0)) + f32(u8(y[j] * 300.0))",
  "f32(flags[j]) + (if flags[j] then minimum(x[i, j], y[j]) else sign(x[i, j]))",
];

/** Bodies of every kind on two axes; one is divided where a flattened tensor is read. */
const elementwise = fc
  .record({ I: extent("I", 1, 7), J: extent("J", 1, 23), body: fc.constantFrom(...bodies) })
  .map(({ body, ...extents }): KernelCase => {
    const dims = dimsOf(extents);
    const [I, J] = [extents.I.text, extents.J.text];
    const text = `${header(dims)} { x = input f32[${I}, ${J}] y = input f32[${J}] ids = input i32[${I}] in 0..5 flags = input bool[${J}] table = input f32[5, 3]
      z = compute f32[i: ${I}, j: ${J}] ${body}
      output z = z }`;
    return { text, dims };
  });

const flatten = fc
  .record({ N: extent("N", 1, 3), c: size(1, 5), h: size(1, 4), w: size(1, 6) })
  .map(({ N, c, h, w }): KernelCase => {
    const dims = dimsOf({ N });
    const at = `floor(i / ${h * w}), floor((i % ${h * w}) / ${w}), i % ${w}`;
    const text = `${header(dims)} { x = input f32[${N.text}, ${c}, ${h}, ${w}]
    z = compute f32[n: ${N.text}, i: ${c * h * w}] x[n, ${at}] + 1.0
    output z = z }`;
    return { text, dims };
  });

/** Places of extremes, truth of some and of all, counts. */
const places = fc
  .record({
    R: extent("R", 1, 6),
    C: extent("C", 1, 21),
    op: fc.constantFrom("argmax", "argmin", "any", "all", "count"),
  })
  .map(({ op, ...extents }): KernelCase => {
    const dims = dimsOf(extents);
    const [R, C] = [extents.R.text, extents.C.text];
    const found = {
      argmax: `i32[r: ${R}] argmax[k: ${C}] floor(x[r, k] * 3.0)`,
      argmin: `i32[r: ${R}] argmin[k: ${C}] floor(x[r, k] * 3.0)`,
      any: `bool[r: ${R}] any[k: ${C}] (x[r, k] > 0.9)`,
      all: `bool[r: ${R}] all[k: ${C}] (x[r, k] > -0.9)`,
      count: `i32[r: ${R}] sum[k: ${C} | k - r >= 0] i32(x[r, k] > 0.0)`,
    };
    return {
      text: `${header(dims)} { x = input f32[${R}, ${C}] z = compute ${found[op]} output z = z }`,
      dims,
    };
  });

/** Windows of k by l, each of which has one place that data say: sums over these places, and scatters from them. */
const chosenPlaces = fc
  .record({
    N: extent("N", 1, 3),
    o: size(1, 3),
    c: size(1, 9),
    windows: fc.tuple(size(1, 3), size(1, 3)),
    chosen: fc.tuple(size(1, 3), size(2, 3)),
    taps: fc.tuple(size(1, 3), size(1, 5)),
    scatters: fc.boolean(),
  })
  .map(({ N, o, c, windows: [h, w], chosen: [k, l], taps: [u, v], scatters }): KernelCase => {
    const dims = dimsOf({ N });
    const place = `(place[n, o, y, x] in 0..${k * l})`;
    const moved = `n, c, ${k}*y + floor(${place} / ${l}) + u, ${l}*x + ${place} % ${l} + v`;
    const size = `${N.text}, ${c}, ${k * h + u - 1}, ${l * w + v - 1}`;
    const over = `n: ${N.text}, o: ${o}, y: ${h}, x: ${w}`;
    const z = scatters
      ? `m = input f32[${o}, ${u}, ${v}, ${c}]
      z = scatter f32[${size}] sum[${over}, u: ${u}, v: ${v}, c: ${c}] at [${moved}] g[n, o, y, x] * m[o, u, v, c]`
      : `m = input f32[${size}]
      z = compute f32[o: ${o}, c: ${c}, u: ${u}, v: ${v}] sum[n: ${N.text}, y: ${h}, x: ${w}] g[n, o, y, x] * m[${moved}]`;
    const text = `${header(dims)} { place = input i32[${N.text}, ${o}, ${h}, ${w}] in 0..${k * l} g = input f32[${N.text}, ${o}, ${h}, ${w}]
      ${z}
      output z = z }`;
    return { text, dims };
  });

/** Pieces one after the other on an axis, each under conditions of its own: the innermost axis, or one around it. */
const pieces = fc
  .record({
    N: extent("N", 1, 4),
    widths: fc.array(size(1, 11), { minLength: 1, maxLength: 4 }),
    inner: fc.boolean(),
    nested: fc.boolean(),
    special: size(0, 9),
    left: size(0, 6),
  })
  .map(({ N, widths, inner, nested, special, left }): KernelCase => {
    const dims = dimsOf({ N });
    const starts = widths.map((_, place) => widths.slice(0, place).reduce((sum, width) => sum + width, 0));
    const whole = widths.reduce((sum, width) => sum + width, 0);
    const at = (g: string): string => (inner ? `n, ${g}` : `${g}, n`);
    const shape = (width: number): string => (inner ? `${N.text}, ${width}` : `${width}, ${N.text}`);
    const inputs = widths.map((width, place) => `p${place} = input f32[${shape(width)}]`);
    const piece = (place: number): string => `p${place}[${at(`g - ${starts[place] ?? 0}`)}] * ${place + 1}.0`;
    const body = nested
      ? widths.reduce(
          (rest, width, place) =>
            `if [${(starts[place] ?? 0) + width - 1} - g >= 0] and [g - ${starts[place] ?? 0} >= 0] then ${piece(place)} else (${rest})`,
          `-1.0`,
        )
      : widths
          .map(
            (width, place) =>
              `(if [g - ${starts[place] ?? 0} >= 0] and [${(starts[place] ?? 0) + width - 1} - g >= 0] then ${piece(place)} else 0.0)`,
          )
          .join(" + ");
    const text = `${header(dims)} { ${inputs.join(" ")}
      z = compute f32[${inner ? `n: ${N.text}, g: ${whole}` : `g: ${whole}, n: ${N.text}`} | g - ${left} >= 0] (${body}) + (if [g - ${special} == 0] then 5.0 else 0.5)
      output z = z }`;
    return { text, dims };
  });

/** Sums over all turns and examples, as in the gradient of a weight: neither factor lies along them. */
const longSums = fc
  .record({
    T: extent("T", 1, 19),
    N: extent("N", 1, 35),
    back: fc.boolean(),
    o: size(1, 19),
    i: size(1, 37),
  })
  .map(({ T, N, back, o, i }): KernelCase => {
    const text = `${header(dimsOf({ T, N }))} { a = input f32[${T.text}, ${N.text}, ${o}] b = input f32[${T.text}, ${N.text}, ${i}]
      z = compute f32[o: ${o}, i: ${i}] sum[t: ${T.text}, n: ${N.text}] a[${back ? `${T.text} - t - 1` : "t"}, n, o] * b[t, n, i]
      output z = z }`;
    return { text, dims: dimsOf({ T, N }) };
  });

export const kernelFamilies = {
  gemm,
  convolution,
  depthwise,
  pool,
  rows,
  elementwise,
  flatten,
  places,
  chosenPlaces,
  pieces,
  longSums,
} as const;
