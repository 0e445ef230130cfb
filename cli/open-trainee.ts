import { dirname } from "node:path";
import { compileToCode, type CodedModel, type CompiledData } from "../compiler/compile.ts";
import { runtimeName } from "../compiler/package/runtime-name.ts";
import { writeInline } from "../compiler/package/write-javascript.ts";
import type { Diagnostic } from "../compiler/diagnostics/index.ts";
import type { Training } from "../compiler/graph/graph.ts";
import { CallError, InputError } from "./exit.ts";
import { runtimeText } from "./host.ts";
import { compressionOf, openGiven, type CompressionFlags } from "./load-models.ts";
import { loadText, type RunnableModel } from "./module-host.ts";
import { startProgress } from "./progress.ts";
import { hasErrors } from "./show-diagnostics.ts";

export interface TraineeFlags extends CompressionFlags {
  readonly data?: string;
  readonly seed?: number;
  readonly epochs?: number;
}

/** A model that was compiled with its trainer and its data. */
export interface Trainee {
  readonly file: string;
  /** The folder in which sources are looked up. */
  readonly folder: string;
  readonly compiled: CodedModel;
  readonly training: Training;
  /** The declaration of what it learns from, and of what it is tested on. */
  readonly data: CompiledData;
  readonly test: CompiledData | undefined;
  /** A new instance with the weights that it begins with. */
  readonly load: () => Promise<RunnableModel>;
}

export interface OpenedTrainee {
  /** Undefined where there is an error. */
  readonly trainee: Trainee | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Compiles the model of a file that has a train block, with what its data declarations are compiled to. */
export async function openTrainee(file: string, flags: TraineeFlags): Promise<OpenedTrainee> {
  const { path, host, options, diagnostics: torn } = openGiven(file, flags);
  if (torn.length > 0) return { trainee: undefined, diagnostics: torn };
  const progress = startProgress();
  const { seed, epochs } = flags;
  const compression = compressionOf(flags);
  const asked = { ...options, compression, train: true, seed, epochs, onProgress: progress.at };
  const { models, diagnostics } = await compileToCode(host, path, asked).finally(progress.end);
  if (hasErrors(diagnostics)) return { trainee: undefined, diagnostics };
  return { trainee: traineeOf(file, flags, chooseTrained(file, models)), diagnostics };
}

function chooseTrained(file: string, models: readonly CodedModel[]): CodedModel {
  const trained = models.filter(({ program }) => program.training !== undefined);
  const [one, ...more] = trained;
  if (more.length > 0) {
    const names = trained.map(({ program }) => program.name).join(", ");
    throw new CallError(`${file} trains the models ${names}: choose one with --model`);
  }
  if (one !== undefined) return one;
  const [model] = models;
  if (model === undefined) throw new InputError(`${file} has no model to train`);
  const { name } = model.program;
  throw new InputError(
    `${file} has no train block for ${name}; it begins \`train ${name} on …\`, and names its data there`,
  );
}

function traineeOf(file: string, flags: TraineeFlags, compiled: CodedModel): Trainee {
  const { program, plan, code, weights, data, test } = compiled;
  const { training } = program;
  if (training === undefined) throw new Error("bug: the model that was chosen is not trained");
  if (data === undefined) {
    throw new InputError(
      `the train block of ${program.name} takes its data from whoever calls the module; for this command, name a declaration: \`data Examples() -> (…) { … }\` and \`train ${program.name} on Examples\``,
    );
  }
  const runtime = runtimeText(runtimeName(plan));
  const javascript = writeInline(plan, { stem: "model", runtime }, code, undefined);
  return {
    file,
    folder: flags.data ?? dirname(file),
    compiled,
    training,
    data,
    test,
    load: () => loadText(javascript, weights, program.name),
  };
}

/** What a row is called: an input with four axes is a batch of images. */
export function unitOf({ training }: Trainee): string {
  const isImage = training.step.nodes.some(({ kind, shape }) => kind === "input" && shape.length === 4);
  return isImage ? "images" : "rows";
}
