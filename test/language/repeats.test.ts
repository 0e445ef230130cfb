import { describe, expect, test } from "vitest";
import { interpret, tensorOf } from "../../compiler/graph/index.ts";
import { prepared } from "../gradient/central-differences.ts";
import { forwardOf } from "../numeric/compile-source.ts";
import { expectCodes, pathsOf, programOf, run } from "./check-source.ts";

function model(body: string, y = "h", carry = "h = x"): string {
  return `model M(x: f32[N]) -> (y: f32[N]) {\n  repeat s in 0..3 carry ${carry} {\n    ${body}\n  }\n  y[n] = ${y}[n]\n}`;
}

describe("D1 scopes of a repetition", () => {
  test("D1.4 the variable of a repetition is a number in each turn, and no fresh index", () => {
    expect(run(model("h'[n] = h[n] + 10^s"), { x: [1, 2] })).toEqual([112, 113]);
    expect(run(model("h'[n] = if s == 1 then 2 * h[n] else h[n]"), { x: [1, 2] })).toEqual([2, 4]);
    expectCodes(model("h'[n] = h[n] + (sum[s in 0..2] s)"), ["DLC2003"]);
  });
  test("D1.6 what is carried and stacked is seen outside, what is named inside is not", () => {
    const source = `model M(x: f32[N]) -> (y: f32[N], each: f32[N, 3], first: f32[3, N]) {
  repeat s in 0..3 carry h = x {
    step[n] = h[n] + s
    h' = step
    each[n, s] = step[n]
    first[s, n] = h[n]
  }
  y = h
}`;
    const { outputs } = programOf(source).entries["forward"] ?? {};
    expect(outputs?.map(({ name }) => name)).toEqual(["y", "each", "first"]);
    expect(
      run(source.replace("(y: f32[N], each: f32[N, 3]", "(each: f32[N, 3]").replace("y = h", ""), {
        x: [1, 2],
      }),
    ).toEqual([1, 2, 4, 2, 3, 5]);
    expect(
      run(source.replace("(y: f32[N], each: f32[N, 3], ", "(").replace("y = h", ""), { x: [1, 2] }),
    ).toEqual([1, 2, 1, 2, 2, 3]);
    expectCodes(source.replace("y = h", "y = step"), ["DLC2001"]);
    expectCodes(source.replace("h' = step", "h'[n] = step[n] + each[n, s]"), ["DLC2019"]);
    expectCodes(source.replace("each[n, s] = ", "each[s, s] = "), ["DLC2003"]);
  });
  test("D1.6 each carry has one next value, of its type", () => {
    expectCodes(model("z = h"), ["DLC2001"]);
    expectCodes(model("h' = h\n    h' = x"), ["DLC2002"]);
    expectCodes(model("h' = h\n    z' = x"), ["DLC2018"]);
    expectCodes(model("h' = h", "h", "h: real[N]"), ["DLC2001"]);
    expectCodes(model("h'[n in 0..2] = h[0]"), ["DLC3021"]);
    expectCodes(model("x = h\n    h' = h"), ["DLC2003"]);
  });
  test("D1.6 all carries step at once, and without a turn they keep their first values", () => {
    const source = (turns: string): string => `model M(depth: int = ${turns})(x: f32) -> (y: f32) {
  repeat s in 0..depth carry a = x, b = 1.0 {
    a' = b
    b' = a + b
  }
  y = a
}`;
    expect(run(source("6"), { x: 0 })).toEqual([8]);
    expect(run(source("0"), { x: 5 })).toEqual([5]);
  });
  test("D1.6 an array over the turns begins at 0 and has one shape", () => {
    expectCodes(model("h' = h\n    each[s] = h[0]", "h").replace("0..3", "1..3"), ["DLC3012"]);
    const source = (sizes: string): string => `model M(x: f32[4]) -> (y: f32[4]) {
  repeat s in 0..3 carry h = x {
    h' = h
    part[s, k in 0..${sizes}] = h[k]
  }
  y[n] = h[n] + part[0, 0]
}`;
    expectCodes(source("s + 1"), ["DLC3021"]);
    expectCodes(source("2"), []);
  });
  test("D1.9 several next values and arrays are the results of one right side", () => {
    const source = `fn both(a: real, b: real) -> (p: real, q: real) {
  p = a + b
  q = a * b
}
model M(x: f32) -> (y: f32[3]) {
  repeat s in 0..3 carry h = x { h', y[s] = both(h, 2) }
}`;
    expect(run(source, { x: 1 })).toEqual([2, 6, 10]);
  });
  test("D1.10 a carried name may be an output of its declaration", () => {
    expect(
      run("model M(x: f32) -> (h: f32) { repeat s in 2..4 carry h = x { h' = h * s } }", { x: 5 }),
    ).toEqual([30]);
  });
});

describe("D2 what is owned in a repetition", () => {
  test("D2.1 a turn is its variable and number, in repetitions in each other too", () => {
    const source = `import std.nn { Linear }
layer Stack(depth: dim)(x: real[N, D]) -> (y: real[N, D]) {
  repeat s in 0..depth carry h = x {
    param gain: real = 1
    repeat r in 1..3 carry g = h { g' = g |> fc: Linear(D, biased: false) }
    h'[n, d] = gain * g[n, d]
  }
  y = h
}
model M(x: f32[N, 3]) -> (y: f32[N, 3]) { y = x |> net: Stack(2) }`;
    expect(pathsOf(source).toSorted()).toEqual(
      [0, 1].flatMap((s) => [`net.s.${s}.gain`, `net.s.${s}.r.1.fc.weight`, `net.s.${s}.r.2.fc.weight`]),
    );
  });
  test("D2.1 a layer that is a default of a hyper-parameter belongs to its turn", () => {
    const source = `import std.nn { Linear }
layer Around(inner: layer = Linear(3, biased: false))(x: real[N, D]) -> (y: real[N, D]) { y = x + inner(x) }
model M(x: f32[N, 3]) -> (y: f32[N, 3]) {
  repeat s in 0..2 carry h = x { h' = h |> a: Around() }
  y = h
}`;
    expect(pathsOf(source).toSorted()).toEqual(["s.0.a.inner.weight", "s.1.a.inner.weight"]);
  });
  test("D2.3 an instance in the body is one for each turn, one from outside is shared", () => {
    const source = `import std.nn { Linear }
model M(x: f32[N, 3]) -> (y: f32[N, 3]) {
  shared = Linear(3, biased: false)
  repeat s in 0..2 carry h = x { h' = h |> own: Linear(3, biased: false) |> shared }
  y = h
}`;
    expect(pathsOf(source).toSorted()).toEqual(["s.0.own.weight", "s.1.own.weight", "shared.weight"]);
  });
  test("D2.3 shapes of a turn's own may depend on its number, of what is carried not", () => {
    const source = (width: string): string => `import std.nn { Linear }
model M(x: f32[N, 3]) -> (y: f32[N, 3]) {
  repeat s in 0..2 carry h = x { h' = h |> up: Linear(2 + s) |> down: Linear(${width}) }
  y = h
}`;
    const shapes = programOf(source("3")).params.map(({ path, shape }) => [path, shape] as const);
    expect(shapes).toContainEqual(["s.1.up.weight", [3, 3]]);
    expect(shapes).toContainEqual(["s.0.up.weight", [2, 3]]);
    expectCodes(source("3 + s"), ["DLC3021"]);
  });
  test("D2.4 a turn has what is read in it, and no more", () => {
    const source = `import std.nn { Linear }
model M(x: f32[N, 3]) -> (y: f32[N, 3]) {
  repeat s in 0..3 carry h = x {
    short = h |> skip: Linear(3)
    h' = if s == 1 then short else tanh(h)
  }
  y = h
}`;
    expect(pathsOf(source).toSorted()).toEqual(["s.1.skip.bias", "s.1.skip.weight"]);
  });
  test("D2.5 a parameter of a turn is read there, also before the layer is applied", () => {
    const source = `import std.nn { Linear }
model M(x: f32[N, 2]) -> (y: f32[N, 2]) {
  repeat s in 0..2 carry h = x {
    h'[n, d] = applied[n, d] + fc.bias[d]
    applied = h |> fc: Linear(2)
  }
  y = h
}`;
    const bias = { "s.0.fc.bias": [1, 2], "s.1.fc.bias": [10, 20] };
    const weight = {
      "s.0.fc.weight": [
        [1, 0],
        [0, 1],
      ],
      "s.1.fc.weight": [
        [1, 0],
        [0, 1],
      ],
    };
    expect(run(source, { x: [[3, 4]] }, { params: { ...bias, ...weight } })).toEqual([25, 48]);
  });
});

describe("D3 the range of a repetition", () => {
  test("D3.2 the number of turns is known when the model is built", () => {
    expectCodes("model M(x: f32[N]) -> (y: f32) { repeat s in 0..N carry h = x[0] { h' = h + 1 }\n y = h }", [
      "DLC3012",
    ]);
    expectCodes("model M(x: f32[N]) -> (y: f32) { repeat s in 3..2 carry h = x[0] { h' = h + 1 }\n y = h }", [
      "DLC3005",
    ]);
  });
  test("D4.2 a read at the turn is proven by its range, in a declaration that nobody applies too", () => {
    const source = (place: string): string => `fn pick(depth: dim)(x: real[depth]) -> (y: real) {
  repeat s in 0..depth carry h = x[0] { h' = h + x[${place}] }
  y = h
}
model M(x: f32[4]) -> (y: f32) { y = pick(4)(x) }`;
    expect(run(source("s"), { x: [1, 2, 3, 4] })).toEqual([11]);
    expectCodes(source("s + 1"), ["DLC3006"]);
  });
});

describe("D6 gradients in a repetition", () => {
  const result = (source: string, x: number): number | undefined =>
    Object.values(interpret(prepared(forwardOf(programOf(source))), { inputs: { x: tensorOf([], [x]) } }))[0]
      ?.data[0];
  test("D6.1 a gradient by what is carried is one of the turn", () => {
    // d (h x) / d h is x, though h begins as x.
    const source = `model M(x: f32) -> (y: f32) {
  repeat s in 0..2 carry h = x { h' = grad(h * x + h^2, h) }
  y = h
}`;
    expect(result(source, 3)).toBe(21);
  });
  test("D6.5 a gradient goes back through all turns", () => {
    const source = `model M(x: f32) -> (g: f32) {
  repeat s in 0..3 carry h = x { h' = h^2 }
  g = grad(h, x)
}`;
    expect(result(source, 1.1)).toBeCloseTo(8 * 1.1 ** 7, 6);
  });
});

test("D1.7 a state of a turn is one for each, with a next value of its own", () => {
  const source = `model M(x: f32) -> (y: f32) {
  repeat s in 0..2 carry h = x {
    state seen: real = 10 * s
    seen' = seen + h
    h' = h + seen'
  }
  y = h
}`;
  const { memory, entries } = programOf(source);
  expect(memory?.map(({ path }) => path).toSorted()).toEqual(["s.0.seen", "s.1.seen"]);
  expect(entries["forward"]?.updates?.map(({ path }) => path).toSorted()).toEqual(["s.0.seen", "s.1.seen"]);
  expect(run(source, { x: 1 })).toEqual([14]);
});

test("D1.7 a state of the block around goes from turn to turn", () => {
  const source = `model M(x: f32) -> (y: f32, z: f32) {
  repeat s in 0..3 carry h = x {
    seen' = 2 * seen + h
    h' = h + 1
  }
  state seen: real = 1
  y = seen'
  z = seen
}`;
  expect(programOf(source).entries["forward"]?.updates?.map(({ path }) => path)).toEqual(["seen"]);
  expect(run(source, { x: 1 })).toEqual([19]);
  expect(run(source.replace("(y: f32, z: f32)", "(z: f32)").replace("y = seen'", ""), { x: 1 })).toEqual([1]);
});

test("D2.1 without what is carried, turns are branches side by side, each with parameters of its own", () => {
  const source = `model M(x: f32[N]) -> (y: f32[N, 3], total: f32[N]) {
  repeat way in 0..3 {
    param gain: real = way + 1
    y[n, way] = gain * x[n]^2
  }
  total[n] = sum[w] y[n, w]
}`;
  expect(programOf(source).params.map(({ path }) => path)).toEqual([
    "way.0.gain",
    "way.1.gain",
    "way.2.gain",
  ]);
  expect(run(source, { x: [2, 3] })).toEqual([4, 8, 12, 9, 18, 27]);
});
