import type { Span } from "../diagnostics/source.ts";
import type { Form } from "../integers/index.ts";
import type { Dtype } from "../scalar/dtype.ts";
import type { Axis, Expr, Guard, ReduceOp } from "./expr.ts";
import type { Recognition } from "./recognition.ts";

interface NodeBase {
  /** Unique in its graph; operands are named by it. */
  readonly name: string;
  readonly dtype: Dtype;
  /** Extents of the value's axes; forms over dims. A scalar has none. */
  readonly shape: readonly Form[];
  /** Where in the source it was written. */
  readonly span?: Span;
}

export interface InputNode extends NodeBase {
  readonly kind: "input";
  /** Of an integer input: low ≤ value < high, checked at the door. */
  readonly range?: { readonly low: Form; readonly high: Form };
  /** Every entry of it where the caller leaves it out. */
  readonly initial?: number;
  /** The caller gives the same array call after call, so that its copy stays in memory. */
  readonly kept?: true;
}

export interface ParamNode extends NodeBase {
  readonly kind: "param";
  /** Path in the weights file, `conv1.weight`. */
  readonly path: string;
}

export interface StateNode extends NodeBase {
  readonly kind: "state";
  readonly path: string;
  /** An optimizer's own: it is in checkpoints and not in the weights file. */
  readonly slot?: true;
}

export interface ConstantNode extends NodeBase {
  readonly kind: "constant";
  /** Row-major; the shape is constant. */
  readonly values: readonly number[];
}

/**
 * result[p…] = reduce(r… | domain) body. `axes` are the parallel axes p, one for each dim of `shape` and of the same
 * extent. Without a reduction the value outside the domain is 0. An element of `domain` may mention p and r.
 */
export interface ComputeNode extends NodeBase {
  readonly kind: "compute";
  readonly axes: readonly Axis[];
  readonly reduce?: { readonly op: ReduceOp; readonly axes: readonly Axis[] };
  readonly domain: readonly Guard[];
  readonly body: Expr;
  /** What `recognise` saw in it. A pass that rewrites the node drops or keeps it explicitly. */
  readonly recognition?: Recognition;
}

/**
 * result[q…] = Σ over the points of `axes` inside `domain` whose subscripts `at` are q of body: a sum keyed by
 * integers that are known at run time only, which is what a data-dependent read has for an adjoint. Subscripts and body
 * are evaluated inside the domain alone, and there the subscripts lie in the shape.
 */
export interface ScatterNode extends NodeBase {
  readonly kind: "scatter";
  readonly axes: readonly Axis[];
  readonly domain: readonly Guard[];
  /** A subscript for each axis of the result. */
  readonly at: readonly Form[];
  readonly body: Expr;
}

/**
 * result[p…, k] = the place on the last axis of `of[p…, :]` of what comes k-th in its order: a stable one, in which of
 * equals the first comes first, −0 equals 0, and NaN is greater than all numbers. Where the last dim is less than that of
 * `of`, only so many of the first are wanted. Sort and top-k are reads through it.
 */
export interface ArgsortNode extends NodeBase {
  readonly kind: "argsort";
  /** A node of floats or integers. */
  readonly of: string;
  /** The greatest first. */
  readonly descending: boolean;
}

/** What a scan carries, as it is before the turn; before the first one it is `of`. */
export interface CarryNode extends NodeBase {
  readonly kind: "carry";
  /** The scan, by its turn. */
  readonly turn: string;
  /** A node of the same dtype and shape, which does not depend on the turn. */
  readonly of: string;
}

/** What a scan carries, after its last turn. */
export interface LastNode extends NodeBase {
  readonly kind: "last";
  readonly turn: string;
  /** The carry. */
  readonly of: string;
}

/** result[t, p…] = the value of `of[p…]` in turn t. */
export interface StackNode extends NodeBase {
  readonly kind: "stack";
  readonly turn: string;
  readonly of: string;
}

/**
 * ∂ of[f…] / ∂ wrt, for each value of the free axes f: result[f…, q…]. All paths from `of` down to `wrt` count; what
 * `wrt` is computed from does not. Only before `differentiate`, which gives it its meaning.
 */
export interface GradNode extends NodeBase {
  readonly kind: "grad";
  /** A float node whose axes are the free axes. */
  readonly of: string;
  /** A float node. */
  readonly wrt: string;
  readonly axes: readonly Axis[];
  /** Free axes that are the leading axes of `wrt` too, in its order: result[f…, q…] = ∂ of[f…] / ∂ wrt[shared…, q…]. */
  readonly shared: readonly string[];
}

export type Node =
  | InputNode
  | ParamNode
  | StateNode
  | ConstantNode
  | ComputeNode
  | ScatterNode
  | ArgsortNode
  | CarryNode
  | LastNode
  | StackNode
  | GradNode;

/**
 * A recurrence. Its turn is an axis that no node has: it runs from 0 to extent − 1, one value after the other, and in
 * every form it stands for the turn that is being computed. There is no list of what belongs to the scan: a node does
 * if it mentions the turn or depends on a carry, and is computed in each turn anew. What is outside sees `last` and
 * `stack` alone. So the same passes work on what is inside and what is outside.
 */
export interface Scan {
  /** Unique in its graph, and no axis of a node. */
  readonly turn: string;
  /** How many turns there are, over dims; it may be 0. */
  readonly extent: Form;
  /** Each carry once, and the node of its dtype and shape whose value it has in the next turn. */
  readonly carries: readonly { readonly current: string; readonly next: string }[];
}

/** A dim that is known only at a call, with what its entry's `where` bounds it by. */
export interface FreeDim {
  readonly name: string;
  /** At least 1. */
  readonly low: number;
  /** The largest value, where there is one. */
  readonly high?: number;
}

/**
 * After all that a graph computes has been read, the persistent tensor at `path` takes the value of `node`, which is of
 * its dtype and shape. Every read in the graph sees the old value.
 */
export interface Update {
  readonly kind: "param" | "state" | "slot";
  readonly path: string;
  readonly node: string;
}

export interface Graph {
  readonly name: string;
  readonly dims: readonly FreeDim[];
  /** Facts about the free dims, checked at each call. */
  readonly facts: readonly Guard[];
  /** Left out where there is none. */
  readonly scans?: readonly Scan[];
  /** In an order in which every operand stands before its readers. */
  readonly nodes: readonly Node[];
  readonly outputs: readonly { readonly name: string; readonly node: string }[];
  /** Left out where the graph changes nothing; at most one for a tensor. */
  readonly updates?: readonly Update[];
}

/** A learned tensor of a program; its shape is known at build time. */
export interface Parameter {
  readonly path: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** One output, `value`: the declared initial value, drawn by `random` where it is. */
  readonly initial: Graph;
  readonly span?: Span;
}

/** All that one model computes, seen at once, since entries share parameters, layouts and code. */
export interface Program {
  /** As declared: `LeNet`. */
  readonly name: string;
  readonly params: readonly Parameter[];
  /** States that only training changes (batch norm's running mean): learned, and saved with the weights. */
  readonly states: readonly Parameter[];
  /** States that a call of an entry changes: they begin with their initial values, and are in no weights file. */
  readonly memory?: readonly Parameter[];
  readonly entries: Readonly<Record<string, Graph>>;
  readonly training?: Training;
}

/** What a `train` block says. */
export interface Training {
  /**
   * One step: its inputs are the outputs of the data by name and, where they are read, the i32 scalars `iteration` and
   * `epoch`; its outputs `loss` and the metrics; its updates all that a step changes.
   */
  readonly step: Graph;
  /**
   * Where gradients of several steps count as one: all steps of them but the last. Inputs and outputs are those of
   * `step`, which then moves the parameters by all.
   */
  readonly accumulate?: Graph;
  /** The same outputs with `training` false, of parameters that stay. */
  readonly evaluate: Graph;
  /** States of optimizers and sums of gradients, with their first values. */
  readonly slots: readonly Parameter[];
  /** Paths of the parameters that a step changes. */
  readonly trainable: readonly string[];
  readonly data?: DataProgram;
  /** What is judged after each epoch. */
  readonly test?: DataProgram;
  readonly settings: TrainingSettings;
}

export interface TrainingSettings {
  readonly batch: number;
  readonly epochs: number;
  readonly seed: number;
  readonly accumulate: number;
  readonly patience?: number;
}

/** A data declaration as a program of its own, without anything that persists. */
export interface DataProgram {
  /**
   * The entries `train` and `evaluate` give the examples of the rows `$rows` (or, without `rows`, the only example), the
   * first with the draws of training; `once`, where there is one, what they take from the sources as a whole.
   */
  readonly program: Program;
  readonly sources: readonly DataSource[];
  /** How many examples there are, over the free dims of the sources; none where an example is all there is. */
  readonly rows?: Form;
}

/** A file as an array. */
export interface DataSource {
  readonly name: string;
  readonly reader: string;
  readonly path: string;
  /** What the reader is given by name. */
  readonly arguments: Readonly<Record<string, SourceArgument>>;
  readonly dtype: Dtype;
  /** Numbers, and names of free dims. */
  readonly shape: readonly (number | string)[];
  /** Of integers: from the first to below the second. */
  readonly range?: readonly [low: number, high: number];
  /** Inputs of the entries: the rows of the batch, the whole array, and what `once` takes. */
  readonly inputs: { readonly row?: string; readonly whole?: string; readonly once?: string };
}

export type SourceArgument = string | number | boolean | readonly SourceArgument[];
