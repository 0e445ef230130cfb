// @ts-check
// `npm test`: types, lint, format, then the tests; each of the first three counts as one check. What fails is printed in
// full, what was skipped by name, and the last line is `N passed, N failed, N skipped`.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const repository = dirname(dirname(fileURLToPath(import.meta.url)));
const report = join(repository, ".cache", "vitest.json");

/**
 * What a step found: counts, and the names of what failed and of what was skipped.
 * @typedef {{ passed: number; failed: string[]; skipped: string[] }} Outcome
 */

/**
 * @typedef {object} VitestReport the part of vitest's JSON report that is read here
 * @property {{ name: string; status: string; message?: string;
 *   assertionResults: { fullName: string; status: string }[] }[]} testResults
 */

/**
 * Reads a vitest report. A file that could not be loaded has no results and counts as one failure, and so does a run
 * that ended in an error though no test failed: nothing that went wrong may look like success.
 * @param {VitestReport | undefined} json
 * @param {number} status of the process
 * @param {string} root
 * @returns {Outcome}
 */
export function readReport(json, status, root) {
  if (json === undefined) return { passed: 0, failed: ["vitest ended without a report"], skipped: [] };
  /** @type {Outcome} */
  const outcome = { passed: 0, failed: [], skipped: [] };
  for (const file of json.testResults) {
    const path = relative(root, file.name);
    if (file.status === "failed" && file.assertionResults.every((test) => test.status !== "failed"))
      outcome.failed.push(`${path} did not load, or failed outside its tests: ${file.message ?? ""}`);
    for (const test of file.assertionResults) {
      const name = `${path} › ${test.fullName}`;
      if (test.status === "passed") outcome.passed++;
      else if (test.status === "failed") outcome.failed.push(name);
      else outcome.skipped.push(name);
    }
  }
  if (status !== 0 && outcome.failed.length === 0) outcome.failed.push("vitest failed outside the tests");
  return outcome;
}

/**
 * Runs a program of `node_modules`, and resolves to its exit status and, if asked to keep it, its output.
 * @param {string} script relative to `node_modules`
 * @param {readonly string[]} args
 * @param {{ keep: boolean }} options
 * @returns {Promise<{ status: number; output: string; seconds: number }>}
 */
function run(script, args, { keep }) {
  const start = performance.now();
  const child = spawn(process.execPath, [join(repository, "node_modules", script), ...args], {
    cwd: repository,
    env: process.stdout.isTTY ? process.env : { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined },
    stdio: keep ? ["ignore", "pipe", "pipe"] : ["ignore", "inherit", "inherit"],
  });
  let output = "";
  child.stdout?.on("data", (/** @type {Buffer} */ chunk) => (output += chunk.toString()));
  child.stderr?.on("data", (/** @type {Buffer} */ chunk) => (output += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) =>
      resolve({ status: code ?? 1, output, seconds: (performance.now() - start) / 1000 }),
    );
  });
}

const staticChecks = [
  { name: "types (tsc)", script: "typescript/bin/tsc", args: ["--noEmit", "--pretty", "false"] },
  { name: "lint (eslint)", script: "eslint/bin/eslint.js", args: ["."] },
  {
    name: "format (prettier)",
    script: "prettier/bin/prettier.cjs",
    args: ["--check", "--log-level=warn", "."],
  },
];

/** @returns {Promise<Outcome>} */
async function runStaticChecks() {
  /** @type {Outcome} */
  const outcome = { passed: 0, failed: [], skipped: [] };
  // Side by side: each uses one core, and together they take as long as the slowest.
  await Promise.all(
    staticChecks.map(async ({ name, script, args }) => {
      const { status, output, seconds } = await run(script, args, { keep: true });
      console.log(`${status === 0 ? "passed" : "FAILED"}  ${name}, ${seconds.toFixed(1)} s`);
      if (status === 0) outcome.passed++;
      else {
        outcome.failed.push(name);
        console.log(output.trimEnd());
      }
    }),
  );
  return outcome;
}

/**
 * @param {readonly string[]} args
 * @returns {Promise<Outcome>}
 */
async function runVitest(args) {
  mkdirSync(dirname(report), { recursive: true });
  rmSync(report, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const { status } = await run("vitest/vitest.mjs", ["run", ...reporters, ...args], { keep: false });
  return readReport(readJson(report), status, repository);
}

/**
 * @param {string} path
 * @returns {VitestReport | undefined}
 */
function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * The lines that end a run, and its exit code. With `DLC_REQUIRE=all` a skipped test is a failed one.
 * @param {readonly Outcome[]} outcomes
 * @param {boolean} requireAll
 * @returns {{ lines: string[]; code: number }}
 */
export function closing(outcomes, requireAll) {
  const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
  const skippedNames = outcomes.flatMap((outcome) => outcome.skipped);
  const failed = outcomes.flatMap((outcome) => outcome.failed);
  if (requireAll) failed.push(...skippedNames.map((name) => `${name} (skipped, under DLC_REQUIRE=all)`));
  const skipped = requireAll ? [] : skippedNames;
  const lines = [
    ...skipped.map((name) => `skipped: ${name}`),
    ...failed.map((name) => `failed:  ${name}`),
    `${passed} passed, ${failed.length} failed, ${skipped.length} skipped`,
  ];
  return { lines, code: failed.length > 0 ? 1 : 0 };
}

/** @param {readonly string[]} args `--full`, then what vitest shall take */
async function main(args) {
  const full = args.includes("--full");
  const rest = args.filter((arg) => arg !== "--full");
  const outcomes = full
    ? [await runVitest(["--mode", "full", "--passWithNoTests", ...rest])]
    : [await runStaticChecks(), await runVitest(rest)];
  const { lines, code } = closing(outcomes, process.env["DLC_REQUIRE"] === "all");
  console.log(lines.join("\n"));
  process.exitCode = code;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  await main(process.argv.slice(2));
