import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  batches,
  epochOrder,
  FeedError,
  prefetch,
  remoteReader,
  type ReaderThread,
} from "../../data/index.ts";
import { closeBrowser, serve, visit } from "../package/browser.ts";
import { requires } from "../requirements.ts";
import { encodeIdx } from "./encode.ts";
import { expectFault } from "./sources.ts";

let folder = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "dlc-readers-"));
  const values = Array.from({ length: 200 }, (_, place) => place);
  writeFileSync(join(folder, "a.idx"), encodeIdx("u8", [100, 2], values));
  writeFileSync(join(folder, "bad.csv"), "x\n1\ntwo\n");
  const common = {
    absWorkingDir: import.meta.dirname,
    bundle: true,
    format: "esm",
    logLevel: "silent",
  } as const;
  await build({
    ...common,
    entryPoints: ["node-reader.ts"],
    platform: "node",
    outfile: join(folder, "reader.mjs"),
  });
  await build({ ...common, entryPoints: ["page.ts", "page-reader.ts"], platform: "browser", outdir: folder });
  writeFileSync(join(folder, "index.html"), '<!doctype html><script type="module" src="/page.js"></script>');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A thread of Node's that reads the files of the folder. */
function startThread(): { readonly thread: ReaderThread; readonly worker: Worker } {
  const worker = new Worker(join(folder, "reader.mjs"), { workerData: folder });
  const thread: ReaderThread = {
    post: (message, moved) => worker.postMessage(message, [...moved]),
    listen: (receive) => worker.on("message", receive),
    onEnd: (ended) => {
      worker.on("error", (error) => ended(`the reader failed: ${error.message}`));
      worker.on("exit", () => ended("the reader ended"));
    },
    terminate: async () => {
      await worker.terminate();
    },
  };
  return { thread, worker };
}

describe("a reader in a thread of Node's", () => {
  it("gives what the same source gives here, batch by batch", async () => {
    const reader = remoteReader(startThread().thread);
    try {
      const source = await reader.open({ reader: "idx", path: "a.idx" }, { budget: 0 });
      expect([source.dtype, source.shape, source.file]).toEqual(["u8", [100, 2], "a.idx"]);
      const got: number[] = [];
      const order = epochOrder(100, 3, 1);
      for await (const { batch, value } of prefetch(batches(order, 32), (rows) => source.rows(rows))) {
        expect(value).toHaveLength(2 * batch.length);
        got.push(...value);
      }
      expect(got).toEqual([...order].flatMap((row) => [2 * row, 2 * row + 1]));
      await source.close();
    } finally {
      await reader.close();
    }
  });

  it("sends faults with their places, and goes on", async () => {
    const reader = remoteReader(startThread().thread);
    try {
      await expectFault(reader.open({ reader: "csv", path: "bad.csv" }), {
        code: "DLC6106",
        file: "bad.csv",
        row: 1,
        line: 3,
        column: "x",
        says: /^bad\.csv:3: column "x": "two" is no number$/,
      });
      const source = await reader.open({ reader: "idx", path: "a.idx" });
      expect(await source.whole()).toHaveLength(200);
      await expect(source.rows(Int32Array.from([100]))).rejects.toThrow(
        "bug: row 100 of a source of 100 rows",
      );
    } finally {
      await reader.close();
    }
  });

  it("makes examples there, of the rows that count, and says what a module refuses", async () => {
    const reader = remoteReader(startThread().thread);
    try {
      const source = await reader.open({ reader: "idx", path: "a.idx" });
      const javascript = `
        export const entries = {
          once: { inputs: [{ name: "a" }] },
          train: { inputs: [{ name: "$rows" }, { name: "a.rows" }, { name: "mean" }] },
        };
        export function call(entry, inputs, { dims, step }) {
          const mean = (data) => data.reduce((sum, value) => sum + value, 0) / data.length;
          if (entry === "once") return { mean: { shape: [], data: Float32Array.of(mean(inputs.a.data)) } };
          if (dims.M !== 3) throw new Error("bug: M is " + dims.M);
          const x = Float32Array.from(inputs["a.rows"].data, (value) => value - inputs.mean.data[0] + 1000 * step);
          return { x: { shape: [x.length / 2, 2], data: x }, at: { shape: [inputs.$rows.length], data: inputs.$rows } };
        }`;
      const module = { name: "D", javascript, weights: new Uint8Array(), seed: 1 };
      const declared = [{ name: "a", shape: ["M", 2], inputs: { row: "a.rows", once: "a" } }];
      const sources = [{ source, rows: Int32Array.of(4, 10, 40) }];
      const feeder = await reader.feed({ sources, declared, module, dims: { M: 3 } });
      // Rows 4, 10 and 40 hold 8 9, 20 21 and 80 81.
      const mean = (8 + 9 + 20 + 21 + 80 + 81) / 6;
      const orders = [
        { entry: "train", rows: Int32Array.of(2, 0), step: 5 },
        { entry: "train", rows: Int32Array.of(1), step: 0 },
      ] as const;
      const [first, second] = await Promise.all(orders.map(feeder));
      expect(first).toEqual({
        x: Float32Array.from([80, 81, 8, 9], (value) => value - mean + 5000),
        at: Int32Array.of(2, 0),
      });
      expect(second).toEqual({ x: Float32Array.of(20 - mean, 21 - mean), at: Int32Array.of(1) });

      const none = { ...module, javascript: "" };
      const refused = reader.feed({ sources, declared, module: none, dims: { M: 3 } });
      await expect(refused).rejects.toEqual(new FeedError("this module has no text"));
      const wrong = await reader.feed({ sources, declared, module, dims: { M: 4 } });
      await expect(wrong(orders[0])).rejects.toThrow("bug: M is 4");
    } finally {
      await reader.close();
    }
  });

  it("fails all that waits when its thread dies, and all that is asked later", async () => {
    const { thread, worker } = startThread();
    const reader = remoteReader(thread);
    const source = await reader.open({ reader: "idx", path: "a.idx" });
    // More than it can answer before it dies.
    const waiting = Promise.allSettled(Array.from({ length: 5000 }, () => source.whole()));
    await worker.terminate();
    const last = (await waiting).at(-1);
    expect(last).toEqual({ status: "rejected", reason: new Error("the reader ended") });
    await expect(source.whole()).rejects.toThrow(/the reader ended/);
  });
});

requires("chromium")("a reader in a page's worker", () => {
  afterAll(closeBrowser);

  it("reads blobs, unpacks them, and says what is missing", async () => {
    const site = await serve(folder);
    try {
      const { result, errors } = await visit(`${site.origin}/`);
      expect(errors).toEqual([]);
      // The sum of 0 to 199.
      expect(result).toEqual({
        shape: [100, 2],
        sum: 19900,
        missing: "DataError: b.csv: there is no such file",
      });
    } finally {
      await site.close();
    }
  });
});
