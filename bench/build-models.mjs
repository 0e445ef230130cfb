// @ts-check
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { benchModels } from "./models.mjs";

/** @import { BenchModel } from "./models.mjs" */

export const repository = dirname(dirname(fileURLToPath(import.meta.url)));

/** Of the initial weights of models that come without. */
export const seed = 1;

/** What a figure about generated modules depends on. */
export const measuredSources = [
  ...["compiler", "runtime", "stdlib"],
  ...benchModels.map(({ name }) => `examples/${name}/${name}.dl`),
];

/**
 * Builds an example with the built command, as a user would; answers the module's folder.
 * @param {Pick<BenchModel, "name" | "weights"> & { trains?: boolean }} model
 */
export function buildModel({ name, weights, trains = false }) {
  const example = join("examples", name);
  const from = weights === undefined ? ["--seed", String(seed)] : ["--weights", join(example, weights)];
  const target = join("bench", trains ? `${name}-trains` : name);
  return build(join(example, `${name}.dl`), target, trains ? [...from, "--train"] : from);
}

/** A model of `bench/training/` with its trainer; answers the module's folder. @param {string} name */
export function buildTrainer(name) {
  const from = ["--train", "--seed", String(seed)];
  return build(join("bench", "training", `${name}.dl`), join("bench", "training", name), from);
}

/** A model of `bench/step/` that remembers so many places; answers the module's folder. @param {string} name @param {number} context */
export function buildStep(name, context) {
  const from = ["--seed", String(seed), "--set", `context=${context}`];
  return build(join("bench", "step", `${name}.dl`), join("bench", "step", `${name}-${context}`), from);
}

/** @param {string} source @param {string} target in `.cache` @param {readonly string[]} options */
function build(source, target, options) {
  const folder = join(repository, ".cache", target);
  mkdirSync(dirname(folder), { recursive: true });
  const { status, stderr } = spawnSync(
    process.execPath,
    [join("dist", "dlc.js"), "build", source, ...options, "-o", folder],
    { cwd: repository, encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`dlc build ${source} failed:\n${stderr}`);
  return folder;
}

/** `dist/` as the sources say, before anything is measured. */
export async function prepare() {
  const { buildAll, buildIsCurrent } = await import("../tools/build.mjs");
  if (!buildIsCurrent(repository)) await buildAll(repository);
}
