import { describe, expect, it } from "vitest";
import { flowsFrom, interpret, parseGraph, tensorOf, type Tensor } from "../../compiler/graph/index.ts";
import { scalarFunction, scalarNames } from "../../compiler/scalar/index.ts";
import { prepared } from "./central-differences.ts";

/** The gradient of y[] by x, at some values of x and other inputs. */
function gradient(
  lines: string,
  x: readonly number[],
  others: Readonly<Record<string, Tensor>> = {},
): number[] {
  const graph = parseGraph(
    `graph rule() {\nx = input f32[${x.length}]\n${lines}\ndx = grad f32[${x.length}] y[] by x[]\noutput dx = dx\n}`,
  );
  const { dx } = interpret(prepared(graph), { inputs: { x: tensorOf([x.length], x), ...others } });
  return [...(dx?.data ?? [])];
}

const summed = (body: string, extent: number): string => `y = compute f32[] sum[i: ${extent}] (${body})`;

describe("D6.3 at kinks and ties", () => {
  it.each([
    ["max goes to the first", "y = compute f32[] max[i: 4] x[i]", [1, 3, 3, 2], [0, 1, 0, 0]],
    ["min goes to the first", "y = compute f32[] min[i: 4] x[i]", [2, 1, 3, 1], [0, 1, 0, 0]],
    [
      "max over two axes goes to the first in the order of the axes",
      "y = compute f32[] max[i: 2, j: 2] x[i + 2*j]",
      [1, 5, 5, 0],
      [0, 0, 1, 0],
    ],
    ["the maximum of two is shared", summed("maximum(x[i], 1.0)", 3), [0, 1, 2], [0, 0.5, 1]],
    ["the minimum of two is shared", summed("minimum(x[i], x[1 - i])", 2), [3, 3], [1, 1]],
    ["abs is flat at 0", summed("abs(x[i])", 3), [-2, 0, 2], [-1, 0, 1]],
    ["sign is flat", summed("sign(x[i]) + x[i]", 3), [-2, 0, 2], [1, 1, 1]],
    ["x^2 at 0", summed("x[i] ^ 2.0", 2), [0, 3], [0, 6]],
    ["x^0 at 0", summed("x[i] ^ 0.0", 2), [0, 3], [0, 0]],
    ["floor is flat", summed("x[i] * floor(x[i])", 2), [1.5, -0.5], [1, -1]],
    ["stop is flat", summed("x[i] * stop(x[i]) + stop(x[i] ^ 2.0)", 2), [3, 4], [3, 4]],
    ["straight through", summed("x[i] + stop(floor(x[i]) - x[i])", 2), [1.5, -0.5], [1, 1]],
    ["NaN is the greatest", "y = compute f32[] max[i: 3] x[i]", [1, NaN, 3], [0, 1, 0]],
  ] as const)("%s", (_, lines, x, expected) => {
    expect(gradient(lines, x)).toEqual([...expected]);
  });
});

describe("D6.4 what is not taken contributes exactly 0", () => {
  it.each([
    ["a branch", summed("if x[i] > 0.0 then sqrt(x[i]) else x[i]", 2), [0, 4], [1, 0.25]],
    [
      "a branch whose derivative is infinite",
      summed("if x[i] > 0.0 then log(x[i]) else 0.0", 3),
      [0, -1, 2],
      [0, 0, 0.5],
    ],
    [
      "a branch inside a function",
      summed("exp(if x[i] > 0.0 then sqrt(x[i]) else 0.0)", 2),
      [0, 1],
      [0, Math.E / 2],
    ],
    ["a guard", summed("if [i >= 1] then log(x[i]) else x[i]", 2), [0, 2], [1, 0.5]],
    ["a filter", "y = compute f32[] sum[i: 2 | i >= 1] log(x[i])", [0, 2], [0, 0.5]],
    ["the smaller of two", summed("maximum(sqrt(x[i]), 1.0 + x[i])", 1), [0], [1]],
    [
      "conditions together",
      summed("if x[i] > 0.0 and x[i] < 3.0 then sqrt(x[i]) else 2.0 * x[i]", 3),
      [0, 1, 5],
      [2, 0.5, 2],
    ],
    ["an empty maximum", "y = compute f32[] max[i: 2 | i >= 5] x[i]", [1, 2], [0, 0]],
    ["an equality", summed("if [i == 1] then x[i] ^ 2.0 else sqrt(x[i])", 2), [4, 3], [0.25, 6]],
  ] as const)("%s", (_, lines, x, expected) => {
    const found = gradient(lines, x);
    expected.forEach((value, place) => expect(found[place]).toBeCloseTo(value, 12));
  });

  it("reads in a branch not taken are not done", () => {
    const i = tensorOf([3], [0, 9, 2], "i32");
    const lines = `i = input i32[3]
      y = compute f32[] sum[n: 3] (if i[n] < 4 then x[i[n]] ^ 2.0 else 0.0)`;
    expect(gradient(lines, [1, 2, 3, 4], { i })).toEqual([2, 0, 6, 0]);
  });
});

describe("D6.2 nothing flows through integers, conditions, subscripts and draws", () => {
  it.each([
    ["integers", "k = compute i32[i: 2] i32(x[i] * 2.0)", "f32(k[i]) + x[i]", [1, 1]],
    ["subscripts", "k = compute i32[i: 2] i32(x[i])", "x[min(1, max(0, k[i]))]", [0, 2]],
    ["draws", "", 'random("a", 0, i) + 3.0 * x[i]', [3, 3]],
  ] as const)("%s", (_, node, body, expected) => {
    expect(gradient(`${node}\n${summed(body, 2)}`, [1.2, 1.7])).toEqual([...expected]);
  });
});

describe("D6.1 what a gradient flows into", () => {
  it.each([
    ["a value, and not what is rounded", "x[i] + floor(w[i])", ["x"]],
    ["a branch, and not its condition", "if w[i] > 0.0 then x[i] else stop(w[i])", ["x"]],
    ["what is read, and not the place", "x[(k[i] in 0..3)]", ["x"]],
    ["both factors", "w[i] * x[i]", ["w", "x"]],
    ["nothing behind a whole number", "f32(i32(x[i])) + 1.0", []],
  ] as const)("%s", (_, body, expected) => {
    const { nodes } = parseGraph(`graph g() {
      x = input f32[3]
      k = input i32[3] in 0..3
      w = input f32[3]
      y = compute f32[i: 3] ${body}
      output y = y
    }`);
    expect(nodes.filter(({ name }) => name === "y").flatMap(flowsFrom)).toEqual(expected);
  });

  it("a function of one operand lets something through exactly where it has a derivative", () => {
    for (const fn of scalarNames) {
      const { signature, derivatives } = scalarFunction(fn);
      if (signature.operands !== 1 || signature.of === "bool") continue;
      const { nodes } = parseGraph(`graph g() { x = input f32[] y = compute f32[] ${fn}(x[]) }`);
      expect(nodes.flatMap(flowsFrom), fn).toEqual(derivatives[0] === undefined ? [] : ["x"]);
    }
  });
});
