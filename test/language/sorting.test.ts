import { describe, expect, test } from "vitest";
import { tensorOf } from "../../compiler/graph/index.ts";
import { checkSource, expectCodes, programOf, run } from "./check-source.ts";
import { callGraph, initialValues, numbersOf } from "./train-source.ts";

const rows = [
  [3, 1, 2, 1],
  [0, 9, -1, 9],
];

describe("sort", () => {
  test("orders the entries of an axis for every value of the indices", () => {
    const text = "model M(x: f32[N, C]) -> (y: f32[N, C]) { y[n, :] = sort(x[n, :]) }";
    expect(run(text, { x: rows })).toEqual([1, 1, 2, 3, -1, 0, 9, 9]);
  });
  test("of a column, from the greatest, read at a place; of whole numbers", () => {
    const text = `model M(x: i32[N, C]) -> (y: i32[C]) where N >= 2 {
  y[c] = sort(x[:, c], descending: true)[1]
}`;
    expect(run(text, { x: rows })).toEqual([0, 1, -1, 1]);
  });
  test("in a pipe, of what is computed where it stands, inside of a function applied under indices", () => {
    const text = `fn spread(v: real[D]) -> (y: real) where D >= 2 {
  s = v * v |> sort
  y = s[D - 1] - s[0]
}
model M(x: f32[N, C]) -> (y: f32[N]) where C >= 2 { y[n] = spread(x[n, :]) }`;
    expect(run(text, { x: rows })).toEqual([8, 81]);
  });
});

describe("topk", () => {
  test("gives the greatest, from the greatest, and their places, as results that have names", () => {
    const text = `model M(x: f32[C]) -> (v: f32[3], i: i32[3]) where C >= 3 {
  best = topk(x, 3)
  v = best.values
  i = best.indices
}`;
    const graph = programOf(text).entries["forward"];
    if (graph === undefined) throw new Error("no entry");
    const { outputs } = callGraph(graph, {}, { x: tensorOf([5], [4, 7, 1, 7, 5]) });
    expect(numbersOf(outputs["v"])).toEqual([7, 7, 5]);
    expect(numbersOf(outputs["i"])).toEqual([1, 3, 4]);
  });
  test("under indices, to as many names; its places are proven to lie inside", () => {
    const text = `model M(x: f32[N, C], w: f32[C]) -> (y: f32[N, 2], best: f32[N, 2]) where C >= 2 {
  best[n, :], places[n, :] = topk(x[n, :], 2)
  y[n, k] = w[places[n, k]]
}`;
    const graph = programOf(text).entries["forward"];
    if (graph === undefined) throw new Error("no entry");
    const inputs = { x: tensorOf([2, 4], rows.flat()), w: tensorOf([4], [10, 20, 30, 40]) };
    const { outputs } = callGraph(graph, {}, inputs);
    expect(numbersOf(outputs["best"])).toEqual([3, 2, 9, 9]);
    expect(numbersOf(outputs["y"])).toEqual([10, 30, 20, 40]);
  });
});

describe("D6.2 a gradient through an order", () => {
  test("goes to the entries that stand where it asks, and the order is a constant", () => {
    const text = `model M(x: f32[N, C], w: f32[C]) -> (g: f32[N, C]) {
  s[n, :] = sort(x[n, :])
  loss = sum[n, c] w[c] * s[n, c]^2
  g = grad(loss, x)
}`;
    const graph = programOf(text).entries["forward"];
    if (graph === undefined) throw new Error("no entry");
    const inputs = { x: tensorOf([2, 4], rows.flat()), w: tensorOf([4], [1, 10, 100, 1000]) };
    const { outputs } = callGraph(graph, {}, inputs);
    // 2·w·x where w belongs to the place in the order: 1, 1, 2, 3 stand at 1, 3, 2, 0 and -1, 0, 9, 9 at 2, 0, 1, 3.
    expect(numbersOf(outputs["g"])).toEqual([6000, 2, 400, 20, 0, 1800, -2, 18000]);
  });
  test("of the values that topk keeps, by a parameter of a layer below", () => {
    const text = `layer Scale(x: real[N, C]) -> (y: real[N, C]) {
  param w: real[C] = 1
  y[n, c] = w[c] * x[n, c]
}
model M(x: f32[N, 4]) -> (g: f32[4]) {
  y = x |> scale: Scale()
  best[n, :] = topk(y[n, :], 2).values
  g = grad(sum(best), scale.w)
}`;
    const program = programOf(text);
    const graph = program.entries["forward"];
    if (graph === undefined) throw new Error("no entry");
    const { outputs } = callGraph(graph, initialValues(program), { x: tensorOf([2, 4], rows.flat()) });
    expect(numbersOf(outputs["g"])).toEqual([3, 9, 2, 9]);
  });
});

describe("what has no order", () => {
  const model = (body: string, where = ""): string =>
    `model M(x: f32[N, C], b: bool[C], t: bool) -> (y: f32[C])${where} {\n  ${body}\n}`;
  test("is refused where it stands", () => {
    expectCodes(model("y = sort(x)"), ["DLC3002"]);
    expectCodes(model("y = sort(sum(x))"), ["DLC3002"]);
    expectCodes(model("y[c] = if sort(b)[c] then 1 else 0"), ["DLC3017"]);
    expectCodes(model("y = sort(x[0, :], descending: t)"), ["DLC3012"]);
    expectCodes(model("y = sort(x[0, :], up: true)"), ["DLC2012"]);
    expectCodes(model("y = sort()"), ["DLC2012"]);
    expectCodes(model("y = topk(x[0, :])"), ["DLC2012"]);
  });
  test("so are more entries than there are, and none", () => {
    expectCodes(model("y[c] = topk(x[0, :], 3).values[0]"), ["DLC3014"]);
    expectCodes(model("y[c] = topk(x[0, :], 3).values[0]", " where C >= 3"), []);
    expectCodes(model("y[c] = topk(x[0, :], 0).values[0]"), ["DLC3014"]);
    expectCodes(model("y[c] = topk(x[0, :], floor(x[0, 0])).values[0]"), ["DLC3012"]);
  });
  test("and left sides of one right side that have other indices", () => {
    const [message] = expectCodes(
      "model M(x: f32[N, C]) -> (v: f32[N, 1], i: i32[N, 1]) { v[n, :], i[m, :] = topk(x[n, :], 1) }",
      ["DLC3013"],
    );
    expect(message).toContain("`i` has other indices than `v`");
  });
});

test("sampling from the likeliest checks", () => {
  const text = `fn least(top: dim = 2)(logits: f32[N, V]) -> (y: f32[N]) where top <= V {
  y[n] = sort(logits[n, :], descending: true)[top - 1]
}
model M(x: f32[N, 4]) -> (y: f32[N]) { y = least(3)(x) }`;
  expect(checkSource(text).diagnostics).toEqual([]);
  expect(run(text, { x: rows })).toEqual([1, 0]);
});
