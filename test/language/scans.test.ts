import { describe, expect, test } from "vitest";
import { interpret, tensorOf } from "../../compiler/graph/index.ts";
import { prepared } from "../gradient/central-differences.ts";
import { forwardOf } from "../numeric/compile-source.ts";
import { expectCodes, pathsOf, programOf, run } from "./check-source.ts";

function model(y: string, body: string, carry = "h = 0.0"): string {
  return `model M(x: f32[T]) -> (y: f32[T]) {\n  scan t in 0..T carry ${carry} {\n    ${body}\n  }\n  y[t] = ${y}\n}`;
}

describe("D1 scopes of a scan", () => {
  test("D1.4 the variable of a scan is the one name on the left that is no fresh index", () => {
    const running = model("s[t]", "h' = h + x[t]\n    s[t] = h'");
    expect(run(running, { x: [1, 2, 4] })).toEqual([1, 3, 7]);
    expectCodes(model("h + x[t]", "h' = h + (sum[t] x[t])"), ["DLC2003"]);
    expectCodes(model("s[t]", "h' = h + x[t]\n    s[t + 1] = h'"), ["DLC1001", "DLC2001"]);
  });
  test("D1.6 what a scan stacks and carries is seen outside of it, what it names inside is not", () => {
    const body = "step = h + x[t]\n    h' = step\n    stack[t] = h'";
    expect(run(model("stack[t]", body), { x: [1, 2, 4] })).toEqual([1, 3, 7]);
    expect(run(model("x[t] + h", body), { x: [1, 2, 4] })).toEqual([8, 9, 11]);
    expectCodes(model("x[t] + step", body), ["DLC2001"]);
  });
  test("D1.6 an array over the turns has its axis where the left side has it, once, and is not read inside", () => {
    const source = `model M(x: f32[N, T, C]) -> (a: f32[N, C, T]) {
  scan t in 0..T carry h: real[N, C] = 0 {
    h'[n, c] = h[n, c] + x[n, t, c]
    a[n, c, t] = h'[n, c]
  }
}`;
    expect(
      run(source, {
        x: [
          [
            [1, 10],
            [2, 20],
            [3, 30],
          ],
        ],
      }),
    ).toEqual([1, 3, 6, 10, 30, 60]);
    expectCodes(
      model("s[t]", "h' = h + x[t]\n    s[t] = h'\n    z = s[t]\n    r[t] = z").replace(
        "y[t] = s",
        "y[t] = r",
      ),
      ["DLC2019"],
    );
    expectCodes(model("s[t, t]", "h' = h + x[t]\n    s[t, t] = h'"), ["DLC2003"]);
  });
  test("D1.6 a pack may stand before or after the turns", () => {
    const source = (left: string): string => `fn total(x: real[..B, T]) -> (y: real[..B, T]) {
  scan t in 0..T carry h: real[..B] = 0 {
    h'[..b] = h[..b] + x[..b, t]
    ${left} = h'[..b]
  }
  y[..b, t] = ${left.replace("a", "a")}
}
model M(x: f32[N, K, T]) -> (y: f32[N, K, T]) { y = total(x) }`;
    const x = [
      [
        [1, 2],
        [3, 4],
      ],
    ];
    expect(run(source("a[..b, t]"), { x })).toEqual([1, 3, 3, 7]);
    expect(run(source("a[t, ..b]"), { x })).toEqual([1, 3, 3, 7]);
  });
  test("D1.6 a carried name has one next value, and none without an equation", () => {
    expectCodes(model("x[t] + h", "h' = h + x[t]\n    h' = x[t]"), ["DLC2002"]);
    expectCodes(model("x[t] + h", "z = h + x[t]"), ["DLC2001"]);
    expectCodes(model("x[t] + h", "h' = h + x[t]\n    z' = x[t]"), ["DLC2018"]);
    expectCodes(model("x[t] + h", "h' = h + x[t]", "h: real"), ["DLC2001"]);
    expectCodes(model("x[t] + h", "x = h\n    h' = h"), ["DLC2003"]);
  });
  test("D1.6 without a turn, what is carried keeps its first value", () => {
    const source = `model M(x: f32[T]) -> (y: f32) {
  scan t in 1..T carry h = x[0] { h' = max(h, x[t]) }
  y = h
}`;
    expect(run(source, { x: [3] })).toEqual([3]);
    expect(run(source, { x: [3, 7, 5] })).toEqual([7]);
  });
  test("D1.7 all carries have their next values at once", () => {
    const source = `model M(x: f32[T]) -> (y: f32) {
  scan t in 0..T carry a = 0.0, b = 1.0 {
    a' = b
    b' = a + b
  }
  y = a + 0 * x[0]
}`;
    expect(run(source, { x: [0, 0, 0, 0, 0, 0, 0] })).toEqual([13]);
  });
  test("D1.9 several next values and arrays may be the results of one right side", () => {
    const source = `fn both(a: real, x: real) -> (p: real, q: real) {
  p = a + x
  q = a * x
}
model M(x: f32[T]) -> (y: f32[T]) {
  scan t in 0..T carry h = 1.0 { h', y[t] = both(h, x[t]) }
}`;
    expect(run(source, { x: [2, 3, 4] })).toEqual([2, 9, 24]);
  });
  test("D1.10 a carried name may be an output of its declaration", () => {
    const source = "model M(x: f32[T]) -> (h: f32) { scan t in 0..T carry h = 0.0 { h' = h + x[t] } }";
    expect(run(source, { x: [1, 2, 4] })).toEqual([7]);
  });
});

describe("D2 instances in a scan", () => {
  test("D2.3 an instance in the body of a scan is one instance", () => {
    const source = `import std.nn { Linear }
model M(x: f32[N, T, 3]) -> (h: f32[N, 3]) {
  scan t in 0..T carry h: real[N, 3] = 0 {
    input[n, d] = x[n, t, d]
    h' = tanh((input |> of_x: Linear(3)) + (h |> of_h: Linear(3, biased: false)))
  }
}`;
    expect(pathsOf(source).toSorted()).toEqual(["of_h.weight", "of_x.bias", "of_x.weight"]);
  });
  test("D2.5 a parameter is read under its `as` text, also where the label of what owns it adds nothing", () => {
    const source = `layer Cell(x: real[N]) -> (y: real[N]) {
  param w: real = 3 as "weight_l0"
  y[n] = w * x[n]
}
layer Around(x: real[N]) -> (y: real[N]) {
  cell = Cell() as ""
  y = cell(x)
}
model M(x: f32[N]) -> (y: f32[N]) {
  z = x |> op: Around()
  y[n] = z[n] + op.weight_l0
}`;
    expect(pathsOf(source)).toEqual(["op.weight_l0"]);
    expect(run(source, { x: [1, 2] })).toEqual([6, 9]);
  });
  test("D2.2 instances in a scan without labels are numbered with the others", () => {
    const source = `import std.nn { Linear }
model M(x: f32[N, 3]) -> (y: f32[N, 3]) {
  scan t in 0..4 carry h = x { h' = tanh(h |> Linear(3) |> Linear(3)) }
  y = h
}`;
    expectCodes(source, ["DLC2009", "DLC2009"]);
  });
});

describe("D3 and D4 the turn as a number", () => {
  test("D3.1 a size does not depend on the turn", () => {
    expectCodes(model("x[t] + h", "z: real[t] = 1.0\n    h' = h + sum(z)"), ["DLC3012"]);
    expectCodes(model("x[t] + h", "h' = h + (sum[s in 0..t] x[s])"), ["DLC3012"]);
    expect(run(model("s[t]", "h' = h\n    s[t] = sum[i where i < t] x[i]"), { x: [1, 2, 4] })).toEqual([
      0, 1, 3,
    ]);
  });
  test("D3.1 there are at least 0 turns, and an array has a turn for each place", () => {
    expectCodes("model M(x: f32[T]) -> (h: f32) { scan t in 3..2 carry h = 0.0 { h' = h + x[0] } }", [
      "DLC3005",
    ]);
    expectCodes("model M(x: f32[T]) -> (h: f32) { scan t in 3..T carry h = 0.0 { h' = h + x[t] } }", [
      "DLC3011",
    ]);
    expectCodes(
      model("x[t]", "h' = h + x[t]\n    s[t] = h'").replace("0..T", "1..T").replace("= x[t]\n}", "= s[0]\n}"),
      ["DLC3012"],
    );
  });
  test("D4.2 the turn runs over its range, and reads by it are proven", () => {
    expectCodes(model("x[t] + h", "h' = h + x[t - 1]"), ["DLC3006"]);
    expectCodes(model("x[t] + h", "h' = h + x[T - 1 - t]"), []);
    expect(run(model("s[t]", "h' = h\n    s[t] = (x[t - 1] else 9)"), { x: [1, 2, 4] })).toEqual([9, 1, 2]);
    expect(run(model("s[t]", "h' = h\n    s[t] = if t > 0 then x[t - 1] else 9"), { x: [1, 2, 4] })).toEqual([
      9, 1, 2,
    ]);
  });
  test("D4.1 the indices of a next value run over what is carried", () => {
    const source = `model M(x: f32[T]) -> (h: f32[3]) {
  scan t in 0..T carry h: real[3] = 0 { h'[k] = (h[k - 1] else x[t]) }
}`;
    expect(run(source, { x: [1, 2, 4] })).toEqual([4, 2, 1]);
  });
  test("D5.1 the turn is counted, and takes the dtype that it meets", () => {
    expect(run(model("s[t]", "h' = h + t * x[t]\n    s[t] = h'"), { x: [1, 2, 4] })).toEqual([0, 2, 10]);
    const integers = `model M(x: i32[T]) -> (h: i32) { scan t in 0..T carry h: i32 = 0 { h' = h + t * x[t] } }`;
    expect(run(integers, { x: [1, 2, 4] })).toEqual([10]);
  });
  test("D3 what comes next has the dtype and the shape of what is carried", () => {
    expectCodes(
      "model M(x: f32[T, 2]) -> (h: f32[3]) { scan t in 0..T carry h: real[3] = 0 { h'[k] = x[t, k] } }",
      ["DLC3008"],
    );
    expectCodes(
      "model M(x: f32[T, 2]) -> (h: f32[3]) { scan t in 0..T carry h: real[3] = 0 { h' = x[t, :] } }",
      ["DLC3021"],
    );
    expectCodes("model M(x: f32[T]) -> (h: i32) { scan t in 0..T carry h: i32 = 0 { h' = x[t] } }", [
      "DLC3003",
    ]);
  });
  test("D5 integers that are carried keep to the range that is declared", () => {
    const source = (next: string): string => `model M(x: f32[T], table: f32[4]) -> (y: f32[T]) {
  scan t in 0..T carry k: i32 in 0..4 = 0 {
    k' = ${next}
    y[t] = table[k] * x[t]
  }
}`;
    expect(run(source("(k + 3) % 4"), { x: [1, 1, 1], table: [1, 2, 3, 4] })).toEqual([1, 4, 3]);
    expectCodes(source("k + 1"), ["DLC3014"]);
  });
});

describe("scans in each other and under indices", () => {
  test("D1.6 a scan in a scan begins anew in each turn", () => {
    const source = `model M(x: f32[T]) -> (y: f32[T]) {
  scan t in 0..T carry h = 0.0 {
    scan s in 0..3 carry z = h { z' = 2 * z + x[t] }
    h' = z
    y[t] = z
  }
}`;
    expect(run(source, { x: [1, 0, 2] })).toEqual([7, 56, 462]);
  });
  test("D4.5 a function with a scan is applied for each value of the indices around it", () => {
    const source = `fn total(x: real[T]) -> (y: real[T], last: real) {
  scan t in 0..T carry last = 0.0 {
    last' = last + x[t]
    y[t] = last'
  }
}
model M(x: f32[N, T]) -> (y: f32[N, T]) {
  a[n, :], b[n] = total(x[n, :])
  y[n, t] = a[n, t] + b[n]
}`;
    expect(
      run(source, {
        x: [
          [1, 2],
          [3, 4],
        ],
      }),
    ).toEqual([4, 6, 10, 14]);
  });
  test("D1.6 a function of the body reads what is carried", () => {
    const source = `model M(x: f32[T]) -> (y: f32) {
  scan t in 0..T carry y = 0.0 {
    fn step(k: real) -> (z: real) {
      z = y + k * t
    }
    y' = step(x[t])
  }
}`;
    expect(run(source, { x: [1, 2, 4] })).toEqual([10]);
  });
});

describe("D6 gradients and draws in a scan", () => {
  test("a gradient by what is carried is that of the turn", () => {
    const source = `model M(x: f32[N]) -> (z: f32[N]) {
  scan t in 0..3 carry z = x { z' = z - 0.25 * grad(sum(z * z * z * z), z) }
}`;
    const step = (z: number): number => z - z * z * z;
    const ready = prepared(forwardOf(programOf(source)));
    const { z } = interpret(ready, { inputs: { x: tensorOf([2], [0.5, -0.25]) } });
    [0.5, -0.25].forEach((x, n) => expect(z?.data[n]).toBeCloseTo(step(step(step(x))), 12));
  });
  test("a gradient through such steps goes through their gradients", () => {
    const source = `model M(x: f32) -> (g: f32) {
  scan t in 0..3 carry z = x { z' = z - 0.25 * grad(z * z * z * z, z) }
  g = grad(z, x)
}`;
    const ready = prepared(forwardOf(programOf(source)));
    const { g } = interpret(ready, { inputs: { x: tensorOf([], [0.5]) } });
    const turns = [0.5, 0.375, 0.375 - 0.375 ** 3];
    expect(g?.data[0]).toBeCloseTo(
      turns.reduce((product, z) => product * (1 - 3 * z * z), 1),
      12,
    );
  });
  test("a gradient through a scan that carries nothing is that of its equations", () => {
    const source = `model M(x: f32[T]) -> (g: f32[T]) {
  scan t in 0..T { y[t] = x[t]^2 * x[0] }
  g = grad(sum(y), x)
}`;
    const ready = prepared(forwardOf(programOf(source)));
    const { g } = interpret(ready, { inputs: { x: tensorOf([2], [2, 3]) } });
    // Σ x[t]² x[0] by x[0] and by x[1].
    expect([...(g?.data ?? [])]).toEqual([2 * 2 * 2 + 4 + 9, 2 * 3 * 2]);
  });
  test("a gradient in the body that goes back through the turns is refused until it is built", () => {
    const source = `model M(x: f32[T], w: f32) -> (y: f32[T]) {
  scan t in 0..T carry h = 0.0 {
    h' = w * h + x[t]
    y[t] = grad(h', w)
  }
}`;
    expectCodes(source, ["DLC3019"]);
  });
  test("a draw is another one in each turn, also where a function of the body draws", () => {
    const source = `fn noise(x: real[N]) -> (y: real[N]) { y[n] = x[n] + random() }
model M(x: f32[N, T]) -> (a: f32[N, T], b: f32[N, T]) {
  scan t in 0..T carry h = 0.0 {
    h' = h
    a[n, t] = x[n, t] + random()
    here[n] = x[n, t]
    there = noise(here)
    b[n, t] = there[n]
  }
}`;
    const graph = forwardOf(programOf(source));
    const inputs = { x: tensorOf([3, 4], new Array<number>(12).fill(0)) };
    const { a, b } = interpret(graph, { inputs, seed: 1 });
    const drawn = [...(a?.data ?? []), ...(b?.data ?? [])];
    expect(new Set(drawn).size).toBe(24);
    expect(drawn.every((value) => value >= 0 && value < 1)).toBe(true);
    // What no carry has a part in is drawn before the scan, and the same.
    expect(interpret(prepared(graph), { inputs, seed: 1 })).toEqual({ a, b });
  });
});
