import { describe, expect, test } from "vitest";
import { tensorOf } from "../../compiler/graph/index.ts";
import { expectCodes, programOf } from "./check-source.ts";
import { callGraph, initialValues, numbersOf, trainingOf } from "./train-source.ts";

describe("a layer that changes its states, applied more than once in a step,", () => {
  const trained = (type: string, equations: string): string => `import std.nn { BatchNorm2d }
optimizer Descent(theta: real[..P], g: real[..P]) { theta' = theta - 0.1 * g }
model M(x: ${type}) -> (y: ${type}) {
  bn = BatchNorm2d()
  ${equations}
}
train M on (x: ${type}) where N >= 2 {
  loss = sum(y^2)
  optimizer = Descent()
  batch = 2
}`;

  test("changes them each time, in order, as PyTorch does; an output may be written as a call", () => {
    const program = programOf(trained("f32[N, 1, 1, 1]", "y = bn(1 + bn(x))"), { train: true });
    const { step, evaluate } = trainingOf(program);
    const x = tensorOf([2, 1, 1, 1], [0, 10]);
    const values = initialValues(program);
    const { next } = callGraph(step, values, { x });
    // Batch means 5 and 1: 0.9 · (0.9 · 0 + 0.1 · 5) + 0.1 · 1; unbiased variances 50 and, but for eps, 2.
    expect(numbersOf(next["bn.running_mean"])[0]).toBeCloseTo(0.55, 5);
    expect(numbersOf(next["bn.running_var"])[0]).toBeCloseTo(0.9 * (0.9 + 5) + 0.2, 5);
    expect(callGraph(evaluate, values, { x }).next).toEqual({});
  });
  test("is refused under indices, where there would be a next value for each", () => {
    const [message] = expectCodes(
      trained("f32[K, N, 2, 3, 3]", "y[k, :, :, :, :] = bn(x[k, :, :, :, :])"),
      ["DLC2002"],
      { train: true },
    );
    expect(message).toContain("`bn.running_mean` would get a next value for each value of `k`");
  });
});
