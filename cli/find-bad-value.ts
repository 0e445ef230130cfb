import { parse, type Name } from "../grammar/index.ts";
import { normalize } from "../compiler/optimize/index.ts";
import { operandsOf } from "../compiler/graph/visit.ts";
import { differentiate } from "../compiler/autodiff/index.ts";
import type { CheckedModel } from "../compiler/check/index.ts";
import { positionOf, type Source, type Span } from "../compiler/diagnostics/source.ts";
import { elaborate } from "../compiler/elaborate/index.ts";
import { interpret } from "../compiler/graph/interpret.ts";
import type { Graph, InputNode, Node, Program, Training } from "../compiler/graph/graph.ts";
import { sizeIn } from "../compiler/graph/free-dims.ts";
import type { Plan } from "../compiler/plan/plan.ts";
import { constantOf } from "../compiler/integers/index.ts";
import { dce } from "../compiler/optimize/dce.ts";
import { sizeOfShape, tensorOf, type Tensor } from "../compiler/graph/tensor.ts";
import { readSafetensors } from "../runtime/read-safetensors.ts";
import { findFault, type Batch, type Fault } from "../training/index.ts";

/** A step that gave a loss that is no number. */
export interface BadStep {
  readonly batch: Batch;
  /** The state from which the step was taken, as the trainer saves it. */
  readonly state: Uint8Array;
  readonly iteration: number;
  readonly epoch: number;
  readonly seed: number;
}

/** Steps with more operations would keep whoever waits for the answer for minutes. */
const mostFlops = 5e9;

/** Whether the equations of a step can be evaluated one by one in a time that somebody waits. */
export function isWorthFinding({ entries, training }: Plan, rows: number): boolean {
  const step = entries.find(({ name }) => name === training?.step);
  if (step === undefined) return false;
  const dims = new Map(step.dims.map(({ name }) => [name, rows] as const));
  return sizeIn(step.flops, dims) <= mostFlops;
}

/**
 * What went bad first in a step: a number of the batch, a parameter that an earlier step has spoilt, or the first equation, in the order of
 * computation, that gives NaN or an infinity from numbers that are none. The last is found by evaluating the equations as they
 * were written, one after the other, each rounded as the code rounds. Where parameters are spoilt, a learning rate that is no
 * number has done it.
 */
export function findBadValue(checked: CheckedModel, step: BadStep): Fault | undefined {
  const fault = findFault(step.batch, step.state);
  const program = elaborate(checked);
  const schedule =
    fault?.what === "parameter" ? program.training && badSchedule(program.training, step) : undefined;
  const found = schedule ?? fault ?? (program.training && badEquation(program.training, step));
  if (found === undefined || found.what === "input") return found;
  const own = spanOf(found, program);
  const text = checked.span.source;
  const span = own?.source.path === text.path ? own : (stageNamedIn(found.name, text) ?? own);
  if (span === undefined) return found;
  const { source, start } = span;
  return { ...found, source: { file: source.path, line: positionOf(source, start).line } };
}

/** A number that depends on nothing but the step, in the step that was taken or in the one before, whose result it was. */
function badSchedule({ step }: Training, { iteration, epoch, seed }: BadStep): Fault | undefined {
  const scheduled = new Set(["iteration", "epoch"]);
  const nodes = step.nodes.filter((node) => {
    const isInput = node.kind === "input";
    const follows = isInput
      ? scheduled.has(node.name)
      : operandsOf(node).every((name) => scheduled.has(name));
    if (follows && (isInput || (node.kind === "compute" && node.shape.length === 0)))
      scheduled.add(node.name);
    return scheduled.has(node.name);
  });
  const { updates: _updates, scans: _scans, ...rest } = step;
  const outputs = nodes.flatMap(({ kind, name, dtype }) =>
    kind === "compute" && dtype === "f32" ? [{ name, node: name }] : [],
  );
  for (const at of [iteration - 1, iteration]) {
    const inputs = { iteration: tensorOf([], [at], "i32"), epoch: tensorOf([], [epoch], "i32") };
    const values = interpret({ ...rest, dims: [], facts: [], nodes, outputs }, { inputs, seed, step: at });
    for (const { name } of outputs) {
      const value = Math.fround(values[name]?.data[0] ?? 0);
      if (!Number.isFinite(value)) return { what: "value", name, index: [], value };
    }
  }
  return undefined;
}

function spanOf({ what, name }: Fault, { params, states, training }: Program): Span | undefined {
  if (what === "parameter") return [...params, ...states].find(({ path }) => path === name)?.span;
  return training?.step.nodes.find((node) => node.name === name)?.span;
}

/**
 * Where the model itself writes the stage that a parameter or an equation lies in, `fc1: Linear(120)` for `model.fc1.y`: it says more than
 * a line of the library that all such stages share.
 */
function stageNamedIn(path: string, source: Source): Span | undefined {
  const names = path.split(".");
  const found = labelsIn(parse(source).file).filter(({ text }) => names.includes(text));
  return found.sort((a, b) => names.indexOf(a.text) - names.indexOf(b.text))[0]?.span;
}

function labelsIn(tree: unknown): readonly Name[] {
  if (Array.isArray(tree)) return tree.flatMap(labelsIn);
  if (typeof tree !== "object" || tree === null) return [];
  return Object.entries(tree).flatMap(([key, part]: readonly [string, unknown]) => {
    // A span leads to the whole text.
    if (key === "span") return [];
    return key === "label" && isName(part) ? [part] : labelsIn(part);
  });
}

function isName(part: unknown): part is Name {
  return typeof part === "object" && part !== null && "kind" in part && part.kind === "name";
}

function badEquation(
  { step }: Training,
  { batch, state, iteration, epoch, seed }: BadStep,
): Fault | undefined {
  const { updates: _updates, ...scalars } = step;
  const graph = withoutGradients(dce(scalars));
  const inputs: Record<string, Tensor> = {
    iteration: tensorOf([], [iteration], "i32"),
    epoch: tensorOf([], [epoch], "i32"),
  };
  for (const node of graph.nodes) {
    if (node.kind === "input" && inputs[node.name] === undefined) {
      const tensor = inputTensor(node, batch);
      // A size that neither the rows nor the length tell: there is no finding out here.
      if (tensor === undefined) return undefined;
      inputs[node.name] = tensor;
    }
  }
  const bad = new Map<string, Fault>();
  const observe = (node: Node, { data, shape }: Tensor): void => {
    if (node.dtype !== "f32") return;
    for (let place = 0; place < data.length; place++) {
      const value = Math.fround(data[place] ?? 0);
      data[place] = value;
      if (Number.isFinite(value) || Number.isNaN(bad.get(node.name)?.value)) continue;
      const fault = {
        what: "value",
        name: node.name,
        index: indexOf(place, shape),
        value,
      } as const;
      // Infinities may be meant, as weights of what is masked are; NaN never is.
      if (Number.isNaN(value) || !bad.has(node.name)) bad.set(node.name, fault);
    }
  };
  const stored = tensorsIn(state);
  interpret(graph, { inputs, params: stored, states: stored, seed, step: iteration, observe });
  return firstOf(graph, bad);
}

/** From a bad output back through bad operands, to what is bad although all that it reads is not. */
function firstOf(graph: Graph, bad: ReadonlyMap<string, Fault>): Fault | undefined {
  let at = graph.outputs.map(({ node }) => node).find((name) => bad.has(name));
  while (at !== undefined) {
    const node = graph.nodes.find(({ name }) => name === at);
    const operands = (node === undefined ? [] : [...operandsOf(node)]).filter((name) => bad.has(name));
    const next = operands.find((name) => Number.isNaN(bad.get(name)?.value)) ?? operands[0];
    if (next === undefined) return bad.get(at);
    at = next;
  }
  return undefined;
}

/** Losses that contain gradients are computed with them. */
function withoutGradients(graph: Graph): Graph {
  return graph.nodes.some(({ kind }) => kind === "grad") ? differentiate(normalize(graph)) : graph;
}

function tensorsIn(file: Uint8Array): Readonly<Record<string, Tensor>> {
  const read: Readonly<Record<string, (bytes: ArrayBuffer) => ArrayLike<number>>> = {
    F32: (bytes) => new Float32Array(bytes),
    I32: (bytes) => new Int32Array(bytes),
    I8: (bytes) => new Int8Array(bytes),
  };
  return Object.fromEntries(
    [...readSafetensors(file)].map(([path, { dtype, shape, bytes }]) => {
      // Tensors of a file need not lie aligned.
      const values = read[dtype]?.(bytes.slice().buffer) ?? bytes;
      return [path, tensorOf(shape, values, dtype === "F32" ? "f32" : "i32")];
    }),
  );
}

/** The batch's values in the declared shape: the first free size is the number of rows, one more follows from the length. */
function inputTensor({ name, shape, dtype }: InputNode, { rows, values }: Batch): Tensor | undefined {
  const data = values[name];
  if (data === undefined) return undefined;
  const known = shape.map((extent, axis) => constantOf(extent) ?? (axis === 0 ? rows : undefined));
  const product = known.reduce<number>((all, size) => all * (size ?? 1), 1);
  const sizes = known.map((size) => size ?? data.length / product);
  return sizeOfShape(sizes) === data.length ? tensorOf(sizes, data, dtype) : undefined;
}

function indexOf(place: number, shape: readonly number[]): readonly number[] {
  let rest = place;
  const index = shape.toReversed().map((size) => {
    const at = rest % size;
    rest = Math.floor(rest / size);
    return at;
  });
  return index.toReversed();
}
