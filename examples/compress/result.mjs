// @ts-check
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { digits } from "../../tools/digits.mjs";
import { dlc, evaluated } from "../../tools/example-run.mjs";

const source = "examples/compress/compress.dl";
const weights = "examples/lenet/lenet.safetensors";
const shares = ["0.5", "0.8", "0.9", "0.95"];

/** @type {import("../../tools/example-run.mjs").Example} */
export default {
  ...digits,
  runs: shares.map((share) => ["--weights", weights, "--prune", share]),
  seed: 1,
  figures: (trainings, folder) => {
    /** @param {readonly string[]} more */
    const accuracy = (more) => ({
      value: evaluated(source, folder, weights, more)["accuracy"] ?? NaN,
      unit: /** @type {const} */ ("share"),
    });
    const pruned = shares.flatMap((share, run) => [
      /** @type {const} */ ([`pruned.${share}`, accuracy(["--prune", share])]),
      /** @type {const} */ ([
        `tuned.${share}`,
        { value: trainings[run]?.test["accuracy"] ?? NaN, unit: "share" },
      ]),
    ]);
    return {
      accuracy: accuracy([]),
      bytes: { value: builtBytes([]), unit: "bytes" },
      "int8.accuracy": accuracy(["--quantise", "int8"]),
      "int8.bytes": { value: builtBytes(["--quantise", "int8"]), unit: "bytes" },
      ...Object.fromEntries(pruned),
      seconds: { value: Math.max(...trainings.map(({ seconds }) => seconds)), unit: "seconds" },
    };
  },
  goals: [
    { figure: "accuracy", least: 0.97 },
    { figure: "int8.accuracy", least: 0.97 },
    { figure: "tuned.0.5", least: 0.97 },
    { figure: "tuned.0.8", least: 0.97 },
    { figure: "tuned.0.9", least: 0.965 },
  ],
};

/** @param {readonly string[]} more arguments @returns {number} the size of the weights of the module */
function builtBytes(more) {
  const folder = mkdtempSync(join(tmpdir(), "dlc-results-"));
  try {
    dlc(["build", source, "--weights", weights, ...more, "-o", join(folder, "built")]);
    return statSync(join(folder, "built", "compress.safetensors")).size;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
