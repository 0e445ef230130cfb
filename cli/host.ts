import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CheckHost } from "../compiler/check/index.ts";
import { InputError, systemReason } from "./exit.ts";

/** The built command has the library and the runtime beside it; from the sources, they are in the repository. */
const here = dirname(fileURLToPath(import.meta.url));
const isBuilt = existsSync(join(here, "stdlib"));
const library = isBuilt ? join(here, "stdlib") : join(here, "..", "stdlib");
const runtimeFolder = isBuilt ? join(here, "runtime") : join(here, "..", "dist", "runtime");

/** The script of the thread that reads data: `cli/read-data.ts`, built. */
export const dataThread = join(isBuilt ? here : join(here, "..", "dist"), "read-data.js");

/** No source is near this size; reading one would only end in a worse message. */
const largestFile = 64 * 2 ** 20;

/** Files for the compiler: the library by `std.nn`, everything else by path. */
export const fileHost: CheckHost = {
  read: (path) => {
    const library = libraryPath(path);
    return readIfThere(library ?? path);
  },
  resolve: (module, from) => {
    if (module.startsWith("std.")) return module;
    const beside = libraryPath(from) === undefined ? dirname(from) : "";
    return join(beside, `${module.replaceAll(".", "/")}.dl`);
  },
};

function libraryPath(path: string): string | undefined {
  const name = /^std\.([A-Za-z0-9_.]+)$/.exec(path)?.[1];
  return name === undefined ? undefined : join(library, `${name.replaceAll(".", "/")}.dl`);
}

function readIfThere(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true && stats.size <= largestFile
    ? new TextDecoder().decode(readFileSync(path))
    : undefined;
}

/** The text of a source that the user named; bytes that are no UTF-8 become U+FFFD, which the parser reports. */
export function readSource(path: string): string {
  const bytes = readGiven(path, largestFile);
  return new TextDecoder().decode(bytes);
}

/** The bytes of a file that the user named. */
export function readGiven(path: string, largest = Infinity): Uint8Array<ArrayBuffer> {
  try {
    const { size } = statSync(path);
    if (size > largest) {
      throw new InputError(`${path} has ${Math.round(size / 2 ** 20)} MiB: too much for a source`);
    }
    // Into memory of its own: small files are otherwise views into a pool, at offsets that typed arrays refuse.
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    const reason = systemReason(error);
    throw reason === undefined ? error : new InputError(`cannot read ${path}: ${reason}`);
  }
}

/** The built text of `runtime/entry-NAME.ts`, which is embedded in modules. */
export function runtimeText(name: string): string {
  return readFileSync(join(runtimeFolder, `${name}.js`), "utf8");
}
