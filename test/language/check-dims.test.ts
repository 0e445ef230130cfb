import { describe, expect, test } from "vitest";
import { checkSource, expectCodes, run } from "./check-source.ts";

/** The shape of the first output of the only model, as text. */
function shapeOf(source: string): string {
  const { models, diagnostics } = checkSource(source);
  expect(diagnostics.map(({ message }) => message)).toEqual([]);
  const output = models[0]?.entries["forward"]?.outputs[0];
  return JSON.stringify(output?.shape.map(({ key }) => key));
}

describe("D3 dims", () => {
  test("D3.1 a capitalised name alone binds a dim, left to right; bound again it is an equality to prove", () => {
    expectCodes("fn f(a: real[N, D], b: real[D]) -> (y: real[N]) { y[n] = sum[d] a[n, d] * b[d] }", []);
    const dot = "fn dot(a: real[D], b: real[D]) -> (y: real) { y = sum[d] a[d] * b[d] }\n";
    const [message] = expectCodes(`${dot}model M(a: f32[3], b: f32[4]) -> (y: f32) { y = dot(a, b) }`, [
      "DLC3004",
    ]);
    expect(message).toContain("3");
    expect(message).toContain("4");
  });
  test("D3.1 everything else in a type has to be bound", () => {
    expectCodes("fn f(x: real[N]) -> (y: real[M]) { y[n] = x[n] }", ["DLC2001"]);
  });
  test("D3.1 every dim is at least 1, said at the place that breaks it", () => {
    expectCodes(
      "import std.nn { maxPool2d }\nmodel M(x: f32[N, 1, 2, 2]) -> (y: f32[N, 1, 1, 1]) { y = x |> maxPool2d(3) }",
      ["DLC3005"],
    );
    expectCodes(
      "import std.nn { Linear }\nmodel M(x: f32[N, 2]) -> (y: f32[N, 2]) { y = x |> fc: Linear(2 - 2) }",
      ["DLC3005"],
    );
  });
  test("D3.1 also of an equation's own tensor, which has memory at every call", () => {
    const model = (where: string): string =>
      `model M(x: f32[N]) -> (y: f32)${where} {\n  a[i in 0..N - 3] = 2 * x[i]\n  y = sum[i] a[i] * a[i]\n}`;
    const [message] = expectCodes(model(""), ["DLC3011"]);
    expect(message).toContain("the size N - 3 of `a` is not known to be at least 1");
    expect(run(model(" where N > 3"), { x: [1, 2, 3, 4, 5] })).toEqual([20]);
    expectCodes("model M(x: f32[2]) -> (y: f32) {\n  a[i in 0..2 - 2] = x[i]\n  y = sum[i] a[i]\n}", [
      "DLC3005",
    ]);
  });
  test("D3.1 a part has one length for all values of an index, and may begin anywhere", () => {
    const part = (range: string): string => `model M(x: f32[5]) -> (y: f32[3]) { y[i] = sum(x[${range}]) }`;
    expect(run(part("i..i + 3"), { x: [1, 2, 3, 4, 5] })).toEqual([6, 9, 12]);
    expectCodes(part("0..i + 1"), ["DLC3012"]);
    expectCodes(part("3..1"), ["DLC3005"]);
  });
  test("D3.2 shapes of parameters and lengths of lists are known when the model is built", () => {
    expectCodes("model M(x: f32[N]) -> (y: f32[N]) {\n  param w: f32[N] = 1\n  y[n] = w[n] * x[n]\n}", [
      "DLC3012",
    ]);
    expectCodes(
      "import std.nn { relu }\nmodel M(x: f32[N]) -> (y: f32[N]) { y = x |> many: [relu for i in 0..N] }",
      ["DLC3012"],
    );
  });
  test("D3.3 whole parts leave the brackets", () => {
    const model = (size: string): string =>
      `model M(x: f32[N, H]) -> (y: f32[N, ${size}]) where H >= 4 { y[n, i in 0..floor(H / 2)] = x[n, 0] }`;
    expectCodes(model("floor((H - 2) / 2) + 1"), []);
    expectCodes(model("floor((H - 1) / 2) + 1"), ["DLC3021"]);
  });
  test("D3.3 p % q is p - q floor(p / q)", () => {
    expect(
      shapeOf("model M(x: f32[N, H]) -> (y: f32[N, H]) { y[n, i in 0..4 * floor(H / 4) + H % 4] = x[n, i] }"),
    ).toBe('["1·N","1·H"]');
  });
  test("D3.4 conditions of a branch are facts in it", () => {
    const source = "model M(x: f32[N]) -> (y: f32[N]) { y[i] = if i > 0 then x[i - 1] else 0 }";
    expect(run(source, { x: [1, 2, 3] })).toEqual([0, 1, 2]);
    expectCodes("model M(x: f32[N]) -> (y: f32[N]) { y[i] = if i > 0 then x[i - 2] else 0 }", ["DLC3006"]);
    expect(
      run("model M(x: f32[N]) -> (y: f32[N]) { y[i] = if i == 0 then 0 else x[i - 1] }", { x: [1, 2, 3] }),
    ).toEqual([0, 1, 2]);
  });
  test("D3.4 u % 2 == 1 makes (u - 1) / 2 whole and keeps it in bounds", () => {
    const source =
      "model M(a: f32[S]) -> (y: f32[2*S + 1]) { y[u] = if u % 2 == 1 then a[(u - 1) / 2] else 0 }";
    expect(run(source, { a: [5, 7] })).toEqual([0, 5, 0, 7, 0]);
  });
  test("D3.4 facts of a where hold in the declaration", () => {
    const head = "fn half(x: real[D]) -> (y: real[D]) where D % 2 == 0 {";
    expectCodes(
      `${head}\n  y[d] = if d < D / 2 then x[d + D / 2] else x[d - D / 2]\n}
model M(x: f32[6]) -> (y: f32[6]) { y = half(x) }`,
      [],
    );
    expectCodes(`${head}\n  y = x\n}\nmodel M(x: f32[5]) -> (y: f32[5]) { y = half(x) }`, ["DLC3010"]);
  });
  test("D3.5 undecided in a layer is left to its applications", () => {
    const pair = "fn pair(x: real[D]) -> (y: real) { y = x[0] + x[1] }\n";
    expectCodes(`${pair}model M(x: f32[2]) -> (y: f32) { y = pair(x) }`, []);
    const [message] = expectCodes(`${pair}model M(x: f32[1]) -> (y: f32) { y = pair(x) }`, ["DLC3006"]);
    expect(message).toContain("in pair, applied here");
  });
  test("D3.5 undecided in an entry is an error, unless its where states it", () => {
    const model = (where: string): string => `model M(x: f32[N]) -> (y: f32)${where} { y = x[1] }`;
    expectCodes(model(""), ["DLC3006"]);
    const { models, diagnostics } = checkSource(model(" where N >= 2"));
    expect(diagnostics).toEqual([]);
    expect(models[0]?.entries["forward"]?.dims).toEqual([{ name: "N", low: 2 }]);
    expect(models[0]?.entries["forward"]?.facts).toHaveLength(1);
  });
  test("D3.5 undecided in the check of a layer alone is no error", () => {
    expectCodes("layer Pair(x: real[D]) -> (y: real) { y = x[0] + x[1] }", []);
    expectCodes("layer Half(x: real[D]) -> (y: real[D / 2]) { y[d] = x[2 * d] }", []);
  });
  test("D3.6 each branch is checked under its condition, also where that is decided at each call", () => {
    const source = `fn even(x: real[D]) -> (y: real) where D % 2 == 0 { y = sum[i in 0..D / 2] x[2 * i + 1] }
fn second(x: real[D]) -> (y: real) where D > 1 { y = x[1] }
`;
    const model = (choice: string): string => `${source}model M(x: f32[N]) -> (y: f32) { y = ${choice} }`;
    const parity = model("if N % 2 == 0 then even(x) else -1");
    expect(run(parity, { x: [1, 2, 3, 4] })).toEqual([6]);
    expect(run(parity, { x: [1, 2, 3] })).toEqual([-1]);
    const both = model("if N == 1 then x[0] else second(x)");
    expect(run(both, { x: [7] })).toEqual([7]);
    expect(run(both, { x: [7, 8] })).toEqual([8]);
    expect(run(model("if N > 2 then x[2] else x[0]"), { x: [1, 2] })).toEqual([1]);
    expectCodes(model("if N > 2 then x[3] else x[0]"), ["DLC3006"]);
    expectCodes(model("if N % 2 == 0 then -1 else even(x)"), ["DLC3010"]);
  });
  test("D3.6 but a tensor has a size whatever branch is taken", () => {
    const source = `fn later(x: real[D]) -> (y: real[D - 1]) where D > 1 { y[i] = (x[i + 1] else 0) }
model M(x: f32[N]) -> (y: f32) { y = if N > 1 then sum(later(x)) else 0 }`;
    const [message] = expectCodes(source, ["DLC3011"]);
    expect(message).toContain("the size N - 1 of `y`");
  });
  test("D3.6 only the chosen branch of a build-time condition exists", () => {
    const source = (wide: string): string => `import std.nn { Linear }
layer Shortcut(out: dim)(x: real[N, D]) -> (y: real[N, out]) {
  y = if D == out then x else x |> fit: Linear(out)
}
model M(x: f32[N, 3]) -> (y: f32[N, ${wide}]) { y = x |> s: Shortcut(${wide}) }`;
    const parameters = (text: string): number =>
      checkSource(text).models[0]?.entries["forward"]?.bindings.flatMap((binding) =>
        binding.kind === "application" ? binding.callee.bindings : [],
      ).length ?? -1;
    expect(parameters(source("3"))).toBe(0);
    expect(parameters(source("4"))).toBe(1);
  });
  test("D3.6 an equation read only from one branch exists only with it", () => {
    const source = `layer U(depth: int)(x: real[N, D]) -> (y: real[N, D]) where D % 2^depth == 0 {
  below = x |> inner: U(depth - 1)
  y = if depth == 0 then x else below
}
model M(x: f32[N, 8]) -> (y: f32[N, 8]) { y = x |> u: U(3) }`;
    expectCodes(source, []);
  });
  test("D3.6 layers that apply themselves without an end are stopped", () => {
    const source = `layer U(depth: int)(x: real[N]) -> (y: real[N]) { y = x |> inner: U(depth + 1) }
model M(x: f32[N]) -> (y: f32[N]) { y = x |> u: U(0) }`;
    expectCodes(source, ["DLC2014"]);
  });
});

describe("a list is no type of a tensor", () => {
  test.each([
    "model M(x: [N]) -> (y: f32[N]) { y = x }",
    "model M(x: f32[N]) -> (y: [N]) { y = x }",
    "model M(x: f32[N]) -> (y: (dim, real)) { y = x }",
    "model M(x: f32[N]) -> (y: f32[N]) { z: [dim] = x  y = z }",
    "model M(x: f32[N]) -> (y: f32[N]) { param w: [dim] = 1  y = x * w }",
    "fn f(x: real[N]) -> (y: [dim]) { y = x }",
    "fn f(x: real[N]) -> (y: [dim]) = x",
  ])("%s", (source) => {
    expect(expectCodes(source, ["DLC3013"])[0]).toContain("lists and tuples are hyper-parameters");
  });
});
