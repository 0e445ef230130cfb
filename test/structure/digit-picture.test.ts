import { describe, expect, it } from "vitest";
import { crop, pictureLines } from "../../tools/digit-picture.mjs";
import { heldOutDigits } from "../../tools/held-out-digits.mjs";

describe("the picture of an image", () => {
  const cross = [0, 1, 0, 1, 1, 1, 0, 1, 0, 0, 0, 0];

  it("puts two rows of pixels into a line", () => {
    expect(pictureLines(cross, 3, false)).toEqual(["▄█▄", " ▀ "]);
  });

  it("shades them where there are colours", () => {
    expect(pictureLines([0, 1, 0.5, 0], 2, true)).toEqual([
      "\u001b[38;5;232;48;5;244m▀\u001b[38;5;255;48;5;232m▀\u001b[0m",
    ]);
  });

  it("takes an odd last row as one above nothing", () => {
    expect(pictureLines([1, 1, 1, 0, 1, 0], 2, false)).toEqual(["█▀", "▀ "]);
  });

  it("crops on every side", () => {
    expect(crop([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16], 4, 1)).toEqual([6, 7, 10, 11]);
  });
});

describe("the held-out digits", () => {
  const digits = heldOutDigits();

  it("are a fifth of the package's, of every class", () => {
    expect(digits).toHaveLength(2000);
    expect(new Set(digits.map(({ label }) => label)).size).toBe(10);
  });

  it("are framed by two zeros and lie between 0 and 1", () => {
    for (const { image } of digits) {
      expect(image).toHaveLength(32 * 32);
      expect(Math.max(...image.subarray(0, 64), ...image.subarray(30 * 32))).toBe(0);
      expect(Math.min(...image)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...image)).toBeLessThanOrEqual(1);
    }
  });
});
