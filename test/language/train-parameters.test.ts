import { describe, expect, test } from "vitest";
import { tensorOf } from "../../compiler/graph/index.ts";
import * as source from "./check-source.ts";
import { callGraph, numbersOf, trainingOf } from "./train-source.ts";

// Parameters of layers in a train block: as tensors by their names, and all those of a layer at once.

const programOf = (text: string) => source.programOf(text, { train: true });
const expectCodes = (text: string, codes: readonly string[]) =>
  source.expectCodes(text, codes, { train: true });

describe("D2.5 in a train block a parameter of the model is a tensor,", () => {
  const parts = `import std.nn { Linear }
optimizer Descent(theta: real[..P], g: real[..P]) { theta' = theta - g }
`;
  const slopes = (text: string): readonly (readonly number[])[] => {
    const { step } = trainingOf(programOf(parts + text));
    const x = tensorOf([1, 2], [0, 0]);
    const fc = { "fc.weight": tensorOf([1, 2], [3, 4]), "fc.bias": tensorOf([1], [5]) };
    const { next } = callGraph(step, fc, { x });
    return [numbersOf(next["fc.weight"]), numbersOf(next["fc.bias"])];
  };
  test("where the model applies its layer, and where an entry of it does", () => {
    // Of 0.25 |w|^2 + 5 · b^0 the step takes w/2, and 1 of the bias.
    const whole = `model M(x: f32[N, 2]) -> (y: f32[N, 1]) { y = x |> fc: Linear(1) }
train M on (x: f32[N, 2]) { loss = mean(y) + 0.25 * sum(fc.weight^2)  optimizer = Descent()  batch = 1 }`;
    expect(slopes(whole)).toEqual([[1.5, 2], [4]]);
    // A function that is applied before has nothing to say of it.
    const halved = `fn halved(z: real[N, 1]) -> (h: real[N, 1]) { h = 0.5 * z }\n`;
    const penalised = "mean(halved(y)) + 0.25 * sum(fc.weight^2)";
    expect(slopes(halved + whole.replace("mean(y) + 0.25 * sum(fc.weight^2)", penalised))).toEqual([
      [1.5, 2],
      [4.5],
    ]);
    const entries = `model M {
  fc = Linear(1)
  entry forward(x: f32[N, 2]) -> (y: f32[N, 1]) { y = fc(x) }
}
train M on (x: f32[N, 2]) {
  loss = mean(out) + penalty
  penalty = 0.25 * sum(fc.weight^2)
  out = forward(x)
  optimizer = Descent()
  batch = 1
}`;
    expect(slopes(entries)).toEqual([[1.5, 2], [4]]);
  });
  test("D1.8 a name of the prelude may be that of an output", () => {
    const source = `model M(x: f32[N, 2]) -> (size: f32[N, 1]) { size = x |> fc: Linear(1) }
train M on (x: f32[N, 2]) { loss = mean(size)  optimizer = Descent()  batch = 1 }`;
    expect(slopes(source)).toEqual([[3, 4], [4]]);
  });
});

describe("a layer and what is made of it are tensors of its parameters,", () => {
  const parts = `import std.nn { Linear }
layer Two()(x: real[N, 1]) -> (y: real[N, 1]) { y = x |> first: Linear(1, biased: false) |> last: Linear(1, biased: false) }
model M(x: f32[N, 1]) -> (y: f32[N, 1], z: f32[N, 1], h: f32[N, 1]) {
  fast = Two()
  slow = Two()
  y = fast(x)
  z = slow(x)
  h = x |> fast.first
}
`;
  const weights = { "fast.first": 2, "fast.last": 3, "slow.first": 5, "slow.last": 7 };
  const stored = Object.fromEntries(
    Object.entries(weights).map(([path, value]) => [`${path}.weight`, tensorOf([1, 1], [value])]),
  );
  const source = (equations: string): string =>
    `${parts}train M on (x: f32[N, 1]) {\n${equations}\n  metric loss = mean(y)\n  batch = 1\n}`;
  /** The weights after a step on x = 1, those that change. */
  const after = (equations: string): Readonly<Record<string, number>> => {
    const { step } = trainingOf(programOf(source(equations)));
    const { next } = callGraph(step, stored, { x: tensorOf([1, 1], [1]) });
    return Object.fromEntries(
      Object.entries(next).map(([path, value]) => [path.replace(".weight", ""), numbersOf(value)[0] ?? NaN]),
    );
  };

  test("so that one net follows another, in either order of the sum", () => {
    const fast = "  fast' = fast - grad(mean(y), fast)\n";
    // y = first · last: the gradients are 3 and 2.
    const expected = { "fast.first": -1, "fast.last": 1, "slow.first": 3.5, "slow.last": 5.5 };
    expect(after(`${fast}  slow' = 0.75 * slow + 0.25 * fast'`)).toEqual(expected);
    expect(after(`${fast}  slow' = 0.25 * fast' + 0.75 * slow`)).toEqual(expected);
  });
  test("also where they are lists of layers, which meet place by place", () => {
    const lists = source("  fast' = fast - grad(mean(y), fast)\n  slow' = 0.75 * slow + 0.25 * fast'")
      .replaceAll("Two()", "[Linear(1, biased: false), Linear(1, biased: false)]")
      .replace(/^layer .*$/m, "")
      .replace("|> fast.first", "|> fast[0]");
    const { step } = trainingOf(programOf(lists));
    const named = Object.fromEntries(
      Object.entries(stored).map(([path, value]) => [path.replace("first", "0").replace("last", "1"), value]),
    );
    const { next } = callGraph(step, named, { x: tensorOf([1, 1], [1]) });
    expect(numbersOf(next["slow.0.weight"])).toEqual([3.5]);
    expect(numbersOf(next["slow.1.weight"])).toEqual([5.5]);
  });
  test("and keeps its own numbers beside a gradient of another", () => {
    expect(after("  slow' = slow - grad(mean(y), fast)")).toEqual({ "slow.first": 2, "slow.last": 5 });
    expect(after("  slow' = slow - 0.5 * (slow - fast)")).toEqual({ "slow.first": 3.5, "slow.last": 5 });
    expect(after("  slow' = -slow")).toEqual({ "slow.first": -5, "slow.last": -7 });
  });
  test("of which a gradient leaves out what nothing flows to: that is 0", () => {
    expect(after("  fast' = fast - (grad(mean(h), fast) + grad(mean(y), fast))")).toEqual({
      "fast.first": 2 - 1 - 3,
      "fast.last": 3 - 2,
    });
    expect(after("  fast' = (fast - grad(mean(h), fast)) + grad(mean(y), fast)")).toEqual({
      "fast.first": 2 - 1 + 3,
      "fast.last": 3 + 2,
    });
  });
  test("whose norm is that of all of them", () => {
    expect(after("  penalty = 0.5 * norm(fast)^2\n  fast' = fast - grad(penalty, fast)")).toEqual({
      "fast.first": 0,
      "fast.last": 0,
    });
    expect(after("  slow' = slow - grad(0.5 * norm(model)^2, slow)")).toEqual({
      "slow.first": 0,
      "slow.last": 0,
    });
  });
  test("but not those of a layer of another kind", () => {
    const other = source("  slow' = slow + 0.5 * fast.first");
    const [message] = expectCodes(other, ["DLC3013"]);
    expect(message).toContain("`fast.first.weight`");
    expectCodes(source("  slow' = fast"), ["DLC3013"]);
  });
});
