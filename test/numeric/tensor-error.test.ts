import { describe, expect, it } from "vitest";
import { interpret } from "../../compiler/graph/interpret.ts";
import { tensorOf } from "../../compiler/graph/tensor.ts";
import { compileSource, forwardOf } from "./compile-source.ts";
import { libraryFixtures } from "./library-fixtures.ts";
import { largestError, tensorError, tolerance } from "./tensor-error.ts";

describe("the measure of an error", () => {
  it("is relative to the largest value of what is right", () => {
    expect(tensorError(tensorOf([3], [1, 2, -8.5]), tensorOf([3], [1, 2.25, -8]))).toBe(0.5 / 8);
    expect(tensorError(tensorOf([2], [0, 2e-7]), tensorOf([2], [0, 0]))).toBe(0.2);
  });

  it.each([
    ["another shape", tensorOf([2, 1], [1, 2]), tensorOf([2], [1, 2])],
    ["another dtype", tensorOf([2], [1, 2], "i32"), tensorOf([2], [1, 2])],
    ["an integer that differs", tensorOf([1], [1_000_001], "i32"), tensorOf([1], [1_000_000], "i32")],
    ["a NaN", tensorOf([2], [NaN, 2]), tensorOf([2], [1, 2])],
    ["a number in place of an infinity", tensorOf([2], [1, 3e38]), tensorOf([2], [1, Infinity])],
    ["the wrong infinity", tensorOf([2], [1, Infinity]), tensorOf([2], [1, -Infinity])],
  ])("is infinite for %s", (_what, actual, expected) => {
    expect(tensorError(actual, expected)).toBe(Infinity);
  });

  it("lets infinities stand where they are right", () => {
    expect(tensorError(tensorOf([2], [-Infinity, 2]), tensorOf([2], [-Infinity, 2]))).toBe(0);
  });

  it("is infinite for a result that is missing or one too many", () => {
    const y = tensorOf([1], [1]);
    expect(largestError({}, { y })).toBe(Infinity);
    expect(largestError({ y, z: y }, { y })).toBe(Infinity);
    expect(largestError({ y }, { y })).toBe(0);
  });

  it("sees one wrong value in what PyTorch says, and one wrong weight", () => {
    const cases = libraryFixtures().find(({ declaration }) => declaration === "std.nn Conv2d")?.cases ?? [];
    const plain = cases.find(({ name }) => name === "plain");
    if (plain === undefined) throw new Error("there is no plain case of Conv2d");
    const { y } = plain.outputs;
    const weight = plain.weights["op.weight"];
    if (y === undefined || weight === undefined) throw new Error("the plain case has changed its names");
    const graph = forwardOf(compileSource(plain.source).program);
    const actual = interpret(graph, { inputs: plain.inputs, params: plain.weights });
    expect(largestError(actual, { y })).toBeLessThan(tolerance);

    const largest = y.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const wrong = {
      ...y,
      data: y.data.map((value, place) => (place === 7 ? value + 2e-5 * largest : value)),
    };
    expect(largestError(actual, { y: wrong })).toBeGreaterThan(tolerance);

    const bent = { ...weight, data: weight.data.map((value, place) => (place === 3 ? value + 1e-3 : value)) };
    const params = { ...plain.weights, "op.weight": bent };
    expect(largestError(interpret(graph, { inputs: plain.inputs, params }), { y })).toBeGreaterThan(
      tolerance,
    );
  });
});
