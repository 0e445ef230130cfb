// @ts-check
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * A thing that some suites need and that not every machine has.
 * @typedef {object} Requirement
 * @property {string} what as a person calls it
 * @property {readonly string[]} packages what apt-get installs for it; none where npm brings it
 * @property {boolean} [unpack] whether only their own files are needed, beside the system: not installed, and without what they depend on
 * @property {() => string | undefined} find where it is, if it is there
 */

/**
 * @param {readonly string[]} paths
 * @returns {string | undefined}
 */
const firstOf = (paths) => paths.find((path) => existsSync(path));

/** Chromium, or a browser of its family; `CHROMIUM` names one elsewhere. */
function findChromium() {
  return firstOf([
    ...(process.env["CHROMIUM"] ? [process.env["CHROMIUM"]] : []),
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
  ]);
}

/** The Vulkan loader, which Chromium's software WebGPU adapter needs. */
function findVulkan() {
  if (process.platform !== "linux") return undefined;
  const folders = readdirSync("/usr/lib", { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.endsWith("-linux-gnu"))
    .map((entry) => `/usr/lib/${entry.name}`);
  return firstOf([...folders, "/usr/lib", "/usr/lib64"].map((folder) => `${folder}/libvulkan.so.1`));
}

/** The folder of Fashion-MNIST's four files. */
function findFashion() {
  const folder = "/usr/share/datasets/fashion-mnist";
  return existsSync(`${folder}/train-images-idx3-ubyte.gz`) ? folder : undefined;
}

/** Where packages are unpacked of which only some files are needed, and not what they depend on. */
const unpacked = join(dirname(dirname(fileURLToPath(import.meta.url))), ".cache", "debian");

/** The folder of the tables that come with scikit-learn: iris.csv and others. */
function findTables() {
  const folder = "usr/lib/python3/dist-packages/sklearn/datasets/data";
  return firstOf([`/${folder}`, join(unpacked, folder)].map((path) => `${path}/iris.csv`))?.replace(
    /\/iris\.csv$/,
    "",
  );
}

/** Cloudflare's runtime: npm brings a binary, for the common systems only. */
function findWorkerd() {
  try {
    const binary = createRequire(import.meta.url)("workerd").default;
    return spawnSync(binary, ["--version"]).status === 0 ? binary : undefined;
  } catch {
    return undefined;
  }
}

/** @satisfies {Record<string, Requirement>} */
export const requirements = {
  chromium: { what: "the Chromium browser", packages: ["chromium"], find: findChromium },
  vulkan: { what: "the Vulkan loader", packages: ["libvulkan1"], find: findVulkan },
  fashion: { what: "the Fashion-MNIST data set", packages: ["dataset-fashion-mnist"], find: findFashion },
  tables: {
    what: "the tables of scikit-learn",
    packages: ["python3-sklearn"],
    unpack: true,
    find: findTables,
  },
  workerd: { what: "a workerd that runs on this system", packages: [], find: findWorkerd },
};

/** @typedef {keyof typeof requirements} RequirementName */

const record = join(dirname(dirname(fileURLToPath(import.meta.url))), ".cache", "system-packages.json");

/**
 * Looks for what the suites need and installs what is missing where that is possible: as root, with apt-get.
 * A failed attempt is recorded and not repeated, since it may take minutes without a network, except where
 * `DLC_REQUIRE=all` demands it. What stays missing is skipped by name by the suites that need it.
 */
export function installSystemPackages() {
  const missing = Object.values(/** @type {Readonly<Record<string, Requirement>>} */ (requirements)).filter(
    ({ packages, find }) => packages.length > 0 && find() === undefined,
  );
  if (missing.length === 0) return;
  const packages = missing.flatMap((requirement) => requirement.packages);
  const names = missing.map((requirement) => requirement.what).join(" and ");
  const demanded = process.env["DLC_REQUIRE"] === "all";
  const reason = whyNotInstall(packages, demanded);
  if (reason !== undefined) {
    console.log(`prepare: ${names} missing, ${reason}: the suites that need them are skipped.`);
    return;
  }
  console.log(`prepare: ${names} missing: apt-get install ${packages.join(" ")}`);
  const whole = missing.flatMap(({ packages: own, unpack }) => (unpack === true ? [] : own));
  const parts = missing.flatMap(({ packages: own, unpack }) => (unpack === true ? own : []));
  const done =
    apt(["update"]) &&
    (whole.length === 0 || apt(["install", "-y", "--no-install-recommends", ...whole])) &&
    parts.every(unpackDebian);
  if (!done) {
    mkdirSync(dirname(record), { recursive: true });
    writeFileSync(record, JSON.stringify({ failed: packages }));
    console.log("prepare: apt-get failed; the suites that need them are skipped.");
  }
}

/**
 * Puts the files of a Debian package under `.cache/debian`, without installing it.
 * @param {string} name
 * @returns {boolean} whether that went well
 */
export function unpackDebian(name) {
  const folder = mkdtempSync(join(tmpdir(), "dlc-package-"));
  try {
    if (!apt(["download", name], folder)) return false;
    const [file] = readdirSync(folder);
    if (file === undefined) return false;
    mkdirSync(unpacked, { recursive: true });
    return spawnSync("dpkg-deb", ["--extract", join(folder, file), unpacked]).status === 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * @param {readonly string[]} packages
 * @param {boolean} demanded
 * @returns {string | undefined}
 */
function whyNotInstall(packages, demanded) {
  if (process.getuid?.() !== 0) return `not root (as root: apt-get install ${packages.join(" ")})`;
  if (!existsSync("/usr/bin/apt-get")) return "no apt-get here";
  if (!demanded && existsSync(record)) {
    const last = JSON.stringify({ failed: packages });
    if (readFileSync(record, "utf8") === last)
      return "an earlier apt-get failed (DLC_REQUIRE=all tries again)";
  }
  return undefined;
}

/**
 * @param {readonly string[]} args
 * @param {string} [folder] in which it runs
 */
function apt(args, folder) {
  const { status } = spawnSync("apt-get", args, {
    ...(folder !== undefined && { cwd: folder }),
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  return status === 0;
}
