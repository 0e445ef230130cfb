import { describe, expect, it } from "vitest";
import { progressLine } from "../../cli/progress.ts";
import { largestLine, showNumber, tensorLines } from "../../cli/show-tensor.ts";
import { dlc, repository } from "./run-dlc.ts";

describe("the line of progress", () => {
  it("has a picture, a share and, when it can be known, the time that is left", () => {
    expect(progressLine("planning", 0, 5000)).toBe("planning …");
    expect(progressLine("drawing", 0.25, 3000)).toBe(
      `drawing  ${"█".repeat(6)}${"░".repeat(18)}  25 %, about 9 s left`,
    );
    expect(progressLine("writing", 1, 3000)).toBe(`writing  ${"█".repeat(24)}  100 %`);
  });
});

describe("a tensor as text", () => {
  it("has a row of numbers for each value of the leading indices", () => {
    expect(tensorLines([2, 1, 3], [1, 2, 3, 40, 50, 60])).toEqual([
      "  [0, 0, :]   1   2   3",
      "  [1, 0, :]  40  50  60",
    ]);
    expect(tensorLines([], [0.5])).toEqual(["  0.50000"]);
  });

  it("leaves out the middle of what is long", () => {
    const long = Array.from({ length: 100 }, (_, n) => n);
    expect(tensorLines([100], long)).toEqual(["   0   1   2   3   4   5  …  94  95  96  97  98  99"]);
    const tall = tensorLines([100, 1], long);
    expect(tall).toHaveLength(13);
    expect(tall.slice(5, 8)).toEqual(["  [5, :]   5", "  … 88 more", "  [94, :]  94"]);
  });

  it("has five digits, and powers of ten where they are needed", () => {
    const numbers = [1, -0.125, 123456.7, 1.5e-7, 3e20, Infinity, NaN];
    expect(numbers.map(showNumber)).toEqual([
      "1",
      "-0.12500",
      "1.2346e+5",
      "1.5000e-7",
      "3.0000e+20",
      "Infinity",
      "NaN",
    ]);
  });

  it("names the largest of each row of classes", () => {
    expect(largestLine([2, 3], [1, 5, 2, 9, 0, 0])).toBe("  largest: 1 (5), 0 (9)");
    expect(largestLine([2, 3, 4], [])).toBeUndefined();
  });
});

describe("colours", () => {
  it("are used where they are forced, and not in a pipe", async () => {
    const plain = await dlc(repository, ["explain", "DLC1001"]);
    expect(plain.stdout).not.toContain("\u001b[");
    const env = { ...process.env, NO_COLOR: "", FORCE_COLOR: "1" };
    expect((await dlc(repository, ["explain", "DLC1001"], { env })).stdout).toContain("\u001b[1m");
  });
});
