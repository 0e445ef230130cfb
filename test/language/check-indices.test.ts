import { describe, expect, test } from "vitest";
import { expectCodes, run } from "./check-source.ts";

const model = (header: string, body: string): string => `model M${header} { ${body} }`;

describe("D4 indices and bounds", () => {
  test("D4.1 an index runs over the axis that it stands on alone, and over that of the declared type", () => {
    expect(run(model("(x: f32[N, 3]) -> (y: f32[N])", "y[n] = sum[i] x[n, i]"), { x: [[1, 2, 3]] })).toEqual([
      6,
    ]);
    expectCodes(model("(x: f32[N, 3]) -> (y: f32[N, 4])", "y[n, i] = x[n, i]"), ["DLC3008"]);
    expectCodes(model("(x: f32[N, 3]) -> (y: f32[N])", "y[n] = sum[i] 1.0"), ["DLC3007"]);
  });
  test("D4.1 an array of an unknown name gives no range, and is what is told", () => {
    const told = (body: string): string => {
      const [message = ""] = expectCodes(model("(x: f32[N, 3]) -> (y: i32[N])", body), ["DLC2001"]);
      return message;
    };
    expect(told("y[n] = argmax[c] gone[n, c]")).toContain("`gone`");
    expect(told("y[n] = argmax[c] exp(gone)[n, c]")).toContain("`gone`");
    expect(told("y[n] = argmax[c] (max[k] gone[n, c, k])")).toContain("`gone`");
    expectCodes(model("(x: f32[N, 3]) -> (y: f32[N])", "y[n] = sum[c] (gone[c] else 0)"), ["DLC2001"]);
  });
  test("D4.1 a range that is written decides", () => {
    expect(run(model("(x: f32[3]) -> (y: f32)", "y = sum[i in 0..2] x[i]"), { x: [1, 2, 4] })).toEqual([3]);
  });
  test("D4.2 the smallest counter-example is shown with the fixes", () => {
    const [message] = expectCodes(model("(x: f32[8]) -> (y: f32[8])", "y[i] = x[i + 1]"), ["DLC3006"]);
    expect(message).toContain("i = 7");
    expect(message).toContain("else 0");
  });
  test("D4.2 an integer read has its type's range", () => {
    const header = (range: string): string => `(ids: i32[N]${range}, table: f32[5]) -> (y: f32[N])`;
    expect(
      run(model(header(" in 0..5"), "y[n] = table[ids[n]]"), { ids: [4, 0], table: [1, 2, 3, 4, 5] }),
    ).toEqual([5, 1]);
    expectCodes(model(header(""), "y[n] = table[ids[n]]"), ["DLC3006"]);
    expectCodes(model(header(""), "y[n] = table[clamp(ids[n], 0, 4)]"), []);
  });
  test("D4.3 a guard says what lies outside of that one read", () => {
    const source = model("(x: f32[N]) -> (y: f32[N])", "y[i] = (x[i - 1] else 10) + (x[i + 1] else 20)");
    expect(run(source, { x: [1, 2, 3] })).toEqual([12, 4, 22]);
  });
  test("D4.3 a guard that never holds is a warning", () => {
    expectCodes(model("(x: f32[4]) -> (y: f32[4])", "y[i] = (x[i + 4] else 0)"), ["DLC3016"]);
  });
  test("D4.4 filters leave terms out, and their facts hold in the term", () => {
    const source = model("(x: f32[N]) -> (y: f32[N])", "y[i] = sum[j where j < i] x[j] * x[j + 1]");
    expect(run(source, { x: [1, 2, 3] })).toEqual([0, 2, 8]);
  });
  test("D4.4 a filter that reads a tensor: a sum by key", () => {
    const source = model(
      "(m: f32[E], to: i32[E] in 0..3) -> (y: f32[3])",
      "y[v] = sum[e where to[e] == v] m[e]",
    );
    expect(run(source, { m: [1, 2, 4], to: [2, 0, 2] })).toEqual([2, 0, 5]);
  });
  test("D4.4 reductions of nothing", () => {
    const none = (word: string): string =>
      model("(x: f32[N]) -> (y: f32)", `y = ${word}[i where x[i] > 100] x[i]`);
    expect(run(none("sum"), { x: [1] })).toEqual([0]);
    expect(run(none("prod"), { x: [1] })).toEqual([1]);
    expect(run(none("max"), { x: [1] })).toEqual([-Infinity]);
    expect(run(none("min"), { x: [1] })).toEqual([Infinity]);
    expect(run(none("mean"), { x: [1] })).toEqual([NaN]);
    expectCodes(model("(x: f32[N]) -> (y: i32)", "y = argmax[i where x[i] > 100] x[i]"), ["DLC3015"]);
    const place = model("(x: f32[N]) -> (y: i32)", "y = (argmax[i where x[i] > 100] x[i] else -1)");
    expect(run(place, { x: [1] })).toEqual([-1]);
    expect(run(place, { x: [1, 101] })).toEqual([1]);
  });
  test("D4.4 all reductions", () => {
    const of = (word: string, result = "f32"): readonly number[] =>
      run(model(`(x: f32[N]) -> (y: ${result})`, `y = ${word}[i] x[i]`), { x: [3, 1, 2] });
    expect(of("sum")).toEqual([6]);
    expect(of("prod")).toEqual([6]);
    expect(of("max")).toEqual([3]);
    expect(of("min")).toEqual([1]);
    expect(of("mean")).toEqual([2]);
    expect(of("argmax", "i32")).toEqual([0]);
    expect(of("argmin", "i32")).toEqual([1]);
    const logical = (word: string): readonly number[] =>
      run(model("(x: f32[N]) -> (y: bool)", `y = ${word}[i] (x[i] > 2)`), { x: [3, 1, 2] });
    expect(logical("any")).toEqual([1]);
    expect(logical("all")).toEqual([0]);
  });
  test("D4.5 functions on the right are applied for each value of the indices", () => {
    const source = `import std.nn { softmax }
model M(x: f32[N, 2]) -> (y: f32[N]) { y[n] = softmax(x[n, :])[0] }`;
    expect(
      run(source, {
        x: [
          [0, 0],
          [5, 5],
        ],
      }),
    ).toEqual([0.5, 0.5]);
  });
  test("D4.5 `:` on the left stand for the axes of the right side's value", () => {
    const source = `fn reversed(x: real[C]) -> (y: real[C]) { y[c] = x[C - 1 - c] }
model M(x: f32[N, 3]) -> (y: f32[N, 3]) { y[n, :] = reversed(x[n, :]) }`;
    expect(run(source, { x: [[1, 2, 3]] })).toEqual([3, 2, 1]);
  });
  test("D4.5 an application under a condition is needed only where the condition holds", () => {
    const source = `fn total(x: real[C]) -> (y: real) { y = sum[c] x[c] }
model M(x: f32[N, 3]) -> (y: f32[N]) { y[n] = if n > 0 then total(x[n - 1, :]) else 0 }`;
    expect(
      run(source, {
        x: [
          [1, 2, 3],
          [4, 5, 6],
        ],
      }),
    ).toEqual([0, 6]);
  });
  test("D4.6 without indices, arithmetic is entry by entry on equal shapes or with a number", () => {
    const source = model("(a: f32[N, 2], b: f32[N, 2]) -> (y: f32[N, 2])", "y = 2 * a - b / 4");
    expect(run(source, { a: [[1, 2]], b: [[4, 8]] })).toEqual([1, 2]);
    expectCodes(model("(a: f32[N, 2], b: f32[N, 3]) -> (y: f32[N, 2])", "y = a + b"), ["DLC3001"]);
  });
  test("D4.6 a number fills a declared shape", () => {
    expect(run(model("(x: f32[N]) -> (y: f32[N])", "y = 3"), { x: [1, 2] })).toEqual([3, 3]);
  });
  test("D4.6 a function of numbers is applied entry by entry", () => {
    expect(
      run("fn square(x: real) = x * x\nmodel M(x: f32[N]) -> (y: f32[N]) { y = square(x) }", { x: [2, 3] }),
    ).toEqual([4, 9]);
  });
  test("D4.6 max and min join entry by entry, and reduce all axes of one tensor", () => {
    expect(run(model("(x: f32[N]) -> (y: f32[N])", "y = max(x, 2)"), { x: [1, 3] })).toEqual([2, 3]);
    expect(
      run(model("(x: f32[N, 2]) -> (y: f32)", "y = max(x)"), {
        x: [
          [1, 3],
          [2, 0],
        ],
      }),
    ).toEqual([3]);
    expect(
      run(model("(x: f32[N, 2]) -> (y: f32)", "y = mean(x)"), {
        x: [
          [1, 3],
          [2, 0],
        ],
      }),
    ).toEqual([1.5]);
  });
});

describe("packs, slices and axes", () => {
  test("..(k) counts through all axes of a pack", () => {
    const source = "fn flat(x: real[N, ..B]) -> (y: real[N, size(..B)]) { y[n, k] = x[n, ..(k)] }\n";
    const of = `${source}model M(x: f32[N, 2, 2]) -> (y: f32[N, 4]) { y = flat(x) }`;
    expect(
      run(of, {
        x: [
          [
            [1, 2],
            [3, 4],
          ],
        ],
      }),
    ).toEqual([1, 2, 3, 4]);
  });
  test("..b stands for any number of axes, also of none", () => {
    const source = "fn last(x: real[..B, C]) -> (y: real[..B]) { y[..b] = x[..b, C - 1] }\n";
    expect(
      run(`${source}model M(x: f32[N, 2]) -> (y: f32[N]) { y = last(x) }`, {
        x: [
          [1, 2],
          [3, 4],
        ],
      }),
    ).toEqual([2, 4]);
    expect(run(`${source}model M(x: f32[2]) -> (y: f32) { y = last(x) }`, { x: [1, 2] })).toEqual([2]);
  });
  test("rank and size of a pack are whole numbers", () => {
    const source = "fn f(x: real[..P]) -> (y: real[..P]) { y[..p] = x[..p] * rank(..P) + size(..P) }\n";
    expect(
      run(`${source}model M(x: f32[2, 2]) -> (y: f32[2, 2]) { y = f(x) }`, {
        x: [
          [1, 2],
          [3, 4],
        ],
      }),
    ).toEqual([6, 8, 10, 12]);
  });
  test("a slice keeps its axis", () => {
    const source = model("(x: f32[N, 4]) -> (y: f32[N, 2])", "y = x[:, 1..3]");
    expect(run(source, { x: [[1, 2, 3, 4]] })).toEqual([2, 3]);
    expectCodes(model("(x: f32[N, 4]) -> (y: f32[N, 2])", "y = x[:, 3..5]"), ["DLC3006"]);
  });
  test("a read has one subscript for each axis", () => {
    expectCodes(model("(x: f32[N, 4]) -> (y: f32[N])", "y[n] = x[n]"), ["DLC3002"]);
  });
});

describe("functions of a block", () => {
  test("see its hyper-parameters, tensors and parameters", () => {
    const source = `layer Scaled(by: dim)(x: real[N]) -> (y: real[N]) {
  param w: real[1] = 2
  fn scale(z: real[N]) -> (s: real[N]) { s[n] = by * w[0] * z[n] + x[n] }
  y = scale(scale(x))
}
model M(x: f32[N]) -> (y: f32[N]) { y = x |> s: Scaled(3) }`;
    expect(run(source, { x: [1] })).toEqual([43]);
  });
});
