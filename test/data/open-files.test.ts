import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { folderHost } from "../../cli/data-host.ts";
import { openSource, type DataHost, type SourceSpec } from "../../data/index.ts";
import { encodeIdx, encodeNpy } from "./encode.ts";

describe("files on disk", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "dlc-data-"));
    mkdirSync(join(folder, "digits"));
    const idx = encodeIdx("u8", [3, 2], [1, 2, 3, 4, 5, 6]);
    writeFileSync(join(folder, "a.idx"), idx);
    writeFileSync(join(folder, "a.idx.gz"), gzipSync(idx));
    writeFileSync(join(folder, "torn.gz"), gzipSync(idx).subarray(0, 20));
    writeFileSync(join(folder, "short.idx"), idx.slice(0, -1));
    writeFileSync(join(folder, "a.npy"), encodeNpy("f64", [2, 2], [1, 2, 3, 4], { fortran: true }));
    writeFileSync(join(folder, "a.csv"), "x\n1\n2\n");
    writeFileSync(join(folder, "bad.csv"), "x\n1\ny\n");
    writeFileSync(join(folder, "a.txt"), "to be or not to be");
    writeFileSync(join(folder, "digits/0.json"), "[1, 2]");
    writeFileSync(join(folder, "digits/1.json"), "[");
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  /** A host over the folder that knows how many of its files are open. */
  function counted(): { readonly host: DataHost; readonly open: () => number } {
    const inner = folderHost(folder);
    let count = 0;
    const host: DataHost = {
      ...inner,
      open: async (path) => {
        const file = await inner.open(path);
        if (file === undefined) return undefined;
        count += 1;
        return {
          ...file,
          close: async () => {
            count -= 1;
            await file.close?.();
          },
        };
      },
    };
    return { host, open: () => count };
  }

  const fine: readonly SourceSpec[] = [
    { reader: "idx", path: "a.idx" },
    { reader: "idx", path: "a.idx.gz" },
    { reader: "npy", path: "a.npy" },
    { reader: "csv", path: "a.csv" },
    { reader: "words", path: "a.txt", arguments: { from: "a.csv", keep: 9 } },
    { reader: "json", path: "digits/0.json" },
  ];
  it.each(fine)("are closed when they are read: $reader $path", async (spec) => {
    const { host, open } = counted();
    const source = await openSource(host, spec);
    expect(open()).toBe(0);
    await source.close();
    expect(open()).toBe(0);
  });

  const streamed: readonly SourceSpec[] = [
    { reader: "idx", path: "a.idx" },
    { reader: "csv", path: "a.csv" },
    { reader: "characters", path: "a.txt" },
  ];
  it.each(streamed)("stay open while they are read in parts, until closed: $reader", async (spec) => {
    const { host, open } = counted();
    const source = await openSource(host, spec, { budget: 0 });
    expect(open()).toBe(1);
    expect(await source.rows(Int32Array.from([1]))).toHaveLength(source.shape[1] ?? 1);
    await source.close();
    expect(open()).toBe(0);
  });

  const bad: readonly SourceSpec[] = [
    { reader: "idx", path: "short.idx" },
    { reader: "idx", path: "torn.gz" },
    { reader: "npy", path: "a.csv" },
    { reader: "csv", path: "bad.csv" },
    { reader: "words", path: "a.txt", arguments: { keep: ["be"] } },
    { reader: "json", path: "digits" },
    { reader: "idx", path: "a.idx", type: { dtype: "f32", shape: ["M"] } },
    { reader: "idx", path: "digits" },
  ];
  it.each(bad)("are closed where they are bad: $reader $path", async (spec) => {
    const { host, open } = counted();
    for (const budget of [2 ** 20, 0]) {
      await expect(openSource(host, spec, { budget })).rejects.toThrow(spec.path);
      expect(open()).toBe(0);
    }
  });
});
