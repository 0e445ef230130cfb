import type {
  Expr as Syntax,
  FileNode,
  Formal,
  FunctionDeclaration,
  StateStatement,
  UnitDeclaration,
} from "../../grammar/ast.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Source, Span } from "../diagnostics/source.ts";
import type { Axis, Guard } from "../graph/expr.ts";
import type { Facts, Form } from "../integers/index.ts";
import type { Dtype } from "../scalar/dtype.ts";
import type {
  Application,
  Binding,
  Body,
  BodyInput,
  BodyScan,
  InstancePath,
  IntegerRange,
  OwnedTensor,
  Update,
} from "./typed.ts";
import type { ApplicationFrame } from "./application-frame.ts";
import type { Capture } from "./capture.ts";
import type { CheckHost, CheckOptions } from "./options.ts";
import type { NumberType, Origin, Scalar } from "./scalar.ts";

// Values, where they stand, and what is being built refer to each other: they are the checker's one knot of types.

/** A tensor, or with an empty shape a number: a function from places to elements. */
export interface ArrayValue {
  readonly kind: "array";
  readonly type: NumberType;
  readonly shape: readonly Form[];
  /** `at` has one form an axis, in range; the context says where the element is wanted. */
  readonly element: (at: readonly Form[], context: Context) => Scalar;
  /** Of a number that is the same wherever it is wanted. */
  readonly scalar?: Scalar | undefined;
  /** The input, parameter or binding that it is, as it stands. */
  readonly operand?: string | undefined;
  readonly range?: IntegerRange | undefined;
  readonly origin?: Origin | undefined;
  /** A name for the binding that it may become: of the formula that made it. */
  readonly hint?: string | undefined;
}

export interface TextValue {
  readonly kind: "text";
  readonly text: string;
}

/** A list, or several results in a row. */
export interface ListValue {
  readonly kind: "list";
  readonly elements: readonly Value[];
}

export interface ResultsValue {
  readonly kind: "results";
  readonly results: ReadonlyMap<string, Value>;
}

/** `relu`, `maxPool2d(2)`; without `hypers` where the list of hyper-parameters is still to be given. */
export interface FunctionValue {
  readonly kind: "function";
  readonly declaration: FunctionDeclaration;
  /** The scope in which it was written. */
  readonly scope: Scope;
  readonly hypers?: ReadonlyMap<string, Value> | undefined;
}

export interface PreludeValue {
  readonly kind: "prelude";
  readonly name: string;
}

/** A layer or a model by its bare name. */
export interface UnitValue {
  readonly kind: "unit";
  readonly declaration: UnitDeclaration;
  readonly scope: Scope;
}

/** A layer or a model with its hyper-parameters and its place among the parameters. */
export interface InstanceValue {
  readonly kind: "instance";
  readonly declaration: UnitDeclaration;
  readonly scope: Scope;
  readonly hypers: ReadonlyMap<string, Value>;
  readonly path: InstancePath;
  readonly entry: string;
  readonly span: Span;
  /** The expression that made it and, in a list, the turn. */
  readonly made: string;
}

/**
 * A tensor for each parameter of an instance: its gradient, or the instance after a step, which can be applied again.
 */
export interface ParametersValue {
  readonly kind: "parameters";
  /** An instance or a list of them. */
  readonly of: Value;
  /** The axes that each tensor has before those of its parameter: of `g` in `g[n] = grad(each[n], net)`. */
  readonly shape: readonly Form[];
  /** By the key of their path. */
  readonly tensors: ReadonlyMap<string, ParameterValue>;
  /** What stands for the parameters that are left out: 0, as in a gradient, or what they were. */
  readonly rest: "zero" | "same";
  /** Other layers whose parameters went into it, one by one: it may be the next value of any of them. */
  readonly like?: readonly Value[];
}

export interface ParameterValue {
  readonly owned: OwnedTensor;
  readonly value: ArrayValue;
}

/** The dims of a `..B`. */
export interface PackValue {
  readonly kind: "pack";
  readonly dims: readonly Form[];
}

/** Something is wrong with it, or (in the check of a declaration) not known yet: nothing is said about it again. */
export interface ErrorValue {
  readonly kind: "error";
}

export type Value =
  | ArrayValue
  | TextValue
  | ListValue
  | ResultsValue
  | FunctionValue
  | PreludeValue
  | UnitValue
  | InstanceValue
  | ParametersValue
  | PackValue
  | ErrorValue;

/** One index or, for `..b`, several. */
export type IndexValue =
  | { readonly kind: "index"; readonly form: Form }
  | { readonly kind: "indices"; readonly forms: readonly Form[] };

/** The names of axes in the equation that is being built, and of its `let`s. */
export interface Frame {
  readonly taken: Set<string>;
}

/** Where an expression stands: whose names it sees, under which indices and conditions. */
export interface Context {
  readonly builder: Builder;
  readonly scope: Scope;
  readonly indices: ReadonlyMap<string, IndexValue>;
  readonly axes: readonly Axis[];
  /** The turns of the scans around, the outermost first: no axes, since one turn comes after the other. */
  readonly times: readonly Axis[];
  readonly frame: Frame;
  readonly facts: Facts;
  /** The conditions of enclosing branches and filters, as far as they speak of integers. */
  readonly guards: readonly Guard[];
  /** True in dims, subscripts, ranges and operands of `%`, where `/` must come out whole. */
  readonly integer: boolean;
  /** The labels of an instance that would stand here. */
  readonly label?: readonly string[] | undefined;
  /** The places in the lists around an instance that would stand here. */
  readonly turns?: string | undefined;
  /** Those places that belong behind a label which is still to come. */
  readonly places?: readonly string[] | undefined;
  /** Hyper-parameters that stand here may be scalars of the step: they are those of an optimizer. */
  readonly scheduled?: boolean | undefined;
  /** A parameter's initial value: `random` may stand here. */
  readonly draws?: Draws | undefined;
}

/** The streams of one initialiser, and how the entry that is drawn is counted. */
export interface Draws {
  readonly streams: { next: number };
  readonly axes: readonly Axis[];
}

/**
 * `declaration`: hyper-parameters and sizes are symbols, and what is undecided is left to each application.
 * `instance`: they have values, and what is undecided is an error.
 */
export type Mode = "declaration" | "instance";

/** A body while it is being built. */
export interface Builder {
  /** The same for a body and for trials of it. */
  readonly identity: object;
  readonly session: Session;
  readonly name: string;
  readonly mode: Mode;
  /** What `real` is. */
  readonly real: Dtype;
  /** What `training` is: true in a training step alone. */
  readonly training: boolean;
  /** The draws of the body, numbered. */
  readonly streams: { next: number };
  /** Grows with the facts of the header. */
  facts: Facts;
  /** Those of them that hold whatever branch is taken: arrays are placed before conditions are decided. */
  certain: Facts;
  readonly inputs: BodyInput[];
  readonly bindings: Binding[];
  /** What is known of its scans so far. */
  readonly scans: OpenScan[];
  /** The scopes of the turns of its repetitions. */
  readonly turns: Scope[];
  readonly params: Map<string, OwnedTensor>;
  readonly states: Map<string, OwnedTensor>;
  /** What a training step changes. */
  readonly updates: Update[];
  /** Of a data declaration: what is not known of its sizes, which is held against the sources when they are opened. */
  readonly obligations: Guard[] | undefined;
  /** In an optimizer: the sums over all parameters that it asks for. */
  readonly totals: Total[] | undefined;
  /** True for what an optimizer applies. */
  readonly nested: boolean;
  readonly names: Set<string>;
  /** Sizes that are known only at a call, in the order of the header. */
  readonly freeDims: Set<string>;
  /** The builder of the block around a local function. */
  readonly outer: Builder | undefined;
  /** What a local function, or one that is given it, reads of the block around that function. */
  readonly captures: Capture[];
  /** How many slots the body has. */
  readonly slots: number;
  readonly frame: ApplicationFrame | undefined;
  readonly depth: number;
  /** Unlabelled instances, as numbered. */
  readonly kinds: ReadonlyMap<object, string>;
  /** Bodies of instances that were applied here, by the key of their path: for reading their parameters. */
  readonly applied: Map<string, readonly Body[]>;
}

export interface OpenScan extends BodyScan {
  readonly carries: { readonly current: string; readonly next: string }[];
}

/** `total(e)`: the sum of one parameter's entries, and the input by which the body reads that over all of them. */
export interface Total {
  readonly input: string;
  readonly operand: string;
  readonly dtype: Dtype;
}

/** What one call of `check` knows and has said. */
export interface Session {
  readonly host: CheckHost;
  readonly options: CheckOptions;
  readonly modules: Map<string, Module>;
  /** What is taken as other than written, where it is asked what that would lead to. */
  readonly supposed: Supposed;
  /** By declaration, hyper-parameters, entry, input types and facts; undefined where it has failed. */
  readonly bodies: Map<string, Instantiated | undefined>;
  readonly failed: Set<string>;
  readonly inProgress: Set<string>;
  /** How many scans have been met: no two have one name for their turns. */
  readonly scans: { count: number };
  /** How deeply applications are nested at the moment. */
  readonly depth: { value: number };
  /** What messages about weights need to know of an application. */
  readonly sites: WeakMap<Application, Site>;
  readonly diagnostics: Map<string, Diagnostic>;
  /** The same, but in a trial, whose own are thrown away. */
  readonly certain: Map<string, Diagnostic>;
  /** Numbers for scopes and declarations, for the keys of bodies. */
  readonly identities: Map<object, number>;
  readonly prelude: Scope;
  /** The rules by which an expression gets its value: all of them use it for the expressions inside. */
  readonly meaningOf: (expr: Syntax, context: Context) => Value;
  /** The names whose values are being found out, innermost last. */
  readonly evaluating: Entity[];
}

export interface Supposed {
  /** Height and width of images. */
  readonly imageSize?: number;
  /** The hyper-parameter `padding` of the layer of this label. */
  readonly padding?: { readonly label: string; readonly by: number };
}

export interface Site {
  /** `conv1`, `maxPool2d`. */
  readonly name: string;
  /** Which instance expression made what is applied; none for a function. */
  readonly made: string | undefined;
  /** Of each argument, in the order of the header. */
  readonly origins: readonly (Origin | undefined)[];
}

/** A name with its meaning, found out when it is first asked for. */
export interface Entity {
  readonly name: string;
  /** Where it is declared; none for the prelude. */
  readonly span: Span | undefined;
  state: "new" | "busy" | "done";
  value: Value;
  readonly evaluate: () => Value;
  /** What declares it, where that matters. */
  readonly declares?: StateStatement;
  /** The right side of the equation that defines it. */
  readonly equation?: Syntax;
  /** Found out only where it is read. */
  readonly unasked?: boolean;
}

/** A file, a declaration, or a block in it. */
export interface Scope {
  readonly outer: Scope | undefined;
  readonly entities: Map<string, Entity>;
  /** Whose bindings its equations become; none for a file and the prelude. */
  readonly builder: Builder | undefined;
  /** The prelude may be shadowed. */
  readonly prelude: boolean;
  /** Of a turn of a `repeat`: the labels that it adds to what is owned there. */
  readonly labels?: readonly string[];
  /** Of the body of a scan: its variable, and the axis that it stands for; none where its range is wrong. */
  readonly turn?: { readonly variable: string; readonly axis: () => Axis | undefined };
}

/** What is applied: a declaration, its hyper-parameters, and one way into it. */
export interface Target {
  readonly declaration: FunctionDeclaration | UnitDeclaration;
  readonly scope: Scope;
  readonly hypers: ReadonlyMap<string, Value>;
  readonly entry: string;
  /** Hyper-parameters of an optimizer that are known only at each step: inputs like its tensors. */
  readonly scheduled?: readonly Formal[];
}

/** The type of an argument. */
export interface Given {
  readonly type: NumberType;
  readonly shape: readonly Form[];
  readonly range?: IntegerRange | undefined;
  /** Of a whole number that is known as a form. */
  readonly form?: Form | undefined;
  readonly origin?: Origin | undefined;
}

/** Where it is applied. */
export interface Via {
  readonly caller: Builder;
  /** The conditions under which it is applied. */
  readonly guards: readonly Guard[];
  readonly name: string;
  readonly span: Span;
  readonly slots: number;
  /** A function of the block that applies it, or of one around that. */
  readonly inner: boolean;
}

export interface InstantiatedInput {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly Form[];
  readonly range?: IntegerRange | undefined;
  /** Where it comes from, for what a local function takes from the block around it. */
  readonly capture: Capture | undefined;
}

export interface Instantiated {
  /** None in the check of a declaration. */
  readonly body: Body | undefined;
  readonly inputs: readonly InstantiatedInput[];
  readonly outputs: readonly Output[];
  /** Of an optimizer: bodies that give what is summed over all parameters, in the order in which they need each other. */
  readonly totals: readonly { readonly input: string; readonly dtype: Dtype; readonly body: Body }[];
  readonly local: boolean;
}

/** Where a declaration is applied; nowhere for the entry of a model and for a declaration by itself. */
export type ApplicationSite = { readonly name: string; readonly span: Span } | undefined;

export interface Output {
  readonly name: string;
  readonly operand: string;
  readonly dtype: Dtype;
  readonly shape: readonly Form[];
  readonly range?: IntegerRange | undefined;
  readonly span: Formal["span"];
}

/** One source file with its names. */
export interface Module {
  readonly path: string;
  readonly source: Source;
  readonly file: FileNode;
  readonly scope: Scope;
  /** Part of the standard library. */
  readonly library: boolean;
}
