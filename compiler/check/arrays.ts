import type { Span } from "../diagnostics/source.ts";
import { atomForm, atomsOf, prove, subtract, type Form } from "../integers/index.ts";
import type { Dtype } from "../scalar/dtype.ts";
import { trialOf } from "./builder.ts";
import type { ArrayValue, Context, ErrorValue, Value } from "./checker-types.ts";
import type { Origin, Scalar } from "./scalar.ts";
import { axisForms, freshAxis, underAxes } from "./context.ts";
import { integerRangeOf } from "./integer-ranges.ts";
import { isIntegerType } from "./numbers.ts";
import { tellIn } from "./session.ts";
import { showShape } from "./show-types.ts";
import type { IntegerRange } from "./typed.ts";
import { errorValue, scalarValue } from "./value.ts";

export interface OperandType {
  readonly dtype: Dtype;
  readonly shape: readonly Form[];
  readonly range?: IntegerRange | undefined;
}

/** The tensor that an operand is, under `context` axes that come first in it. */
export function operandArray(
  operand: string,
  type: OperandType,
  prefix: readonly Form[] = [],
  origin?: Origin,
): ArrayValue {
  const { dtype, shape, range } = type;
  return {
    kind: "array",
    type: dtype,
    shape,
    range,
    operand: prefix.length === 0 ? operand : undefined,
    origin,
    element: (at) => readElement(operand, dtype, [...prefix, ...at], range),
  };
}

export function readElement(
  operand: string,
  dtype: Dtype,
  at: readonly Form[],
  range: IntegerRange | undefined,
): Scalar {
  const expr = { kind: "read", operand, at } as const;
  if (dtype === "f32" || dtype === "f16" || dtype === "bool") return { type: dtype, expr };
  const form = atomForm({ kind: "read", operand, at, ...(range && { low: range.low, high: range.high }) });
  if (dtype === "i32") return { type: "i32", expr, form, range };
  return { type: "i32", expr: { kind: "convert", to: "i32", operand: expr }, form, range };
}

export function equalSizes(a: Form, b: Form, context: Context): "equal" | "different" | "unknown" {
  if (a.key === b.key) return "equal";
  const verdict = prove({ relation: "zero", form: subtract(a, b) }, context.facts);
  if (verdict === "proved") return "equal";
  return verdict === "refuted" ? "different" : "unknown";
}

/** The one shape of entry-by-entry arithmetic: that of all that are not numbers (D4.6). */
export function commonShape(
  arrays: readonly ArrayValue[],
  context: Context,
  span: Span,
): readonly Form[] | undefined {
  const shaped = arrays.filter(({ shape }) => shape.length > 0);
  const [first, ...rest] = shaped;
  if (first === undefined) return [];
  for (const other of rest) {
    const same =
      other.shape.length === first.shape.length &&
      other.shape.every((size, place) => {
        const verdict = equalSizes(size, first.shape[place] ?? size, context);
        return verdict === "equal" || (verdict === "unknown" && context.builder.mode === "declaration");
      });
    if (same) continue;
    tellIn(context.builder, "DLC3001", {
      message: `entry-by-entry arithmetic needs equal shapes, but these are ${showShape(first.shape)} and ${showShape(other.shape)}`,
      span,
      help: [helpWithIndices(first.shape.length, other.shape.length)],
    });
    return undefined;
  }
  return first.shape;
}

/** Of different ranks, how what is broadcast elsewhere is written: along the last axes of the larger. */
function helpWithIndices(one: number, other: number): string {
  const names = ["i", "j", "k", "l", "m"].slice(0, Math.max(one, other));
  const fewer = names.slice(names.length - Math.min(one, other));
  if (one === other || names.length < Math.max(one, other))
    return "write it with indices, so that it says which entries belong together";
  const [all, last] = [names, fewer].map((list) => `[${list.join(", ")}]`);
  return `there is no broadcasting: say with indices what belongs together, as in \`y${all} = a${all} + b${last}\``;
}

export type Join = (elements: readonly Scalar[], context: Context) => Scalar | undefined;

/** Applies a function of numbers to numbers, or entry by entry to arrays. */
export function entrywise(
  operands: readonly Value[],
  context: Context,
  span: Span,
  apply: Join,
): ArrayValue | ErrorValue {
  const arrays = operands.filter((value): value is ArrayValue => value.kind === "array");
  if (arrays.length < operands.length) return errorValue;
  const shape = commonShape(arrays, context, span);
  if (shape === undefined) return errorValue;
  const elements = (at: readonly Form[], wanted: Context): readonly Scalar[] =>
    arrays.map((array) => array.element(array.shape.length === 0 ? [] : at, wanted));
  if (shape.length === 0) {
    const result = apply(elements([], context), context);
    return result === undefined ? errorValue : scalarValue(result);
  }
  const sample = sampleElement(shape, context, (at, inner) => {
    const one = apply(elements(at, inner), inner);
    return one && { ...one, range: isIntegerType(one.type) ? integerRangeOf(one, inner.facts) : undefined };
  });
  if (sample === undefined) return errorValue;
  return {
    kind: "array",
    type: sample.type,
    shape,
    range: isOfAll(sample.range) ? sample.range : undefined,
    origin: arrays.find((array) => array.shape.length > 0)?.origin,
    element: (at, wanted) => apply(elements(at, wanted), wanted) ?? sample,
  };
}

/** Whether a range of one element, whose ends do not depend on its place, is that of all. */
function isOfAll(range: IntegerRange | undefined): boolean {
  if (range === undefined) return false;
  return [range.low, range.high].every((end) => atomsOf(end).every(({ kind }) => kind === "dim"));
}

/** One element at a place of its own, to see what type the elements have. */
export function sampleElement<T>(
  shape: readonly Form[],
  context: Context,
  make: (at: readonly Form[], inner: Context) => T,
): T {
  const frame = { taken: new Set(context.frame.taken) };
  const local = { ...context, frame, builder: trialOf(context.builder) };
  const axes = shape.map((extent, place) => freshAxis(local, `at${place}`, extent));
  return make(axisForms(axes), underAxes(local, axes));
}
