import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { loadModel, type Model } from "../../runtime/load.ts";
import { readSafetensors } from "../../runtime/read-safetensors.ts";
import type { ModelSpec } from "../../runtime/spec.ts";
import { tensor } from "../../runtime/tensor.ts";
import { writeSafetensors } from "../../runtime/write-safetensors.ts";
import { tensorOf, type Tensor } from "../../compiler/graph/index.ts";
import { compileSource } from "../numeric/compile-source.ts";
import { loadCompiled, weightsFile } from "../numeric/load-compiled.ts";

/** A module of this source, with these weights. */
function load(source: string, weights: Readonly<Record<string, Tensor>> = {}): Promise<Model> {
  return loadCompiled(compileSource(source).plan, "baseline", weightsFile(weights));
}

type Inputs = Parameters<Model[string]>[0];

function call(
  model: Model,
  inputs: Inputs,
  options?: Parameters<Model[string]>[1],
): ReturnType<Model[string]> {
  const { forward } = model;
  if (forward === undefined) throw new Error("no entry forward");
  return forward(inputs, options);
}

/** y[n, i] = 2 x[n, i] */
const doubling = `model Doubling(x: f32[N, 3]) -> (y: f32[N, 3]) { y[n, i] = 2 * x[n, i] }`;
const outer = `model Outer(x: f32[N, M]) -> (y: f32[M, N], total: f32[N]) {
  y[m, n] = x[n, m] + 1
  total[n] = sum[m] x[n, m]
}`;
const lookup = `model Lookup(ids: i32[N] in 0..4) -> (y: f32[N, 2]) {
  param table: f32[4, 2] = 0
  y[n, d] = table[ids[n], d]
}`;

describe("a result", () => {
  test("is the same object for the same dims, and valid until the next call", async () => {
    const model = await load(doubling);
    const first = call(model, { x: Float32Array.of(1, 2, 3) });
    expect(first["y"]?.shape).toEqual([1, 3]);
    expect([...(first["y"]?.data ?? [])]).toEqual([2, 4, 6]);
    const kept = first["y"]?.copy();
    const second = call(model, { x: Float32Array.of(10, 20, 30) });
    expect(second).toBe(first);
    expect([...(first["y"]?.data ?? [])]).toEqual([20, 40, 60]);
    expect([...(kept ?? [])]).toEqual([2, 4, 6]);
  });

  test("is never a detached array, also where memory has grown since", async () => {
    const model = await load(doubling);
    const small = call(model, { x: Float32Array.of(1, 2, 3) });
    const before = model.info.bytes;
    call(model, { x: new Float32Array(3 * 100_000) });
    expect(model.info.bytes).toBeGreaterThan(before);
    expect(small["y"]?.data).toHaveLength(3);
  });

  test("is copied into the caller's array", async () => {
    const model = await load(doubling);
    const y = new Float32Array(6);
    call(model, { x: Float32Array.of(1, 2, 3, 4, 5, 6) }, { into: { y } });
    expect([...y]).toEqual([2, 4, 6, 8, 10, 12]);
    expect(() => call(model, { x: new Float32Array(6) }, { into: { y: new Float32Array(5) } })).toThrow(
      new RangeError("forward: y has 6 numbers, the array for it 5"),
    );
    expect(() => call(model, { x: new Float32Array(6) }, { into: { z: y } })).toThrow(TypeError);
    expect(() => call(model, { x: new Float32Array(6) }, { into: { y: new Int32Array(6) } })).toThrow(
      new TypeError("forward: y is a Float32Array, the array for it Int32Array"),
    );
  });

  test("may be an input of the next call, also where that call places its buffers elsewhere", async () => {
    const model = await load(`model Coder {
      entry encode(x: f32[N, S]) -> (h: f32[N, S]) { h[n, s] = 3 * x[n, s] }
      entry decode(p: f32[N, T], h: f32[N, S]) -> (y: f32[N, T]) { y[n, t] = p[n, t] + (sum[s] h[n, s]) }
    }`);
    const { encode, decode } = model;
    if (encode === undefined || decode === undefined) throw new Error("an entry is not there");
    for (const length of [1, 3, 200, 2]) {
      const { h } = encode({ x: tensor(Float32Array.of(1, 2, 3), [1, 3]) });
      if (h === undefined) throw new Error("no result");
      const { y } = decode({ p: tensor(new Float32Array(length).fill(0.5), [1, length]), h });
      expect([...(y?.data ?? [])]).toEqual(Array.from({ length }, () => 18.5));
    }
  });

  test("leaves the inputs as they were", async () => {
    const model = await load(doubling);
    const x = Float32Array.of(1, 2, 3);
    call(model, { x });
    expect([...x]).toEqual([1, 2, 3]);
  });
});

describe("a branch that each call decides by its sizes", () => {
  test("reads nothing where it is not taken", async () => {
    const model =
      await load(`fn far(x: real[D]) -> (y: real) where D > 1000000 { y = sum[i] x[i] * x[1000000] }
model Far(x: f32[N]) -> (y: f32[N]) {
  a = if N > 1000000 then far(x) else 3
  y = a * x
}`);
    expect([...(call(model, { x: Float32Array.of(1, 2) })["y"]?.data ?? [])]).toEqual([3, 6]);
    const long = new Float32Array(1_000_001).fill(0);
    long[1_000_000] = 2;
    expect(call(model, { x: long })["y"]?.data[1_000_000]).toBe(8);
  });
  test("computes what its condition allows", async () => {
    const model = await load(`fn pairs(x: real[D]) -> (y: real) where D % 2 == 0 {
  y = sum[i in 0..D / 2] x[2 * i] * x[2 * i + 1]
}
model Pairs(x: f32[N]) -> (y: f32) { y = if N % 2 == 0 then pairs(x) else -1 }`);
    const of = (...x: readonly number[]): unknown => call(model, { x: Float32Array.from(x) })["y"]?.data[0];
    expect([of(1, 2, 3, 4), of(1, 2, 3), of(5, 7)]).toEqual([14, -1, 35]);
  });
});

describe("an input with a default", () => {
  const shifted = `model Shifted(by: real = 0.5)(x: f32[N], scale: f32 = -2, shift: f32[N] = by, at: i32 in 0..N = 1) -> (y: f32[N]) {
  y[n] = scale * x[n] + shift[n] + x[at]
}`;
  const x = Float32Array.of(1, 10);
  test("may be left out of a call, whatever the call before gave", async () => {
    const model = await load(shifted);
    const results = [
      call(model, { x })["y"]?.copy(),
      call(model, { x, scale: Float32Array.of(3), shift: Float32Array.of(7, 8), at: Int32Array.of(0) })[
        "y"
      ]?.copy(),
      call(model, { x })["y"]?.copy(),
    ];
    expect(results.map((values) => [...(values ?? [])])).toEqual([
      [8.5, -9.5],
      [11, 39],
      [8.5, -9.5],
    ]);
    expect([...(call(model, { x, scale: 3, shift: Float32Array.of(7, 8), at: 0 })["y"]?.data ?? [])]).toEqual(
      [11, 39],
    );
    const inputs = model.info.entries["forward"]?.inputs;
    expect(inputs?.map(({ name, default: initial }) => [name, initial])).toEqual([
      ["x", undefined],
      ["scale", -2],
      ["shift", 0.5],
      ["at", 1],
    ]);
  });
  test("is held against its range at each call", async () => {
    const model = await load(shifted);
    expect(() => call(model, { x: Float32Array.of(1) })).toThrow(
      new RangeError("forward: at must be whole numbers from 0 to 0, but element 0 is 1"),
    );
    expect(() => call(model, {})).toThrow("the input x is missing");
  });
});

test("a size that is open in one array may follow from the length of another, in any order", async () => {
  const model = await load(
    "model Weighted(x: f32[N, K], w: f32[K]) -> (y: f32[N]) { y[n] = sum[k] w[k] * x[n, k] }",
  );
  const results = call(model, { x: Float32Array.of(1, 2, 3, 4), w: Float32Array.of(1, 10) });
  expect([...(results["y"]?.data ?? [])]).toEqual([21, 43]);
});

describe("a wrong call", () => {
  test("of another length names the input, the shape that it should have and the length", async () => {
    const model = await load(doubling);
    expect(() => call(model, { x: new Float32Array(4) })).toThrow(
      new RangeError("forward: x must be f32[N, 3], but 4 numbers were given"),
    );
    expect(() => call(model, { x: new Float32Array(0) })).toThrow(RangeError);
  });

  test("with two free dims asks for tensor(data, shape)", async () => {
    const model = await load(outer);
    expect(() => call(model, { x: new Float32Array(6) })).toThrow(/give tensor\(data, shape\)/);
    const { y, total } = call(model, { x: tensor(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]) });
    expect(y?.shape).toEqual([3, 2]);
    expect([...(y?.data ?? [])]).toEqual([2, 5, 3, 6, 4, 7]);
    expect([...(total?.data ?? [])]).toEqual([6, 15]);
    expect(() => call(model, { x: tensor(new Float32Array(6), [6]) })).toThrow(
      new RangeError("forward: x must be [N, M], but has the shape [6]"),
    );
  });

  test("whose data does not fill its shape is refused by tensor", () => {
    expect(() => tensor(new Float32Array(5), [2, 3])).toThrow(
      new RangeError("tensor: [2, 3] has 6 numbers, but 5 were given"),
    );
  });

  test("with an integer outside of its declared range names the element", async () => {
    const model = await load(lookup, { table: tensorOf([4, 2], [0, 1, 2, 3, 4, 5, 6, 7]) });
    const { y } = call(model, { ids: Int32Array.of(3, 0) });
    expect([...(y?.data ?? [])]).toEqual([6, 7, 0, 1]);
    expect(() => call(model, { ids: Int32Array.of(1, 4) })).toThrow(
      new RangeError("forward: ids must be whole numbers from 0 to 3, but element 1 is 4"),
    );
    expect(() => call(model, { ids: Int32Array.of(-1) })).toThrow(RangeError);
    expect(() => call(model, { ids: Float32Array.of(1, 2.5) })).toThrow(
      new RangeError("forward: ids must be whole numbers from 0 to 3, but element 1 is 2.5"),
    );
  });

  test("with numbers that the dtype does not have names the element", async () => {
    const model = await load(`model Bytes(x: u8[N], keep: bool[N]) -> (y: i32[N]) {
      y[n] = if keep[n] then x[n] else 0
    }`);
    const keep = Uint8Array.of(1, 0);
    expect([...(call(model, { x: Float32Array.of(255, 7), keep })["y"]?.data ?? [])]).toEqual([255, 0]);
    expect(() => call(model, { x: Int32Array.of(1, 256), keep })).toThrow(
      new RangeError("forward: x must be whole numbers from 0 to 255, but element 1 is 256"),
    );
    expect(() => call(model, { x: keep, keep: Uint8Array.of(1, 2) })).toThrow(
      new RangeError("forward: keep must be whole numbers from 0 to 1, but element 1 is 2"),
    );
  });

  test("with something else than numbers says what is needed", async () => {
    const model = await load(doubling);
    const of = (x: unknown): (() => unknown) => {
      const given: object = { x };
      return () => call(model, given as Inputs);
    };
    const wanted = "forward: x must be an array of numbers, or tensor(data, shape), but is";
    expect(of(3)).toThrow(new TypeError(`${wanted} a number`));
    expect(of("1,2,3")).toThrow(new TypeError(`${wanted} a string`));
    expect(of(null)).toThrow(new TypeError(`${wanted} null`));
    expect(of(new BigInt64Array(3))).toThrow(new TypeError(`${wanted} an object without numbers`));
    expect(of({ data: new Float32Array(3), width: 3 })).toThrow(TypeError);
  });

  test("with what is no array of numbers of the input's kind names the first that is none", async () => {
    const table = tensorOf([4, 2], [0, 1, 2, 3, 4, 5, 6, 7]);
    const wrong = async (source: string, ...args: readonly unknown[]): Promise<unknown> => {
      const { forward } = await load(source, source === lookup ? { table } : {});
      try {
        return forward && Reflect.apply(forward, undefined, args);
      } catch (error) {
        return String(error);
      }
    };
    const flat = "must be numbers in one flat array, but element";
    expect(await wrong(lookup, { ids: [[1, 2]] })).toBe(`TypeError: forward: ids ${flat} 0 is an array`);
    expect(await wrong(lookup, { ids: [1, "2"] })).toBe(`TypeError: forward: ids ${flat} 1 is a string`);
    const rows = [[1], [2], [3]];
    expect(await wrong(doubling, { x: rows })).toBe(`TypeError: forward: x ${flat} 0 is an array`);
    expect(await wrong(doubling)).toBe("TypeError: forward: the input x is missing");
    const fitting = [Float64Array.of(1, 2, 3), [1, 2, 3], Int32Array.of(1, 2, 3)];
    for (const x of fitting) {
      expect(await wrong(doubling, { x })).toMatchObject({ y: { data: Float32Array.of(2, 4, 6) } });
    }
    const chosen = "model Chosen(keep: bool[N]) -> (y: f32[N]) { y[n] = if keep[n] then 1 else 0 }";
    expect(await wrong(chosen, { keep: [true, false] })).toMatchObject({
      y: { data: Float32Array.of(1, 0) },
    });
  });

  test("with a missing or an unknown input says its name", async () => {
    const model = await load(doubling);
    expect(() => call(model, {})).toThrow(new TypeError("forward: the input x is missing"));
    // A slip of the pen is named, and not what lacks by it.
    expect(() => call(model, { X: Float32Array.of(1, 2, 3) })).toThrow(
      new TypeError("forward: there is no input X; it takes x"),
    );
    expect(() => call(model, { x: new Float32Array(3), z: new Float32Array(3) })).toThrow(
      new TypeError("forward: there is no input z; it takes x"),
    );
  });

  test("that needs more memory than there can be is refused before memory grows", async () => {
    // N² numbers of 4 bytes: 16 GiB at N = 2¹⁶.
    const model = await load(`model Square(x: f32[N]) -> (y: f32[N, N]) { y[a, b] = x[a] * x[b] }`);
    const before = model.info.bytes;
    expect(() => call(model, { x: new Float32Array(2 ** 16) })).toThrow(
      /needs more than 16\.0 GiB of memory/,
    );
    expect(model.info.bytes).toBe(before);
    // The model is as it was.
    expect([...(call(model, { x: Float32Array.of(1, 2) })["y"]?.data ?? [])]).toEqual([1, 2, 2, 4]);
  });
});

describe("weights that do not fit are refused before anything runs", () => {
  const repository = fileURLToPath(new URL("../..", import.meta.url));
  const good = readFileSync(join(repository, "examples", "lenet", "lenet.safetensors"));
  let spec: ModelSpec;
  beforeAll(() => {
    const { plan } = compileSource(lookup);
    spec = {
      name: plan.name,
      tableLength: 4,
      params: [{ path: "table", dtype: "f32", shape: [4, 2], buffer: 0, bytes: 32 }],
      states: [],
      constants: [],
      entries: {},
    };
  });

  const stored = (name: string, dtype: string, shape: readonly number[], bytes: number): Uint8Array =>
    writeSafetensors([{ name, dtype, shape, bytes: new Uint8Array(bytes) }]);

  /** With code that is only a header: it must not come to the point where it would matter. */
  function loadWith(weights: Uint8Array): Promise<Model> {
    const code = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
    return loadModel(spec, { code: { baseline: () => code, relaxed: () => code }, weights: () => weights });
  }

  test.each([
    ["another name", stored("tables", "F32", [4, 2], 32), "the weights of Lookup lack table, f32[4, 2]"],
    [
      "another shape",
      stored("table", "F32", [2, 4], 32),
      "table is f32[4, 2] in Lookup, but F32[2, 4] in the weights",
    ],
    [
      "another dtype",
      stored("table", "I32", [4, 2], 32),
      "table is f32[4, 2] in Lookup, but I32[4, 2] in the weights",
    ],
  ])("%s", async (_, weights, message) => {
    await expect(loadWith(weights)).rejects.toThrow(message);
  });

  test("a page that a host sends in place of a file that is not there", async () => {
    const page = new Response("<!doctype html>", { headers: { "content-type": "text/html; charset=utf-8" } });
    const code = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
    const files = { code: { baseline: () => code, relaxed: () => code }, weights: () => page };
    await expect(loadModel(spec, files)).rejects.toThrow(/: an HTML page came instead of the file$/);
  });

  test.each([-1, 1.5, NaN, 2 ** 32])("the seed %s", async (seed) => {
    const code = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
    const files = { code: { baseline: () => code, relaxed: () => code }, weights: () => new Uint8Array() };
    await expect(loadModel(spec, files, { seed })).rejects.toThrow(
      new RangeError(`Lookup: the seed must be a whole number from 0 to 2³² − 1, but is ${seed}`),
    );
  });

  test("an empty file, a torn one, a header that ends after the file, ranges that overlap", async () => {
    await expect(loadWith(new Uint8Array())).rejects.toThrow(/it has 0 bytes/);
    await expect(loadWith(good.subarray(0, 5000))).rejects.toThrow(
      /ends at byte \d+ of its data, which has \d+/,
    );
    const long = Uint8Array.from(good);
    new DataView(long.buffer).setUint32(0, 2 ** 31, true);
    await expect(loadWith(long)).rejects.toThrow(/header is said to be 2147483648 bytes long/);
    const header = JSON.stringify({
      a: { dtype: "F32", shape: [2], data_offsets: [0, 8] },
      b: { dtype: "F32", shape: [2], data_offsets: [4, 12] },
    });
    const overlapping = new Uint8Array(8 + header.length + 12);
    new DataView(overlapping.buffer).setUint32(0, header.length, true);
    overlapping.set(new TextEncoder().encode(header), 8);
    await expect(loadWith(overlapping)).rejects.toThrow("a and b overlap");
  });

  test("what is written is read again", () => {
    const bytes = Uint8Array.from({ length: 24 }, (_, i) => i);
    const file = writeSafetensors([{ name: "é", dtype: "F32", shape: [2, 3], bytes }], { made: "here" });
    const found = readSafetensors(file).get("é");
    expect(found?.shape).toEqual([2, 3]);
    expect(found?.bytes).toEqual(bytes);
  });
});
