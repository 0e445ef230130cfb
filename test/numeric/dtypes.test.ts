import { expect, it } from "vitest";
import { tensorOf } from "../../compiler/graph/tensor.ts";
import { compileSource, forwardOf } from "./compile-source.ts";
import { interpret } from "../../compiler/graph/interpret.ts";
import { verify } from "../../compiler/graph/verify.ts";
import { emitWasm } from "../../compiler/wasm/index.ts";
import { drawTensors, expectClose } from "./drawn-tensors.ts";
import { loadCompiled, weightsFile } from "./load-compiled.ts";
import { runWasm } from "./run-wasm.ts";

const source = `layer Quantised(out: dim)(x: real[N, D]) -> (y: real[N, out]) {
  param weight: i8[out, D] = 0
  param scale: real[out] = 1
  param zero: u8[out] = 0
  param on: bool[out] = true
  param shift: i32[out] = 0
  y[n, o] = (if on[o] then scale[o] * (sum[d] real(weight[o, d]) * x[n, d]) else 0) + real(zero[o] + shift[o])
}
model Stored(x: f32[N, 5], mask: bool[N], k: i8[N], u: u8[N], j: i32[N] in -9..9)
    -> (y: f32[N, 3], m: bool[N], c: i8[N], v: u8[N], w: i32[N])
{
  z = x |> fc: Quantised(3)
  state seen: i8 = 100
  y[n, o] = if mask[n] then z[n, o] else -1
  m[n]    = not mask[n]
  c[n]    = i8(k[n] + seen)
  v[n]    = u8(u[n] - j[n])
  w[n]    = k[n] * u[n] + j[n]
}`;

it("every dtype is stored, read widened and given back as itself, in parameters, states, inputs and outputs", async () => {
  const { program, plan } = compileSource(source);
  const graph = forwardOf(program);
  const dims = { N: 6 };
  const { inputs, weights } = drawTensors(graph, dims);
  const bytes = {
    ...inputs,
    k: tensorOf([6], [-128, -7, 0, 1, 99, 127], "i8"),
    u: tensorOf([6], [0, 1, 5, 128, 254, 255], "u8"),
    j: tensorOf([6], [-9, -1, 0, 1, 7, 8], "i32"),
  };
  const given = { ...weights, seen: tensorOf([], [100], "i8") };
  const expected = interpret(graph, { dims, inputs: bytes, params: given, states: given });
  // By the rule that conversions stop at the bounds of a type.
  expect([...(expected["c"]?.data ?? [])]).toEqual([-28, 93, 100, 101, 127, 127]);
  expect([...(expected["v"]?.data ?? [])]).toEqual([9, 2, 5, 127, 247, 247]);
  expect([...(expected["w"]?.data ?? [])]).toEqual([-9, -8, 0, 129, 25153, 32393]);
  const found = await runWasm(plan, emitWasm(plan, "baseline"), "forward", {
    dims,
    inputs: bytes,
    weights: given,
  });
  expectClose(found, expected);
});

it("weights of one byte are those of a safetensors file", async () => {
  const small = `layer Scaled(x: real[N, 4]) -> (y: real[N, 2]) {
  param weight: i8[2, 4] = 0
  param scale: real[2] = 1
  y[n, o] = scale[o] * (sum[d] real(weight[o, d]) * x[n, d])
}
model Small(x: f32[N, 4]) -> (y: f32[N, 2]) { y = x |> fc: Scaled() }`;
  const { plan } = compileSource(small);
  const file = weightsFile({
    "fc.weight": tensorOf([2, 4], [-128, 127, 1, 0, 2, -3, 4, -5], "i8"),
    "fc.scale": tensorOf([2], [0.5, 2]),
  });
  expect(Buffer.from(file).toString("latin1")).toContain('"dtype":"I8"');
  const model = await loadCompiled(plan, "baseline", file);
  const result = model["forward"]?.({ x: { data: new Float32Array([1, 2, 3, 4]), shape: [1, 4] } })["y"];
  expect([...(result?.data ?? [])]).toEqual([(-128 + 254 + 3) / 2, 2 * (2 - 6 + 12 - 20)]);
});

it.each([
  [
    "products of what was rounded to 8 bits are those of whole numbers",
    `model Squares(a: i32[N, T]) -> (y: i32[N, T], z: i32[N]) {
      q[n, t] = u8(a[n, t])
      y[n, t] = q[n, t] * q[n, t] - 3 * (if t > 0 then q[n, t - 1] else 1)
      z[n]    = sum[t] q[n, t] * q[n, 0]
    }`,
  ],
  [
    "bytes are carried by a scan, and stacked in any order of axes",
    `fn ramp(a: i32[T]) -> (low: u8[T], last: u8) {
      scan t in 0..T carry h: u8 = u8(7) {
        h'     = u8(h + a[t])
        low[t] = u8(h)
      }
      last = h
    }
    model Ramps(a: i32[N, T]) -> (every: u8[N, T], end: u8[N], low: i32[N, T], last: i32[N]) {
      scan t in 0..T carry h: u8[N] = u8(250) {
        double[n] = u8(2 * a[n, t])
        h'[n]     = u8(h[n] + double[n])
        every[n, t] = u8(h'[n])
      }
      end = h
      each[n, :], last[n] = ramp(a[n, :])
      low[n, t] = each[n, t] * each[n, 0]
    }`,
  ],
])("%s", async (_, text) => {
  const { program, plan } = compileSource(text);
  const graph = forwardOf(program);
  expect(verify(graph, { normal: false })).toEqual([]);
  const dims = { N: 3, T: 5 };
  const a = tensorOf(
    [3, 5],
    Array.from({ length: 15 }, (_place, place) => ((37 * place) % 300) - 20),
    "i32",
  );
  const expected = interpret(graph, { dims, inputs: { a } });
  const found = await runWasm(plan, emitWasm(plan, "baseline"), "forward", { dims, inputs: { a } });
  expectClose(found, expected);
});
