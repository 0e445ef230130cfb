import { constantOf, type Form } from "../integers/index.ts";
import type { ArrayValue, ErrorValue, Value } from "./checker-types.ts";
import type { Scalar } from "./scalar.ts";

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
  parameters: "a tensor for each parameter of a layer",
  pack: "a list of dims",
  error: "nothing",
};

/** `y, h and c` */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}`;
}

/** What a value is, in the words of a message. */
export function describeValue(value: Value): string {
  if (value.kind === "results") return `${kindNames.results}, ${listed([...value.results.keys()])}`;
  if (value.kind !== "array") return kindNames[value.kind];
  if (value.shape.length > 0) return "a tensor";
  return value.type === "bool" ? "a condition" : "a number";
}

/** The shape of a tensor or of the only result of an application. */
export function shapeOfValue(value: Value): readonly Form[] | undefined {
  if (value.kind === "array" || value.kind === "parameters") return value.shape;
  if (value.kind !== "results") return undefined;
  const [only, second] = [...value.results.values()];
  return only !== undefined && second === undefined ? shapeOfValue(only) : undefined;
}
