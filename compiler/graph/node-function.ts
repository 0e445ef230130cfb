import { constant } from "../integers/index.ts";
import type { Dtype } from "../scalar/dtype.ts";
import { draw } from "../scalar/index.ts";
import { roundToHalf } from "../scalar/half.ts";
import { convertValue, floatMeaning, meaningOf, type Meaning } from "../scalar/meaning.ts";
import { scalarNames } from "../scalar/names.ts";
import { portable } from "../scalar/portable.ts";
import { sizeIn } from "./free-dims.ts";
import { writeExpr } from "./generate-expr.ts";
import { openLevel, writeAddress, type Operand, type Writer } from "./generate-form.ts";
import { writeGuarded, writeLoops, writeReduction } from "./generate-loops.ts";
import type { ComputeNode, ScatterNode } from "./graph.ts";
import type { Tensor } from "./tensor.ts";

/** Sizes of dims, and the scans around a node with the turns that they are at. */
export interface Sizes {
  readonly dims: ReadonlyMap<string, number>;
  readonly turns: readonly { readonly turn: string; readonly extent: number }[];
}

/** What the functions of nodes need to know of a run. */
export interface RunOptions {
  readonly seed?: number;
  readonly step?: number;
  readonly portable?: boolean;
}

export interface ReadValue {
  readonly name: string;
  readonly value: Tensor;
}

/** The JavaScript of a node: a function body over `library`, `out`, `operands` and `turns`. */
function writeNode(
  node: ComputeNode | ScatterNode,
  { dims, turns }: Sizes,
  operands: readonly ReadValue[],
): string {
  const known = new Map<string, Operand>(
    operands.map(({ name, value }, place) => [
      name,
      { variable: `r${place}`, dtype: value.dtype, shape: value.shape },
    ]),
  );
  const writer: Writer = {
    dims: new Map([...dims].map(([name, value]) => [name, constant(value)])),
    turns: new Map(turns.map(({ turn, extent }, place) => [turn, { variable: `turn${place}`, extent }])),
    operandOf: (name) => {
      const operand = known.get(name);
      if (operand === undefined) throw new Error(`bug: ${node.name} reads ${name} unseen`);
      return operand;
    },
    levels: [openLevel()],
    lines: [],
    variables: 0,
  };
  writeLoops(node.axes, writer, () => {
    if (node.kind === "scatter")
      writeTerm(
        node,
        node.shape.map((extent) => sizeIn(extent, dims)),
        writer,
      );
    else writeElement(node, writer);
  });
  const header = [
    ...operands.map((_, place) => `const r${place} = operands[${place}];`),
    ...turns.map((_, place) => `const turn${place} = turns[${place}];`),
  ];
  const outermost = writer.levels[0]?.hoisted ?? [];
  return ["let at = 0;", ...header, ...outermost, ...writer.lines].join("\n");
}

/** Adds one term of a scatter where it belongs. */
function writeTerm(node: ScatterNode, shape: readonly number[], writer: Writer): void {
  writeGuarded(node.domain, writer, () => {
    const address = writeAddress({ name: node.name, shape }, node.at, writer);
    const { code, dtype } = writeExpr(node.body, writer, new Map());
    const sum = `out[place] + ${code}`;
    const rounded = dtype === "f16" ? `half(${sum})` : dtype === "i32" ? `(${sum}) | 0` : sum;
    writer.lines.push(`const place = ${address};`, `out[place] = ${rounded};`);
  });
}

function writeElement(node: ComputeNode, writer: Writer): void {
  if (node.reduce !== undefined) {
    const body = (): ReturnType<typeof writeExpr> => writeExpr(node.body, writer, new Map());
    const { code } = writeReduction(node.reduce, node.domain, writer, body);
    writer.lines.push(`out[at++] = ${code};`);
    return;
  }
  writeGuarded(node.domain, writer, () => {
    const { code } = writeExpr(node.body, writer, new Map());
    writer.lines.push(`out[at] = ${code};`);
  });
  writer.lines.push("at++;");
}

type NodeFunction = (
  library: readonly unknown[],
  out: Float64Array,
  operands: readonly Float64Array[],
  turns: readonly number[],
) => void;

const portableMeaning = { ...floatMeaning, ...portable };

/** The functions that generated code calls, in the order of `libraryNames`. */
export function libraryFor(options: RunOptions): readonly unknown[] {
  const { seed = 0, step = 0 } = options;
  const onFloats = options.portable === true ? portableMeaning : floatMeaning;
  return [
    ...scalarNames.map((name): Meaning => onFloats[name]),
    ...scalarNames.map((name): Meaning => meaningOf(name, "i32")),
    ...converted.map((dtype) => (value: number) => convertValue(value, dtype)),
    roundToHalf,
    (key: number, index: number) => draw(seed, key, index, step),
    (name: string, axis: number, value: number) => {
      throw new Error(`${name} is read at ${value} on axis ${axis}, which is outside`);
    },
  ];
}

const converted = ["f16", "i32", "i8", "u8", "bool"] as const satisfies readonly Dtype[];

const libraryNames = [
  ...scalarNames.map((name) => `float_${name}`),
  ...scalarNames.map((name) => `integer_${name}`),
  ...converted.map((dtype) => `convert_${dtype}`),
  "half",
  "draw",
  "outside",
];

/** The functions made for a node so far, by the sizes they were made for; they live as long as the node. */
const made = new WeakMap<ComputeNode | ScatterNode, Map<string, NodeFunction>>();

export function functionOf(
  node: ComputeNode | ScatterNode,
  given: Sizes,
  operands: readonly ReadValue[],
): NodeFunction {
  const sizes = JSON.stringify([
    [...given.dims],
    given.turns,
    operands.map(({ value }) => [value.dtype, value.shape]),
  ]);
  const functions = made.get(node) ?? new Map<string, NodeFunction>();
  made.set(node, functions);
  const known = functions.get(sizes) ?? compile(writeNode(node, given, operands));
  functions.set(sizes, known);
  return known;
}

function compile(source: string): NodeFunction {
  const code = `"use strict"; const [${libraryNames.join(", ")}] = library;\n${source}`;
  // The text is made above from a verified graph: names of nodes never reach it but as JSON.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-type-assertion -- one function a node
  return new Function("library", "out", "operands", "turns", code) as NodeFunction;
}
