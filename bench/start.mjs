// @ts-check
// `node bench/start.mjs [PROCESSES]`: from the start of `import()` of the LeNet module to its first result, each time in a
// Node of its own that is up, with the module's files in the page cache; and what a page transfers before that.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { writeResult } from "../tools/figures.mjs";
import { buildModel, measuredSources, prepare, seed } from "./build-models.mjs";
import { summary } from "./by-turns.mjs";

const once = fileURLToPath(new URL("start-once.mjs", import.meta.url));
const lenet = { name: "lenet", weights: "lenet.safetensors" };

/** @param {string} url @returns {Record<"imported" | "loaded" | "answered", number>} */
function startOnce(url) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [once, url], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

/** What a page loads of a module besides its weights, after gzip. @param {string} folder */
function transferOf(folder) {
  const zipped = (/** @type {string} */ file) => gzipSync(readFileSync(join(folder, file))).byteLength;
  return {
    javascript: zipped("index.js"),
    code: Math.max(zipped("lenet.wasm"), zipped("lenet.relaxed.wasm")),
  };
}

async function main() {
  const processes = Number(process.argv[2] ?? 60);
  await prepare();
  const folder = buildModel(lenet);
  const url = pathToFileURL(join(folder, "index.js")).href;
  startOnce(url);
  const starts = Array.from({ length: processes }, () => startOnce(url));
  /** @type {Record<string, { value: number; unit: "ms" | "bytes" }>} */
  const figures = {};
  for (const mark of /** @type {const} */ (["imported", "loaded", "answered"])) {
    const { best, median } = summary(starts.map((one) => one[mark]));
    figures[`${mark}.best`] = { value: best, unit: "ms" };
    figures[`${mark}.median`] = { value: median, unit: "ms" };
    console.log(`${mark.padEnd(9)} after ${best.toFixed(2)} ms at best, ${median.toFixed(2)} in the median`);
  }
  const { javascript, code } = transferOf(folder);
  const trainer = transferOf(buildModel({ ...lenet, trains: true }));
  figures["script.gzip"] = { value: javascript, unit: "bytes" };
  figures["code.gzip"] = { value: code, unit: "bytes" };
  figures["transfer.gzip"] = { value: javascript + code, unit: "bytes" };
  figures["trainer.gzip"] = { value: trainer.javascript + trainer.code, unit: "bytes" };
  console.log(`${trainer.javascript + trainer.code} bytes after gzip with the trainer`);
  console.log(`${javascript + code} bytes after gzip: index.js ${javascript}, the larger code file ${code}`);
  console.log(`Node ${process.versions.node}, ${processes} processes`);
  writeResult("bench/results/start.json", {
    command: "node bench/start.mjs",
    seed,
    source: measuredSources,
    figures,
  });
}

await main();
