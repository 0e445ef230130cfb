// @ts-check
// Figures in pages come from result files that a command wrote. A page cites one so:
//
//   <!-- figure: bench/results/size.json#lenet.gzip -->16.1 KB<!-- /figure -->
//
// `npm run figures` puts the values of the files into the pages; a test checks that they are there, and that the sources
// which a result was measured on are the sources of today.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { contentHash, filesUnder } from "./content-hash.mjs";
import { declarationHash } from "./used-declarations.mjs";

const repository = dirname(dirname(fileURLToPath(import.meta.url)));

/** How a number of each unit is written. @satisfies {Record<string, (value: number) => string>} */
const formats = {
  /** bytes, in units of 1,000 */
  bytes: (value) =>
    value < 1000 ? `${value} B` : value < 1e6 ? `${three(value / 1e3)} KB` : `${three(value / 1e6)} MB`,
  us: (value) => `${three(value)} µs`,
  ms: (value) => (value < 1000 ? `${three(value)} ms` : `${three(value / 1000)} s`),
  count: (value) => Math.round(value).toLocaleString("en-GB"),
  /** a share between 0 and 1 */
  share: (value) => `${(100 * value).toFixed(2)} %`,
  ratio: (value) => `${value.toFixed(2)}×`,
  number: (value) => three(value),
  error: (value) => value.toExponential(1),
  nats: (value) => `${value.toFixed(3)} nats`,
  seconds: (value) => (value < 120 ? `${three(value)} s` : `${three(value / 60)} minutes`),
  gflops: (value) => `${three(value)} GFLOP/s`,
};

/** @param {number} value three significant digits, and no exponent @returns {string} */
const three = (value) => value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3);

/** @typedef {keyof typeof formats} Unit */

/**
 * @typedef {object} Result what a result file holds
 * @property {string} command that wrote it, as typed in the root of the repository
 * @property {number | null} seed of what was random, null where nothing was
 * @property {Record<string, string>} versions of Node and of the packages that matter
 * @property {Record<string, string>} source the files, folders and declarations measured, each with its hash
 * @property {Record<string, string>} [data] what was read from outside of the repository, each with its hash
 * @property {Record<string, { value: number; unit: Unit }>} figures
 */

/** @param {{ value: number; unit: Unit }} figure @returns {string} */
export function formatFigure({ value, unit }) {
  return formats[unit](value);
}

/**
 * Writes a result file: a bench or a training script calls it at its end.
 * @param {string} path relative to the repository
 * @param {Omit<Result, "source" | "versions"> & { source: readonly string[]; packages?: readonly string[]; lock?: string; versions?: Readonly<Record<string, string>> }} result
 *   `source`: the files, folders and declarations (`stdlib/nn.dl#Linear`) whose change makes the figures old; `packages`: npm packages whose version matters;
 *   `lock`: the lock file that has them, the root's where it is left out; `versions`: of what is no npm package
 * @param {string} [root]
 */
export function writeResult(
  path,
  { command, seed, source, packages = [], lock = "package-lock.json", versions = {}, data, figures },
  root = repository,
) {
  for (const file of source)
    if (!file.includes("#") && filesUnder(root, [file]).length === 0)
      throw new Error(`${path}: the source ${file} doesn't exist`);
  const locked = JSON.parse(readFileSync(join(root, lock), "utf8")).packages;
  /** @type {Result} */
  const result = {
    command,
    seed,
    versions: {
      node: process.versions.node,
      ...Object.fromEntries(packages.map((name) => [name, locked[`node_modules/${name}`].version])),
      ...versions,
    },
    source: Object.fromEntries(source.map((file) => [file, sourceHash(root, file) ?? ""])),
    ...(data && { data }),
    figures,
  };
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), `${JSON.stringify(result, null, 2)}\n`);
}

const citation = /<!-- figure: ([^#\s]+)#(\S+) -->(.*?)<!-- \/figure -->/g;

/**
 * What is wrong with the figures of a page: a value that the file doesn't give, a file that doesn't exist or has other
 * sources than those of today, a marker that is not closed, a measured number that no file stands behind.
 * @param {string} page its name, for the message
 * @param {string} text
 * @param {string} [root]
 * @returns {string[]}
 */
export function figureFaults(page, text, root = repository) {
  /** @type {string[]} */
  const faults = [];
  for (const [, file = "", name = "", shown = ""] of text.matchAll(citation)) {
    const result = readResult(file, root);
    const figure = result?.figures[name];
    if (result === undefined) faults.push(`${page}: ${file} is not a result file`);
    else if (figure === undefined) faults.push(`${page}: ${file} has no figure ${name}`);
    else if (formatFigure(figure) !== shown)
      faults.push(
        `${page}: ${file}#${name} is ${formatFigure(figure)}, the page says ${shown} (npm run figures)`,
      );
    if (result !== undefined)
      faults.push(...staleSources(file, result, root).map((fault) => `${page}: ${fault}`));
  }
  const rest = text.replace(citation, "");
  if (/<!-- \/?figure/.test(rest)) faults.push(`${page}: a figure marker that is not whole`);
  const prose = rest.replace(/^ *(```|~~~)[\s\S]*?^ *\1/gm, "").replace(/`[^`]*`/g, "");
  for (const [measured] of prose.matchAll(
    /\b\d[\d.,]*\s?(ms|µs|KB|kB|MB|GFLOP\/s|% (?:accuracy|of the digits))(?![\w])/g,
  ))
    faults.push(`${page}: "${measured}" comes from no result file`);
  return [...new Set(faults)];
}

/**
 * @param {string} root
 * @param {string} path of a file, a folder, or a declaration in a file
 */
function sourceHash(root, path) {
  return path.includes("#") ? declarationHash(root, path) : contentHash(root, [path]);
}

/**
 * @param {string} file
 * @param {Result} result
 * @param {string} root
 */
function staleSources(file, result, root) {
  const changed = Object.keys(result.source).filter((path) => sourceHash(root, path) !== result.source[path]);
  if (Object.keys(result.source).length === 0) return [`${file} names no source`];
  return changed.map((path) => `${file} was measured before ${path} changed; run: ${result.command}`);
}

/**
 * @param {string} file
 * @param {string} root
 * @returns {Result | undefined} nothing where it doesn't exist or lacks a field
 */
function readResult(file, root) {
  /** @type {Partial<Result>} */
  let result;
  try {
    result = JSON.parse(readFileSync(join(root, file), "utf8"));
  } catch {
    return undefined;
  }
  const { command, seed, versions, source, figures } = result;
  if (command === undefined || seed === undefined || versions?.["node"] === undefined) return undefined;
  return source === undefined || figures === undefined
    ? undefined
    : { command, seed, versions, source, figures };
}

/**
 * The page with today's values of its figures.
 * @param {string} text
 * @param {string} [root]
 */
export function refreshFigures(text, root = repository) {
  return text.replace(
    citation,
    (/** @type {string} */ whole, /** @type {string} */ file, /** @type {string} */ name) => {
      const figure = readResult(file, root)?.figures[name];
      return figure === undefined
        ? whole
        : `<!-- figure: ${file}#${name} -->${formatFigure(figure)}<!-- /figure -->`;
    },
  );
}

/**
 * The pages whose figures are checked.
 * @param {string} [root]
 */
export function pagesWithFigures(root = repository) {
  return filesUnder(root, ["README.md", "CHANGELOG.md", "docs", "examples", "bench"]).filter(
    (path) => path.endsWith(".md") && !path.includes("node_modules/"),
  );
}

function main() {
  for (const page of pagesWithFigures()) {
    const text = readFileSync(join(repository, page), "utf8");
    const fresh = refreshFigures(text);
    if (fresh !== text) writeFileSync(join(repository, page), fresh);
    for (const fault of figureFaults(page, fresh)) {
      console.error(fault);
      process.exitCode = 1;
    }
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) main();
