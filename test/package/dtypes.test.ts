import { describe, expect, test } from "vitest";
import { tensorOf, type Tensor } from "../../compiler/graph/index.ts";
import { compileSource } from "../numeric/compile-source.ts";
import { loadCompiled, variants, weightsFile } from "../numeric/load-compiled.ts";

type TypedArray = Float32Array | Int32Array | Int8Array | Uint8Array;

/** The outputs of a source's module as plain numbers, the same from both builds. */
async function outputsOf(
  source: string,
  inputs: Readonly<Record<string, TypedArray>>,
  weights: Readonly<Record<string, Tensor>> = {},
): Promise<Readonly<Record<string, readonly number[]>>> {
  const { plan } = compileSource(source);
  const results = await Promise.all(
    variants.map(async (variant) => {
      const { forward } = await loadCompiled(plan, variant, weightsFile(weights));
      if (forward === undefined) throw new Error("no entry forward");
      return Object.fromEntries(Object.entries(forward(inputs)).map(([name, { data }]) => [name, [...data]]));
    }),
  );
  const [first = {}, ...others] = results;
  for (const other of others) expect(other).toEqual(first);
  return first;
}

describe("numbers in each dtype, in and out of a module", () => {
  test("i8 and u8 widen when read", async () => {
    const source = `model Sums(a: i8[N, 5], b: u8[N, 5]) -> (s: i32[N], t: f32[N], big: u8[N]) {
      s[n] = sum[i] a[n, i] * b[n, i]
      t[n] = mean[i] real(b[n, i])
      big[n] = u8(max[i] (b[n, i] + 100))
    }`;
    const a = Int8Array.of(-128, 127, 0, 1, -1, 1, 1, 1, 1, 1);
    const b = Uint8Array.of(255, 255, 7, 3, 5, 0, 1, 2, 3, 4);
    expect(await outputsOf(source, { a, b })).toEqual({
      s: [-128 * 255 + 127 * 255 + 3 - 5, 10],
      t: [105, 2],
      big: [255, 104],
    });
  });

  test("i8 passes as it is, and conversions stop at its bounds", async () => {
    const source = `model Narrow(x: i8[N, 3], y: i32[N, 3]) -> (same: i8[N, 3], cut: i8[N, 3]) {
      same = x
      cut[n, i] = i8(y[n, i])
    }`;
    const x = Int8Array.of(-128, 0, 127);
    expect(await outputsOf(source, { x, y: Int32Array.of(-1000, -7, 1000) })).toEqual({
      same: [-128, 0, 127],
      cut: [-128, -7, 127],
    });
  });

  test("conditions come as bytes, are counted, and leave as bytes", async () => {
    const source = `model Masked(x: f32[N, 4], keep: bool[N, 4]) -> (sums: f32[N], left: i32[N], not_all: bool[N]) {
      sums[n] = sum[i where keep[n, i]] x[n, i]
      left[n] = sum[i] (not keep[n, i])
      not_all[n] = any[i] (not keep[n, i])
    }`;
    const x = Float32Array.of(1, 2, 4, 8, 16, 32, 64, 128);
    expect(await outputsOf(source, { x, keep: Uint8Array.of(1, 0, 1, 0, 1, 1, 1, 1) })).toEqual({
      sums: [5, 240],
      left: [2, 0],
      not_all: [1, 0],
    });
  });

  test("parameters are stored in f16, i8, u8 and bool", async () => {
    const source = `model Stored(x: f32[N, 4]) -> (y: f32[N, 4], z: i32[4]) {
      param gain: f16[4] = 1
      param shift: i8[4] = 0
      param scale: u8[4] = 1
      param keep: bool[4] = true
      y[n, i] = if keep[i] then real(gain[3 - i]) * x[n, i] + real(shift[i]) else 0
      z[i] = shift[i] * scale[i]
    }`;
    const weights = {
      gain: tensorOf([4], [0.5, -65504, 2 ** -24, 1 / 3], "f16"),
      shift: tensorOf([4], [-128, 127, 3, 4], "i8"),
      scale: tensorOf([4], [255, 0, 1, 2], "u8"),
      keep: tensorOf([4], [1, 1, 0, 1], "bool"),
    };
    // The f16 next to 1/3 is 1365/4096; 2⁻²⁴ is the least there is.
    expect(await outputsOf(source, { x: Float32Array.of(3, 2 ** 24, 5, 7) }, weights)).toEqual({
      y: [(3 * 1365) / 4096 - 128, 128, 0, 7.5],
      z: [-128 * 255, 0, 3, 8],
    });
  });
});

describe("half precision outside of parameters is refused", () => {
  const code = "DLC5002";
  test.each([
    [
      "an input",
      "model Half(x: f16[N, 3]) -> (y: f32[N, 3]) { y[n, i] = real(x[n, i]) }",
      "the input `x` is",
    ],
    [
      "an output",
      "model Half(x: f32[N, 3]) -> (y: f16[N, 3]) { y[n, i] = f16(x[n, i]) }",
      "the output `y` is",
    ],
    [
      "rounding",
      "model Half(x: f32[N, 3]) -> (y: f32[N, 3]) { y[n, i] = real(f16(x[n, i])) }",
      "this computes in f16",
    ],
    [
      "arithmetic",
      "model Half(x: f32[N, 3]) -> (y: f32[N, 3]) { param w: f16[3] = 1  y[n, i] = real(w[i] * w[i]) * x[n, i] }",
      "this computes in f16",
    ],
    [
      "a reduction",
      "model Half(x: f32[N, 3]) -> (y: f32[N, 3]) { param w: f16[3] = 1  y[n, i] = real(max[k] w[k]) * x[n, i] }",
      "this computes in f16",
    ],
  ])("%s", (_, source, message) => {
    expect(() => compileSource(source)).toThrow(`error[${code}]: ${message}`);
  });
});
