import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { encode as encodePng } from "fast-png";
import { describe, expect, it } from "vitest";
import { folderHost } from "../../cli/data-host.ts";
import { bindDims, openSource } from "../../data/index.ts";
import { encodeIdx, encodeNpy } from "./encode.ts";
import { failCases, fails, type Case } from "./bad-case.ts";
import { expectFault, hostOf, open } from "./sources.ts";

const labels = encodeIdx("u8", [4], [0, 9, 10, 3]);
const pixels = encodeIdx(
  "u8",
  [2, 3, 3],
  Array.from({ length: 18 }, (_, place) => place),
);
const npy = encodeNpy("f32", [2, 2], [1, 2, 3, 4]);
function png(width: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(encodePng({ width, height: 1, channels: 1, data: new Uint8Array(width) }));
}

const torn = new Uint8Array(gzipSync(pixels)).slice(0, -12);
const tornImage = png(40).slice(0, 50);

const cases: readonly Case[] = [
  ...(["idx", "csv", "npy", "json", "words", "characters"] as const).flatMap((reader): Case[] => [
    {
      title: `${reader}: a missing file`,
      reader,
      files: {},
      code: "DLC6101",
      file: "file",
      says: /no such file/,
    },
    {
      title: `${reader}: an empty file`,
      reader,
      files: fails(""),
      code: "DLC6102",
      file: "file",
      says: /is empty/,
    },
  ]),
  {
    title: "a missing folder",
    reader: "images",
    files: {},
    code: "DLC6101",
    file: "file",
    says: /no such folder/,
  },
  {
    title: "a folder of a class that classes lists and that isn't there",
    reader: "images",
    files: { "file/cat/1.png": png(1) },
    given: { classes: ["cat", "dog"] },
    code: "DLC6101",
    file: "file/dog",
    says: /no such folder/,
  },
  {
    title: "a text without words",
    reader: "words",
    files: fails(" \n\t"),
    code: "DLC6102",
    file: "file",
    says: /holds no words/,
  },
  {
    title: "an array of no rows",
    reader: "idx",
    files: fails(encodeIdx("u8", [0, 3], [])),
    code: "DLC6102",
    file: "file",
    says: /\[0, 3\]/,
  },
  {
    title: "a class folder without images",
    reader: "images",
    files: { "file/cat/1.png": png(1), "file/dog/readme.txt": "none" },
    code: "DLC6102",
    file: "file/dog",
    says: /holds no image \(\.png, \.jpg, \.jpeg\)/,
  },
  {
    title: "an IDX file that is cut off",
    reader: "idx",
    files: fails(pixels.slice(0, 20)),
    code: "DLC6103",
    file: "file",
    says: /is cut off: \[2, 3, 3\] of 1 bytes each are 18 bytes, but 4 follow the header/,
  },
  {
    title: "an IDX file that ends in its header",
    reader: "idx",
    files: fails(pixels.slice(0, 9)),
    code: "DLC6103",
    file: "file",
    says: /ends in its header, after 9 of 16 bytes/,
  },
  {
    title: "an IDX file that is too long",
    reader: "idx",
    files: fails(new Uint8Array([...pixels, 0])),
    code: "DLC6103",
    file: "file",
    says: /longer than it says/,
  },
  {
    title: "a packed file that is cut off",
    reader: "idx",
    files: fails(torn),
    code: "DLC6103",
    file: "file",
    says: /packed with gzip, and torn/,
  },
  {
    title: "an NPY file that is cut off",
    reader: "npy",
    files: fails(npy.slice(0, -1)),
    code: "DLC6103",
    file: "file",
    says: /is cut off: \[2, 2\] of 4 bytes/,
  },
  {
    title: "an archive that is cut off",
    reader: "npy",
    files: fails(new Uint8Array([0x50, 0x4b, 3, 4, 9])),
    code: "DLC6103",
    file: "file",
    says: /torn \.npz/,
  },
  {
    title: "an IDX file with another magic number",
    reader: "idx",
    files: fails(npy),
    code: "DLC6104",
    file: "file",
    says: /is no IDX file: it doesn't begin with two zero bytes/,
  },
  {
    title: "an IDX file of an unknown element type",
    reader: "idx",
    files: fails(Uint8Array.from([0, 0, 7, 1, 0, 0, 0, 1, 5])),
    code: "DLC6104",
    file: "file",
    says: /no element type 7/,
  },
  {
    title: "an NPY file with another magic number",
    reader: "npy",
    files: fails(pixels),
    code: "DLC6104",
    file: "file",
    says: /is no \.npy file/,
  },
  {
    title: "a text that is not UTF-8",
    reader: "characters",
    files: fails(Uint8Array.from([97, 0xe9, 97])),
    code: "DLC6104",
    file: "file",
    says: /bytes from 0 to 3 are not; convert it \(iconv/,
  },
  {
    title: "an image that is none",
    reader: "images",
    files: { "file/1.png": "GIF89a" },
    code: "DLC6104",
    file: "file/1.png",
    says: /neither a PNG nor a JPEG/,
  },
  {
    title: "a label out of range",
    reader: "idx",
    files: fails(labels),
    type: { dtype: "u8", shape: ["M"], range: [0, 10] },
    code: "DLC6107",
    file: "file",
    row: 2,
    says: /row 2: 10 is outside the declared range 0\.\.10/,
  },
  {
    title: "a number of a table out of range",
    reader: "csv",
    files: fails("a,kind\n1,0\n2,3\n"),
    given: { column: "kind" },
    type: { dtype: "i32", shape: ["M"], range: [0, 3] },
    code: "DLC6107",
    file: "file",
    row: 1,
    says: /^file:3: column "kind": 3 is outside the declared range 0\.\.3$/,
  },
  {
    title: "a class of a table out of range",
    reader: "csv",
    files: fails("kind\ncat\nfox\n"),
    given: { column: "kind", classes: ["cat", "dog", "fox"] },
    type: { dtype: "i32", shape: ["M"], range: [0, 2] },
    code: "DLC6107",
    file: "file",
    row: 1,
    says: /^file:3: column "kind": 2 \("fox"\) is outside the declared range 0\.\.2$/,
  },
  {
    title: "an image of another size",
    reader: "images",
    files: { "file/a/1.png": png(2), "file/b/2.png": png(3) },
    code: "DLC6108",
    file: "file/b/2.png",
    row: 1,
    says: /is 3×1; all images of a source have one size, here 2×1, as file\/a\/1\.png has/,
  },
  {
    title: "another dtype than declared",
    reader: "idx",
    files: fails(pixels),
    type: { dtype: "f32", shape: ["M", 3, 3] },
    code: "DLC6109",
    file: "file",
    says: /holds u8\[2, 3, 3\], but is declared as f32\[M, 3, 3\]/,
  },
  {
    title: "another size than declared",
    reader: "idx",
    files: fails(pixels),
    type: { dtype: "u8", shape: ["M", 3, 4] },
    code: "DLC6109",
    file: "file",
    says: /declared as u8\[M, 3, 4\]/,
  },
  {
    title: "an unknown argument",
    reader: "idx",
    files: fails(pixels),
    given: { colour: true },
    code: "DLC6110",
    file: "file",
    says: /idx takes no argument colour, but part, every/,
  },
  {
    title: "a part without a rule",
    reader: "idx",
    files: fails(pixels),
    given: { part: "train" },
    code: "DLC6110",
    file: "file",
    says: /needs one of every .* and share/,
  },
  {
    title: "a part that nothing is left for",
    reader: "idx",
    files: fails(pixels),
    given: { part: "test", every: 5 },
    code: "DLC6110",
    file: "file",
    says: /has 2 rows, which leave none for the part test/,
  },
];

describe("bad data", () => {
  failCases(cases);

  it("is found when its row is read, where a source is larger than its budget", async () => {
    const type = { dtype: "u8", shape: ["M"], range: [0, 10] } as const;
    const source = await open({ labels }, "idx", "labels", {}, { type, budget: 0 });
    expect(Array.from(await source.rows(Int32Array.from([0, 1])))).toEqual([0, 9]);
    await expectFault(source.rows(Int32Array.from([1, 2])), {
      code: "DLC6107",
      file: "labels",
      row: 2,
      says: /10 is/,
    });
  });

  it("is found when an image can't be decoded", async () => {
    const source = await open({ "file/1.png": tornImage }, "images", "file");
    await expectFault(source.whole(), {
      code: "DLC6103",
      file: "file/1.png",
      row: 0,
      says: /can't be decoded/,
    });
  });

  it("names both files where sources have different numbers of rows", async () => {
    const files = { labels, pixels };
    const sources = [
      [await open(files, "idx", "labels"), { dtype: "u8", shape: ["M"] }],
      [await open(files, "idx", "pixels"), { dtype: "u8", shape: ["M", "H", 3] }],
    ] as const;
    const bound = Promise.resolve().then(() => bindDims(sources));
    await expectFault(bound, { code: "DLC6109", file: "pixels", says: /M is 2 here, but 4 in labels/ });
    expect(bindDims(sources.slice(1))).toEqual(
      new Map([
        ["M", 2],
        ["H", 3],
      ]),
    );
  });

  it("is what a system can't read", async () => {
    const inner = hostOf({ pixels });
    const host: typeof inner = {
      ...inner,
      open: async (path) => {
        const opened = await inner.open(path);
        return opened && { ...opened, read: () => Promise.reject(new Error("EIO: i/o error")) };
      },
    };
    const asked = openSource(host, { reader: "idx", path: "pixels" });
    await expectFault(asked, { code: "DLC6113", file: "pixels", says: /can't be read: EIO/ });
  });

  it("is a file that shrinks while it is read", async () => {
    const inner = hostOf({ labels: labels.slice(0, 10) });
    const host: typeof inner = {
      ...inner,
      open: async (path) => {
        const opened = await inner.open(path);
        return opened && { ...opened, size: labels.length };
      },
    };
    const asked = openSource(host, { reader: "idx", path: "labels" });
    const says = /ends at byte 10; it was 12 bytes when opened/;
    await expectFault(asked, { code: "DLC6103", file: "labels", says });
  });

  it("is a folder where a file should be", async () => {
    const folder = mkdtempSync(join(tmpdir(), "dlc-data-"));
    try {
      mkdirSync(join(folder, "inner"));
      const host = folderHost(folder);
      const asked = openSource(host, { reader: "idx", path: "inner" });
      await expectFault(asked, { code: "DLC6113", file: "inner", says: /can't be read: EISDIR/ });
      await expectFault(openSource(host, { reader: "idx", path: "none" }), {
        code: "DLC6101",
        file: "none",
        says: /no such file/,
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
