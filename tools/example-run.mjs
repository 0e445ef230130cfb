// @ts-check
// What a result of an example is made of: its training and its module, by the commands that its README gives.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const repository = dirname(dirname(fileURLToPath(import.meta.url)));

/** @typedef {Readonly<Record<string, number>>} Metrics */

/**
 * @typedef {object} Training that was run
 * @property {Metrics} test what its last judgement found
 * @property {string} weights the path of the weights that it left
 * @property {number} seconds of processor time that it took, which is about how long it takes on a machine that does nothing else
 */

/** @typedef {Record<string, { value: number; unit: import("./figures.mjs").Unit }>} Figures */

/**
 * @typedef {object} Example `result.mjs` in its folder, by default
 * @property {() => string | undefined | Promise<string | undefined>} data the folder of its data
 * @property {readonly string[]} files what it reads there
 * @property {readonly (readonly string[])[]} runs the further arguments of each training
 * @property {string} [source] the file that is trained, where it is not called like the folder
 * @property {number} seed of the result
 * @property {(trainings: readonly Training[], folder: string) => Promise<Figures> | Figures} figures
 * @property {readonly { readonly figure: string; readonly least?: number; readonly most?: number }[]} goals what is to be reached
 */

/**
 * One training, as a user types it. Whoever calls removes the folder of the weights.
 * @param {string} source path of the `.dl` file, relative to the repository
 * @param {string} data folder of its data
 * @param {readonly string[]} more arguments
 * @returns {Training}
 */
export function trainOnce(source, data, more) {
  const log = mkdtempSync(join(tmpdir(), "dlc-results-"));
  const weights = join(log, "trained.safetensors");
  const time = join(log, "processor-time");
  // Folds leave several weights, and none as the training's.
  const kept = more.includes("--folds") ? [] : ["-o", weights];
  const stdout = dlc(["train", source, "--data", data, ...more, "--json", "--log", log, ...kept], time);
  const seconds = Number(readFileSync(time, "utf8"));
  return { test: JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "").test, weights, seconds };
}

/**
 * Loss and metrics of some weights on the test data, as `dlc eval` tells them.
 * @param {string} source path of the `.dl` file, relative to the repository
 * @param {string} data folder of its data
 * @param {string} weights
 * @param {readonly string[]} [more] arguments
 * @returns {Metrics}
 */
export function evaluated(source, data, weights, more = []) {
  const stdout = dlc(["eval", source, "--data", data, "--weights", weights, ...more, "--json"]);
  return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "").test;
}

/** @param {Training} training whose files are not needed any more */
export function removeTraining({ weights }) {
  rmSync(dirname(weights), { recursive: true });
}

/**
 * The built module of a trained model, imported.
 * @param {string} source path of the `.dl` file, relative to the repository
 * @param {string} weights
 */
export async function importBuilt(source, weights) {
  const folder = mkdtempSync(join(tmpdir(), "dlc-results-"));
  try {
    dlc(["build", source, "--weights", weights, "-o", join(folder, "built")]);
    return await import(pathToFileURL(join(folder, "built", "inline.js")).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * @param {readonly string[]} args
 * @param {string} [time] where the seconds of processor time that it takes are written
 * @returns {string} what it printed
 */
export function dlc(args, time) {
  const watch =
    time === undefined ? [] : ["--import", new URL("tell-processor-time.mjs", import.meta.url).href];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...watch, join(repository, "dist", "dlc.js"), ...args],
    {
      cwd: repository,
      encoding: "utf8",
      maxBuffer: 2 ** 28,
      env: { ...process.env, ...(time !== undefined && { PROCESSOR_TIME: time }) },
    },
  );
  if (status !== 0) throw new Error(`dlc ${args.join(" ")}: ${stderr}${stdout.slice(-500)}`);
  return stdout;
}

/**
 * The figures of a classification: the share that is told rightly.
 * @param {readonly Training[]} trainings
 * @returns {Figures}
 */
export const accuracyOf = ([training]) => ({
  accuracy: { value: training?.test["accuracy"] ?? NaN, unit: "share" },
  seconds: { value: training?.seconds ?? NaN, unit: "seconds" },
});
