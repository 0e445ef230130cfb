/**
 * Gigaflops of single kernels and times of small models, as the schedules have them, beside the peak of a loop of
 * multiply-adds in registers. A tool for whoever changes a schedule: `npx esbuild bench/kernels.ts --bundle
 * --platform=node --format=esm --packages=external --outfile=dist/bench-kernels.mjs && node dist/bench-kernels.mjs [baseline|relaxed] [pattern] [--steps]`.
 */
import { drawTensors } from "../test/numeric/drawn-tensors.ts";
import { relaxedSimd } from "../test/numeric/relaxed-simd.ts";
import { instantiate } from "../test/numeric/run-wasm.ts";
import { lenet } from "../test/schedules/plan-graphs.ts";
import { wasmTarget } from "../test/schedules/wasm-target.ts";
import { parseGraph } from "../compiler/graph/parse.ts";
import { rowMajor } from "../compiler/plan/layout.ts";
import { makePlan } from "../compiler/plan/make-plan.ts";
import type { Kernel } from "../compiler/plan/kernel.ts";
import type { Loops, LoopStatement, Register } from "../compiler/plan/loops.ts";
import { showSchedule } from "../compiler/plan/schedule.ts";
import { scheduleForWasm } from "../compiler/plan/schedule-wasm.ts";
import type { Plan } from "../compiler/plan/plan.ts";
import { emitWasm, type Variant } from "../compiler/wasm/index.ts";

const arguments_ = process.argv.slice(2);
const variant: Variant = arguments_.includes("relaxed") && relaxedSimd() ? "relaxed" : "baseline";
const pattern =
  arguments_.find((one) => !["relaxed", "baseline"].includes(one) && !one.startsWith("--")) ?? "";
const steps = arguments_.includes("--steps");

interface Case {
  readonly name: string;
  readonly flops: number;
  readonly text: string;
  readonly dims?: Readonly<Record<string, number>>;
}

function gemm(m: number, k: number, n: number): Case {
  const text = `graph g() { a = param f32[${m}, ${k}] "a" b = param f32[${n}, ${k}] "b"
    c = compute f32[i: ${m}, j: ${n}] sum[k: ${k}] a[i, k] * b[j, k] @contraction{batch: [], m: [i], n: [j], k: [k], left: a, right: b}
    output c = c }`;
  return { name: `gemm ${m}x${k}x${n}`, flops: 2 * m * k * n, text };
}

function conv(ci: number, co: number, size: number, window: number, stride = 1, pad = 0): Case {
  const out = Math.floor((size + 2 * pad - window) / stride) + 1;
  const at = (i: string, u: string): string =>
    `${stride === 1 ? i : `${stride}*${i}`} + ${u}${pad > 0 ? ` - ${pad}` : ""}`;
  const guards =
    pad === 0
      ? ""
      : ` | ${[
          ["y", "u"],
          ["x", "v"],
        ]
          .flatMap(([i = "", u = ""]) => [`${at(i, u)} >= 0`, `${size} - 1 - (${at(i, u)}) >= 0`])
          .join(", ")}`;
  const text = `graph g() { image = param f32[1, ${ci}, ${size}, ${size}] "image" w = param f32[${co}, ${ci}, ${window}, ${window}] "w" b = param f32[${co}] "b"
    c = compute f32[n: 1, o: ${co}, y: ${out}, x: ${out}] sum[c: ${ci}, u: ${window}, v: ${window}${guards}] image[n, c, ${at("y", "u")}, ${at("x", "v")}] * w[o, c, u, v]
      @convolution{image: image, weight: w, batch: [n], groups: [], outChannels: [o], inChannels: [c], pixels: [y, x], window: [u, v]}
    r = compute f32[n: 1, o: ${co}, y: ${out}, x: ${out}] maximum(c[n, o, y, x] + b[o], 0.0) @elementwise{}
    p = compute f32[n: 1, o: ${co}, y: ${out}, x: ${out}] r[n, o, y, x] @elementwise{}
    output c = p }`;
  return {
    name: `conv ${window}x${window} s${stride} p${pad} ${ci}->${co} @${size}`,
    flops: 2 * ci * co * out * out * window * window,
    text,
  };
}

/** The image as a user gives it: row-major, without zeros around it. */
function fromOutside(one: Case): Case {
  const text = one.text.replace(/image = param (\S+ ?\d*, \d+, \d+, \d+\]) "image"/, "image = input $1");
  return { ...one, name: `${one.name} input`, text };
}

function linear(k: number, n: number): Case {
  const text = `graph g(N) { x = input f32[N, ${k}] w = param f32[${n}, ${k}] "w" b = param f32[${n}] "b"
    y = compute f32[n: N, o: ${n}] sum[i: ${k}] x[n, i] * w[o, i] @contraction{batch: [], m: [n], n: [o], k: [i], left: x, right: w}
    r = compute f32[n: N, o: ${n}] maximum(y[n, o] + b[o], 0.0) @elementwise{}
    output r = r }`;
  return { name: `linear ${k}->${n} batch 1`, flops: 2 * k * n, text, dims: { N: 1 } };
}

const mlp = `graph mlp(N) { x = input f32[N, 784] w1 = param f32[128, 784] "w1" b1 = param f32[128] "b1" w2 = param f32[10, 128] "w2" b2 = param f32[10] "b2"
  h = compute f32[n: N, o: 128] sum[i: 784] x[n, i] * w1[o, i] @contraction{batch: [], m: [n], n: [o], k: [i], left: x, right: w1}
  r = compute f32[n: N, o: 128] maximum(h[n, o] + b1[o], 0.0) @elementwise{}
  z = compute f32[n: N, o: 10] sum[i: 128] r[n, i] * w2[o, i] @contraction{batch: [], m: [n], n: [o], k: [i], left: r, right: w2}
  logits = compute f32[n: N, o: 10] z[n, o] + b2[o] @elementwise{}
  output logits = logits }`;

const keras = `graph keras(N) { image = input f32[N, 1, 28, 28]
  w1 = param f32[32, 1, 3, 3] "w1" b1 = param f32[32] "b1" w2 = param f32[64, 32, 3, 3] "w2" b2 = param f32[64] "b2" w3 = param f32[10, 1600] "w3" b3 = param f32[10] "b3"
  c1 = compute f32[n: N, o: 32, y: 26, x: 26] sum[c: 1, u: 3, v: 3] image[n, c, y + u, x + v] * w1[o, c, u, v] @convolution{image: image, weight: w1, batch: [n], groups: [], outChannels: [o], inChannels: [c], pixels: [y, x], window: [u, v]}
  r1 = compute f32[n: N, o: 32, y: 26, x: 26] maximum(c1[n, o, y, x] + b1[o], 0.0) @elementwise{}
  p1 = compute f32[n: N, c: 32, y: 13, x: 13] max[u: 2, v: 2] r1[n, c, 2*y + u, 2*x + v] @window{image: r1, pixels: [y, x], window: [u, v]}
  c2 = compute f32[n: N, o: 64, y: 11, x: 11] sum[c: 32, u: 3, v: 3] p1[n, c, y + u, x + v] * w2[o, c, u, v] @convolution{image: p1, weight: w2, batch: [n], groups: [], outChannels: [o], inChannels: [c], pixels: [y, x], window: [u, v]}
  r2 = compute f32[n: N, o: 64, y: 11, x: 11] maximum(c2[n, o, y, x] + b2[o], 0.0) @elementwise{}
  p2 = compute f32[n: N, c: 64, y: 5, x: 5] max[u: 2, v: 2] r2[n, c, 2*y + u, 2*x + v] @window{image: r2, pixels: [y, x], window: [u, v]}
  z = compute f32[n: N, o: 10] sum[c: 64, y: 5, x: 5] p2[n, c, y, x] * w3[o, 25*c + 5*y + x] @contraction{batch: [], m: [n], n: [o], k: [c, y, x], left: p2, right: w3}
  l = compute f32[n: N, o: 10] z[n, o] + b3[o] @elementwise{}
  m = compute f32[n: N] max[o: 10] l[n, o] @rowwise{row: [o]}
  e = compute f32[n: N, o: 10] exp(l[n, o] - m[n]) @elementwise{}
  s = compute f32[n: N] sum[o: 10] e[n, o] @rowwise{row: [o]}
  probabilities = compute f32[n: N, o: 10] e[n, o] / s[n] @elementwise{}
  output probabilities = probabilities }`;

const cases: readonly Case[] = [
  gemm(512, 512, 512),
  gemm(64, 784, 128),
  conv(1, 6, 32, 5),
  conv(6, 16, 14, 5),
  conv(1, 32, 28, 3),
  conv(32, 64, 13, 3),
  conv(64, 64, 56, 3, 1, 1),
  conv(3, 64, 224, 7, 2, 3),
  conv(96, 24, 56, 1),
  fromOutside(conv(3, 64, 224, 7, 2, 3)),
  fromOutside(conv(8, 16, 28, 3, 1, 1)),
  linear(784, 128),
  linear(400, 120),
  linear(1600, 10),
  { name: "MLP batch 1", text: mlp, flops: 2 * (784 * 128 + 1280), dims: { N: 1 } },
  { name: "MLP batch 64", text: mlp, flops: 128 * (784 * 128 + 1280), dims: { N: 64 } },
  { name: "LeNet batch 1", text: lenet, flops: 2 * (117600 + 240000 + 48000 + 10080 + 840), dims: { N: 1 } },
  { name: "Keras CNN batch 1", text: keras, flops: 2 * (194688 + 2230272 + 16000), dims: { N: 1 } },
];

/** Best milliseconds of a call, over many slices of about a millisecond. */
function best(run: () => void, seconds = 0.4): number {
  const warm = performance.now() + 150;
  while (performance.now() < warm) run();
  const start = performance.now();
  run();
  const repeats = Math.max(1, Math.round(1 / Math.max(performance.now() - start, 1e-4)));
  let least = Infinity;
  const end = performance.now() + seconds * 1000;
  do {
    const before = performance.now();
    for (let turn = 0; turn < repeats; turn++) run();
    least = Math.min(least, (performance.now() - before) / repeats);
  } while (performance.now() < end);
  return least;
}

/** Multiply-adds on ten accumulators, which nothing but the arithmetic can hold up. */
function peakPlan(): { readonly plan: Plan; readonly flops: number } {
  const vector: Register = { type: "f32", lanes: 4 };
  const sums = Array.from({ length: 10 }, (_, place) => `s${place}`);
  const load = (displacement: number) =>
    ({
      kind: "load",
      operand: "x",
      dtype: "f32",
      access: "contiguous",
      address: { kind: "base", operand: "x" },
      displacement,
    }) as const;
  const local = (name: string) => ({ kind: "local", name, register: vector }) as const;
  const turn: readonly LoopStatement[] = sums.map((name) => ({
    kind: "assign",
    name,
    register: vector,
    value: {
      kind: "apply",
      fn: "multiplyAdd",
      register: vector,
      operands: [local("a"), local("b"), local(name)],
    },
  }));
  const turns = 100_000;
  const loops: Loops = {
    name: "peak",
    operands: ["x"],
    scratch: [],
    dims: [],
    body: [
      { kind: "let", name: "a", register: vector, value: load(0) },
      { kind: "let", name: "b", register: vector, value: load(16) },
      ...sums.map((name, place): LoopStatement => ({
        kind: "var",
        name,
        register: vector,
        value: load(16 * place),
      })),
      {
        kind: "for",
        name: "i",
        from: { kind: "constant", value: 0 },
        to: { kind: "constant", value: turns },
        step: 1,
        bind: "serial",
        inductions: [],
        counted: true,
        outlined: false,
        body: turn,
      },
      ...sums.map((name, place): LoopStatement => ({
        kind: "store",
        operand: "x",
        dtype: "f32",
        access: "contiguous",
        address: { kind: "base", operand: "x" },
        displacement: 16 * place,
        value: local(name),
      })),
    ],
  };
  const empty = parseGraph('graph g() { x = param f32[64] "x" y = compute f32[i: 64] x[i] output y = y }');
  const plan = makePlan(
    { name: "Peak", params: [], states: [], entries: { forward: empty } },
    wasmTarget(variant),
  );
  const [key, code] = [...plan.code][0] ?? [];
  if (key === undefined || code === undefined) throw new Error("no code to replace");
  const operands = [...code.loops.operands];
  const named = JSON.parse(JSON.stringify(loops).replaceAll('"x"', JSON.stringify(operands[0]))) as Loops;
  return {
    plan: { ...plan, code: new Map([[key, { ...code, loops: { ...named, operands } }]]) },
    flops: turns * sums.length * 8,
  };
}

async function timeOf(plan: Plan, text: string, dims: Readonly<Record<string, number>>): Promise<number> {
  const { inputs, weights } = drawTensors(parseGraph(text), dims);
  const { run } = await instantiate(plan, emitWasm(plan, variant), "forward", { dims, inputs, weights });
  return best(run);
}

const peak = peakPlan();
const peakRate =
  peak.flops / (await timeOf(peak.plan, 'graph g() { x = param f32[64] "x" output x = x }', {})) / 1e6;
console.log(`${process.version} ${variant}: peak ${peakRate.toFixed(1)} GFLOP/s`);
for (const one of cases.filter(({ name }) => name.includes(pattern))) {
  const graph = parseGraph(one.text);
  const plan = makePlan(
    { name: "Bench", params: [], states: [], entries: { forward: graph } },
    wasmTarget(variant),
  );
  const time = await timeOf(plan, one.text, one.dims ?? {});
  const rate = one.flops / time / 1e6;
  console.log(
    `${one.name.padEnd(32)} ${(time * 1000).toFixed(1).padStart(9)} us ${rate.toFixed(1).padStart(7)} GFLOP/s ${((100 * rate) / peakRate).toFixed(0).padStart(4)} %`,
  );
  if (steps) {
    for (const { kernel } of plan.code.values()) console.log(describe(kernel));
    const entry = plan.entries[0];
    if (entry === undefined || entry.calls.length < 2) continue;
    for (const call of entry.calls) {
      const single = { ...plan, entries: [{ ...entry, calls: [call] }] };
      console.log(
        `  ${call.code.padEnd(40)} ${((await timeOf(single, one.text, one.dims ?? {})) * 1000).toFixed(1)} us`,
      );
    }
  }
}

function describe(kernel: Kernel): string {
  const plain = (operand: Kernel["operands"][number]): boolean =>
    JSON.stringify(operand.layout) === JSON.stringify(rowMajor(operand.shape.length));
  const layouts = kernel.operands.map(
    (operand) =>
      `${operand.name}${plain(operand) ? "" : " " + JSON.stringify(operand.layout.axes.map((axis) => [axis.dim, axis.divide, axis.modulo]))}`,
  );
  return `  ${kernel.name}: ${layouts.join(", ")}\n${showSchedule(scheduleForWasm(kernel, variant), "    ")}`;
}
