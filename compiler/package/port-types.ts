import { bareDim, constantOf, type Form } from "../integers/index.ts";
import type { Buffer, EntryPlan, Plan } from "../plan/plan.ts";
import type { Dtype } from "../scalar/dtype.ts";
import { describeValues } from "./describe-values.ts";
import { needsShape } from "./needs-shape.ts";

/** The types of an entry's inputs and results: fields of interfaces, and the free dims that the inputs say. */
export interface PortTypes {
  readonly inputs: readonly string[];
  readonly outputs: readonly { readonly name: string; readonly array: string; readonly shape: string }[];
  readonly inferred: readonly string[];
}

const arrayOf: Partial<Record<Dtype, string>> = {
  f32: "Float32Array",
  i32: "Int32Array",
  i8: "Int8Array",
  u8: "Uint8Array",
  bool: "Uint8Array",
};

/**
 * Shapes are types. A free dim is a type parameter, taken from its first use and `NoInfer` in the others; results carry
 * it. `hidden` are inputs that the caller does not give.
 */
export function portTypes(entry: EntryPlan, plan: Plan, hidden: ReadonlySet<string> = new Set()): PortTypes {
  const bufferOf = (id: number): Buffer => {
    const buffer = plan.buffers.find((candidate) => candidate.id === id);
    if (buffer === undefined) throw new Error(`bug: no buffer ${id}`);
    return buffer;
  };
  const used = new Set<string>();
  const given = entry.inputs.filter(({ name }) => !hidden.has(name));
  const inputs = given.map((port) => {
    const { dtype, shape } = bufferOf(port.buffer);
    const array = arrayType(dtype);
    const extents = shape.map((extent) => extentType(extent, used));
    const others = given.filter((other) => other !== port).map(({ buffer }) => bufferOf(buffer).shape);
    const types = [
      ...(shape.length === 0 ? ["number"] : []),
      ...(needsShape(shape, others) ? [] : [array]),
      `ShapedTensor<${array}, readonly [${extents.join(", ")}]>`,
    ];
    const notes = [
      describeValues(port, dtype),
      port.initial === undefined ? undefined : `${port.initial} where it is left out`,
    ].filter((note) => note !== undefined);
    const doc = notes.length === 0 ? "" : `/** ${capital(notes.join(", "))}. */\n`;
    return `${doc}readonly ${port.name}${port.initial === undefined ? "" : "?"}: ${types.join(" | ")};`;
  });
  const outputs = entry.outputs.map(({ name, buffer }) => {
    const { dtype, shape } = bufferOf(buffer);
    const extents = shape.map((extent) => extentType(extent, undefined));
    return { name, array: arrayType(dtype), shape: `readonly [${extents.join(", ")}]` };
  });
  return { inputs, outputs, inferred: entry.dims.map(({ name }) => name).filter((name) => used.has(name)) };
}

function capital(text: string): string {
  return text.replace(/^./, (letter) => letter.toUpperCase());
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
