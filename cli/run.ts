import { toJson, type Diagnostic } from "../compiler/diagnostics/index.ts";
import { runtimeName } from "../compiler/package/runtime-name.ts";
import { writeInline } from "../compiler/package/write-javascript.ts";
import { suggest } from "../compiler/check/suggest.ts";
import { emitCode, optimizeProgram, weightsOf } from "../compiler/compile.ts";
import { planProgram, wasmTarget } from "../compiler/plan/index.ts";
import { CallError, exitCodes, InputError, type ExitCode } from "./exit.ts";
import { runtimeText } from "./host.ts";
import type { Graph, Program } from "../compiler/graph/graph.ts";
import { visitExpr } from "../compiler/graph/visit.ts";
import { portsOf } from "./ports-of.ts";
import { loadModels, openGiven, type Given, type ModelFlags } from "./load-models.ts";
import {
  isFolder,
  loadFolder,
  loadText,
  type Port,
  type Ports,
  type Result,
  type RunnableModel,
} from "./module-host.ts";
import type { Assignment } from "./assignment.ts";
import { startProgress } from "./progress.ts";
import { readInput, showPort } from "./read-input.ts";
import { hasErrors, showDiagnostics } from "./show-diagnostics.ts";
import { showInside } from "./show-inside.ts";
import { largestLine, tensorLines } from "./show-tensor.ts";
import { colours, say, sayJson, warn } from "./terminal.ts";
import { checkOutputName, tensorJson, writeOutput } from "./write-output.ts";

export interface RunFlags extends ModelFlags {
  readonly entry?: string;
  readonly seed?: number;
  readonly input: readonly Assignment[];
  readonly show: readonly string[];
  readonly output: readonly Assignment[];
  readonly json?: boolean;
}

/** A model whose inputs and outputs are known, and which is made ready when it is needed. */
interface Opened {
  readonly entries: Readonly<Record<string, Ports>>;
  /** Whether its weights are drawn by their initialisers. */
  readonly draws: boolean;
  /** Undefined where there is an error. */
  readonly start: () => Promise<RunnableModel | undefined>;
}

/** Calls one entry of a model, built in memory from its source or loaded from its folder, and shows the outputs. */
export async function run(path: string, flags: RunFlags): Promise<ExitCode> {
  for (const { value } of flags.output) checkOutputName(value);
  const diagnostics: Diagnostic[] = [];
  const opened = isFolder(path) ? await openFolder(path, flags) : openSource(path, flags, diagnostics);
  if (opened === undefined) return refuse(diagnostics, flags);
  const entry = chooseEntry(opened, flags.entry);
  const ports = opened.entries[entry] ?? { inputs: [], outputs: [] };
  for (const { name } of flags.output) portNamed(ports.outputs, name, "output");
  // Inputs are read before anything is built: a wrong one is told at once.
  const inputs: Record<string, Awaited<ReturnType<typeof readInput>>> = {};
  for (const [name, values] of givenInputs(ports, flags.input)) {
    inputs[name] = await readInput(portNamed(ports.inputs, name, "input"), values);
  }
  const model = await opened.start();
  if (model === undefined) return refuse(diagnostics, flags);
  const results = model.call(entry, inputs);
  const outputs = (model.entries[entry] ?? ports).outputs.flatMap(({ name, dtype }) => {
    const result = results[name];
    return result === undefined ? [] : [{ name, dtype, result }];
  });
  for (const { name, value } of flags.output) {
    const output = outputs.find((one) => one.name === name);
    if (output !== undefined) await writeOutput(value, output.dtype, output.result);
  }
  if (flags.json === true) {
    sayJson({
      outputs: Object.fromEntries(
        outputs.map(({ name, dtype, result }) => [name, tensorJson(dtype, result)]),
      ),
      diagnostics: diagnostics.map(toJson),
    });
  } else {
    showDiagnostics(diagnostics);
    if (opened.draws && flags.seed === undefined)
      warn("note: the weights are drawn: --weights FILE gives trained ones, --seed N others");
    showOutputs(outputs, flags);
  }
  return exitCodes.done;
}

function refuse(diagnostics: readonly Diagnostic[], { json }: RunFlags): ExitCode {
  if (json === true) sayJson({ diagnostics: diagnostics.map(toJson) });
  else showDiagnostics(diagnostics);
  return exitCodes.inputAtFault;
}

function showOutputs(
  outputs: readonly { readonly name: string; readonly dtype: string; readonly result: Result }[],
  flags: RunFlags,
): void {
  const paint = colours(process.stdout);
  for (const { name, dtype, result } of outputs) {
    say(`${paint.bold(name)}  ${showPort({ name, dtype, shape: result.shape })}`);
    const written = flags.output.filter((one) => one.name === name).map(({ value }) => value);
    if (written.length > 0) {
      say(`  written to ${written.join(", ")}`);
      continue;
    }
    for (const line of tensorLines(result.shape, result.data)) say(line);
    const largest = largestLine(result.shape, result.data);
    if (largest !== undefined) say(largest);
  }
}

/** A built module has its hyper-parameters and its weights; only its source can be given others. */
async function openFolder(path: string, flags: RunFlags): Promise<Opened> {
  const given = [
    ["--model", flags.model !== undefined],
    ["--weights", flags.weights !== undefined],
    ["--set", flags.set.length > 0],
    ["--show", flags.show.length > 0],
  ] as const;
  const [option] = given.find(([, isGiven]) => isGiven) ?? [];
  if (option !== undefined) throw new CallError(`${option} goes with a source; ${path} is a built module`);
  const model = await loadFolder(path);
  return { entries: model.entries, draws: false, start: () => Promise.resolve(model) };
}

function openSource(path: string, flags: RunFlags, diagnostics: Diagnostic[]): Opened | undefined {
  const given = openGiven(path, flags);
  const loaded = loadModels(given);
  diagnostics.push(...loaded.diagnostics);
  if (hasErrors(diagnostics)) return undefined;
  const [one, ...more] = loaded.models;
  if (one === undefined) throw new InputError(`${path} has no model to run`);
  if (more.length > 0) {
    const names = loaded.models.map(({ model }) => model.name).join(", ");
    throw new CallError(`${path} has the models ${names}: choose one with --model`);
  }
  const program = showInside(one.program, flags.show);
  const entries = Object.entries(program.entries).map(([name, graph]) => [name, portsOf(graph)] as const);
  return {
    entries: Object.fromEntries(entries),
    draws: flags.weights === undefined && program.params.some(({ initial }) => drawsNumbers(initial)),
    start: () => buildInMemory(path, program, given, flags, diagnostics),
  };
}

async function buildInMemory(
  path: string,
  program: Program,
  { options }: Given,
  { seed = 0 }: RunFlags,
  diagnostics: Diagnostic[],
): Promise<RunnableModel | undefined> {
  const progress = startProgress();
  try {
    progress.at(`planning ${program.name}`, 0);
    const { plan, diagnostics: refusals } = planProgram(optimizeProgram(program), wasmTarget());
    diagnostics.push(...refusals);
    if (plan === undefined) return undefined;
    progress.at(`writing the code of ${program.name}`, 0);
    const code = await emitCode(plan);
    // The check has judged what was given; only what initialisers draw is new.
    const weights = weightsOf(program, { weights: options.weights, seed, onProgress: progress.at });
    if (options.weights === undefined) diagnostics.push(...weights.diagnostics);
    const files = { stem: "model", runtime: runtimeText(runtimeName(plan)) };
    return await loadText(writeInline(plan, files, code, undefined), weights.file, path);
  } finally {
    progress.end();
  }
}

function drawsNumbers({ nodes }: Graph): boolean {
  let draws = false;
  for (const node of nodes) {
    if (node.kind === "compute") visitExpr(node.body, ({ kind }) => (draws ||= kind === "random"));
  }
  return draws;
}

function chooseEntry(model: Opened, asked: string | undefined): string {
  const names = Object.keys(model.entries);
  const [only, ...more] = names;
  if (asked !== undefined) {
    if (names.includes(asked)) return asked;
    throw new CallError(`there is no entry ${asked}; the model has ${names.join(", ")}`);
  }
  if (only === undefined) throw new InputError("the model has no entry");
  if (more.length > 0)
    throw new CallError(`the model has the entries ${names.join(", ")}: choose one with --entry`);
  return only;
}

function portNamed(ports: readonly Port[], name: string, kind: "input" | "output"): Port {
  const port = ports.find((one) => one.name === name);
  if (port !== undefined) return port;
  const names = ports.map((one) => one.name);
  const near = suggest(name, names);
  const hint = near === undefined ? `it has ${names.join(", ")}` : `is it ${near}?`;
  throw new CallError(`the model has no ${kind} ${name}; ${hint}`);
}

/** What was given for each input, which is nothing missing and nothing unknown. */
function givenInputs(ports: Ports, given: readonly Assignment[]): ReadonlyMap<string, readonly string[]> {
  const byName = new Map<string, readonly string[]>();
  for (const { name, value } of given) {
    portNamed(ports.inputs, name, "input");
    byName.set(name, [...(byName.get(name) ?? []), value]);
  }
  const missing = ports.inputs.find((port) => !byName.has(port.name) && port.default === undefined);
  if (missing !== undefined) {
    throw new CallError(
      `the input ${missing.name}, ${showPort(missing)}, is missing: --input ${missing.name}=…`,
    );
  }
  return byName;
}
