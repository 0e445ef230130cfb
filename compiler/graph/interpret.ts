import type { Dtype } from "../scalar/dtype.ts";
import { argsort } from "./argsort.ts";
import { inferDims, sizeIn } from "./free-dims.ts";
import type { ComputeNode, Graph, Node, Scan } from "./graph.ts";
import { functionOf, libraryFor, type RunOptions } from "./node-function.ts";
import { regionsOf, type Regions } from "./regions.ts";
import { sizeOfShape, type Tensor } from "./tensor.ts";
import { operandsOf, rootsOf } from "./visit.ts";

export interface Interpretation extends RunOptions {
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
  const regions = regionsOf(graph);
  const values = new Map<string, Tensor>();
  const run: Run = { graph, options, dims, regions, values, turns: [], freedBy: lastReaders(graph, regions) };
  evaluateRegion(undefined, run);
  const { outputs, updates = [] } = graph;
  return {
    outputs: Object.fromEntries(outputs.map(({ name, node }) => [name, valueOf(values, node)])),
    updates: Object.fromEntries(updates.map(({ path, node }) => [path, valueOf(values, node)])),
  };
}

interface Run {
  readonly graph: Graph;
  readonly options: Interpretation;
  readonly dims: ReadonlyMap<string, number>;
  readonly regions: Regions;
  readonly values: Map<string, Tensor>;
  /** The scans that are running, the outermost first, and the turns that they are at. */
  readonly turns: readonly { readonly turn: string; readonly extent: number; readonly at: number }[];
  /** What nobody needs when a node has been computed. */
  readonly freedBy: ReadonlyMap<Node, readonly string[]>;
}

/** Big models would not fit if every value stayed. What is read by turns, or from another region, does. */
function lastReaders(graph: Graph, { regionOf }: Regions): ReadonlyMap<Node, readonly string[]> {
  const last = new Map<string, Node>();
  const kept = new Set(rootsOf(graph));
  for (const node of graph.nodes) {
    for (const name of operandsOf(node)) {
      last.set(name, node);
      if ("turn" in node || regionOf(name) !== regionOf(node.name)) kept.add(name);
    }
  }
  const freed = new Map<Node, string[]>();
  for (const [name, node] of last) if (!kept.has(name)) freed.set(node, [...(freed.get(node) ?? []), name]);
  return freed;
}

/** One pass over what belongs to a scan, or to none. An inner scan runs when it is first asked for. */
function evaluateRegion(turn: string | undefined, run: Run): void {
  const { graph, regions, values, options } = run;
  const scanned = new Set<string>();
  for (const node of graph.nodes) {
    if (regions.regionOf(node.name) !== turn || node.kind === "carry") continue;
    if (node.kind === "last" || node.kind === "stack") {
      if (!scanned.has(node.turn)) runScan(node.turn, run);
      scanned.add(node.turn);
    } else {
      values.set(node.name, evaluateNode(node, run));
    }
    options.observe?.(node, valueOf(values, node.name));
    for (const name of run.freedBy.get(node) ?? []) values.delete(name);
  }
}

function runScan(turn: string, run: Run): void {
  const { graph, dims, values } = run;
  const scan = (graph.scans ?? []).find((each) => each.turn === turn);
  if (scan === undefined) throw new Error(`bug: ${graph.name} has no scan ${turn}`);
  const extent = sizeIn(scan.extent, dims);
  const shapeOf = (node: Node): readonly number[] => node.shape.map((form) => sizeIn(form, dims));
  const stacks = graph.nodes.filter((node) => node.kind === "stack" && node.turn === turn);
  for (const node of stacks) {
    const shape = shapeOf(node);
    values.set(node.name, { dtype: node.dtype, shape, data: new Float64Array(sizeOfShape(shape)) });
  }
  for (const node of graph.nodes) {
    if (node.kind === "carry" && node.turn === turn) values.set(node.name, valueOf(values, node.of));
  }
  for (let at = 0; at < extent; at += 1) {
    evaluateRegion(turn, { ...run, turns: [...run.turns, { turn, extent, at }] });
    for (const node of stacks) {
      const { data } = valueOf(values, operandsOf(node)[0] ?? "");
      valueOf(values, node.name).data.set(data, at * data.length);
    }
    takeTurn(scan, values);
  }
  for (const node of graph.nodes) {
    if (node.kind === "last" && node.turn === turn) values.set(node.name, valueOf(values, node.of));
  }
}

/** All carries at once: one may take the value that another one had. */
function takeTurn({ carries }: Scan, values: Map<string, Tensor>): void {
  const next = carries.map((carry) => [carry.current, valueOf(values, carry.next)] as const);
  for (const [name, value] of next) values.set(name, value);
}

function valueOf(values: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const value = values.get(name);
  if (value === undefined) throw new Error(`bug: ${name} is read before it has a value`);
  return value;
}

type Evaluated = Exclude<Node, { readonly kind: "carry" | "last" | "stack" }>;

function evaluateNode(node: Evaluated, { dims, values, options, turns }: Run): Tensor {
  const shape = node.shape.map((extent) => sizeIn(extent, dims));
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
      const scans = turns.map(({ turn, extent }) => ({ turn, extent }));
      functionOf(node, { dims, turns: scans }, operands)(
        libraryFor(options),
        data,
        operands.map(({ value }) => value.data),
        turns.map(({ at }) => at),
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
