import { describe, expect, test } from "vitest";
import { tensorOf } from "../../compiler/graph/index.ts";
import * as source from "./check-source.ts";
import { callGraph, initialValues, numbersOf, trainingOf } from "./train-source.ts";

const programOf = (text: string) => source.programOf(text, { train: true });

describe("D2.4 a state exists where it is read", () => {
  const slotsOf = (optimizer: string): readonly string[] =>
    trainingOf(
      programOf(`import std.optim { Sgd, RmsProp, Adam }
layer Slope(x: real[N]) -> (y: real[N]) {
  param w: real = 1
  state unread: real = 3
  unread' = unread + 1
  y[n] = w * x[n]
}
model M(x: f32[N]) -> (y: f32[N]) { y = x |> slope: Slope() }
train M on (x: f32[N]) {
  loss = mean(y^2)
  optimizer = ${optimizer}
  batch = 2
}`),
    ).slots.map(({ path }) => path);
  test("an optimizer has the slots that its hyper-parameters ask for, and no others", () => {
    expect(slotsOf("Sgd()")).toEqual([]);
    expect(slotsOf("Sgd(momentum: 0.9)")).toEqual(["optimizer.v/slope.w"]);
    expect(slotsOf("RmsProp()")).toEqual(["optimizer.s/slope.w"]);
    expect(slotsOf("RmsProp(centered: true)")).toEqual(["optimizer.s/slope.w", "optimizer.m/slope.w"]);
    expect(slotsOf("Adam()")).toHaveLength(3);
  });
});

describe("D6.5 the gradient of what reads a state", () => {
  const slopeOf = (read: string): readonly (number | undefined)[] => {
    const program = programOf(`layer Tracked(x: real[N]) -> (y: real[N]) {
  param w: real = 2
  state a: real = 1
  a' = if training then 0.5 * a + 0.5 * w * (mean[n] x[n]) else a
  y[n] = w * x[n] - ${read}
}
model M(x: f32[N]) -> (y: f32[N]) { y = x |> tracked: Tracked() }
optimizer Descent(theta: real[..P], g: real[..P]) { theta' = theta - g }
train M on (x: f32[N]) { loss = sum(y)  optimizer = Descent()  batch = 2 }`);
    const { step } = trainingOf(program);
    const { outputs, next } = callGraph(step, initialValues(program), { x: tensorOf([2], [1, 3]) });
    return [outputs["loss"], next["tracked.w"], next["tracked.a"]].map((value) => numbersOf(value)[0]);
  };
  test("takes the old value for a constant, and flows through the next one where that is read", () => {
    // y = 2 - 1, 6 - 1; its slope by w is 1 + 3. The next a is 0.5 + 0.5 · 2 · 2.
    expect(slopeOf("a")).toEqual([6, 2 - 4, 2.5]);
    // y = 2 - 2.5, 6 - 2.5; its slope is 1 + 3 - 2 · 0.5 · 2.
    expect(slopeOf("a'")).toEqual([3, 2 - 2, 2.5]);
  });
});

describe("D1.7 what inference changes", () => {
  const model = (next: string): string => `layer Tracked(x: real[N]) -> (y: real[N]) {
  state count: i32 = 0
  state last: real[3] = 0
  ${next}
  y[n] = x[n] * real(count) + last[0]
}
model M(x: f32[N]) -> (y: f32[N]) { y = x |> tracked: Tracked() }`;
  test("is memory, however its next value is written; what only training changes is learned", () => {
    const learned =
      "count' = if training then count + 1 else count  last'[i] = if training then 1 else last[i]";
    expect(programOf(model(learned)).states.map(({ path }) => path)).toEqual([
      "tracked.count",
      "tracked.last",
    ]);
    const memoryOf = (next: string): unknown => {
      const { states, memory } = programOf(model(next));
      return [states, memory ?? []].map((all) => all.map(({ path }) => path));
    };
    expect(memoryOf(learned)).toEqual([["tracked.count", "tracked.last"], []]);
    expect(memoryOf("count' = count + 1")).toEqual([["tracked.last"], ["tracked.count"]]);
    expect(memoryOf("last'[i in 0..3] = last[2 - i]")).toEqual([["tracked.count"], ["tracked.last"]]);
  });
});
