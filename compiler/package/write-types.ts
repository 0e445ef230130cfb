import type { Project, SourceFile } from "ts-morph";
import type { Parameter } from "../graph/graph.ts";
import type { Dtype } from "../scalar/dtype.ts";
import { bareDim, constant, constantOf, showForm, subtract, type Form } from "../integers/index.ts";
import { publicEntries } from "../plan/hidden-entries.ts";
import type { Buffer, EntryPlan, Plan, TrainingPlan } from "../plan/plan.ts";

/** The doc comments of a model and its entries, as its source has them. */
export interface ModelDocs {
  readonly model: string | undefined;
  readonly entries: Readonly<Record<string, string | undefined>>;
}

const arrayOf: Partial<Record<Dtype, string>> = {
  f32: "Float32Array",
  i32: "Int32Array",
  i8: "Int8Array",
  u8: "Uint8Array",
  bool: "Uint8Array",
};

/**
 * `index.d.ts`: shapes are types. A free dim is a type parameter, taken from its first use and `NoInfer` in the others;
 * results carry it. ts-morph is loaded here and nowhere else, since it takes half a second.
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
      docs: [`Forgets what calls have left in the memory (${names}): it is as after \`load\`.`],
    },
    {
      name: "snapshot",
      returnType: "Uint8Array<ArrayBuffer>",
      docs: ["A safetensors file of the memory."],
    },
    {
      name: "restore",
      parameters: [{ name: "bytes", type: "Uint8Array" }],
      returnType: "void",
      docs: ["Goes on from a snapshot; throws, and changes nothing, where it is of another model."],
    },
  ]);
}

type Interface = ReturnType<SourceFile["addInterface"]>;

function addEntry(model: Interface, entry: EntryPlan, plan: Plan, doc: string | undefined): void {
  const bufferOf = (id: number): Buffer => {
    const buffer = plan.buffers.find((candidate) => candidate.id === id);
    if (buffer === undefined) throw new Error(`bug: no buffer ${id}`);
    return buffer;
  };
  const used = new Set<string>();
  const inputs = entry.inputs.map(({ name, buffer, range, initial }) => {
    const { dtype, shape } = bufferOf(buffer);
    const extents = shape.map((extent) => extentType(extent, used));
    const array = arrayType(dtype);
    const open = initial === undefined ? "" : "?";
    return `${rangeNote(range)}readonly ${name}${open}: ${array} | ShapedTensor<${array}, readonly [${extents.join(", ")}]>`;
  });
  const inferred = entry.dims.filter(({ name }) => used.has(name));
  const outputs = entry.outputs.map(({ name, buffer }) => {
    const { dtype, shape } = bufferOf(buffer);
    const extents = shape.map((extent) => extentType(extent, undefined));
    return `readonly ${name}: Tensor<${arrayType(dtype)}, readonly [${extents.join(", ")}]>`;
  });
  const into = entry.outputs.map(
    ({ name, buffer }) => `readonly ${name}?: ${arrayType(bufferOf(buffer).dtype)}`,
  );
  const method = model.addMethod({
    name: entry.name,
    typeParameters: inferred.map(({ name }) => ({
      name,
      constraint: "number",
      default: "number",
      isConst: true,
    })),
    parameters: [
      { name: "inputs", type: `{ ${inputs.join("; ")} }` },
      { name: "options", hasQuestionToken: true, type: `{ readonly into?: { ${into.join("; ")} } }` },
    ],
    returnType: `{ ${outputs.join("; ")} }`,
  });
  if (doc !== undefined) method.addJsDoc(doc);
}

/** What the trainer itself gives a step. */
export const countedByTrainer: ReadonlySet<string> = new Set(["iteration", "epoch"]);

/** `trainer`: a batch holds the outputs of the data declaration, a step answers the loss and the metrics. */
function addTrainer(file: SourceFile, model: Interface, plan: Plan, training: TrainingPlan): void {
  const bufferOf = (id: number): Buffer => {
    const buffer = plan.buffers.find((candidate) => candidate.id === id);
    if (buffer === undefined) throw new Error(`bug: no buffer ${id}`);
    return buffer;
  };
  const trainer = file.addInterface({ name: "Trainer", isExported: true });
  const accumulates = training.accumulate !== undefined;
  const last = { name: "last", hasQuestionToken: true, type: "boolean" };
  const method = (name: "step" | "evaluate", doc: string): void => {
    const entry = plan.entries.find((each) => each.name === training[name]);
    if (entry === undefined) throw new Error(`bug: the plan has no entry ${training[name]}`);
    const used = new Set<string>();
    const inputs = entry.inputs.flatMap(({ name: input, buffer, range }) => {
      if (countedByTrainer.has(input)) return [];
      const { dtype, shape } = bufferOf(buffer);
      const extents = shape.map((extent) => extentType(extent, used));
      const array = arrayType(dtype);
      return [
        `${rangeNote(range)}readonly ${input}: ${array} | ShapedTensor<${array}, readonly [${extents.join(", ")}]>`,
      ];
    });
    const metrics = entry.outputs.map(({ name: output, buffer }) => {
      const { dtype, shape } = bufferOf(buffer);
      return `readonly ${output}: ${shape.length === 0 ? "number" : arrayType(dtype)}`;
    });
    const added = trainer.addMethod({
      name,
      typeParameters: entry.dims
        .filter((dim) => used.has(dim.name))
        .map((dim) => ({ name: dim.name, constraint: "number", default: "number", isConst: true })),
      parameters: [
        { name: "batch", type: `{ ${inputs.join("; ")} }` },
        ...(accumulates && name === "step" ? [last] : []),
      ],
      returnType: `{ ${metrics.join("; ")} }`,
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
    parameters: [{ name: "bytes", type: "Uint8Array" }],
    returnType: "void",
    docs: ["Continues from such a file; throws, and changes nothing, where it is of another model."],
  });
  trainer.addProperties([
    { name: "iteration", type: "number", docs: [accumulates ? "Updates so far." : "Steps so far."] },
    ...(accumulates
      ? [{ name: "accumulated", isReadonly: true, type: "number", docs: ["Steps since the last update."] }]
      : []),
    { name: "epoch", type: "number" },
    { name: "seed", type: "number", docs: ["Of random draws."] },
    {
      name: "settings",
      isReadonly: true,
      type: "{ readonly batch: number; readonly epochs: number; readonly seed: number; readonly accumulate: number; readonly patience?: number }",
    },
  ]);
  model.addProperty({ name: "trainer", isReadonly: true, type: "Trainer" });
}

function rangeNote(range: EntryPlan["inputs"][number]["range"]): string {
  if (range === undefined) return "";
  const [low, last] = [showForm(range.low), showForm(subtract(range.high, constant(1)))];
  return `/** Whole numbers from ${low} to ${last}, as each call checks. */ `;
}

function arrayType(dtype: Dtype): string {
  const type = arrayOf[dtype];
  if (type === undefined) throw new Error(`bug: ${dtype} has no array in JavaScript`);
  return type;
}

/** `used` collects the type parameters of inputs; a second use of one infers nothing. */
function extentType(extent: Form, used: Set<string> | undefined): string {
  const known = constantOf(extent);
  if (known !== undefined) return String(known);
  const name = bareDim(extent);
  // What follows from free dims by arithmetic is a number to the type checker.
  if (name === undefined) return "number";
  if (used === undefined) return name;
  if (used.has(name)) return `NoInfer<${name}>`;
  used.add(name);
  return name;
}

function declareTensors(file: SourceFile, plan: Plan): void {
  file.addStatements([`// Types of ${plan.name}, compiled by dlc.`, ...shared]);
}

/** What every package declares, whatever its model. */
const shared = [
  "export type TensorData = Float32Array | Int32Array | Int8Array | Uint8Array;",
  `
/** Data with its shape, row-major. */
export interface ShapedTensor<D extends TensorData, S extends readonly number[]> {
  readonly data: D;
  readonly shape: S;
}`,
  `
/** A result. \`data\` is valid until the next call of any entry of this model; \`copy()\` keeps it. */
export interface Tensor<D extends TensorData, S extends readonly number[]> {
  readonly shape: S;
  readonly data: D;
  copy(): D;
}`,
  `
/** A URL, in Node also a path, or the bytes themselves. */
export type FileSource = string | URL | Response | ArrayBuffer | ArrayBufferView;`,
  `
export interface LoadOptions {
  /** Another safetensors file than the module's own. */
  readonly weights?: FileSource;
  /** Other code than the module's own, where a host compiles it itself. */
  readonly wasm?: FileSource | WebAssembly.Module;
  /** Of random draws, from 0 to 2³² − 1. */
  readonly seed?: number;
  readonly device?: "wasm" | "auto";
}`,
  `
export interface PortInfo {
  readonly name: string;
  readonly dtype: string;
  /** A free size by its name. */
  readonly shape: readonly (number | string)[];
  /** Every entry of an input that a call may leave out. */
  readonly default?: number;
}`,
  `
export interface EntryInfo {
  readonly inputs: readonly PortInfo[];
  readonly outputs: readonly PortInfo[];
  /** Floating-point operations of one call with these free sizes. */
  readonly flops: (dims: Readonly<Record<string, number>>) => number;
}`,
  `
export interface Info {
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
