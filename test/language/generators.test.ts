import { describe, expect, it } from "vitest";
import { expectCodes, pathsOf, run } from "./check-source.ts";

const linear = "import std.nn { Linear }\n";

describe("a generator between the brackets of a call", () => {
  it("gives the tensors one after the other", () => {
    const source = `fn three(a: real, b: real, c: real) = a + 10 * b + 100 * c
model M(x: f32[N, 3]) -> (y: f32[N]) { y[n] = three(x[n, i] for i in 0..3) }`;
    expect(run(source, { x: [[1, 2, 3]] })).toEqual([321]);
  });

  it("also from a list, and from several generators, the last one turning fastest", () => {
    const source = `fn four(a: real, b: real, c: real, d: real) = a + 10 * b + 100 * c + 1000 * d
model M(x: f32[2, 2]) -> (y: f32) { y = four(factor * x[i, j] for i in 0..2, (factor, j) in [(1, 0), (2, 1)]) }`;
    expect(
      run(source, {
        x: [
          [1, 2],
          [3, 4],
        ],
      }),
    ).toEqual([1 + 40 + 300 + 8000]);
  });

  it("instantiates what stands in it once in each turn, with the turn in its name", () => {
    const paths = pathsOf(`${linear}model M(x: f32[N, 3]) -> (y: f32[N, 2]) {
  y = sum(x |> wide: Linear(2, biased: false) for i in 0..2) + sum(Linear(2, biased: false)(x) for i in 0..3)
}`);
    expect([...paths].sort()).toEqual([
      "linear.0.weight",
      "linear.1.weight",
      "linear.2.weight",
      "wide.0.weight",
      "wide.1.weight",
    ]);
  });

  it("stands for tensors alone, as many as are taken, and known in number", () => {
    const model = (right: string): string =>
      `${linear}fn pair(a: real, b: real) = a + b\nmodel M(x: f32[N, 3]) -> (y: f32[N, 3]) { y = ${right} }`;
    expectCodes(model("x |> Linear(i for i in 3..4)"), ["DLC2012"]);
    expectCodes(model("pair(x for i in 0..3)"), ["DLC2012"]);
    expectCodes(model("exp(x for i in 0..2)"), ["DLC2012"]);
    expectCodes(model("grad(x for i in 0..2)"), ["DLC2012"]);
    expectCodes(model("argmax(x for i in 0..2)"), ["DLC2012"]);
    expectCodes(model("max(a: x for i in 0..2)"), ["DLC2012"]);
    expectCodes(model("sum(x for i in 0..N)"), ["DLC3012"]);
  });
});

describe("a reduction over a generator joins entry by entry", () => {
  const joined = (right: string, type = "f32"): readonly number[] =>
    run(`model M(x: f32[2, 3]) -> (y: ${type}[2]) { y = ${right} }`, {
      x: [
        [1, 5, 3],
        [-2, 0, 4],
      ],
    });

  it("by its word", () => {
    expect(joined("sum(x[:, i] for i in 0..3)")).toEqual([9, 2]);
    expect(joined("prod(x[:, i] for i in 0..3)")).toEqual([15, -0]);
    expect(joined("mean(x[:, i] for i in 0..3)")).toEqual([3, 2 / 3]);
    expect(joined("max(x[:, i] for i in 0..3)")).toEqual([5, 4]);
    expect(joined("min(x[:, i] for i in 0..3)")).toEqual([1, -2]);
    expect(joined("any(x[:, i] > 4 for i in 0..3)", "bool")).toEqual([1, 0]);
    expect(joined("all(x[:, i] > 0 for i in 0..3)", "bool")).toEqual([1, 0]);
  });

  it("counts conditions, and takes their share", () => {
    expect(joined("sum(x[:, i] > 0 for i in 0..3)", "i32")).toEqual([3, 1]);
    expect(joined("sum(x[:, i] > 0 for i in 0..1)", "i32")).toEqual([1, 0]);
    expect(joined("mean(x[:, i] > 2 for i in 0..2)")).toEqual([0.5, 0]);
  });

  it("is the value itself where there is one turn, and of nothing what a reduction of nothing is", () => {
    expect(joined("max(x[:, i] for i in 1..2)")).toEqual([5, 0]);
    expect(joined("sum(x[:, i] for i in 0..0) + x[:, 0]")).toEqual([1, -2]);
    expect(joined("max(x[:, i] for i in 0..0)")).toEqual([-Infinity, -Infinity]);
  });

  it("needs one shape in all turns", () => {
    expectCodes(
      "model M(x: f32[N, 3], z: f32[N, 4]) -> (y: f32[N, 3]) { y = sum(part for part in [x, z]) }",
      ["DLC3001"],
    );
  });
});

describe("`cat` over a generator", () => {
  it("joins what its turns give, of any widths", () => {
    const source = `model M(x: f32[2], z: f32[3]) -> (y: f32[5], w: f32[4]) {
  y[k] = cat[k](part[k] for part in [x, z])
  w[k] = cat[k](by * x[k] for by in [1, -1])
}`;
    expect(run(source, { x: [1, 2], z: [3, 4, 5] })).toEqual([1, 2, 3, 4, 5]);
    expect(
      run(source.replace("y: f32[5], w: f32[4]", "w: f32[4], y: f32[5]"), { x: [1, 2], z: [3, 4, 5] }),
    ).toEqual([1, 2, -1, -2]);
  });

  it("as the only place that says how far an index of the left side runs", () => {
    const source = `model M(x: f32[N, 2], z: f32[N, 1]) -> (y: f32[N]) {
  both[n, k] = cat[k](part[n, k] for part in [x, z])
  y[n] = sum[k] both[n, k]
}`;
    expect(
      run(source, {
        x: [
          [1, 2],
          [3, 4],
        ],
        z: [[5], [6]],
      }),
    ).toEqual([8, 13]);
  });
});
