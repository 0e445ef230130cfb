// @ts-check
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * The declarations of the library and of neighbouring files that a source reaches by name, each as `stdlib/nn.dl#Linear`,
 * and the source itself: what has to be as it was for a result of the source to hold. What else stands in those files may
 * change. A name counts wherever it is written, so that too much may be reached and never too little.
 * @param {string} root
 * @param {string} path of the source, relative to the root
 * @returns {string[]} sorted
 */
export function usedDeclarations(root, path) {
  /** @type {Set<string>} */
  const found = new Set([path]);
  const source = readDeclarations(root, path);
  const queue = [...source.declarations.keys()].map((name) => ({ path, name }));
  for (const from of queue) {
    const { declarations, imports } = readDeclarations(root, from.path);
    for (const word of declarations.get(from.name)?.match(/\b[A-Za-z_]\w*\b/g) ?? []) {
      const home = declarations.has(word) ? from.path : imports.get(word);
      const key = `${home}#${word}`;
      if (home === undefined || home === path || found.has(key)) continue;
      if (!readDeclarations(root, home).declarations.has(word))
        throw new Error(`${from.path} imports ${word}, which ${home} doesn't declare`);
      found.add(key);
      queue.push({ path: home, name: word });
    }
  }
  return [...found].sort();
}

/**
 * SHA-256 of one declaration without its comments.
 * @param {string} root
 * @param {string} key such as `stdlib/nn.dl#Linear`
 * @returns {string | undefined} in hexadecimal; nothing where there is no such declaration
 */
export function declarationHash(root, key) {
  const [path = "", name = ""] = key.split("#");
  if (!existsSync(join(root, path))) return undefined;
  const text = readDeclarations(root, path).declarations.get(name);
  return text === undefined ? undefined : createHash("sha256").update(text).digest("hex");
}

/**
 * @typedef {object} Declarations
 * @property {ReadonlyMap<string, string>} declarations name to text, without comments
 * @property {ReadonlyMap<string, string>} imports name to the file that it comes from
 */

/**
 * A declaration begins at the start of a line, as the formatter writes it, and goes on to the next one.
 * @param {string} root
 * @param {string} path
 * @returns {Declarations}
 */
function readDeclarations(root, path) {
  const text = readFileSync(join(root, path), "utf8").replace(/\s*\/\/.*$/gm, "");
  /** @type {Map<string, string>} */
  const declarations = new Map();
  /** @type {Map<string, string>} */
  const imports = new Map();
  for (const part of text.split(/^(?=[A-Za-z_])/m)) {
    const taken = /^import ([\w.]+)\s*\{([^}]*)\}/.exec(part);
    if (taken !== null) {
      const [, module = "", names = ""] = taken;
      const home = module.startsWith("std.")
        ? `stdlib/${module.slice("std.".length)}.dl`
        : join(dirname(path), `${module.replaceAll(".", "/")}.dl`);
      for (const name of names.matchAll(/\w+/g)) imports.set(name[0], home);
      continue;
    }
    const name = /^(?:(?:fn|layer|model|optimizer|data|train)\s+)?([A-Za-z_]\w*)/.exec(part)?.[1];
    if (name !== undefined) declarations.set(name, `${declarations.get(name) ?? ""}${part.trimEnd()}\n`);
  }
  return { declarations, imports };
}
