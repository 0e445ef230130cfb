// @ts-check
// What the npm scripts need before they run: Node, the packages of the lock file, `dist/`, and with `--tests` the system
// packages of some suites. Nothing but Node's own modules until the packages are there; quiet where there is nothing to do.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const repository = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Why this Node is too old, or nothing.
 * @param {string} version such as `20.19.0`
 * @returns {string | undefined}
 */
export function nodeTooOld(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return undefined;
  return `dlc needs Node 20.19 or newer; this is ${version} (${process.execPath}).`;
}

/**
 * @typedef {object} LockedPackage
 * @property {string} [version]
 * @property {string} [integrity]
 * @property {boolean} [optional]
 */

/**
 * True where `node_modules` holds what the lock file asks for. npm writes a lock file of its own into the folder when an
 * installation is complete; the two are compared by content, since a clone gives all files new times. Packages for
 * other systems are optional, and absent by right.
 * @param {string} root
 */
export function installationIsCurrent(root) {
  const wanted = lockedPackages(join(root, "package-lock.json"));
  const installed = lockedPackages(join(root, "node_modules", ".package-lock.json"));
  if (wanted === undefined) throw new Error(`${root} has no readable package-lock.json`);
  if (installed === undefined) return false;
  const same = (/** @type {string} */ path) =>
    installed[path]?.version === wanted[path]?.version &&
    installed[path]?.integrity === wanted[path]?.integrity;
  const needed = Object.keys(wanted).filter((path) => path !== "" && wanted[path]?.optional !== true);
  return needed.every(same) && Object.keys(installed).every(same);
}

/**
 * @param {string} path
 * @returns {Record<string, LockedPackage> | undefined}
 */
function lockedPackages(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8")).packages;
  } catch {
    return undefined;
  }
}

/** @param {string} root */
function install(root) {
  console.log("prepare: installing packages (npm ci)");
  const npm = process.env["npm_execpath"];
  const args = ["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"];
  const [command, all] = npm?.endsWith("js") ? [process.execPath, [npm, ...args]] : ["npm", args];
  const { status, error } = spawnSync(command, all, {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    shell: command === "npm" && process.platform === "win32",
  });
  if (status !== 0) fail(`npm ci failed${error === undefined ? "" : `: ${error.message}`}`);
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  console.error(`prepare: ${message}`);
  process.exit(1);
}

/** @param {readonly string[]} args */
async function main(args) {
  const old = nodeTooOld(process.versions.node);
  if (old !== undefined) fail(old);
  if (!installationIsCurrent(repository)) install(repository);
  if (args.includes("--tests")) {
    const { installSystemPackages } = await import("./system.mjs");
    installSystemPackages();
  }
  const { buildAll, buildIsCurrent } = await import("./build.mjs");
  if (buildIsCurrent(repository)) return;
  console.log("prepare: building dist/");
  try {
    await buildAll(repository);
  } catch (error) {
    fail(`the build failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  await main(process.argv.slice(2));
