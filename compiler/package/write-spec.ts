import type { Guard } from "../graph/expr.ts";
import type { Parameter } from "../graph/graph.ts";
import { constantOf, showForm, type Form } from "../integers/index.ts";
import { equalLayouts, rowMajor, storedExtents } from "../plan/layout.ts";
import { publicEntries } from "../plan/hidden-entries.ts";
import type { Buffer, EntryPlan, Plan, TrainingPlan } from "../plan/plan.ts";
import { initialValue } from "./initial-value.ts";
import { extentToJavaScript, formToJavaScript, parameterText } from "./form-to-javascript.ts";

/** The `ModelSpec` of runtime/spec.ts as a JavaScript literal. */
export function writeSpec(plan: Plan): string {
  const stored = (role: Buffer["role"]): readonly Buffer[] =>
    plan.buffers.filter((buffer) => buffer.role === role);
  const isMemory = ({ path }: Buffer): boolean => plan.memory?.some((one) => one.path === path) === true;
  return object({
    name: JSON.stringify(plan.name),
    tableLength: String(plan.buffers.reduce((all, buffer) => Math.max(all, buffer.id + 1), 0)),
    params: list(stored("param").map((buffer) => writeStored(buffer))),
    states: list(
      stored("state")
        .filter((buffer) => !isMemory(buffer))
        .map((buffer) => writeStored(buffer)),
    ),
    constants: list(stored("constant").map((buffer) => writeStored(buffer))),
    entries: object(
      Object.fromEntries(publicEntries(plan).map((entry) => [entry.name, writeEntry(entry, plan)])),
    ),
    ...(plan.memory && {
      memory: list(
        stored("state")
          .filter(isMemory)
          .map((buffer) => writeInitialised(buffer, plan.memory ?? [], 0)),
      ),
    }),
    ...(plan.training && { training: writeTraining(plan.training, plan) }),
  });
}

/** The `TrainingSpec` of a model that learns. */
function writeTraining(
  { step, accumulate, evaluate, slots, trainable, settings }: TrainingPlan,
  plan: Plan,
): string {
  const entryOf = (name: string): string => {
    const entry = plan.entries.find((each) => each.name === name);
    if (entry === undefined) throw new Error(`bug: the plan has no entry ${name}`);
    return writeEntry(entry, plan);
  };
  return object({
    step: entryOf(step),
    ...(accumulate !== undefined && { accumulate: entryOf(accumulate) }),
    evaluate: entryOf(evaluate),
    slots: list(
      plan.buffers
        .filter(({ role }) => role === "slot")
        .map((buffer) => writeInitialised(buffer, slots, settings.seed)),
    ),
    trainable: JSON.stringify(trainable),
    settings: JSON.stringify(settings),
  });
}

/** The `InitialisedSpec` of a buffer, one of `tensors`. */
function writeInitialised(buffer: Buffer, tensors: readonly Parameter[], seed: number): string {
  const tensor = tensors.find(({ path }) => path === buffer.path);
  if (tensor === undefined) throw new Error(`bug: ${buffer.path} has no initial value`);
  const initial = initialValue(tensor, seed);
  return writeStored(buffer, {
    initial: typeof initial === "number" ? writeNumber(initial) : list(initial.map(writeNumber)),
  });
}

function object(fields: Readonly<Record<string, string>>): string {
  return `{${Object.entries(fields)
    .map(([name, value]) => `${JSON.stringify(name).replace(/^"([A-Za-z_]\w*)"$/, "$1")}:${value}`)
    .join(",")}}`;
}

function list(items: readonly string[]): string {
  return `[${items.join(",")}]`;
}

function constantForm(form: Form): number {
  const known = constantOf(form);
  if (known === undefined) throw new Error(`bug: ${showForm(form)} is the size of something that persists`);
  return known;
}

function writeStored(buffer: Buffer, more: Readonly<Record<string, string>> = {}): string {
  const packing = equalLayouts(buffer.layout, rowMajor(buffer.shape.length))
    ? undefined
    : writePacking(buffer);
  return object({
    ...(buffer.path !== undefined && { path: JSON.stringify(buffer.path) }),
    dtype: JSON.stringify(buffer.dtype),
    shape: list(buffer.shape.map((extent) => String(constantForm(extent)))),
    buffer: String(buffer.id),
    bytes: String(constantForm(buffer.bytes)),
    ...(packing && { packing }),
    ...(buffer.values && { values: list(buffer.values.map(writeNumber)) }),
    ...more,
  });
}

/** JSON has no infinities and no NaN, JavaScript has. */
function writeNumber(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

function writePacking(buffer: Buffer): string {
  const extents = storedExtents(buffer);
  return object({
    axes: list(
      buffer.layout.axes.map(({ dim, divide, modulo }, place) => {
        const extent = extents[place];
        if (extent === undefined) throw new Error("bug: a storage axis without extent");
        return list([dim, divide, modulo ?? 0, constantForm(extent)].map(String));
      }),
    ),
    before: list(buffer.layout.padding.map(({ before }) => String(before))),
  });
}

function writeEntry(entry: EntryPlan, plan: Plan): string {
  const byId = new Map(plan.buffers.map((buffer) => [buffer.id, buffer]));
  const bufferOf = (id: number): Buffer => {
    const buffer = byId.get(id);
    if (buffer === undefined) throw new Error(`bug: no buffer ${id}`);
    return buffer;
  };
  const dims = entry.dims.map((dim) => dim.name);
  const args = parameterText(dims);
  const port = ({ name, buffer, range, initial, kept }: EntryPlan["inputs"][number]): string => {
    const { dtype, shape } = bufferOf(buffer);
    return object({
      name: JSON.stringify(name),
      dtype: JSON.stringify(dtype),
      shape: list(shape.map((extent) => extentToJavaScript(extent, dims))),
      buffer: String(buffer),
      ...(range && {
        range: list([range.low, range.high].map((end) => extentToJavaScript(end, dims))),
      }),
      ...(initial !== undefined && { initial: String(initial) }),
      ...(kept && { kept: "true" }),
    });
  };
  return object({
    dims: list(
      entry.dims.map(({ name, low, high }) =>
        object({
          name: JSON.stringify(name),
          low: String(low),
          ...(high !== undefined && { high: String(high) }),
        }),
      ),
    ),
    facts: list(
      entry.facts.map((fact) =>
        object({ text: JSON.stringify(showFact(fact)), holds: `${args}=>${factToJavaScript(fact)}` }),
      ),
    ),
    ...(entry.random === true && { random: "true" }),
    inputs: list(entry.inputs.map(port)),
    outputs: list(entry.outputs.map(port)),
    arena: list(entry.arena.map(String)),
    sizes: `${args}=>${list(entry.arena.map((id) => formToJavaScript(bufferOf(id).bytes)))}`,
    lifetimes: list(entry.lifetimes.map((lifetime) => list(lifetime.map(String)))),
    flops: `${args}=>${formToJavaScript(entry.flops)}`,
  });
}

function showFact({ relation, form }: Guard): string {
  return `${showForm(form)} ${relation === "zero" ? "== 0" : ">= 0"}`;
}

function factToJavaScript({ relation, form }: Guard): string {
  return `${formToJavaScript(form)}${relation === "zero" ? "===0" : ">=0"}`;
}
