import { describe, expect, it } from "vitest";
import { cosine, nearestWords, rankCorrelation, unitVectors } from "../../tools/word-vectors.mjs";

describe("what vectors of words know", () => {
  it("is near by the angle alone", () => {
    const units = unitVectors([3, 0, 1, 1, 0, 5, -2, 0], 2);
    expect(cosine(units, 2, 0, 1)).toBeCloseTo(Math.SQRT1_2, 12);
    expect(nearestWords(units, 2, 0, { count: 3, of: 4 })).toEqual([1, 2, 3]);
    expect(nearestWords(units, 2, 0, { count: 3, of: 3 })).toEqual([1, 2]);
  });

  it("goes with something by ranks, equals having the mean of theirs", () => {
    expect(rankCorrelation([1, 2, 3, 4], [10, 100, 101, 1e6])).toBeCloseTo(1, 12);
    expect(rankCorrelation([1, 2, 3, 4], [4, 3, 2, 1])).toBeCloseTo(-1, 12);
    // NumPy: corrcoef of the ranks 0, 1.5, 1.5, 4, 3 and 2, 1, 3.5, 3.5, 0.
    expect(rankCorrelation([1, 2, 2, 5, 3], [2, 1, 4, 4, 0])).toBeCloseTo(0.07894736842105264, 12);
  });
});
