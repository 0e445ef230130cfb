import { join } from "node:path";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { tensorOf } from "../../compiler/graph/index.ts";
import { tensorError, tolerance } from "../numeric/tensor-error.ts";
import { requires } from "../requirements.ts";
import { lenetConsumer, logitsIn, logitsInNode, makeImage } from "./consumer.ts";
import { startWorker } from "./workerd.ts";

requires("workerd")("in workerd, which compiles no code at run time", () => {
  test("a worker answers the logits that Node computes, by the export condition workerd", async () => {
    const consumer = await lenetConsumer();
    const entry = consumer.write(
      "worker/source.js",
      `import { load } from "lenet";
       export default {
         async fetch() {
           const lenet = await load();
           const image = (${makeImage})(3);
           return Response.json({ logits: Array.from(lenet.forward({ image }).logits.data) });
         },
       };`,
    );
    const folder = join(entry, "..", "out");
    // As its own tools bundle a worker: the code files stay modules of their own.
    await build({
      entryPoints: { main: entry },
      bundle: true,
      format: "esm",
      conditions: ["workerd"],
      loader: { ".wasm": "copy" },
      assetNames: "[name]",
      outdir: folder,
      logLevel: "silent",
    });
    const worker = await startWorker(folder);
    try {
      const answer = await worker.ask();
      const expected = await logitsInNode("lenet", consumer);
      expect(expected).toHaveLength(30);
      expect(new Set(expected).size).toBeGreaterThan(10);
      expect(tensorError(tensorOf([3, 10], logitsIn(answer)), tensorOf([3, 10], expected))).toBeLessThan(
        tolerance,
      );
    } finally {
      await worker.close();
    }
  });
});
