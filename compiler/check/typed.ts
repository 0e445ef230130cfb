import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Span } from "../diagnostics/source.ts";
import type { Axis, Expr, Guard } from "../graph/expr.ts";
import type { FreeDim, SourceArgument, TrainingSettings } from "../graph/graph.ts";
import type { Form } from "../integers/index.ts";
import type { Dtype } from "../scalar/dtype.ts";

/**
 * What `check` hands on: for each entry of each model one `Body`, in which everything is decided. Names are resolved,
 * sizes solved, reads proven, build-time branches chosen, packs and whole-array arithmetic written out with axes;
 * `mean`, `cat`, guards and filters that are no affine conditions are already `Expr`. `elaborate` only has to put the
 * bodies into each other, and can't fail.
 */
export interface Checked {
  /** Those without an error, in the order of the source. */
  readonly models: readonly CheckedModel[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface CheckedModel {
  /** As declared: `LeNet`. */
  readonly name: string;
  readonly span: Span;
  /** `forward`, or the entries that the model names. */
  readonly entries: Readonly<Record<string, Body>>;
  readonly training?: CheckedTraining;
}

/** A `train` block. */
export interface CheckedTraining {
  /** Its inputs are the outputs of the data by name, and `iteration` and `epoch` where they are read. */
  readonly step: Body;
  /** Of `accumulate`: a step that adds its gradient to those before and moves nothing. */
  readonly accumulate?: Body;
  /** The same outputs with `training` false. */
  readonly evaluate: Body;
  readonly settings: TrainingSettings;
  /** None where the caller of each step gives the inputs. */
  readonly data?: CheckedData;
  /** What is judged after each epoch; its outputs are those of `data`. */
  readonly test?: CheckedData;
}

/** A data declaration with its hyper-parameters: a function from whole sources to whole examples. */
export interface CheckedData {
  /** As declared: `Fashion`. */
  readonly name: string;
  /** While training, with its draws. */
  readonly train: Body;
  /** The same outputs with `training` false. */
  readonly evaluate: Body;
  /** Of each input of the bodies, in their order, where it comes from. */
  readonly sources: readonly CheckedSource[];
  /** The first dim of all outputs: how many examples there are. None where they share no first dim. */
  readonly rows?: Form;
}

/** `pixels: u8[M, 28, 28] = idx("{split}-images-idx3-ubyte.gz")` */
export interface CheckedSource {
  readonly name: string;
  readonly reader: string;
  /** The file or folder. */
  readonly path: string;
  /** What the reader is given by name. */
  readonly arguments: Readonly<Record<string, SourceArgument>>;
  readonly dtype: Dtype;
  /** Numbers, and names for what the source decides. */
  readonly shape: readonly (number | string)[];
  readonly range?: readonly [low: number, high: number];
  readonly span: Span;
}

/**
 * A declaration with its hyper-parameters, the types of its inputs and one of its entries chosen. Equal choices give the
 * same object, wherever they stand. All forms are over the free dims of the entry of the model (a callee's sizes are
 * those of its caller), and over the axes of the binding that they stand in.
 */
export interface Body {
  /** `Conv2d`; `Attention.step` for an entry other than `forward`. */
  readonly name: string;
  readonly span: Span;
  /** Free dims and what is known of them at a call; empty in all but the bodies of a model's entries. */
  readonly dims: readonly FreeDim[];
  /** Facts about the free dims which the entry's `where` states. */
  readonly facts: readonly Guard[];
  /** In the order of the header; after them, what a local function takes from the block around it. */
  readonly inputs: readonly BodyInput[];
  /** The parameters and states that its bindings read, its own and those read as `a.b.weight`. */
  readonly params: readonly OwnedTensor[];
  readonly states: readonly OwnedTensor[];
  /** Those of which something is needed. */
  readonly scans: readonly BodyScan[];
  /** What the outputs need and nothing else; a binding stands after everything that it reads. */
  readonly bindings: readonly Binding[];
  readonly outputs: readonly BodyOutput[];
  /** What a training step puts into parameters and states after all has been read; none elsewhere. */
  readonly updates: readonly Update[];
  /** Whether something in it is drawn, so that each application gives other values. */
  readonly draws: boolean;
}

/** A recurrence. Its turn is an axis that its bindings mention and none of them has; other bodies have others. */
export interface BodyScan {
  readonly turn: string;
  /** How many turns there are. */
  readonly extent: Form;
  /** Operands: what is carried, and its value after the turn. */
  readonly carries: readonly { readonly current: string; readonly next: string }[];
}

/** The next value of something that a body owns. */
export interface Update {
  readonly kind: "param" | "state";
  /** The name by which the body reads it. */
  readonly name: string;
  /** The operand whose value it takes. */
  readonly operand: string;
}

export interface BodyInput {
  /** The name by which the body reads it. */
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly Form[];
  readonly range?: IntegerRange;
  /** What it is filled with where the call of an entry leaves it out. */
  readonly initial?: number;
  readonly span: Span;
}

/** low ≤ value < high */
export interface IntegerRange {
  readonly low: Form;
  readonly high: Form;
}

export interface BodyOutput {
  /** As declared. */
  readonly name: string;
  /** The input, parameter, state, binding, or `binding.output` of an application that it is. */
  readonly operand: string;
  readonly dtype: Dtype;
  readonly shape: readonly Form[];
  readonly range?: IntegerRange;
  readonly span: Span;
}

/**
 * Where an instance or a parameter lives, seen from a body: labels below the instance that the body belongs to
 * (`root: "own"`), or below the instance that was put into one of its slots by whoever applies the body.
 * Without labels it is the root itself. Joined by dots, empty labels left out, it is the path in the weights file.
 */
export interface InstancePath {
  readonly root: "own" | number;
  readonly labels: readonly string[];
}

/** A `param` or `state` that a body reads. Equal absolute paths are the same tensor. */
export interface OwnedTensor {
  /** The name by which the body reads it. */
  readonly name: string;
  /** Its last label is the parameter's own name. */
  readonly path: InstancePath;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly initial: Initial;
  /** Of what only training knows: the parameter that it belongs to, or the whole. */
  readonly slot?: InstancePath | "whole";
  /** The statement. */
  readonly span: Span;
}

/**
 * The first value of a parameter, element by element. `random` in it has an empty path, for which the parameter's
 * absolute path is to be put; its counter is the flat row-major index over `axes` (and the axes of reductions around it).
 */
export interface Initial {
  /** What `body` reads, in order. They read each other only. */
  readonly bindings: readonly Equation[];
  /** One for each dim of the parameter. */
  readonly axes: readonly Axis[];
  readonly body: Expr;
}

export type Binding = Equation | Application | Gradient | Sorting | Carry | Result | BeforeTurn;

/** A state that is read in the body of a scan: what it is before the turn, if something in the scan changes it. */
export interface BeforeTurn {
  readonly kind: "before-turn";
  readonly name: string;
  /** The turns of the scans around the read, the outermost first. */
  readonly turns: readonly string[];
  /** The state. */
  readonly of: string;
  readonly span: Span;
}

/** What a scan carries, as it is before the turn. */
export interface Carry {
  readonly kind: "carry";
  readonly name: string;
  readonly turn: string;
  /** The operand that it is before the first turn. */
  readonly of: string;
  readonly dtype: Dtype;
  readonly shape: readonly Form[];
  readonly span: Span;
}

/** What is seen of a scan from outside: a carry after the last turn, or an operand in all turns, whose axis is first. */
export type Result = ResultOf<"last"> | ResultOf<"stack">;

interface ResultOf<Kind> {
  readonly kind: Kind;
  readonly name: string;
  readonly turn: string;
  readonly of: string;
  readonly span: Span;
}

/** name[context…, k] = the place on the last axis of `of` of what comes k-th in its order; the first `count` of them. */
export interface Sorting {
  readonly kind: "sorting";
  readonly name: string;
  /** One axis of numbers for each value of the indices. */
  readonly of: string;
  readonly context: readonly Axis[];
  readonly count: Form;
  readonly descending: boolean;
  readonly span: Span;
}

/**
 * name[free axes…, axes of `by`…] = ∂ of[free axes…] / ∂ by. Where `by` itself stands under indices of a body around,
 * they are shared.
 */
export interface Gradient {
  readonly kind: "gradient";
  readonly name: string;
  /** A scalar under the free axes, which are its only ones. */
  readonly of: string;
  /** An input, a parameter, an equation or a result. */
  readonly by: string;
  /** The free axes. */
  readonly context: readonly Axis[];
  readonly dtype: Dtype;
  readonly span: Span;
}

/** name[axes…] = body, where `domain` holds; nothing reads it elsewhere. */
export interface Equation {
  readonly kind: "equation";
  /** Unique in its body. */
  readonly name: string;
  readonly axes: readonly Axis[];
  readonly domain: readonly Guard[];
  readonly dtype: Dtype;
  /** `read` names an input, parameter, state, equation, or `application.output`. */
  readonly body: Expr;
  readonly span: Span;
}

/** A function or an instance applied; its results are read as `name.output`, their context axes first. */
export interface Application {
  readonly kind: "application";
  readonly name: string;
  readonly callee: Body;
  /** The indices for each of whose values it is applied; none for a plain application. */
  readonly context: readonly Axis[];
  /** Over the context: where its results are read. */
  readonly domain: readonly Guard[];
  /** One for each of the callee's inputs. */
  readonly inputs: readonly ApplicationInput[];
  /** The instance that is applied; that of the caller itself for a function. */
  readonly path: InstancePath;
  /** What the callee's slots stand for. */
  readonly slots: readonly InstancePath[];
  /** Other values for parameters of the instance: `(net - a * grad(loss, net))(x)`. */
  readonly given: readonly GivenParameter[];
  /** The turns of the scans that it stands in. */
  readonly turns: readonly string[];
  /** Of an optimizer: the parameter whose states the callee's are. */
  readonly parameter?: InstancePath;
  /** The stage or the call. */
  readonly span: Span;
}

export interface GivenParameter extends ApplicationInput {
  readonly path: InstancePath;
}

export interface ApplicationInput {
  readonly operand: string;
  /** True where the operand's first axes are those of the context; false where it is the same for all of them. */
  readonly indexed: boolean;
}
