import { constant } from "../integers/index.ts";
import type { Dtype } from "../scalar/dtype.ts";
import { roundToHalf } from "../scalar/half.ts";
import { convertValue, floatMeaning, meaningOf, type Meaning } from "../scalar/meaning.ts";
import { scalarNames } from "../scalar/names.ts";
import { portable } from "../scalar/portable.ts";
import { draw } from "../scalar/index.ts";
import { inferDims, sizeIn } from "./free-dims.ts";
import { writeExpr } from "./generate-expr.ts";
import { openLevel, writeAddress, type Operand, type Writer } from "./generate-form.ts";
import { writeGuarded, writeLoops, writeReduction } from "./generate-loops.ts";
import type { ComputeNode, Graph, Node, ScatterNode } from "./graph.ts";
import { argsort } from "./argsort.ts";
import { sizeOfShape, type Tensor } from "./tensor.ts";
import { operandsOf, rootsOf } from "./visit.ts";

export interface Interpretation {
  /** Values of free dims; what is left out follows from the shapes of the inputs. */
  readonly dims?: Readonly<Record<string, number>>;
  /** By node name. */
  readonly inputs?: Readonly<Record<string, Tensor>>;
  /** By path. */
  readonly params?: Readonly<Record<string, Tensor>>;
  /** By path. */
  readonly states?: Readonly<Record<string, Tensor>>;
  /** Of `random`; 0 where it is left out. */
  readonly seed?: number;
  /** The iteration that draws belong to; 0, as in initialisers, where it is left out. */
  readonly step?: number;
  /** Whether exp, log and their like are those of `scalar/portable.ts`: the same bits on every engine. */
  readonly portable?: boolean;
  /** Sees the value of each node as soon as it is known. */
  readonly observe?: (node: Node, value: Tensor) => void;
}

/**
 * The value of a graph, output by output: what it means. Arithmetic is in f64 (f16 rounded, i32 wrapping), loops are
 * the obvious ones, written out as JavaScript for each node. Throws a RangeError for inputs that do not fit, an Error
 * for a graph that reads outside a tensor.
 */
export function interpret(graph: Graph, options: Interpretation = {}): Readonly<Record<string, Tensor>> {
  return interpretStep(graph, options).outputs;
}

/** As `interpret`, with the new values of what the graph updates, by path. */
export function interpretStep(
  graph: Graph,
  options: Interpretation = {},
): Readonly<Record<"outputs" | "updates", Readonly<Record<string, Tensor>>>> {
  const dims = inferDims(graph, options.inputs ?? {}, options.dims);
  const values = new Map<string, Tensor>();
  const lastReader = new Map<string, Node>();
  for (const node of graph.nodes) for (const name of operandsOf(node)) lastReader.set(name, node);
  const kept = new Set(rootsOf(graph));
  for (const node of graph.nodes) {
    const shape = node.shape.map((extent) => sizeIn(extent, dims));
    const value = evaluateNode(node, shape, dims, values, options);
    values.set(node.name, value);
    options.observe?.(node, value);
    // Big models would not fit if every value stayed.
    for (const name of operandsOf(node)) {
      if (lastReader.get(name) === node && !kept.has(name)) values.delete(name);
    }
  }
  const { outputs, updates = [] } = graph;
  return {
    outputs: Object.fromEntries(outputs.map(({ name, node }) => [name, valueOf(values, node)])),
    updates: Object.fromEntries(updates.map(({ path, node }) => [path, valueOf(values, node)])),
  };
}

function valueOf(values: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const value = values.get(name);
  if (value === undefined) throw new Error(`bug: ${name} is read before it has a value`);
  return value;
}

function evaluateNode(
  node: Node,
  shape: readonly number[],
  dims: ReadonlyMap<string, number>,
  values: ReadonlyMap<string, Tensor>,
  options: Interpretation,
): Tensor {
  switch (node.kind) {
    case "input": {
      const left = options.inputs?.[node.name] === undefined ? node.initial : undefined;
      const value =
        left === undefined
          ? given(`input ${node.name}`, options.inputs?.[node.name], node.dtype, shape)
          : { dtype: node.dtype, shape, data: new Float64Array(sizeOfShape(shape)).fill(left) };
      if (node.range !== undefined) checkRange(node.name, value, node.range, dims);
      return value;
    }
    case "param":
      return given(`parameter ${node.path}`, options.params?.[node.path], node.dtype, shape);
    case "state":
      return given(`state ${node.path}`, options.states?.[node.path], node.dtype, shape);
    case "constant":
      return { dtype: node.dtype, shape, data: Float64Array.from(node.values) };
    case "compute":
    case "scatter": {
      const operands = operandsOf(node).map((name) => ({ name, value: valueOf(values, name) }));
      const data = new Float64Array(sizeOfShape(shape));
      functionOf(node, dims, operands)(
        library(options),
        data,
        operands.map(({ value }) => value.data),
      );
      return { dtype: node.dtype, shape, data };
    }
    case "argsort":
      return argsort(node, shape, valueOf(values, node.of));
    case "grad":
      throw new Error(`the gradient ${node.name} has a value only in the graph that differentiate makes`);
    default:
      return node satisfies never;
  }
}

function given(what: string, value: Tensor | undefined, dtype: Dtype, shape: readonly number[]): Tensor {
  if (value === undefined) throw new RangeError(`the ${what} is missing`);
  if (value.shape.join() !== shape.join()) {
    throw new RangeError(`the ${what} is [${value.shape.join(", ")}] instead of [${shape.join(", ")}]`);
  }
  if (value.dtype !== dtype) throw new RangeError(`the ${what} is ${value.dtype} instead of ${dtype}`);
  return value;
}

function checkRange(
  name: string,
  value: Tensor,
  range: { readonly low: ComputeNode["shape"][number]; readonly high: ComputeNode["shape"][number] },
  dims: ReadonlyMap<string, number>,
): void {
  const [low, high] = [sizeIn(range.low, dims), sizeIn(range.high, dims)];
  const outside = value.data.find((element) => !(element >= low && element < high));
  if (outside !== undefined) throw new RangeError(`the input ${name} has ${outside}, not in ${low}..${high}`);
}

interface ReadValue {
  readonly name: string;
  readonly value: Tensor;
}

/** The JavaScript of a node: a function body over `library`, `out` and `operands`. */
export function writeNode(
  node: ComputeNode | ScatterNode,
  dims: ReadonlyMap<string, number>,
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
  const header = operands.map((_, place) => `const r${place} = operands[${place}];`);
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
) => void;

const portableMeaning = { ...floatMeaning, ...portable };

/** The functions that generated code calls, in the order of `libraryNames`. */
function library(options: Interpretation): readonly unknown[] {
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

function functionOf(
  node: ComputeNode | ScatterNode,
  dims: ReadonlyMap<string, number>,
  operands: readonly ReadValue[],
): NodeFunction {
  const sizes = JSON.stringify([[...dims], operands.map(({ value }) => [value.dtype, value.shape])]);
  const functions = made.get(node) ?? new Map<string, NodeFunction>();
  made.set(node, functions);
  const known = functions.get(sizes) ?? compile(writeNode(node, dims, operands));
  functions.set(sizes, known);
  return known;
}

function compile(source: string): NodeFunction {
  const code = `"use strict"; const [${libraryNames.join(", ")}] = library;\n${source}`;
  // The text is made above from a verified graph: names of nodes never reach it but as JSON.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-type-assertion -- one function a node
  return new Function("library", "out", "operands", code) as NodeFunction;
}
