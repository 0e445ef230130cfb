import { expect, it } from "vitest";
import { matchBoxes, meanAveragePrecision, overlapOf } from "../../tools/average-precision.mjs";

const at = (x: number, y: number) => [x, y, 4, 4] as const;

it("boxes overlap by their intersection over their union", () => {
  expect(overlapOf(at(2, 2), at(4, 2))).toBeCloseTo(8 / 24, 12);
  expect(overlapOf(at(2, 2), at(7, 2))).toBe(0);
  expect(overlapOf([2, 2, 4, 4], [2, 2, 2, 2])).toBeCloseTo(4 / 16, 12);
});

const things = [
  { image: 0, kind: 1, box: at(10, 10) },
  { image: 0, kind: 1, box: at(30, 10) },
  { image: 1, kind: 1, box: at(10, 10) },
  { image: 1, kind: 2, box: at(20, 20) },
];

it("a thing is found once, by the box of the highest score, in its own image and as what it is", () => {
  const found = [
    { image: 0, kind: 1, box: at(11, 10), score: 0.6 },
    { image: 0, kind: 1, box: at(10, 10), score: 0.9 },
    { image: 1, kind: 1, box: at(30, 10), score: 0.8 },
    { image: 1, kind: 1, box: at(20, 20), score: 0.7 },
  ];
  expect(matchBoxes(found, things).map(({ thing }) => thing)).toEqual([
    things[0],
    undefined,
    undefined,
    undefined,
  ]);
});

it("the average precision is the area under the curve that only falls", () => {
  // Of kind 1, in the order of scores: right, wrong, right, and one of three is never found.
  const found = [
    { image: 0, kind: 1, box: at(10, 10), score: 0.9 },
    { image: 1, kind: 1, box: at(40, 40), score: 0.8 },
    { image: 0, kind: 1, box: at(30, 10), score: 0.7 },
    { image: 1, kind: 2, box: at(20, 21), score: 0.1 },
  ];
  const first = (1 + 2 / 3) / 3;
  expect(meanAveragePrecision(found, things)).toBeCloseTo((first + 1) / 2, 12);
});
