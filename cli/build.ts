import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { isBuiltin } from "node:module";
import { compile, type CompiledModel } from "../compiler/compile.ts";
import { toJson, type Diagnostic } from "../compiler/diagnostics/index.ts";
import { sizeOfShape } from "../compiler/graph/tensor.ts";
import { CallError, exitCodes, InputError, type ExitCode } from "./exit.ts";
import { compressionOf, modelNames, openGiven, type CompressionFlags, type Given } from "./load-models.ts";
import { startProgress, type Progress } from "./progress.ts";
import { hasErrors, showDiagnostics } from "./show-diagnostics.ts";
import { colours, say, sayJson, showSize } from "./terminal.ts";
import { writeFolder } from "./write-aside.ts";

export interface BuildFlags extends CompressionFlags {
  readonly output?: string;
  readonly target: string;
  readonly seed?: number;
  readonly train?: boolean;
  readonly strict?: boolean;
  readonly json?: boolean;
}

interface Built {
  readonly folder: string;
  readonly made: CompiledModel;
}

/** Makes the npm package of each model of a source. Nothing is written before all of them are made. */
export async function build(file: string, flags: BuildFlags): Promise<ExitCode> {
  if (flags.target !== "wasm") throw new CallError(`--target ${flags.target} comes with a later version`);
  const given = openGiven(file, flags);
  refuseAmbiguous(file, modelNames(given), flags);
  const severalModels = modelNames({ ...given, options: {} }).length > 1;
  const nameOf = (model: string): string => packageName(file, severalModels ? model : undefined);
  const progress = startProgress();
  try {
    const { models, diagnostics } = await compileGiven(given, flags, nameOf, progress);
    const failed = hasErrors(diagnostics) || (flags.strict === true && diagnostics.length > 0);
    if (!failed && models.length === 0) throw new InputError(`${file} has no model to build`);
    if (flags.train === true) models.forEach((made) => requireTrainer(file, made));
    const built = models.map((made) => ({
      folder: flags.output ?? join("dist", nameOf(made.program.name)),
      made,
    }));
    if (!failed) for (const one of built) await writeBuilt(one, progress);
    progress.end();
    tell(failed ? [] : built, diagnostics, flags);
    const wished = wishedName(file, undefined);
    if (!failed && !severalModels && isBuiltin(wished) && flags.json !== true)
      say(`the package is called ${packageName(file, undefined)}: ${wished} is a module of Node itself`);
    return failed ? exitCodes.inputAtFault : exitCodes.done;
  } finally {
    progress.end();
  }
}

function refuseAmbiguous(file: string, names: readonly string[], flags: BuildFlags): void {
  if (names.length < 2) return;
  const options = [
    ["-o", flags.output],
    ["--weights", flags.weights],
  ] as const;
  const [option] = options.find(([, value]) => value !== undefined) ?? [];
  if (option === undefined) return;
  throw new CallError(
    `${file} has the models ${names.join(", ")}; ${option} belongs to one: choose it with --model`,
  );
}

/** What to write is said, since nothing in the source is wrong by itself. */
function requireTrainer(file: string, { program }: CompiledModel): void {
  if (program.training !== undefined) return;
  const { name } = program;
  throw new InputError(`--train: ${file} has no train block for ${name}; it begins \`train ${name} on …\``);
}

async function compileGiven(
  { path, host, options, diagnostics }: Given,
  flags: BuildFlags,
  packageName: (model: string) => string,
  progress: Progress,
): Promise<{ readonly models: readonly CompiledModel[]; readonly diagnostics: readonly Diagnostic[] }> {
  if (diagnostics.length > 0) return { models: [], diagnostics };
  const { seed, train } = flags;
  const compression = compressionOf(flags);
  return compile(host, path, { ...options, compression, seed, train, packageName, onProgress: progress.at });
}

/**
 * `lenet` for lenet.dl; with several models in a file, `nets-small`. npm wants lower case and no signs; and by the name of
 * a module of its own, as `net` is one, Node would never import a package.
 */
function packageName(file: string, model: string | undefined): string {
  const name = wishedName(file, model);
  return isBuiltin(name) ? `${name}-model` : name;
}

function wishedName(file: string, model: string | undefined): string {
  const stem = basename(file).replace(/\.dl$/, "");
  const name = model === undefined ? stem : `${stem}-${model}`;
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9_-]+/g, "-");
  return plain.replace(/^[-_]+/, "") || "model";
}

async function writeBuilt({ folder, made }: Built, progress: Progress): Promise<void> {
  const total = [...made.files.values()].reduce((sum, content) => sum + content.length, 0);
  let written = 0;
  await writeFolder(folder, made.files, (bytes) => {
    written += bytes;
    progress.at(`writing ${folder}`, written / total);
  });
}

interface FileSize {
  readonly name: string;
  readonly bytes: number;
  /** Left out for weights, which hardly shrink. */
  readonly gzip?: number;
}

function sizeOf(name: string, content: string | Uint8Array): FileSize {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  const size = { name, bytes: bytes.byteLength };
  return name.endsWith(".safetensors") ? size : { ...size, gzip: gzipSync(bytes).byteLength };
}

function tell(built: readonly Built[], diagnostics: readonly Diagnostic[], flags: BuildFlags): void {
  const results = built.map(({ folder, made: { program, files } }) => ({
    model: program.name,
    folder,
    parameters: program.params.reduce((sum, { shape }) => sum + sizeOfShape(shape), 0),
    files: [...files].map(([name, content]) => sizeOf(name, content)),
  }));
  if (flags.json === true) {
    sayJson({ built: results, diagnostics: diagnostics.map(toJson) });
    return;
  }
  showDiagnostics(diagnostics);
  const paint = colours(process.stdout);
  for (const { model, folder, parameters, files } of results) {
    say(`${paint.bold(folder)}  ${model}, ${parameters.toLocaleString("en-GB")} parameters`);
    const width = Math.max(...files.map(({ name }) => name.length));
    for (const { name, bytes, gzip } of files) {
      const zipped = gzip === undefined ? "" : paint.dim(`${showSize(gzip).padStart(12)} after gzip`);
      say(`  ${name.padEnd(width)}${showSize(bytes).padStart(12)}${zipped}`.trimEnd());
    }
  }
}
