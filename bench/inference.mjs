// @ts-check
// `node bench/inference.mjs [ROUNDS]`: one inference (batch 1, one thread) of dlc's modules, of tfjs and of
// onnxruntime-web, each from a Float32Array to a Float32Array, by turns in this process, after all have been seen to agree.
import { existsSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { writeResult } from "../tools/figures.mjs";
import { buildModel, measuredSources, prepare, repository, seed } from "./build-models.mjs";
import { timeByTurns } from "./by-turns.mjs";
import { benchModels } from "./models.mjs";
import { startOnnxruntime } from "./onnxruntime-peer.mjs";
import { startTfjs } from "./tfjs-peer.mjs";
import { readWeights } from "./weights.mjs";

/** @import { BenchModel } from "./models.mjs" */
/** @typedef {(image: Float32Array) => Float32Array | Promise<Float32Array>} Forward */

const packages = ["@tensorflow/tfjs-core", "@tensorflow/tfjs-backend-wasm", "onnxruntime-web"];

/** Outputs may differ by this share of the largest. */
const tolerance = 1e-5;

/** @param {BenchModel} model @param {string} folder @returns {Promise<{ forward: Forward; variant: string }>} */
async function loadModule(model, folder) {
  const { load } = await import(pathToFileURL(join(folder, "index.js")).href);
  const loaded = await load();
  return {
    variant: loaded.info.variant,
    forward: (image) => loaded.forward({ image })[model.output].data,
  };
}

/** Numbers in [0, 1) that are the same in every run. @param {number} count @param {number} start */
function imageOf(count, start) {
  let state = Math.imul(start + 1, 2654435761) >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  });
}

/** @param {string} name @param {readonly number[]} actual @param {readonly number[]} right */
function checkAgreement(name, actual, right) {
  const largest = Math.max(...right.map(Math.abs));
  const apart = Math.max(...right.map((value, place) => Math.abs(value - (actual[place] ?? NaN))));
  if (actual.length !== right.length || !(apart / largest < tolerance))
    throw new Error(
      `${name} disagrees by ${apart / largest}: ${actual.join(" ")} instead of ${right.join(" ")}`,
    );
}

async function main() {
  const rounds = Number(process.argv[2] ?? 200);
  if (!existsSync(join(repository, "bench", "node_modules", "onnxruntime-web"))) {
    console.error("the peers are not installed: npm ci --prefix bench --ignore-scripts");
    process.exitCode = 2;
    return;
  }
  await prepare();
  const peers = [await startTfjs(), startOnnxruntime()];
  /** @type {Record<string, { value: number; unit: "us" | "ratio" }>} */
  const figures = {};
  /** @type {number[]} */
  const ratios = [];
  let variant = "";
  for (const model of benchModels) {
    const folder = buildModel(model);
    const weights = readWeights(join(folder, `${model.name}.safetensors`));
    const own = await loadModule(model, folder);
    variant = own.variant;
    /** @type {{ name: string; forward: Forward }[]} */
    const contenders = [{ name: "dlc", forward: own.forward }];
    for (const peer of peers) contenders.push({ name: peer.name, forward: await peer.load(model, weights) });
    const size = model.image.reduce((all, extent) => all * extent, 1);
    for (let place = 0; place < 5; place++) {
      const image = imageOf(size, place);
      const right = Array.from(await own.forward(image));
      for (const { name, forward } of contenders.slice(1))
        checkAgreement(`${name} on ${model.name}`, Array.from(await forward(image)), right);
    }
    const image = imageOf(size, 0);
    const times = await timeByTurns(
      contenders.map(({ name, forward }) => ({ name, run: () => forward(image) })),
      rounds,
    );
    for (const [name, { best, median }] of Object.entries(times)) {
      figures[`${model.name}.${name}.best`] = { value: 1000 * best, unit: "us" };
      figures[`${model.name}.${name}.median`] = { value: 1000 * median, unit: "us" };
    }
    const ratio = (/** @type {"best" | "median"} */ which) =>
      Math.min(...peers.map(({ name }) => times[name]?.[which] ?? NaN)) / (times["dlc"]?.[which] ?? NaN);
    figures[`${model.name}.ratio`] = { value: ratio("best"), unit: "ratio" };
    figures[`${model.name}.medianRatio`] = { value: ratio("median"), unit: "ratio" };
    ratios.push(ratio("best"));
    const columns = Object.entries(times).map(
      ([name, { best, median }]) => `${name} ${(1000 * best).toFixed(1)} (${(1000 * median).toFixed(1)})`,
    );
    console.log(
      `${model.title.padEnd(16)} ${columns.join("   ")}   ${ratio("best").toFixed(2)}× (${ratio("median").toFixed(2)}×)`,
    );
  }
  const mean = ratios.reduce((product, ratio) => product * ratio, 1) ** (1 / ratios.length);
  figures["meanRatio"] = { value: mean, unit: "ratio" };
  const versions = peers.map(({ name, version }) => `${name} ${version}`).join(", ");
  console.log(`\nµs per inference, best (median) of ${rounds} turns; × is the faster peer's time by dlc's`);
  console.log(`geometric mean ${mean.toFixed(2)}×`);
  console.log(`Node ${process.versions.node}, dlc's ${variant} code, ${versions}, ${cpus()[0]?.model}`);
  const [major = ""] = process.versions.node.split(".");
  writeResult(`bench/results/inference-node${major}.json`, {
    command: `npx -y node@${major} bench/inference.mjs`,
    seed,
    source: measuredSources,
    packages,
    lock: "bench/package-lock.json",
    figures,
  });
}

await main();
