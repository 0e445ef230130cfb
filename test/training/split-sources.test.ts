import { describe, expect, it } from "vitest";
import { foldRows, partOf, TrainingError, withoutPart } from "../../training/index.ts";
import { arraySource } from "./hand-made-feed.ts";

const rows = 20;
/** Twelve of class 0, eight of class 1. */
const classes = Int32Array.from({ length: rows }, (_, row) => (row % 5 < 3 ? 0 : 1));
const numbers = arraySource(
  "numbers.csv",
  "f32",
  [rows],
  Float32Array.from({ length: rows }, (_, row) => row),
);
const labels = arraySource("labels.csv", "i32", [rows], classes);

describe("the arguments that say a part", () => {
  it("are told from those of the reader", () => {
    const given = { columns: ["a"], header: true, part: "test", every: 5, share: 0.2, seed: 3 };
    expect(partOf(given)).toBe("test");
    expect(partOf({ part: "all" })).toBeUndefined();
    expect(withoutPart(given)).toEqual({ columns: ["a"], header: true });
  });
});

describe("the sources of folds", () => {
  it("test each row once, train on all others, and spread the classes", async () => {
    const folds = await foldRows(4, 7, [
      { source: numbers, part: "train" },
      { source: labels, part: "train" },
      { source: numbers, part: "test" },
      { source: labels, part: "test" },
    ]);
    expect(folds).toHaveLength(4);
    const tested: number[] = [];
    for (const [learnedRows, taughtRows, askedRows, answersRows] of folds) {
      const [learned, asked] = [[...(learnedRows ?? [])], [...(askedRows ?? [])]];
      const answers = asked.map((row) => classes[row]);
      expect([...learned, ...asked].sort((a, b) => a - b)).toEqual([...Array(rows).keys()]);
      // Both sources have the same rows.
      expect(taughtRows).toEqual(learnedRows);
      expect(answersRows).toEqual(askedRows);
      expect(answers.filter((label) => label === 1)).toHaveLength(2);
      expect(asked).toHaveLength(5);
      tested.push(...asked);
    }
    expect(tested.sort((a, b) => a - b)).toEqual([...Array(rows).keys()]);
  });

  it("are the same for the same seed, and others for another", async () => {
    const splittable = [{ source: numbers, part: "test" }] as const;
    const testsOf = (seed: number): Promise<unknown> => foldRows(3, seed, splittable);
    expect(await testsOf(1)).toEqual(await testsOf(1));
    expect(await testsOf(1)).not.toEqual(await testsOf(2));
  });

  it("leave alone what says no part", async () => {
    const [first] = await foldRows(2, 1, [
      { source: numbers, part: "train" },
      { source: labels, part: undefined },
    ]);
    expect(first?.[0]).toHaveLength(10);
    expect(first?.[1]).toBeUndefined();
  });

  it("are refused where nothing says a part, where rows differ, and where there are too many", async () => {
    const refused = async (
      given: Parameters<typeof foldRows>[2],
      folds: number,
      text: RegExp,
    ): Promise<void> => {
      const outcome = foldRows(folds, 1, given);
      await expect(outcome).rejects.toBeInstanceOf(TrainingError);
      await expect(outcome).rejects.toThrow(text);
    };
    await refused([{ source: labels, part: undefined }], 2, /none of these does/);
    const short = arraySource("short.csv", "f32", [3], new Float32Array(3));
    await refused(
      [
        { source: labels, part: "train" },
        { source: short, part: "train" },
      ],
      2,
      /has 20 and short\.csv has 3/,
    );
    await refused([{ source: short, part: "train" }], 4, /3 rows can't be split into 4 folds/);
  });
});
