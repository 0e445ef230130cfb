import type { Span } from "../compiler/diagnostics/source.ts";

/**
 * The syntax tree. Every node is a plain readonly object with a `kind` and a `span`; nothing of the
 * source is lost but white space and comments, which the formatter takes from the token stream.
 *
 * "param" is always a learned parameter (the statement); what stands in a header's round brackets
 * (hyper-parameters, tensors, outputs) is a "formal".
 */
interface Node {
  readonly span: Span;
}

// ---------------------------------------------------------------------------------------------- file

export interface FileNode extends Node {
  readonly kind: "file";
  readonly declarations: readonly Declaration[];
}

export type Declaration =
  | ImportDeclaration
  | FunctionDeclaration
  | UnitDeclaration
  | TrainDeclaration
  | ConstantDeclaration
  | ErrorNode;

/** What could not be understood: the parser has said why, later stages pass over it in silence. */
export interface ErrorNode extends Node {
  readonly kind: "error";
  /** What it would have bound, as far as its beginning tells: not to be called unknown where it is used. */
  readonly names: readonly Name[];
}

/** The `///` lines that stand directly before a declaration, a statement or a formal. */
export interface Doc extends Node {
  readonly kind: "doc";
  /** Each line without its slashes and without the one blank after them. */
  readonly lines: readonly string[];
}

/** An identifier, where it is declared and where it is used: as an expression too. */
export interface Name extends Node {
  readonly kind: "name";
  readonly text: string;
}

/** `import std.nn { Linear, relu }` */
export interface ImportDeclaration extends Node {
  readonly kind: "import";
  readonly doc: Doc | undefined;
  /** `std`, `nn`: at least one. */
  readonly path: readonly Name[];
  readonly names: readonly Name[];
}

/** `fn f(…)(…) -> (…) where … = expr` or `… { … }`; also a statement. */
export interface FunctionDeclaration extends Node {
  readonly kind: "function";
  readonly doc: Doc | undefined;
  readonly name: Name;
  readonly signature: Signature;
  /** An expression after `=`, or a block. */
  readonly body: Expr | Block;
}

export type UnitKind = "layer" | "model" | "optimizer" | "data";

export interface UnitDeclaration extends Node {
  readonly kind: UnitKind;
  readonly doc: Doc | undefined;
  readonly name: Name;
  readonly signature: Signature;
  readonly body: Block;
}

/** `train Model(…) on Data(…) where … { … }` */
export interface TrainDeclaration extends Node {
  readonly kind: "train";
  readonly doc: Doc | undefined;
  readonly model: Name | Call;
  /** A data declaration, applied or bare; or the inputs themselves, given by the caller of each step. */
  readonly data: Name | Call | Formals;
  readonly where: readonly Fact[];
  readonly body: Block;
}

/** A build-time constant of the file: a table, a size. */
export interface ConstantDeclaration extends Node {
  readonly kind: "constant";
  readonly doc: Doc | undefined;
  readonly name: Name;
  readonly value: Expr;
}

// ----------------------------------------------------------------------------------------- signature

export interface Signature extends Node {
  readonly kind: "signature";
  /** The lists before the arrow; which is hyper-parameters and which tensors, `check` decides. */
  readonly lists: readonly Formals[];
  readonly results: Formals | undefined;
  readonly where: readonly Fact[];
}

export interface Formals extends Node {
  readonly kind: "formals";
  readonly items: readonly Formal[];
}

/** `name: type = default` in a header, or a carry of a `scan`. */
export interface Formal extends Node {
  readonly kind: "formal";
  readonly doc: Doc | undefined;
  readonly name: Name;
  readonly type: Type | undefined;
  readonly initial: Expr | undefined;
}

export type Fact = Definition | Condition;

/** `D = width / heads` in a `where`. */
export interface Definition extends Node {
  readonly kind: "definition";
  readonly name: Name;
  readonly value: Expr;
}

/** `width % heads == 0` in a `where`. */
export interface Condition extends Node {
  readonly kind: "condition";
  readonly value: Expr;
}

// --------------------------------------------------------------------------------------------- types

export type Type = NamedType | ListType | TupleType;

/** `f32[N, C]`, `i32 in 0..V`, `dim`, `dim[2]`, `layer`, `fn`. */
export interface NamedType extends Node {
  readonly kind: "named-type";
  /** A dtype or a kind; also the word `fn`. */
  readonly name: Name;
  /** Empty where there are no brackets. */
  readonly dims: readonly Dim[];
  readonly range: Range | undefined;
}

export interface ListType extends Node {
  readonly kind: "list-type";
  readonly element: Type;
}

export interface TupleType extends Node {
  readonly kind: "tuple-type";
  readonly elements: readonly Type[];
}

export type Dim = Pack | Expr;

/** `..B`: in a type, on a left side, among subscripts or arguments. */
export interface Pack extends Node {
  readonly kind: "pack";
  readonly name: Name;
}

/** `start..end`, the end excluded. */
export interface Range extends Node {
  readonly kind: "range";
  readonly start: Expr;
  readonly end: Expr;
}

// ---------------------------------------------------------------------------------------- statements

export interface Block extends Node {
  readonly kind: "block";
  readonly statements: readonly Statement[];
}

export type Statement =
  | ParamStatement
  | StateStatement
  | MetricStatement
  | EntryStatement
  | ScanStatement
  | FunctionDeclaration
  | Equation
  | ErrorNode;

/** `param weight: real[C] ~ uniform(-r, r) as "name"` */
export interface ParamStatement extends Node {
  readonly kind: "param";
  readonly doc: Doc | undefined;
  readonly name: Name;
  readonly type: Type;
  /** True for `~`: `initial` is a distribution; false for `=`: it is the value. */
  readonly drawn: boolean;
  readonly initial: Expr;
  readonly alias: StringLiteral | undefined;
}

export interface StateStatement extends Node {
  readonly kind: "state";
  readonly doc: Doc | undefined;
  readonly name: Name;
  readonly type: Type;
  readonly initial: Expr;
  readonly alias: StringLiteral | undefined;
}

export interface MetricStatement extends Node {
  readonly kind: "metric";
  readonly doc: Doc | undefined;
  readonly name: Name;
  readonly value: Expr;
}

export interface EntryStatement extends Node {
  readonly kind: "entry";
  readonly doc: Doc | undefined;
  readonly name: Name;
  readonly signature: Signature;
  readonly body: Block;
}

/** `scan t in 0..T carry h = h0 { … }`, and the same with `repeat`. */
export interface ScanStatement extends Node {
  readonly kind: "scan" | "repeat";
  readonly doc: Doc | undefined;
  readonly variable: Name;
  readonly range: Range;
  readonly carries: readonly Formal[];
  readonly body: Block;
}

/** `y[n, o] = …`, `q, k, v = …`, `h' = …`, `a: f32[N] = …` */
export interface Equation extends Node {
  readonly kind: "equation";
  readonly doc: Doc | undefined;
  /** At least one. */
  readonly targets: readonly Target[];
  readonly value: Expr;
  readonly alias: StringLiteral | undefined;
}

export interface Target extends Node {
  readonly kind: "target";
  readonly name: Name;
  readonly primed: boolean;
  /** Empty where there are no brackets. */
  readonly binders: readonly Binder[];
  readonly type: Type | undefined;
}

export type Binder = All | Pack | IndexBinder;

/** `:`, a whole axis: on a left side and among subscripts. */
export interface All extends Node {
  readonly kind: "all";
}

/** `n` or `n in 0..N`, on a left side and in a reduction. */
export interface IndexBinder extends Node {
  readonly kind: "index";
  readonly name: Name;
  readonly range: Range | undefined;
}

// --------------------------------------------------------------------------------------- expressions

export type Expr =
  | IntLiteral
  | FloatLiteral
  | StringLiteral
  | BoolLiteral
  | Name
  | Primed
  | Member
  | Call
  | ReduceCall
  | Cat
  | Read
  | Guarded
  | Group
  | Tuple
  | List
  | Reduction
  | Unary
  | Binary
  | Pipe
  | If;

/** A whole number, at most 2⁵³ − 1. */
export interface IntLiteral extends Node {
  readonly kind: "int";
  readonly value: number;
}

export interface FloatLiteral extends Node {
  readonly kind: "float";
  readonly value: number;
}

/** `"_l{level}"`: texts (their escapes resolved) and names in turn. */
export interface StringLiteral extends Node {
  readonly kind: "string";
  readonly parts: readonly (StringText | Name)[];
}

export interface StringText extends Node {
  readonly kind: "text";
  readonly text: string;
}

export interface BoolLiteral extends Node {
  readonly kind: "bool";
  readonly value: boolean;
}

/** `h'` */
export interface Primed extends Node {
  readonly kind: "primed";
  readonly operand: Expr;
}

/** `net.weight` */
export interface Member extends Node {
  readonly kind: "member";
  readonly object: Expr;
  readonly name: Name;
}

/** `f(x, steps: 3, ..B)`; with generators, `f(x for i in 0..n)`, there is exactly one argument. */
export interface Call extends Node {
  readonly kind: "call";
  readonly callee: Expr;
  readonly args: readonly Arg[];
  readonly generators: readonly Generator[];
}

export type Arg = Pack | Argument;

export interface Argument extends Node {
  readonly kind: "argument";
  readonly name: Name | undefined;
  readonly value: Expr;
}

export type ReduceOperator = "sum" | "prod" | "max" | "min" | "mean" | "argmax" | "argmin" | "any" | "all";

/** A reduction word applied like a function: `max(a, b)` entry by entry, `sum(x)` over all axes. */
export interface ReduceCall extends Node {
  readonly kind: "reduce-call";
  readonly operator: ReduceOperator;
  readonly args: readonly Arg[];
  readonly generators: readonly Generator[];
}

/** `cat[k](a[n, k], b[n, k])` */
export interface Cat extends Node {
  readonly kind: "cat";
  readonly index: Name;
  readonly args: readonly Arg[];
  readonly generators: readonly Generator[];
}

/** `x[n, ..b, 0..3, :]`; at least one subscript. */
export interface Read extends Node {
  readonly kind: "read";
  readonly array: Expr;
  readonly subscripts: readonly Subscript[];
}

export type Subscript = All | Pack | Spread | Range | Expr;

/** `..(k)`: one index that counts through all the axes of a pack. */
export interface Spread extends Node {
  readonly kind: "spread";
  readonly value: Expr;
}

/** `(x[i - 1] else 0)`, its brackets included. */
export interface Guarded extends Node {
  readonly kind: "guarded";
  readonly value: Expr;
  readonly otherwise: Expr;
}

/** `(a + b)`: only the brackets. `check` may look through it; the two friendly messages need it. */
export interface Group extends Node {
  readonly kind: "group";
  readonly value: Expr;
}

/** `(a, b)`, two or more. */
export interface Tuple extends Node {
  readonly kind: "tuple";
  readonly elements: readonly Expr[];
}

/** `[a, b]` or `[a for i in 0..n]`; with generators there is exactly one element. */
export interface List extends Node {
  readonly kind: "list";
  readonly elements: readonly Expr[];
  readonly generators: readonly Generator[];
}

/** `i in 0..n`, `layer in layers`, `(a, b) in table` */
export interface Generator extends Node {
  readonly kind: "generator";
  readonly names: readonly Name[];
  /** True for the form in round brackets, also with a single name in it. */
  readonly destructured: boolean;
  readonly over: Range | Expr;
}

/** `sum[i, j in 0..n where i <= j] body` */
export interface Reduction extends Node {
  readonly kind: "reduction";
  readonly operator: ReduceOperator;
  readonly binders: readonly Binder[];
  readonly where: Expr | undefined;
  readonly body: Expr;
}

export interface Unary extends Node {
  readonly kind: "unary";
  readonly operator: "-" | "not";
  readonly operand: Expr;
}

export type BinaryOperator =
  "+" | "-" | "*" | "/" | "%" | "^" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "and" | "or";

export interface Binary extends Node {
  readonly kind: "binary";
  readonly operator: BinaryOperator;
  readonly operatorSpan: Span;
  readonly left: Expr;
  readonly right: Expr;
}

/** `x |> conv1: Conv2d(6) |> relu`; at least one stage. */
export interface Pipe extends Node {
  readonly kind: "pipe";
  readonly value: Expr;
  readonly stages: readonly Stage[];
}

export interface Stage extends Node {
  readonly kind: "stage";
  readonly label: Name | StringLiteral | undefined;
  readonly value: Expr;
}

export interface If extends Node {
  readonly kind: "if";
  readonly condition: Expr;
  readonly then: Expr;
  readonly otherwise: Expr;
}

// ------------------------------------------------------------------------------------------ comments

/** `// …` or `/// …`, in the order of the source. */
export interface Comment extends Node {
  readonly kind: "comment";
  /** With its slashes. */
  readonly text: string;
  readonly doc: boolean;
}
