// @ts-check
// `node bench/step.mjs [ROUNDS]`: one cached step of a GPT (2 blocks of width 128, one stream, one thread) by how many places
// its memory has: when it is full, so that attention goes over all of them, and when eleven are filled; and a step that
// writes its row into the same memory and attends to nothing. What is counted is the processor's time.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { writeResult } from "../tools/figures.mjs";
import { buildStep, prepare, seed } from "./build-models.mjs";
import { timeByTurns } from "./by-turns.mjs";

const contexts = [64, 256, 1024, 4096];
const width = 128;
/** Steps after a reset that are timed as those at the beginning. */
const beginning = 11;

/** @typedef {{ step: (inputs: object) => unknown; reset: () => void }} Model */

/** @param {string} name @param {number} context @returns {Promise<Model>} */
async function loadStep(name, context) {
  const { load } = await import(pathToFileURL(join(buildStep(name, context), "index.js")).href);
  return load();
}

/** Milliseconds of the processor that something takes. @param {() => void} run */
function processorTime(run) {
  const start = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** Steps one after the other. @param {Model} model @param {object} inputs */
const onAndOn = (model, inputs) => (/** @type {number} */ calls) =>
  processorTime(() => {
    for (let call = 0; call < calls; call++) model.step(inputs);
  }) / calls;

/** The first steps after a reset, which itself is not counted. @param {Model} model @param {object} inputs */
const fromTheStart = (model, inputs) => (/** @type {number} */ calls) => {
  let [time, steps] = [0, 0];
  while (steps < calls) {
    model.reset();
    time += processorTime(() => {
      for (let call = 0; call < beginning; call++) model.step(inputs);
    });
    steps += beginning;
  }
  return time / steps;
};

async function main() {
  const rounds = Number(process.argv[2] ?? 30);
  await prepare();
  const id = { id: Int32Array.of(7) };
  const row = Float32Array.from({ length: width }, (_, at) => at / width);
  const contenders = [];
  for (const context of contexts) {
    const [full, begun, cache] = [
      await loadStep("gpt", context),
      await loadStep("gpt", context),
      await loadStep("cache", context),
    ];
    for (let place = 0; place < context; place++) full.step(id);
    contenders.push(
      { name: `full.${context}`, time: onAndOn(full, id) },
      { name: `begun.${context}`, time: fromTheStart(begun, id) },
      { name: `write.${context}`, time: onAndOn(cache, { k: row, v: row }) },
    );
  }
  const times = await timeByTurns(contenders, rounds);
  /** @type {Record<string, { value: number; unit: "us" | "ratio" }>} */
  const figures = {};
  for (const [name, { best, median }] of Object.entries(times)) {
    figures[`${name}.best`] = { value: 1000 * best, unit: "us" };
    figures[`${name}.median`] = { value: 1000 * median, unit: "us" };
    console.log(
      `${name.padEnd(11)} ${(1000 * best).toFixed(2)} µs at best, ${(1000 * median).toFixed(2)} in the median`,
    );
  }
  for (const kind of ["full", "begun", "write"]) {
    const [short, long] = [times[`${kind}.64`]?.best ?? NaN, times[`${kind}.4096`]?.best ?? NaN];
    figures[`${kind}.growth`] = { value: long / short, unit: "ratio" };
  }
  writeResult("bench/results/step.json", {
    command: "node bench/step.mjs",
    seed,
    source: ["compiler", "runtime", "stdlib", "bench/step"],
    figures,
  });
}

await main();
