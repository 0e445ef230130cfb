import type { Span } from "../diagnostics/source.ts";
import type { Expr, Guard } from "../graph/expr.ts";
import { constantOf, type Form } from "../integers/index.ts";
import type { Dtype } from "../scalar/dtype.ts";
import type { FunctionDeclaration, UnitDeclaration } from "../../grammar/ast.ts";
import type { Context } from "./context.ts";
import type { Origin } from "./origins.ts";
import type { Scope } from "./scope.ts";
import type { InstancePath, IntegerRange } from "./typed.ts";

/**
 * The type of a number while it is being checked. `counted` integers are exact and take the dtype of what they meet;
 * `float` is a float literal that has not met its partner yet.
 */
export type NumberType = Dtype | "counted" | "float";

/** What a condition says about indices and dims, where it holds and where it does not. */
export interface ConditionFacts {
  readonly whenTrue: readonly Guard[];
  readonly whenFalse: readonly Guard[];
}

/** One element of an array, or a number by itself. */
export interface Scalar {
  readonly type: NumberType;
  /** Of a counted integer: i32. Of a `float`: f32. */
  readonly expr: Expr;
  /** The value as an integer form, where it is one. */
  readonly form?: Form | undefined;
  /** Of an integer: low ≤ value < high. */
  readonly range?: IntegerRange | undefined;
  /** Of a bool that is known when the model is built. */
  readonly known?: boolean | undefined;
  readonly facts?: ConditionFacts | undefined;
}

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
  | PackValue
  | ErrorValue;

export const errorValue: ErrorValue = { kind: "error" };

export function scalarValue(scalar: Scalar): ArrayValue {
  return { kind: "array", type: scalar.type, shape: [], range: scalar.range, scalar, element: () => scalar };
}

export function counted(form: Form): Scalar {
  return { type: "counted", expr: { kind: "index", form }, form };
}

export function floatConstant(value: number): Scalar {
  return { type: "float", expr: { kind: "constant", dtype: "f32", value } };
}

export function boolConstant(value: boolean): Scalar {
  return { type: "bool", expr: { kind: "constant", dtype: "bool", value: value ? 1 : 0 }, known: value };
}

/** The whole number that a value is, where that is known. */
export function wholeNumber(value: Value): number | undefined {
  const form = value.kind === "array" ? value.scalar?.form : undefined;
  return form && constantOf(form);
}

const kindNames: Record<Exclude<Value["kind"], "array">, string> = {
  text: "a text",
  list: "a list",
  results: "several results",
  function: "a function",
  prelude: "a function",
  unit: "a layer without its hyper-parameters",
  instance: "a layer",
  pack: "a list of dims",
  error: "nothing",
};

/** What a value is, in the words of a message. */
export function describeValue(value: Value): string {
  if (value.kind !== "array") return kindNames[value.kind];
  if (value.shape.length > 0) return "a tensor";
  return value.type === "bool" ? "a condition" : "a number";
}

/** The shape of a tensor or of the only result of an application. */
export function shapeOfValue(value: Value): readonly Form[] | undefined {
  if (value.kind === "array") return value.shape;
  if (value.kind !== "results") return undefined;
  const [only, second] = [...value.results.values()];
  return only !== undefined && second === undefined ? shapeOfValue(only) : undefined;
}
