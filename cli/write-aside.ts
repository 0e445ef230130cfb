import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { InputError, systemReason } from "./exit.ts";

/**
 * Writes a whole folder. Everything is written beside it first and renamed when complete, so that an interruption leaves
 * the folder as it was. A folder that holds other things than a former result is refused.
 */
export async function writeFolder(
  folder: string,
  files: ReadonlyMap<string, string | Uint8Array>,
  onFile?: (bytes: number) => void,
): Promise<void> {
  const target = existsSync(folder) ? realpathSync(folder) : resolve(folder);
  await whole(folder, target, async (aside) => {
    refuseForeign(folder, target, new Set(files.keys()));
    mkdirSync(aside);
    for (const [name, content] of files) {
      await writeFile(join(aside, name), content);
      onFile?.(typeof content === "string" ? content.length : content.byteLength);
    }
  });
}

/** Refuses a place where `writeWhole` would fail, before work is done that ends there. */
export function requireWritable(path: string): void {
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) {
      throw new InputError(`cannot write ${path}: it is a folder`);
    }
    const parent = existingParent(resolve(path));
    if (!statSync(parent).isDirectory()) throw new InputError(`cannot write ${path}: ${parent} is no folder`);
    accessSync(parent, constants.W_OK);
  } catch (error) {
    const reason = systemReason(error);
    throw reason === undefined ? error : new InputError(`cannot write ${path}: ${reason}`);
  }
}

/**
 * Writes one file, aside first. Whoever answers signals itself says so, and lets the writing come to its end.
 */
export async function writeWhole(
  path: string,
  content: string | Uint8Array,
  signals: "stop" | "wait" = "stop",
): Promise<void> {
  const target = existsSync(path) ? realpathSync(path) : resolve(path);
  if (statSync(target, { throwIfNoEntry: false })?.isDirectory() === true) {
    throw new InputError(`cannot write ${path}: it is a folder`);
  }
  await whole(path, target, (aside) => writeFile(aside, content), signals);
}

async function whole(
  shown: string,
  target: string,
  write: (aside: string) => Promise<void>,
  signals: "stop" | "wait" = "stop",
): Promise<void> {
  try {
    // Folders that don't exist yet are made last, so that there is nothing to take away after an interruption.
    const parent = existingParent(target);
    sweep(parent, target);
    const aside = asideName(parent, target, "new", process.pid);
    const restore = signals === "stop" ? removeWhenInterrupted(aside) : () => undefined;
    try {
      await write(aside);
      mkdirSync(dirname(target), { recursive: true });
      exchange(aside, target, asideName(parent, target, "old", process.pid));
    } finally {
      rmSync(aside, { recursive: true, force: true });
      restore();
    }
  } catch (error) {
    const reason = systemReason(error);
    throw reason === undefined ? error : new InputError(`cannot write ${shown}: ${reason}`);
  }
}

function existingParent(target: string): string {
  let parent = dirname(target);
  while (!existsSync(parent) && dirname(parent) !== parent) parent = dirname(parent);
  return parent;
}

function asideName(parent: string, target: string, age: "new" | "old", process: number): string {
  return join(parent, `.${basename(target)}.${age}-${process}.dlc`);
}

/** A folder cannot be replaced in one step: the old one steps aside for the moment between two renames. */
function exchange(aside: string, target: string, old: string): void {
  if (statSync(target, { throwIfNoEntry: false })?.isDirectory() !== true) {
    renameSync(aside, target);
    return;
  }
  renameSync(target, old);
  renameSync(aside, target);
  rmSync(old, { recursive: true });
}

/** What a killed process left: a half-written result goes, an old one that stepped aside and was not replaced returns. */
function sweep(parent: string, target: string): void {
  if (!existsSync(parent)) return;
  for (const name of readdirSync(parent)) {
    const left = /^\.(.+)\.(new|old)-(\d+)\.dlc$/.exec(name);
    if (left?.[1] !== basename(target) || isRunning(Number(left[3]))) continue;
    const path = join(parent, name);
    if (left[2] === "old" && !existsSync(target) && dirname(target) === parent) renameSync(path, target);
    else rmSync(path, { recursive: true, force: true });
  }
}

function isRunning(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Removes what is half-written before the signal does what it always does; answers how to stop that. */
function removeWhenInterrupted(aside: string): () => void {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const stop = (signal: NodeJS.Signals): void => {
    restore();
    rmSync(aside, { recursive: true, force: true });
    process.kill(process.pid, signal);
  };
  const restore = (): void => {
    for (const signal of signals) process.removeListener(signal, stop);
  };
  for (const signal of signals) process.on(signal, stop);
  return restore;
}

/** The new files replace the whole folder, so it may hold only them and what a former build lists as its own. */
function refuseForeign(shown: string, target: string, names: ReadonlySet<string>): void {
  if (!existsSync(target)) return;
  if (!statSync(target).isDirectory()) throw new InputError(`cannot write ${shown}: it is a file`);
  const former = new Set(formerFiles(target));
  const foreign = readdirSync(target).filter((name) => !names.has(name) && !former.has(name));
  if (foreign.length === 0) return;
  const [first] = foreign;
  const rest = foreign.length === 1 ? "" : ` and ${foreign.length - 1} more`;
  throw new InputError(
    `${shown} holds ${first ?? ""}${rest}, which dlc did not write and would replace; give a folder of its own with -o`,
  );
}

function formerFiles(target: string): readonly string[] {
  const path = join(target, "package.json");
  if (!existsSync(path)) return [];
  try {
    const manifest: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof manifest !== "object" || manifest === null || !("files" in manifest)) return [];
    return Array.isArray(manifest.files) ? manifest.files.filter((name) => typeof name === "string") : [];
  } catch {
    return [];
  }
}
