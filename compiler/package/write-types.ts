import type { OptionalKind, Project, SourceFile, TypeParameterDeclarationStructure } from "ts-morph";
import type { Parameter } from "../graph/graph.ts";
import { publicEntries } from "../plan/hidden-entries.ts";
import type { EntryPlan, Plan, TrainingPlan } from "../plan/plan.ts";
import { describeSizes } from "./describe-values.ts";
import { portTypes } from "./port-types.ts";

/** The doc comments of a model and its entries, as its source has them. */
export interface ModelDocs {
  readonly model: string | undefined;
  readonly entries: Readonly<Record<string, string | undefined>>;
}

/**
 * `index.d.ts`, with shapes as types. ts-morph is loaded here and nowhere else, since it takes half a second.
 */
export async function writeTypes(plan: Plan, docs: ModelDocs): Promise<string> {
  const { Project } = await import("ts-morph");
  const project: Project = new Project({ useInMemoryFileSystem: true });
  const file = project.createSourceFile("index.d.ts");
  declareTensors(file, plan);
  const model = file.addInterface({ name: plan.name, isExported: true });
  if (docs.model !== undefined) model.addJsDoc(docs.model);
  for (const entry of publicEntries(plan)) addEntry(model, entry, plan, docs.entries[entry.name]);
  if (plan.memory !== undefined) addMemory(model, plan.memory);
  if (plan.training !== undefined) addTrainer(file, model, plan, plan.training);
  model.addProperty({ name: "info", isReadonly: true, type: "Info" });
  file.addFunction({
    name: "load",
    isExported: true,
    hasDeclareKeyword: true,
    parameters: [{ name: "options", hasQuestionToken: true, type: "LoadOptions" }],
    returnType: `Promise<${plan.name}>`,
    docs: ["Compiles the code and packs the weights; what it answers runs without waiting."],
  });
  file.addFunction({
    name: "tensor",
    isExported: true,
    hasDeclareKeyword: true,
    typeParameters: [
      { name: "D", constraint: "TensorData" },
      { name: "S", constraint: "readonly number[]", isConst: true },
    ],
    parameters: [
      { name: "data", type: "D" },
      { name: "shape", type: "S" },
    ],
    returnType: "ShapedTensor<D, S>",
    docs: [
      "Data with its shape, row-major: for inputs of which more than one size is free, and to have shapes checked.",
    ],
  });
  file.formatText({ indentSize: 2 });
  return file.getFullText();
}

/** What a model remembers from call to call. */
function addMemory(model: Interface, memory: readonly Parameter[]): void {
  const names = memory.map(({ path }) => path).join(", ");
  model.addMethods([
    {
      name: "reset",
      returnType: "void",
      docs: [`Forgets what calls have left in the memory, which is then as after \`load\`: ${names}.`],
    },
    {
      name: "snapshot",
      returnType: "Uint8Array<ArrayBuffer>",
      docs: ["A safetensors file of the memory."],
    },
    {
      name: "restore",
      parameters: [{ name: "bytes", type: "ArrayBuffer | ArrayBufferView" }],
      returnType: "void",
      docs: ["Goes on from a snapshot; throws, and changes nothing, where it is of another model."],
    },
  ]);
}

type Interface = ReturnType<SourceFile["addInterface"]>;

function addEntry(model: Interface, entry: EntryPlan, plan: Plan, doc: string | undefined): void {
  const { inputs, outputs, inferred } = portTypes(entry, plan);
  const into = outputs.map(({ name, array }) => `readonly ${name}?: ${array}`);
  const method = model.addMethod({
    name: entry.name,
    typeParameters: inferred.map(dimParameter),
    parameters: [
      { name: "inputs", type: block(inputs) },
      {
        name: "options",
        hasQuestionToken: true,
        type: block([
          "/** Arrays of yours that receive copies of results. */",
          `readonly into?: { ${into.join("; ")} };`,
        ]),
      },
    ],
    returnType: block(
      outputs.map(({ name, array, shape }) => `readonly ${name}: Tensor<${array}, ${shape}>;`),
    ),
  });
  const docs = [doc?.trim(), describeSizes(entry)].filter((text) => text !== undefined);
  if (docs.length > 0) method.addJsDoc(docs.join("\n\n"));
}

function dimParameter(name: string): OptionalKind<TypeParameterDeclarationStructure> {
  return { name, constraint: "number", default: "number", isConst: true };
}

function block(lines: readonly string[]): string {
  return `{\n${lines.join("\n")}\n}`;
}

/** What the trainer itself gives a step. */
export const countedByTrainer: ReadonlySet<string> = new Set(["iteration", "epoch"]);

/** `trainer`: a batch holds the outputs of the data declaration, a step answers the loss and the metrics. */
function addTrainer(file: SourceFile, model: Interface, plan: Plan, training: TrainingPlan): void {
  const trainer = file.addInterface({ name: "Trainer", isExported: true });
  const accumulates = training.accumulate !== undefined;
  const last = { name: "last", hasQuestionToken: true, type: "boolean" };
  const method = (name: "step" | "evaluate", doc: string): void => {
    const entry = plan.entries.find((each) => each.name === training[name]);
    if (entry === undefined) throw new Error(`bug: the plan has no entry ${training[name]}`);
    const { inputs, outputs, inferred } = portTypes(entry, plan, countedByTrainer);
    const metrics = outputs.map(
      ({ name: output, array, shape }) =>
        `readonly ${output}: ${shape === "readonly []" ? "number" : array};`,
    );
    const added = trainer.addMethod({
      name,
      typeParameters: inferred.map(dimParameter),
      parameters: [{ name: "batch", type: block(inputs) }, ...(accumulates && name === "step" ? [last] : [])],
      returnType: block(metrics),
    });
    added.addJsDoc(doc);
  };
  method(
    "step",
    accumulates
      ? `One forward and backward pass; an update by all gradients since the one before on each ${training.settings.accumulate}th step, and on one that is said to be the last of its epoch.`
      : "One forward and backward pass and an update; the model's entries see the new weights at once.",
  );
  method("evaluate", "The same metrics, as inference computes them; nothing changes.");
  trainer.addMethod({
    name: "save",
    returnType: "Uint8Array<ArrayBuffer>",
    docs: ["A safetensors file of weights, optimizer state, iteration, epoch and seed."],
  });
  trainer.addMethod({
    name: "load",
    parameters: [{ name: "bytes", type: "ArrayBuffer | ArrayBufferView" }],
    returnType: "void",
    docs: ["Continues from such a file; throws, and changes nothing, where it is of another model."],
  });
  trainer.addProperties([
    { name: "iteration", type: "number", docs: [accumulates ? "Updates so far." : "Steps so far."] },
    ...(accumulates
      ? [{ name: "accumulated", isReadonly: true, type: "number", docs: ["Steps since the last update."] }]
      : []),
    { name: "epoch", type: "number", docs: ["Yours to set, for schedules that go by it."] },
    { name: "seed", type: "number", docs: ["Of random draws."] },
    {
      name: "settings",
      isReadonly: true,
      docs: ["What the source says; a loop over epochs and batches is the caller's."],
      type: "{ readonly batch: number; readonly epochs: number; readonly seed: number; readonly accumulate: number; readonly patience?: number }",
    },
  ]);
  model.addProperty({ name: "trainer", isReadonly: true, type: "Trainer" });
}

function declareTensors(file: SourceFile, plan: Plan): void {
  file.addStatements([`// Types of ${plan.name}, compiled by dlc.`, ...shared]);
}

/** What every package declares, whatever its model. */
const shared = [
  "export type TensorData = Float32Array | Int32Array | Int8Array | Uint8Array;",
  `
/** Data with its shape, row-major; a result is one too. */
export interface ShapedTensor<D extends TensorData, S extends readonly number[]> {
  readonly data: D;
  readonly shape: S;
}`,
  `/**
 * A result. \`data\` is valid until the next call of any entry of this model, which may be given it; \`copy()\` keeps it.
 */
export interface Tensor<D extends TensorData, S extends readonly number[]> {
  readonly shape: S;
  readonly data: D;
  copy(): D;
}`,
  `/** A URL, in Node also a path, or the bytes themselves. */
export type FileSource = string | URL | Response | ArrayBuffer | ArrayBufferView;`,
  `
/** \`WebAssembly.Module\`, where the libraries of a project declare it: those of Node alone do not. */
export type CompiledCode = typeof globalThis extends { WebAssembly: { Module: { prototype: infer Module } } } ? Module : never;`,
  `
export interface LoadOptions {
  /** Another safetensors file than the module's own. */
  readonly weights?: FileSource;
  /** Other code than the module's own, where a host compiles it itself. */
  readonly wasm?: FileSource | CompiledCode;
  /** Of random draws, a whole number from 0 to 2³² − 1; where it is left out 0, or that of the training. */
  readonly seed?: number;
  /** What runs the code: this module has code for WebAssembly. */
  readonly device?: "wasm" | "auto";
}`,
  `export interface PortInfo {
  readonly name: string;
  readonly dtype: string;
  /** A free size by its name. */
  readonly shape: readonly (number | string)[];
  /** Every entry of an input that a call may leave out. */
  readonly default?: number;
}`,
  `export interface EntryInfo {
  readonly inputs: readonly PortInfo[];
  readonly outputs: readonly PortInfo[];
  /** Floating-point operations of one call with these free sizes. */
  readonly flops: (dims: Readonly<Record<string, number>>) => number;
}`,
  `export interface Info {
  readonly entries: Readonly<Record<string, EntryInfo>>;
  /** Numbers that training has found. */
  readonly parameters: number;
  /** Bytes of memory in use. */
  readonly bytes: number;
  /** Which build of the code this host runs. */
  readonly variant: "relaxed" | "baseline";
  readonly threads: number;
  /** Why there are not more threads. */
  readonly why: string;
}
`,
];
