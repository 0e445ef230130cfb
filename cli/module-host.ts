import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { TensorData } from "../runtime/pack.ts";
import { InputError } from "./exit.ts";

export type { TensorData };

/** An input or output as a module's `info` describes it. */
export interface Port {
  readonly name: string;
  readonly dtype: string;
  /** A free size by its name, or as the text of what it follows from. */
  readonly shape: readonly (number | string)[];
  /** What an input that is left out is filled with. */
  readonly default?: number;
}

export interface Ports {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

export interface Result {
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** What an entry is told beside its inputs. */
export interface CallOptions {
  /** Sizes that follow from no input. */
  readonly dims?: Readonly<Record<string, number>>;
  /** What random draws belong to. */
  readonly step?: number;
}

/** A loaded model, as far as the command line uses one. */
export interface RunnableModel {
  readonly entries: Readonly<Record<string, Ports>>;
  /** What trains it, where the module has that: `trainerOf` (`module-trainer.ts`) makes use of it. */
  readonly trainer?: unknown;
  readonly call: (
    entry: string,
    inputs: Readonly<Record<string, TensorData | Result>>,
    options?: CallOptions,
  ) => Readonly<Record<string, Result>>;
}

interface GeneratedModel {
  readonly info: { readonly entries: Readonly<Record<string, Ports>> };
  readonly trainer?: unknown;
}

interface LoadOptions {
  readonly weights?: Uint8Array;
  /** Of random draws. */
  readonly seed?: number;
}

interface GeneratedModule {
  readonly load: (options?: LoadOptions) => Promise<GeneratedModel>;
}

/** Loads the module in a folder that `dlc build` made. */
export async function loadFolder(folder: string): Promise<RunnableModel> {
  const index = join(folder, "index.js");
  if (!existsSync(index))
    throw new InputError(`${folder} is no folder that dlc build made: it has no index.js`);
  return loadModule(pathToFileURL(resolve(index)).href, folder, {});
}

/** Loads a module from its text, which imports nothing, and its weights. */
export async function loadText(
  javascript: string,
  weights: Uint8Array,
  name: string,
  seed?: number,
): Promise<RunnableModel> {
  const url = `data:text/javascript;base64,${Buffer.from(javascript).toString("base64")}`;
  return loadModule(url, name, { weights, ...(seed !== undefined && { seed }) });
}

async function loadModule(url: string, name: string, options: LoadOptions): Promise<RunnableModel> {
  const model = await loadModel(url, options).catch((error: unknown) => {
    throw new InputError(`cannot load ${name}: ${error instanceof Error ? error.message : String(error)}`);
  });
  return {
    entries: model.info.entries,
    trainer: model.trainer,
    call: (entry, inputs, call) => {
      const run: unknown = Reflect.get(model, entry);
      if (typeof run !== "function") throw new Error(`bug: ${name} has no function ${entry}`);
      return callEntry(() => Reflect.apply(run, model, [inputs, call]));
    },
  };
}

async function loadModel(url: string, options: LoadOptions): Promise<GeneratedModel> {
  const module: unknown = await import(url);
  if (!isModule(module)) throw new Error("it has no function load");
  return module.load(options);
}

function isModule(value: unknown): value is GeneratedModule {
  return typeof value === "object" && value !== null && "load" in value && typeof value.load === "function";
}

/** How a shape is given in JavaScript, and how on the command line. */
const shapeOnTheCommandLine = [
  "give tensor(data, shape)",
  "give lists in lists, as [[1, 2], [3, 4]], or a .npy or .json file",
] as const;

/** A module refuses inputs that don't fit by a RangeError or a TypeError; anything else is a bug. */
function callEntry(call: () => unknown): Readonly<Record<string, Result>> {
  try {
    const results = call();
    if (isResults(results)) return results;
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError)
      throw new InputError(error.message.replace(...shapeOnTheCommandLine));
    throw error;
  }
  throw new Error("bug: an entry gave something else than results");
}

function isResults(value: unknown): value is Readonly<Record<string, Result>> {
  return typeof value === "object" && value !== null;
}

export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
