import { expect, it } from "vitest";
import { interpret } from "../../compiler/graph/interpret.ts";
import { tensorOf } from "../../compiler/graph/tensor.ts";
import { prepared } from "../gradient/central-differences.ts";
import { programOf } from "../language/check-source.ts";
import { forwardOf } from "./compile-source.ts";

const frames = 4;
const classes = 3;

/** What a path says: repetitions joined, and blanks then left out. */
function said(path: readonly number[], blank: number): readonly number[] {
  return path.filter((symbol, place) => symbol !== blank && symbol !== path[place - 1]);
}

function allPaths(length: number): readonly (readonly number[])[] {
  if (length === 0) return [[]];
  return allPaths(length - 1).flatMap((path) =>
    Array.from({ length: classes }, (_, symbol) => [...path, symbol]),
  );
}

/** -log of the summed probability of all paths that say the target, one path after the other. */
function lossByPaths(logProbs: readonly number[], target: readonly number[], length: number, blank: number) {
  const whole = allPaths(length)
    .filter((path) => said(path, blank).join() === target.join())
    .map((path) => path.reduce((sum, symbol, t) => sum + (logProbs[t * classes + symbol] ?? NaN), 0));
  return -Math.log(whole.reduce((sum, value) => sum + Math.exp(value), 0));
}

const graph = prepared(
  forwardOf(
    programOf(`import std.loss { ctcLoss }
model M(p: f32[N, ${frames}, ${classes}], target: i32[N, 2] in 0..${classes}, length: i32[N] in 1..${frames + 1},
        letters: i32[N] in 0..3, blank: i32 in 0..${classes})
    -> (loss: f32[N], all_of_it: f32[N], finite: f32[N], slope: f32[N, ${frames}, ${classes}])
{
  loss = ctcLoss(p, target, length, letters, blank)
  all_of_it = ctcLoss(p, target, blank: blank)
  finite = ctcLoss(p, target, length, letters, blank, zeroInfinity: true)
  slope = grad(sum(finite), p)
}`),
  ),
);

it.each([
  { target: [1, 2], blank: 0, length: 4 },
  { target: [1, 1], blank: 0, length: 4 },
  { target: [1, 1], blank: 0, length: 3 },
  { target: [2], blank: 0, length: 1 },
  { target: [], blank: 0, length: 3 },
  { target: [0, 0], blank: 2, length: 4 },
  // Two equal symbols need three frames.
  { target: [1, 1], blank: 0, length: 2 },
])("ctcLoss is the sum over all paths: $target in $length frames", ({ target, blank, length }) => {
  const logProbs = Array.from({ length: frames * classes }, (_, at) => -0.3 - ((at * 7) % 5) / 2);
  const {
    loss,
    all_of_it: allOfIt,
    finite,
    slope,
  } = interpret(graph, {
    inputs: {
      p: tensorOf([1, frames, classes], logProbs),
      target: tensorOf([1, 2], [target[0] ?? 1, target[1] ?? 1], "i32"),
      length: tensorOf([1], [length], "i32"),
      letters: tensorOf([1], [target.length], "i32"),
      blank: tensorOf([], [blank], "i32"),
    },
  });
  const expected = lossByPaths(logProbs, target, length, blank);
  const possible = Number.isFinite(expected);
  if (possible) expect(loss?.data[0]).toBeCloseTo(expected, 10);
  else expect(loss?.data[0]).toBe(Infinity);
  if (length === frames && target.length === 2) expect(allOfIt?.data[0]).toBe(loss?.data[0]);
  expect(finite?.data[0]).toBe(possible ? loss?.data[0] : 0);
  // Every path has one symbol in each of its frames.
  expect(slope?.data.reduce((sum, value) => sum + value, 0)).toBeCloseTo(possible ? -length : 0, 10);
});
