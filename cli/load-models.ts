import { basename, normalize } from "node:path";
import { parse } from "../grammar/index.ts";
import { check, type CheckedModel } from "../compiler/check/index.ts";
import type { CompileHost, CompileOptions } from "../compiler/compile.ts";
import type { Diagnostic } from "../compiler/diagnostics/index.ts";
import type { Compression } from "../compiler/interop/compress-weights.ts";
import { elaborate } from "../compiler/elaborate/index.ts";
import type { Program } from "../compiler/graph/graph.ts";
import {
  judgeWeights,
  openWeights,
  weightShapes,
  type WeightsFile,
} from "../compiler/interop/safetensors.ts";
import { fileHost, readGiven, readSource, runtimeText } from "./host.ts";
import type { Assignment } from "./assignment.ts";
import { CallError } from "./exit.ts";
import { hasErrors } from "./show-diagnostics.ts";

/** The options of whatever looks at a model. */
export interface ModelFlags {
  readonly model?: string;
  readonly weights?: string;
  readonly set: readonly Assignment[];
}

/** The options of whatever makes code of a model and weights. */
export interface CompressionFlags extends ModelFlags {
  readonly prune?: number;
  readonly pruneEach?: number;
  readonly quantise?: "int8";
}

/** What the given weights are to lose. */
export function compressionOf({ weights, prune, pruneEach, quantise }: CompressionFlags): Compression {
  if (weights === undefined && (prune ?? pruneEach) !== undefined) {
    throw new CallError("what is pruned are weights that training found: give them with --weights");
  }
  return { prune, pruneEach, quantise };
}

/** A source that the user named, with what is asked of it. */
export interface Given {
  readonly path: string;
  readonly text: string;
  readonly host: CompileHost;
  readonly options: Pick<CompileOptions, "model" | "set" | "weights">;
  /** Of the weights file, where it is torn. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Opens the source and the weights file. */
export function openGiven(file: string, flags: ModelFlags): Given {
  const path = normalize(file);
  const text = readSource(path);
  const opened = openGivenWeights(flags.weights);
  const host: CompileHost = {
    ...fileHost,
    read: (asked) => (asked === path ? text : fileHost.read(asked)),
    runtime: runtimeText,
  };
  const set = Object.fromEntries(flags.set.map(({ name, value }) => [name, settingOf(value)]));
  const options = { model: flags.model, set };
  return "code" in opened
    ? { path, text, host, options, diagnostics: [opened] }
    : { path, text, host, options: { ...options, weights: opened.weights }, diagnostics: [] };
}

function openGivenWeights(
  path: string | undefined,
): Diagnostic | { readonly weights: WeightsFile | undefined } {
  if (path === undefined) return { weights: undefined };
  const opened = openWeights(basename(path), readGiven(path));
  return "code" in opened ? opened : { weights: opened };
}

/** What `--set name=…` gives: a number, a truth, else a text. */
function settingOf(value: string): string | number | boolean {
  if (value === "true" || value === "false") return value === "true";
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value) ? Number(value) : value;
}

/** The models that a source declares, as far as it parses; only the one that is asked for. */
export function modelNames({ path, text, options }: Given): readonly string[] {
  const names = parse({ path, text }).file.declarations.flatMap((one) =>
    one.kind === "model" ? [one.name.text] : [],
  );
  return names.filter((name) => options.model === undefined || name === options.model);
}

export interface LoadedModel {
  readonly model: CheckedModel;
  readonly program: Program;
}

export interface LoadedModels {
  /** None where there is an error. */
  readonly models: readonly LoadedModel[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Checks a source, with `train` its train blocks too, and the weights that it is to have against each of its models. */
export function loadModels(
  { path, host, options, diagnostics: torn }: Given,
  { train = false }: { readonly train?: boolean } = {},
): LoadedModels {
  if (torn.length > 0) return { models: [], diagnostics: torn };
  const { model, set, weights } = options;
  const checked = check(host, path, {
    model,
    set,
    train,
    weights: weights && { name: weights.name, tensors: weightShapes(weights) },
  });
  const models = checked.models.map((one) => ({ model: one, program: elaborate(one) }));
  const judged = weights === undefined ? [] : models.flatMap(({ program }) => judgeWeights(program, weights));
  const diagnostics = [...checked.diagnostics, ...judged];
  return { models: hasErrors(diagnostics) ? [] : models, diagnostics };
}
