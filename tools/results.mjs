// @ts-check
// `npm run results [-- NAME…]`: trains examples on real data by the command that their READMEs give, and writes what came
// out into `examples/NAME/result.json`, from which the READMEs take their figures (`npm run figures`).
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { contentHash } from "./content-hash.mjs";
import { writeResult } from "./figures.mjs";
import { leastSquaresLoss } from "./least-squares.mjs";
import { requirements } from "./system.mjs";

const repository = dirname(dirname(fileURLToPath(import.meta.url)));

/** @typedef {Readonly<Record<string, number>>} Metrics */

/**
 * @typedef {object} Example
 * @property {() => string | undefined} data the folder of its data
 * @property {readonly string[]} files what it reads there
 * @property {readonly (readonly string[])[]} runs the further arguments of each training
 * @property {number} seed of the result
 * @property {(tests: readonly Metrics[], seconds: number, folder: string) => Promise<Figures> | Figures} figures
 */

/** @typedef {Parameters<typeof writeResult>[1]["figures"]} Figures */

const packages = () => join(repository, "node_modules");
const { fashion, tables } = requirements;
const fashionFiles = ["train", "t10k"].flatMap((part) => [
  `${part}-images-idx3-ubyte.gz`,
  `${part}-labels-idx1-ubyte.gz`,
]);
const folds = [["--folds", "5", "--seed", "7"]];

/** @type {(tests: readonly Metrics[], seconds: number) => Figures} */
const accuracy = ([test], seconds) => ({
  accuracy: { value: test?.["accuracy"] ?? NaN, unit: "share" },
  seconds: { value: 1000 * seconds, unit: "ms" },
});

/** @type {Readonly<Record<string, Example>>} */
export const examples = {
  lenet: {
    data: packages,
    files: ["mnist/src/digits"],
    runs: [1, 2, 3, 4, 5].map((seed) => ["--seed", `${seed}`]),
    seed: 1,
    figures: (tests, seconds) => {
      const sorted = tests.map((test) => test["accuracy"] ?? NaN).toSorted((a, b) => a - b);
      return {
        "accuracy.median": { value: sorted[2] ?? NaN, unit: "share" },
        "accuracy.lowest": { value: sorted[0] ?? NaN, unit: "share" },
        "accuracy.highest": { value: sorted[4] ?? NaN, unit: "share" },
        seconds: { value: (1000 * seconds) / tests.length, unit: "ms" },
      };
    },
  },
  mlp: { data: fashion.find, files: fashionFiles, runs: [[]], seed: 1, figures: accuracy },
  "keras-cnn": { data: fashion.find, files: fashionFiles, runs: [[]], seed: 1, figures: accuracy },
  iris: { data: tables.find, files: ["iris.csv"], runs: folds, seed: 7, figures: accuracy },
  wine: { data: tables.find, files: ["wine_data.csv"], runs: folds, seed: 7, figures: accuracy },
  "breast-cancer": {
    data: tables.find,
    files: ["breast_cancer.csv"],
    runs: folds,
    seed: 7,
    figures: accuracy,
  },
  diabetes: {
    data: tables.find,
    files: ["diabetes_data_raw.csv.gz", "diabetes_target.csv.gz"],
    runs: folds,
    seed: 7,
    figures: async ([test], seconds, folder) => {
      const [table = "", target = ""] = examples["diabetes"]?.files ?? [];
      const line = await leastSquaresLoss(join(folder, table), join(folder, target), { folds: 5, seed: 7 });
      const loss = test?.["loss"] ?? NaN;
      return {
        loss: { value: loss, unit: "number" },
        leastSquares: { value: line, unit: "number" },
        ratio: { value: loss / line, unit: "ratio" },
        seconds: { value: 1000 * seconds, unit: "ms" },
      };
    },
  },
};

/**
 * One training, as a user types it.
 * @param {string} name of the example
 * @param {string} folder of its data
 * @param {readonly string[]} more arguments
 * @returns {Metrics} of its test
 */
export function trainOnce(name, folder, more) {
  const source = `examples/${name}/${name}.dl`;
  const log = mkdtempSync(join(tmpdir(), "dlc-results-"));
  const args = ["train", source, "--data", folder, ...more];
  try {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(repository, "dist", "dlc.js"), ...args, "--json", "--log", log],
      { cwd: repository, encoding: "utf8", maxBuffer: 2 ** 28 },
    );
    if (status !== 0) throw new Error(`dlc ${args.join(" ")}: ${stderr}${stdout.slice(-500)}`);
    return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "").test;
  } finally {
    rmSync(log, { recursive: true });
  }
}

/**
 * A source and what it imports of the library: when one of them changes, the result is old.
 * @param {string} path
 * @param {Set<string>} found
 * @returns {string[]}
 */
function sourcesOf(path, found = new Set()) {
  if (found.has(path)) return [];
  found.add(path);
  const text = readFileSync(join(repository, path), "utf8");
  for (const [, module] of text.matchAll(/^import std\.(\w+)/gm)) sourcesOf(`stdlib/${module}.dl`, found);
  return [...found].sort();
}

/** @param {string} name */
async function makeResult(name) {
  const example = examples[name];
  if (example === undefined)
    throw new Error(`there is no example ${name}; there are ${Object.keys(examples).join(", ")}`);
  const folder = example.data();
  if (folder === undefined)
    throw new Error(`the data of ${name} are missing: npm test installs them where it may`);
  const start = performance.now();
  const tests = example.runs.map((more) => {
    const test = trainOnce(name, folder, more);
    console.log(`${name} ${more.join(" ")}: ${JSON.stringify(test)}`);
    return test;
  });
  const seconds = (performance.now() - start) / 1000;
  const figures = await example.figures(tests, seconds, folder);
  writeResult(`examples/${name}/result.json`, {
    command: `npm run results -- ${name}`,
    seed: example.seed,
    source: sourcesOf(`examples/${name}/${name}.dl`),
    data: Object.fromEntries(example.files.map((file) => [file, contentHash(folder, [file])])),
    figures,
  });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const wanted = process.argv.slice(2);
  for (const name of wanted.length > 0 ? wanted : Object.keys(examples)) await makeResult(name);
}
