// @ts-check
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/**
 * SHA-256 over the names and bytes of files, folders taken with all that is in them. Time stamps take no part,
 * since a clone or a checkout gives every file a new one. A path that doesn't exist counts as an empty folder,
 * so that creating it changes the hash.
 * @param {string} root
 * @param {readonly string[]} paths relative to the root, with forward slashes
 * @returns {string} in hexadecimal
 */
export function contentHash(root, paths) {
  const hash = createHash("sha256");
  for (const path of filesUnder(root, paths)) {
    const bytes = readFileSync(join(root, path));
    hash.update(`${path}\0${bytes.length}\0`);
    hash.update(bytes);
  }
  return hash.digest("hex");
}

/**
 * Every file named by `paths` or lying under a folder in it, each once, in the order of their names. Installed packages
 * are left out: the lock file stands for them.
 * @param {string} root
 * @param {readonly string[]} paths
 * @returns {string[]}
 */
export function filesUnder(root, paths) {
  /** @type {Set<string>} */
  const found = new Set();
  for (const path of paths) collect(root, path, found);
  return [...found].sort();
}

/**
 * @param {string} root
 * @param {string} path
 * @param {Set<string>} found
 */
function collect(root, path, found) {
  const stats = statSync(join(root, path), { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isDirectory()) {
    found.add(path);
    return;
  }
  for (const name of readdirSync(join(root, path)))
    if (name !== "node_modules") collect(root, `${path}/${name}`, found);
}
