import { describe, expect, test } from "vitest";
import { preludeScope } from "../../compiler/check/prelude.ts";
import { expectCodes, programOf, run } from "./check-source.ts";
import { callGraph, initialValues, numbersOf, trainingOf } from "./train-source.ts";
import { tensorOf } from "../../compiler/graph/index.ts";

/** `y` as an equation of x = 4, -1.5, 0.25, and what it comes to. */
type Case = readonly [y: string, expected: readonly number[]];

const x = [4, -1.5, 0.25];
const each = (of: (value: number) => number): readonly number[] => x.map(of);

/** What the names of D1.1 mean, each seen at work. */
const meanings: Readonly<Record<string, Case>> = {
  abs: ["abs(x)", each(Math.abs)],
  sign: ["sign(x)", each(Math.sign)],
  sqrt: ["sqrt(abs(x))", each((value) => Math.sqrt(Math.abs(value)))],
  exp: ["exp(x)", each(Math.exp)],
  log: ["log(abs(x))", each((value) => Math.log(Math.abs(value)))],
  erf: ["erf(x - x)", [0, 0, 0]],
  sin: ["sin(x)", each(Math.sin)],
  cos: ["cos(x)", each(Math.cos)],
  tanh: ["tanh(x)", each(Math.tanh)],
  floor: ["real(floor(x))", each(Math.floor)],
  ceil: ["real(ceil(x))", each(Math.ceil)],
  clamp: ["clamp(x, -1, 0.5)", [0.5, -1, 0.25]],
  norm: ["norm(x)", [Math.hypot(...x), Math.hypot(...x), Math.hypot(...x)]],
  rank: ["rank(x)", [1, 1, 1]],
  size: ["size(x)", [3, 3, 3]],
  stop: ["grad(sum(x * stop(x)), x)", x],
  grad: ["grad(sum(x^2), x)", each((value) => 2 * value)],
  sort: ["sort(x)", [-1.5, 0.25, 4]],
  topk: ["topk(x, 3).indices", [0, 2, 1]],
  cumsum: ["cumsum(x)", [4, 2.5, 2.75]],
  searchsorted: ["searchsorted(sort(x), x)", [2, 0, 1]],
  inf: ["min(x, -inf)", [-Infinity, -Infinity, -Infinity]],
  training: ["if training then x else 2 * x", each((value) => 2 * value)],
  real: ["real(floor(x)) / 2", each((value) => Math.floor(value) / 2)],
  f32: ["f32(floor(x)) / 2", each((value) => Math.floor(value) / 2)],
  f16: ["f32(f16(x))", x],
  i32: ["i32(x)", each(Math.trunc)],
  i8: ["i32(i8(100 * x))", [127, -128, 25]],
  u8: ["i32(u8(100 * x))", [255, 0, 25]],
  bool: ["if bool(x) then 1 else 0", [1, 1, 1]],
};

/** Names that mean something in one kind of declaration alone; elsewhere each is refused. */
const elsewhere: Readonly<Record<string, readonly [y: string, code: string]>> = {
  total: ["total(x)", "DLC4004"],
  idx: ['idx("x.gz")', "DLC3013"],
  csv: ['csv("x.csv")', "DLC3013"],
  npy: ['npy("x.npy")', "DLC3013"],
  json: ['json("x.json")', "DLC3013"],
  words: ['words("x.txt")', "DLC3013"],
  characters: ['characters("x.txt")', "DLC3013"],
  images: ['images("x")', "DLC3013"],
};

const model = (y: string): string => {
  const isWhole = /\b(i32|indices|searchsorted)\b|^(rank|size)|bool/.test(y);
  return `model M(x: f32[3]) -> (y: ${isWhole ? "i32" : "f32"}[3]) { y = ${y} }`;
};

test("the prelude has these names and no others", () => {
  const names = [...preludeScope().entities.keys()].sort();
  expect([...Object.keys(meanings), ...Object.keys(elsewhere), "random"].sort()).toEqual(names);
});

describe.each(Object.entries(meanings))("%s", (_, [y, expected]) => {
  test(y, () => {
    const graph = programOf(model(y)).entries["forward"];
    if (graph === undefined) throw new Error("no entry");
    const { outputs } = callGraph(graph, {}, { x: tensorOf([3], x) });
    const found = numbersOf(outputs["y"]);
    expect(found).toHaveLength(3);
    found.forEach((value, place) => {
      if (Number.isFinite(expected[place])) expect(value).toBeCloseTo(expected[place] ?? NaN, 12);
      else expect(value).toBe(expected[place]);
    });
  });
});

test.each(Object.entries(elsewhere))("%s is refused where it means nothing", (_, [y, code]) => {
  expectCodes(model(y), [code]);
});

test("random draws uniformly, anew in each step; total adds up over all parameters", () => {
  const { step } = trainingOf(
    programOf(
      `optimizer Shared(theta: real[..P], g: real[..P]) { theta' = theta - total(g) * random() }
layer Two(x: real[N]) -> (y: real[N]) {
  param a: real = 1
  param b: real = 1
  y[n] = a * x[n] + b * x[n]
}
model M(x: f32[N]) -> (y: f32[N]) { y = x |> two: Two() }
train M on (x: f32[N]) { loss = sum(y)  optimizer = Shared()  batch = 2 }`,
      { train: true },
    ),
  );
  const values = { "two.a": tensorOf([], [1]), "two.b": tensorOf([], [1]) };
  const draws = [0, 1, 2].flatMap((turn) => {
    const { next } = callGraph(step, values, { x: tensorOf([2], [1, 2]) }, 5, turn);
    // The gradients are 3 and 3, and their total 6.
    return ["two.a", "two.b"].map((path) => (1 - (numbersOf(next[path])[0] ?? NaN)) / 6);
  });
  for (const draw of draws) {
    expect(draw).toBeGreaterThanOrEqual(0);
    expect(draw).toBeLessThan(1);
  }
  expect(new Set(draws).size).toBe(6);
});

describe("cumsum and searchsorted", () => {
  test("under indices, of whole numbers, and with gradients", () => {
    const text = "model M(x: i32[N, C]) -> (y: i32[N, C]) { y[n, :] = cumsum(x[n, :]) }";
    expect(
      run(text, {
        x: [
          [1, 2, 3],
          [4, 5, 6],
        ],
      }),
    ).toEqual([1, 3, 6, 4, 9, 15]);
    const slope = "model M(x: f32[C], w: f32[C]) -> (g: f32[C]) { g = grad(sum(w * cumsum(x)), x) }";
    const graph = programOf(slope).entries["forward"];
    if (graph === undefined) throw new Error("no entry");
    const inputs = { x: tensorOf([3], [5, 6, 7]), w: tensorOf([3], [1, 10, 100]) };
    expect(numbersOf(callGraph(graph, initialValues(programOf(slope)), inputs).outputs["g"])).toEqual([
      111, 110, 100,
    ]);
  });
  test("a place lies in 0..C + 1, NaN behind all numbers", () => {
    const text = `model M(s: f32[C], v: f32[N]) -> (y: f32[N]) {
  place = searchsorted(s, v)
  y[n] = (s[place[n]] else -1)
}`;
    expect(run(text, { s: [1, 2, 2, 5], v: [0, 2, 2.5, 5, 6, NaN] })).toEqual([1, 2, 5, 5, -1, -1]);
    expectCodes(
      "model M(s: f32[C], v: f32[N]) -> (y: f32[N]) {\n  p = searchsorted(s, v)\n  y[n] = s[p[n]]\n}",
      ["DLC3006"],
    );
  });
});
