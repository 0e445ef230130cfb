import { parse, type Doc, type UnitDeclaration } from "../grammar/index.ts";
import { check, type CheckHost, type CheckOptions, type CheckedModel } from "./check/index.ts";
import { differentiate } from "./autodiff/index.ts";
import type { Diagnostic } from "./diagnostics/index.ts";
import { elaborate } from "./elaborate/index.ts";
import { evaluate as evaluateForm, showForm, type Form } from "./integers/index.ts";
import type { DataProgram, DataSource, Graph, Program } from "./graph/graph.ts";
import { sizeOfShape } from "./graph/tensor.ts";
import { judgeWeights, selectWeights, weightShapes, type WeightsFile } from "./interop/safetensors.ts";
import { normalize, optimize, type Pass } from "./optimize/index.ts";
import { compressWeights, type Compression } from "./interop/compress-weights.ts";
import { initialWeights, type InitialWeights } from "./package/initial-weights.ts";
import type { ModelDocs } from "./package/index.ts";
import { runtimeName } from "./package/runtime-name.ts";
import { planProgram, wasmTarget, type Plan } from "./plan/index.ts";

/** Where sources and the runtime's text come from. */
export interface CompileHost extends CheckHost {
  /** Built text of `runtime/entry-NAME.ts`. */
  readonly runtime: (name: string) => string;
}

export interface CompileOptions extends Omit<CheckOptions, "weights"> {
  readonly weights?: WeightsFile | undefined;
  /** What the weights are to lose. */
  readonly compression?: Compression | undefined;
  /** Of the initial weights, where none are given, and of a training, instead of what its block says; 0 where neither does. */
  readonly seed?: number | undefined;
  /** Of a training, instead of what its block says. */
  readonly epochs?: number | undefined;
  /** The name of a model's package; its own in lower case where this is left out. */
  readonly packageName?: (model: string) => string;
  /** Told what is being done, and how much of it is done, from 0 to 1. */
  readonly onProgress?: (step: string, done: number) => void;
  /** Sees the graph of an entry after each pass of the optimizer. */
  readonly observe?: (entry: string, pass: Pass, graph: Graph) => void;
}

/** What each room but the last made of a model. */
export interface CodedModel {
  readonly checked: CheckedModel;
  readonly program: Program;
  readonly plan: Plan;
  readonly code: Code;
  /** A safetensors file: what was given, or initial values. */
  readonly weights: Uint8Array<ArrayBuffer>;
  /** Of a model that is trained on a data declaration. */
  readonly data?: CompiledData;
  readonly test?: CompiledData;
}

export interface CompiledModel extends CodedModel {
  /** The npm package, by file name. */
  readonly files: ReadonlyMap<string, string | Uint8Array>;
}

/** What makes the examples of a training: a module of its own, and the files that it is fed with. */
export interface CompiledData {
  /** As declared: `Fashion`. */
  readonly name: string;
  /**
   * A module like that of a model, all in one text. Its entries `train` and `evaluate` give the examples of the rows
   * `$rows`; they take the sources' inputs and the outputs of its entry `once`, where there is one, each under its name.
   */
  readonly javascript: string;
  /** A weights file without tensors, for `load`. */
  readonly weights: Uint8Array;
  readonly sources: readonly DataSource[];
  /** How many examples there are for these sizes of the sources; none where an example is all there is. */
  readonly rows?: (dims: Readonly<Record<string, number>>) => number;
  /** What the declaration needs of the sizes of its sources and does not have, in words; nothing where all is well. */
  readonly fault: (dims: Readonly<Record<string, number>>) => string | undefined;
}

export type Code = Readonly<Record<"baseline" | "relaxed", Uint8Array>>;

export interface Compilation<Model = CompiledModel> {
  /** None where there is an error. */
  readonly models: readonly Model[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * The line of rooms that a source crosses, from its text to npm packages. Each stage is a function that can be called
 * by itself; binaryen and ts-morph, which take half a second each, are loaded by the one stage that needs them.
 */
export async function compile(
  host: CompileHost,
  path: string,
  options: CompileOptions = {},
): Promise<Compilation> {
  const { models, diagnostics } = await compileToCode(host, path, options);
  const packaged: CompiledModel[] = [];
  for (const model of models) {
    const { packageModule } = await import("./package/index.ts");
    const { plan, code, weights, checked } = model;
    const name = options.packageName?.(plan.name) ?? plan.name.toLowerCase();
    const runtime = host.runtime(runtimeName(plan));
    const files = await packageModule({ plan, name, code, weights, runtime, docs: docsOf(checked) });
    packaged.push({ ...model, files });
  }
  return { models: packaged, diagnostics };
}

/** The line but for its last room: for whoever runs a model at once and keeps no package. */
export async function compileToCode(
  host: CompileHost,
  path: string,
  options: CompileOptions = {},
): Promise<Compilation<CodedModel>> {
  const checked = check(host, path, checkOptionsOf(options));
  const diagnostics = [...checked.diagnostics];
  const models: CodedModel[] = [];
  for (const model of checked.models) {
    const elaborated = withSettings(elaborate(model), options);
    options.onProgress?.(`planning ${model.name}`, 0);
    const program = optimizeProgram(elaborated, options.observe);
    const { plan, diagnostics: refusals } = planProgram(program, wasmTarget());
    // What does not fit into memory is refused before its weights are drawn.
    diagnostics.push(...refusals);
    if (plan === undefined) continue;
    const weights = weightsOf(elaborated, options);
    const { compression = {} } = options;
    diagnostics.push(...weights.diagnostics);
    if (diagnostics.some(({ severity }) => severity === "error")) continue;
    options.onProgress?.(`writing the code of ${model.name}`, 0);
    const code = await emitCode(plan);
    const data = await compileData(program.training?.data, host);
    const test = await compileData(program.training?.test, host);
    diagnostics.push(...data.diagnostics, ...test.diagnostics);
    models.push({
      checked: model,
      program,
      plan,
      code,
      weights: compressWeights(elaborated, weights.file, compression),
      ...(data.compiled && { data: data.compiled }),
      ...(test.compiled && { test: test.compiled }),
    });
  }
  const failed = diagnostics.some(({ severity }) => severity === "error");
  return { models: failed ? [] : models, diagnostics };
}

/** The examples of a training as a module of their own: its memory holds the sources, and it may run in another thread. */
async function compileData(
  data: DataProgram | undefined,
  host: CompileHost,
): Promise<{ readonly compiled?: CompiledData; readonly diagnostics: readonly Diagnostic[] }> {
  if (data === undefined) return { diagnostics: [] };
  const { sources, rows } = data;
  const program = optimizeProgram(data.program);
  const { plan, diagnostics } = planProgram(program, wasmTarget());
  if (plan === undefined) return { diagnostics };
  const code = await emitCode(plan);
  const { writeInline } = await import("./package/index.ts");
  const { name } = program;
  const facts = program.entries["evaluate"]?.facts ?? [];
  const compiled: CompiledData = {
    name,
    javascript: writeInline(plan, { stem: name, runtime: host.runtime("wasm") }, code, undefined),
    weights: initialWeights(program, 0).file,
    sources,
    ...(rows && { rows: (dims) => valueOfForm(rows, dims) }),
    fault: (dims) => {
      const broken = facts.find(({ form, relation }) => {
        const value = valueOfForm(form, dims);
        return relation === "zero" ? value !== 0 : value < 0;
      });
      return broken && `${showForm(broken.form)} ${broken.relation === "zero" ? "= 0" : "≥ 0"}`;
    },
  };
  return { compiled, diagnostics };
}

function valueOfForm(form: Form, dims: Readonly<Record<string, number>>): number {
  return evaluateForm(form, (atom) => (atom.kind === "dim" ? (dims[atom.name] ?? NaN) : NaN));
}

function checkOptionsOf({ model, set, train, weights }: CompileOptions): CheckOptions {
  return { model, set, train, weights: weights && { name: weights.name, tensors: weightShapes(weights) } };
}

/** A program that is trained as the caller wants it, where that differs from what its block says. */
function withSettings(program: Program, { seed, epochs }: CompileOptions): Program {
  const { training } = program;
  if (training === undefined) return program;
  const given = { ...(seed !== undefined && { seed }), ...(epochs !== undefined && { epochs }) };
  return { ...program, training: { ...training, settings: { ...training.settings, ...given } } };
}

/** The weights file that goes into the package: of what was given what the program takes, or the initial values. */
export function weightsOf(
  program: Program,
  { weights, seed, onProgress }: Pick<CompileOptions, "weights" | "seed" | "onProgress">,
): InitialWeights {
  if (weights === undefined) {
    const all = countNumbers(program);
    const drawn = seed ?? program.training?.settings.seed ?? 0;
    return initialWeights(program, drawn, (made) => onProgress?.("drawing the weights", made / all));
  }
  const diagnostics = judgeWeights(program, weights);
  const refused = diagnostics.some(({ severity }) => severity === "error");
  return { file: refused ? new Uint8Array() : selectWeights(program, weights), diagnostics };
}

function countNumbers({ params, states }: Program): number {
  return [...params, ...states].reduce((sum, { shape }) => sum + sizeOfShape(shape), 0);
}

/** Every graph in the form that the planner wants; gradients become what computes them. */
export function optimizeProgram(program: Program, observe?: CompileOptions["observe"]): Program {
  const optimized = (name: string, graph: Graph): Graph => {
    const hasGradients = graph.nodes.some(({ kind }) => kind === "grad");
    const plain = hasGradients ? differentiate(normalize(graph)) : graph;
    return optimize(plain, observe && { observe: (pass: Pass, after: Graph) => observe(name, pass, after) });
  };
  const entries = Object.entries(program.entries).map(
    ([name, graph]) => [name, optimized(name, graph)] as const,
  );
  const { training } = program;
  return {
    ...program,
    entries: Object.fromEntries(entries),
    ...(training && {
      training: {
        ...training,
        step: optimized("step", training.step),
        ...(training.accumulate && { accumulate: optimized("accumulate", training.accumulate) }),
        evaluate: optimized("evaluate", training.evaluate),
      },
    }),
  };
}

/** The code of a plan in both builds. */
export async function emitCode(plan: Plan): Promise<Code> {
  const { emitWasm } = await import("./wasm/index.ts");
  return { baseline: emitWasm(plan, "baseline"), relaxed: emitWasm(plan, "relaxed") };
}

/** The `///` lines of a model and its entries. */
function docsOf({ name, span }: CheckedModel): ModelDocs {
  const declaration = parse(span.source).file.declarations.find(
    (one): one is UnitDeclaration => one.kind === "model" && one.name.text === name,
  );
  const textOf = (doc: Doc | undefined): string | undefined => doc?.lines.join("\n");
  const entries = (declaration?.body.statements ?? []).flatMap((one) =>
    one.kind === "entry" ? [[one.name.text, textOf(one.doc)] as const] : [],
  );
  return { model: textOf(declaration?.doc), entries: Object.fromEntries(entries) };
}
