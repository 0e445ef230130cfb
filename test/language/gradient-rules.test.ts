import { describe, expect, test } from "vitest";
import { tensorOf } from "../../compiler/graph/index.ts";
import { expectCodes, programOf } from "./check-source.ts";
import { callGraph, initialValues, numbersOf, trainingOf, type Stepped } from "./train-source.ts";

/** One step of a source, from the first values, on one row of ones. */
function step(text: string, seed = 0): Stepped {
  const program = programOf(text, { train: true });
  return callGraph(trainingOf(program).step, initialValues(program), { x: tensorOf([1], [1]) }, seed);
}

const descent = "optimizer Descent(lr: real)(theta: real[..P], g: real[..P]) { theta' = theta - lr * g }";

describe("D6.1 what can't be differentiated is refused where it stands", () => {
  test.each([
    ["by a whole number", "k: i32", "grad(sum(x) * real(k), k)", "DLC4001"],
    ["of a whole number", "k: i32", "grad(k, x)", "DLC4001"],
    ["of a condition", "k: i32", "grad(x[0] > 0, x)", "DLC4001"],
    ["of more than one number", "k: i32", "grad(x, x)", "DLC4001"],
    ["by what plays no part", "y: f32[4]", "grad(sum(x), y)", "DLC4002"],
    ["by what only decides", "y: f32[4]", "grad(sum[n] (if y[n] > 0 then x[n] else 0), y)", "DLC4002"],
    ["by what is stopped", "y: f32[4]", "grad(sum(x * stop(y)), y)", "DLC4002"],
    ["by what has no name", "y: f32[4]", "grad(sum(x * y), 2 * x)", "DLC4003"],
  ])("%s", (_, second, gradient, code) => {
    expectCodes(`model M(x: f32[4], ${second}) -> (g: f32[4]) { g = ${gradient} }`, [code]);
  });
});

/** The gradient of an expression by `x`, with a second tensor beside it. */
function slopes(expression: string, x: readonly number[], z = x): readonly number[] {
  const graph = programOf(
    `model M(x: f32[${x.length}], z: f32[${x.length}]) -> (g: f32[${x.length}]) { g = grad(${expression}, x) }`,
  ).entries["forward"];
  if (graph === undefined) throw new Error("no entry");
  const inputs = { x: tensorOf([x.length], x), z: tensorOf([z.length], z) };
  return numbersOf(callGraph(graph, {}, inputs).outputs["g"]);
}

test("D6.3 at a corner, the first or both of equals have the slope, and 0 has none", () => {
  expect(slopes("max(x) + 0 * sum(z)", [1, 3, 3, 2])).toEqual([0, 1, 0, 0]);
  expect(slopes("min(x) + 0 * sum(z)", [2, 1, 1, 1])).toEqual([0, 1, 0, 0]);
  expect(slopes("sum[n] max(x[n], z[n])", [1, 2, 3], [2, 2, 2])).toEqual([0, 0.5, 1]);
  expect(slopes("sum[n] abs(x[n]) + 0 * sum(z)", [-2, 0, 3])).toEqual([-1, 0, 1]);
  expect(slopes("norm(x) + 0 * sum(z)", [0, 0])).toEqual([0, 0]);
  expect(slopes("sum[n] clamp(x[n], -1, 1) + 0 * sum(z)", [-2, -1, 0, 1, 2])).toEqual([0, 1, 1, 1, 0]);
});

test("D6.4 what is not taken, guarded or filtered out contributes exactly 0", () => {
  // Each would be infinite or NaN where it does not count.
  expect(slopes("sum[n] (if x[n] > 0 then sqrt(x[n]) else 0) + 0 * sum(z)", [0, 4, -1])).toEqual([
    0, 0.25, 0,
  ]);
  expect(slopes("(sum[n where x[n] > 0] log(x[n])) + 0 * sum(z)", [0, 2, -1])).toEqual([0, 0.5, 0]);
  expect(slopes("sum[n in 0..3] (x[n - 1] else 7)^2 + 0 * sum(z)", [5, 6, 9])).toEqual([10, 12, 0]);
});

test("D6.6 a draw is the same in what is differentiated and in its gradient", () => {
  const text = `import std.random { normal }
${descent}
model M(x: f32[N]) -> (y: f32[N]) {
  param mu: f32 = 2
  param s: f32 = 3
  y[n] = (mu + s) * x[n]
}
train M on (x: f32[N]) {
  z[n in 0..N] = model.mu + model.s * normal()
  loss = sum(z)
  optimizer = Descent(lr: 1)
  batch = 1
}`;
  for (const seed of [1, 2, 3]) {
    const { outputs, next } = step(text, seed);
    const drawn = ((numbersOf(outputs["loss"])[0] ?? NaN) - 2) / 3;
    expect(numbersOf(next["mu"])[0]).toBeCloseTo(2 - 1, 12);
    expect(numbersOf(next["s"])[0]).toBeCloseTo(3 - drawn, 12);
  }
});

describe("D6.7 steps inside of a step", () => {
  const source = (equations: string): string => `${descent}
layer Times(first: real)(x: real[N]) -> (y: real[N]) {
  param w: real = first
  y[n] = w * x[n]
}
model Game {
  d = Times(2)
  g = Times(3)
  entry forward(x: f32[N]) -> (y: f32[N]) { y = g(x) }
}
train Game on (x: f32[N]) {
  metric lossD = sum(d(g(x)))
${equations}
  batch = 1
}`;

  test("d' is a constant for what is judged by it", () => {
    // lossD = 2 · 3; d' = 2 - 0.5 · 3; lossG = d' · 3, whose slope by g is d' where d' stays as it is.
    const { next } = step(
      source(`  metric lossG = sum(d'(g(x)))
  d' = (d, grad(lossD, d)) |> Descent(lr: 0.5)
  g' = (g, grad(lossG, g)) |> other: Descent(lr: 1)`),
    );
    expect(numbersOf(next["d.w"])[0]).toBeCloseTo(0.5, 12);
    expect(numbersOf(next["g.w"])[0]).toBeCloseTo(3 - 0.5, 12);
  });
  test("an update under an ordinary name is differentiated like any equation", () => {
    // fast = 2 - 0.5 · g; lossG = fast · g, whose slope is 2 - g.
    const { next } = step(
      source(`  fast = d - 0.5 * grad(lossD, d)
  metric lossG = sum(fast(g(x)))
  g' = (g, grad(lossG, g)) |> Descent(lr: 1)`),
    );
    expect(numbersOf(next["g.w"])[0]).toBeCloseTo(3 - (2 - 3), 12);
  });
});
