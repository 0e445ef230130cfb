import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expectFault, open, rowsOf, wholeOf } from "./sources.ts";

describe("text by character", () => {
  it("numbers the most frequent first; the last number stands for all others", async () => {
    const files = { "t.txt": "banana bandana" };
    // a 6, n 4, b 2, then the blank and d once each.
    const all = await open(files, "characters", "t.txt");
    expect(all.meta).toEqual({ names: ["a", "n", "b", " ", "d"] });
    expect(await wholeOf(all)).toEqual([2, 0, 1, 0, 1, 0, 3, 2, 0, 1, 4, 0, 1, 0]);
    const some = await open(files, "characters", "t.txt", { alphabet: 3 });
    expect(some.meta).toEqual({ names: ["a", "n", ""], unknown: 2 });
    expect(await wholeOf(some)).toEqual([2, 0, 1, 0, 1, 0, 2, 2, 0, 1, 2, 0, 1, 0]);
    const room = await open(files, "characters", "t.txt", { alphabet: 7 });
    expect(room.meta).toEqual({ names: ["a", "n", "b", " ", "d", "", ""], unknown: 6 });
  });

  it("takes an alphabet as given, and an unknown out of it", async () => {
    const files = { "t.txt": "abcA" };
    expect(await wholeOf(open(files, "characters", "t.txt", { alphabet: "cba", lower: true }))).toEqual([
      2, 1, 0, 2,
    ]);
    expect(await wholeOf(open(files, "characters", "t.txt", { alphabet: "ab_", unknown: "_" }))).toEqual([
      0, 1, 2, 2,
    ]);
    await expectFault(open(files, "characters", "t.txt", { alphabet: "abc" }), {
      code: "DLC6112",
      file: "t.txt",
      row: 3,
      says: /"A" at place 3, which has no number/,
    });
  });

  it("counts the symbols of another file, so that two texts share their numbers", async () => {
    const files = { "train.txt": "aaab", "test.txt": "abz" };
    const test = await open(files, "characters", "test.txt", { alphabet: 8, from: "train.txt" });
    expect(await wholeOf(test)).toEqual([0, 1, 7]);
  });

  it("gives back every text, in memory and in pieces", async () => {
    const character = fc.constantFrom("a", "é", "€", "😀", "\n", " ");
    await fc.assert(
      fc.asyncProperty(fc.array(character, { minLength: 1, maxLength: 500 }), async (piece) => {
        // Long enough for several pieces of 64 KiB, whose ends fall into the middle of characters.
        const characters = Array.from({ length: Math.ceil(150_000 / piece.length) }, () => piece).flat();
        const files = { "t.txt": characters.join("") };
        const last = characters.length - 1;
        const places = [last, 0, Math.floor(last / 2), Math.floor(last / 3)];
        for (const budget of [2 ** 30, 0]) {
          const source = await open(files, "characters", "t.txt", {}, { budget });
          expect(source.shape).toEqual([characters.length]);
          const found = (await rowsOf(source, places)).map((number) => source.meta.names?.[number]);
          expect(found).toEqual(places.map((place) => characters[place]));
        }
      }),
      { numRuns: 12 },
    );
  });
});

describe("text by word", () => {
  it("splits at blanks of every kind", async () => {
    const files = { "c.txt": "The  cat\tthe\r\nhat. the cat\n" };
    const words = await open(files, "words", "c.txt", { lower: true });
    expect(words.meta.names).toEqual(["the", "cat", "hat."]);
    expect(await wholeOf(words)).toEqual([0, 1, 0, 2, 0, 1]);
    const kept = await open(files, "words", "c.txt", { keep: 2, lower: true });
    expect([kept.meta.unknown, await wholeOf(kept)]).toEqual([1, [0, 1, 0, 1, 0, 1]]);
    const listed = await open(files, "words", "c.txt", { keep: ["<rest>", "the", "cat"], unknown: "<rest>" });
    expect(await wholeOf(listed)).toEqual([0, 2, 1, 0, 1, 2]);
  });

  it("is read in pieces where it is larger than the budget", async () => {
    const words = Array.from({ length: 40_000 }, (_, place) => `w${(place * place) % 997}`);
    const files = { "big.txt": words.join(" ") };
    const source = await open(files, "words", "big.txt", {}, { budget: 1000 });
    expect([source.shape, source.isInMemory]).toEqual([[40_000], false]);
    const places = [39_999, 0, 20_000, 20_001, 13];
    const found = (await rowsOf(source, places)).map((number) => source.meta.names?.[number]);
    expect(found).toEqual(places.map((place) => words[place]));
  });
});
