import { encode as encodePng } from "fast-png";
import jpeg from "jpeg-js";
import { describe, expect, it } from "vitest";
import { open, rowsOf, wholeOf } from "./sources.ts";

type Channels = 1 | 2 | 3 | 4;

function png(
  width: number,
  height: number,
  channels: Channels,
  data: readonly number[],
): Uint8Array<ArrayBuffer> {
  return new Uint8Array(encodePng({ width, height, channels, data: Uint8Array.from(data) }));
}

/** One colour all over, which JPEG keeps to within a few steps. */
function flatJpeg(
  width: number,
  height: number,
  colour: readonly [number, number, number],
): Uint8Array<ArrayBuffer> {
  const data = Uint8Array.from({ length: width * height * 4 }, (_, place) => colour[place % 4] ?? 255);
  return new Uint8Array(jpeg.encode({ width, height, data }, 95).data);
}

describe("a folder of images", () => {
  const grey = {
    "shapes/b/2.png": png(2, 1, 1, [30, 40]),
    "shapes/a/1.png": png(2, 1, 1, [10, 20]),
    "shapes/b/1.PNG": png(2, 1, 2, [50, 255, 60, 0]),
    "shapes/b/notes.txt": "none",
    "shapes/.cache": "none",
  };

  it("gives images and classes by the order of names, as torchvision's ImageFolder does", async () => {
    const pixels = await open(grey, "images", "shapes");
    expect([pixels.dtype, pixels.shape]).toEqual(["u8", [3, 1, 1, 2]]);
    expect(await wholeOf(pixels)).toEqual([10, 20, 50, 60, 30, 40]);
    expect(await rowsOf(pixels, [2, 0, 2])).toEqual([30, 40, 10, 20, 30, 40]);
    const labels = await open(grey, "images", "shapes", { labels: true });
    expect([labels.dtype, labels.meta.names, await wholeOf(labels)]).toEqual(["i32", ["a", "b"], [0, 1, 1]]);
    const turned = await open(grey, "images", "shapes", { labels: true, classes: ["b", "a"] });
    expect(await wholeOf(turned)).toEqual([0, 0, 1]);
  });

  it("puts colours in planes, leaves out alpha, and joins grey to colour", async () => {
    const files = {
      "c/1.png": png(2, 1, 3, [1, 2, 3, 4, 5, 6]),
      "c/2.png": png(2, 1, 4, [7, 8, 9, 255, 10, 11, 12, 0]),
      "c/3.png": png(2, 1, 1, [100, 200]),
    };
    const colour = await open(files, "images", "c");
    expect(colour.shape).toEqual([3, 3, 1, 2]);
    expect(await wholeOf(colour)).toEqual([
      1, 4, 2, 5, 3, 6, 7, 10, 8, 11, 9, 12, 100, 200, 100, 200, 100, 200,
    ]);
    const one = await open(files, "images", "c", { channels: 1 });
    // 0.299·1 + 0.587·2 + 0.114·3 = 1.8
    expect((await wholeOf(one)).slice(0, 2)).toEqual([2, 5]);
    const type = { dtype: "u8", shape: ["M", 1, 1, 2] } as const;
    expect((await open(files, "images", "c", {}, { type })).shape).toEqual([3, 1, 1, 2]);
  });

  it("reads 16 bits as 8, and JPEG", async () => {
    const deep = encodePng({
      width: 2,
      height: 1,
      channels: 1,
      depth: 16,
      data: Uint16Array.from([0, 65535]),
    });
    expect(await wholeOf(open({ "d/1.png": new Uint8Array(deep) }, "images", "d"))).toEqual([0, 255]);
    const files = { "j/1.jpg": flatJpeg(8, 16, [200, 40, 90]), "j/2.jpeg": flatJpeg(8, 16, [10, 20, 30]) };
    const source = await open(files, "images", "j");
    expect(source.shape).toEqual([2, 3, 16, 8]);
    const values = await rowsOf(source, [0]);
    [200, 40, 90].forEach((expected, plane) => {
      for (const value of values.slice(plane * 128, (plane + 1) * 128))
        expect(Math.abs(value - expected)).toBeLessThanOrEqual(4);
    });
  });

  it("decodes again what it can't keep", async () => {
    const pixels = await open(grey, "images", "shapes", {}, { budget: 3 });
    expect(await rowsOf(pixels, [2, 0])).toEqual([30, 40, 10, 20]);
    expect(await rowsOf(pixels, [2, 0])).toEqual([30, 40, 10, 20]);
  });
});
