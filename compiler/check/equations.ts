import type { Binder, Equation, Expr, Formal, Target, Type } from "../../grammar/ast.ts";
import type { Span } from "../diagnostics/source.ts";
import type { Axis } from "../graph/expr.ts";
import { prove, showForm, subtract, type Form } from "../integers/index.ts";
import { equalSizes, operandArray } from "./arrays.ts";
import { warnOfConstants } from "./constant-ranges.ts";
import { bindIndices, type Bound } from "./binders.ts";
import { freshBinding } from "./builder.ts";
import { boundsGuards } from "./conditions.ts";
import type { ArrayValue, Builder, Context, Scope, Value } from "./checker-types.ts";
import { axisForms, freshAxis, newContext, underAxes } from "./context.ts";
import { evaluate } from "./evaluate.ts";
import { expectArray } from "./expect.ts";
import { isClosed } from "./exprs.ts";
import { named } from "./hoist.ts";
import type { Candidate, Candidates } from "./index-ranges.ts";
import { integerRangeOf } from "./integer-ranges.ts";
import { coerce, fits, showType, stored } from "./numbers.ts";
import { mapParameters } from "./parameters.ts";
import type { Scalar } from "./scalar.ts";
import { tellIn } from "./session.ts";
import { showShape } from "./show-types.ts";
import { holdSizes } from "./sizes.ts";
import type { Dtype } from "../scalar/dtype.ts";
import { textOf } from "./texts.ts";
import type { IntegerRange } from "./typed.ts";
import { declaredDtype, declaredRange, declaredShape, rangeHolds } from "./types.ts";
import { errorValue } from "./value.ts";

/** What an equation defines; without a target, all its results together. */
export function evaluateEquation(
  equation: Equation,
  target: Target | undefined,
  scope: Scope,
  builder: Builder,
  declared: Pick<Formal, "type"> | undefined,
): Value {
  const context = newContext(builder, scope);
  if (target !== undefined && target.binders.length > 0)
    return indexed(equation, target, context, declared?.type);
  const label = labelOf(equation, target, context);
  const value = evaluate(equation.value, { ...context, label });
  if (target === undefined) return value;
  const type = target.type ?? declared?.type;
  const filled = fillTo(value, type, context, equation.span);
  return nameValue(filled, target.name.text, context, equation.span);
}

/** D2.1: the left name of an equation whose right side is an instance or a list; or its `as` text. */
function labelOf(
  equation: Equation,
  target: Target | undefined,
  context: Context,
): readonly string[] | undefined {
  if (equation.alias !== undefined) {
    const text = textOf(equation.alias, context);
    return text === undefined ? undefined : [text];
  }
  return target && makesInstance(equation.value) ? [target.name.text] : undefined;
}

function makesInstance(expr: Expr): boolean {
  switch (expr.kind) {
    case "call":
      return expr.callee.kind === "name" || expr.callee.kind === "member";
    case "list":
      return true;
    case "group":
      return makesInstance(expr.value);
    case "if":
      return makesInstance(expr.then) || makesInstance(expr.otherwise);
    default:
      return false;
  }
}

/** Tensors get a binding of their own, so that all who read the name share it; numbers of the build stay numbers. */
export function nameValue(value: Value, name: string, context: Context, span: Span): Value {
  if (value.kind === "parameters") {
    return mapParameters(value, (one) => named(one.value, `${name}_${one.owned.name}`, context, span));
  }
  if (value.kind !== "array" || value.operand !== undefined) return value;
  if (value.scalar !== undefined && (value.scalar.form !== undefined || isClosed(value.scalar.expr)))
    return value;
  return named(value, name, context, span);
}

/** A value as a declared type has it: filled, converted from a literal, and held against the shape (D4.6). */
export function fillTo(value: Value, type: Type | undefined, context: Context, span: Span): Value {
  if (type === undefined || value.kind === "error") return value;
  if (type.kind !== "named-type" && value.kind === "list") return value;
  const dtype = declaredDtype(type, context);
  const shape = declaredShape(type, context);
  if (dtype === undefined || shape === undefined || type.kind !== "named-type") return errorValue;
  const range = declaredRange(type, context);
  return fill(value, { name: type.name.text, dtype, shape, range }, context, span);
}

/** A type with its sizes; `name` is how it is written. */
export interface KnownType {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly Form[];
  readonly range: IntegerRange | undefined;
}

/** As `fillTo`, where the type is known without being written. */
export function fill(
  value: Value,
  { name, dtype, shape, range: wanted }: KnownType,
  context: Context,
  span: Span,
): Value {
  const array = expectArray(value, context, span);
  if (array === undefined) return errorValue;
  if (!fits(array.type, dtype)) {
    tellIn(context.builder, "DLC3003", {
      message: `${name} is declared, but this is ${showType(array.type)}`,
      span,
      help: array.type === "bool" ? [] : [`write \`${name}(…)\``],
    });
    return errorValue;
  }
  const fills = array.shape.length === 0 && shape.length > 0;
  if (!fills && !sameShape(array.shape, shape, context, span)) return errorValue;
  const actual = { form: array.scalar?.form, range: array.range ?? array.scalar?.range };
  const range = rangeFor(wanted, actual, context, span);
  if (array.type === dtype && !fills) return range ? { ...array, range } : array;
  return {
    kind: "array",
    type: dtype,
    shape,
    range,
    origin: array.origin,
    ...(array.scalar &&
      !fills && { scalar: { ...array.scalar, type: dtype, expr: coerce(array.scalar, dtype) } }),
    element: (at, wanted) => {
      const element = array.element(fills ? [] : at, wanted);
      return { ...element, type: dtype, expr: coerce(element, dtype) };
    },
  };
}

function sameShape(
  actual: readonly Form[],
  declared: readonly Form[],
  context: Context,
  span: Span,
): boolean {
  const same =
    actual.length === declared.length &&
    actual.every((size, place) => {
      const verdict = equalSizes(size, declared[place] ?? size, context);
      return verdict === "equal" || (verdict === "unknown" && context.builder.mode === "declaration");
    });
  if (!same) {
    tellIn(context.builder, "DLC3021", {
      message: `this has shape ${showShape(actual)}, but ${showShape(declared)} is declared`,
      span,
    });
  }
  return same;
}

/** The declared range, which the value lies in by proof. */
function rangeFor(
  declared: IntegerRange | undefined,
  { form, range: actual }: Pick<Scalar, "form" | "range">,
  context: Context,
  span: Span,
): IntegerRange | undefined {
  if (declared === undefined) return actual;
  const isInside =
    form !== undefined &&
    boundsGuards(subtract(form, declared.low), subtract(declared.high, declared.low)).every(
      (guard) => prove(guard, context.facts) === "proved",
    );
  const verdict = isInside ? "proved" : actual ? rangeHolds(actual, declared, context) : "undecided";
  if (verdict !== "proved" && context.builder.mode === "instance") {
    tellIn(context.builder, "DLC3014", {
      message: `this is declared to lie in ${showForm(declared.low)}..${showForm(declared.high)}, which is not known of it`,
      span,
      help: ["use `clamp`"],
    });
  }
  return declared;
}

/** `y[n, o] = …`: for every value of its indices (D4.5). `shape` is that of the result, where it is known before. */
export function indexed(
  equation: Equation,
  target: Target,
  context: Context,
  declared: Type | undefined,
  known?: KnownType,
): Value {
  const shape = known?.shape ?? (declared && declaredShape(declared, context));
  const bound = boundFor(equation, target, context, shape);
  if (bound === undefined) return errorValue;
  const wanted = known?.range ?? (declared && declaredRange(declared, context));
  const right = evaluate(equation.value, bound.context);
  return entries(right, equation, target, bound, context, declared, wanted);
}

function boundFor(
  equation: Equation,
  target: Target,
  context: Context,
  shape: readonly Form[] | undefined,
): Bound | undefined {
  const given = candidatesOf(target.binders, shape);
  const bound = bindIndices(target.binders, [equation.value], context, given);
  if (bound === undefined || bound.start.key === "0") return bound;
  tellIn(context.builder, "DLC3012", {
    message: "the entries of a tensor are counted from 0: an index on the left starts there",
    span: target.span,
    help: ["shift it: `y[i in 0..n - 1] = … x[i + 1] …`"],
  });
  return undefined;
}

/** What one left side names, of a value under its indices. */
function entries(
  right: Value,
  equation: Equation,
  target: Target,
  bound: Bound,
  context: Context,
  declared: Type | undefined,
  wanted?: IntegerRange,
): Value {
  const { builder } = context;
  if (right.kind === "parameters" && right.shape.length === 0 && target.binders.every(isIndex)) {
    const parts = mapParameters(right, (one) => {
      const array = rows(one.value, `${target.name.text}_${one.owned.name}`, bound, equation, context);
      return array;
    });
    return parts.kind === "error" ? parts : { ...parts, shape: bound.axes.map(({ extent }) => extent) };
  }
  const value = expectArray(right, bound.context, equation.value.span);
  if (value === undefined) return errorValue;
  const wholes = target.binders.filter((binder) => binder.kind === "all").length;
  if (value.shape.length !== wholes) {
    tellIn(builder, "DLC3002", {
      message:
        wholes === 0
          ? `an entry is one number, but this has shape ${showShape(value.shape)}`
          : `${wholes} axes are written as \`:\`, but this has shape ${showShape(value.shape)}`,
      span: equation.value.span,
      help: value.shape.length > wholes ? ["write `:` on the left for each axis of it"] : [],
    });
    return errorValue;
  }
  const rest = value.shape.map((extent) => freshAxis(bound.context, "a", extent));
  const element = value.element(axisForms(rest), underAxes(bound.context, rest));
  const dtype = dtypeFor(element.type, target.type ?? declared, bound.context, equation.span);
  if (dtype === undefined) return errorValue;
  const axes = inOrder(target.binders, bound.axes, rest, bound.context);
  const name = freshBinding(builder, target.primed ? `${target.name.text}_next` : target.name.text);
  const body = coerce(element, dtype);
  warnOfConstants(body, bound.context, equation.span);
  builder.bindings.push({ kind: "equation", name, axes, domain: [], dtype, body, span: equation.span });
  const actual = { form: element.form, range: integerRangeOf(element, bound.context.facts) };
  const range = dtype === "i32" ? rangeFor(wanted, actual, bound.context, equation.span) : undefined;
  const shape = axes.map(({ extent }) => extent);
  return holdSizes(shape, `\`${target.name.text}\``, builder, target.span)
    ? operandArray(name, { dtype, shape, range })
    : errorValue;
}

/** D1.9 under indices: `values[n, :], places[n, :] = topk(x[n, :], 3)`. All left sides have the indices of the first. */
export function evaluateIndexedTogether(equation: Equation, scope: Scope, builder: Builder): Value {
  const context = newContext(builder, scope);
  const [first] = equation.targets;
  const shape = first?.type && declaredShape(first.type, context);
  const bound = first && boundFor(equation, first, context, shape);
  if (first === undefined || bound === undefined) return errorValue;
  const other = equation.targets.find((target) => indexNames(target) !== indexNames(first));
  if (other !== undefined) {
    tellIn(builder, "DLC3013", {
      message: `\`${other.name.text}\` has other indices than \`${first.name.text}\`, and both stand for results of one right side`,
      span: other.span,
      help: ["give all of them the same indices, in the same order"],
    });
    return errorValue;
  }
  const results = resultsIn(evaluate(equation.value, bound.context));
  const elements = equation.targets.map((target, place) => {
    const right = results[place];
    return right === undefined ? errorValue : entries(right, equation, target, bound, context, undefined);
  });
  return results.length === elements.length
    ? { kind: "list", elements }
    : { kind: "list", elements: results };
}

function indexNames({ binders }: Target): string {
  return binders.flatMap((binder) => (binder.kind === "all" ? [] : [binder.name.text])).join(" ");
}

function resultsIn(value: Value): readonly Value[] {
  if (value.kind === "results") return [...value.results.values()];
  return value.kind === "list" ? value.elements : [value];
}

function isIndex(binder: Binder): boolean {
  return binder.kind !== "all";
}

/** A tensor of an instance for every value of the indices, which come first. */
function rows(
  value: ArrayValue,
  wished: string,
  bound: Bound,
  equation: Equation,
  { builder }: Context,
): ArrayValue {
  const rest = value.shape.map((extent) => freshAxis(bound.context, "a", extent));
  const element = value.element(axisForms(rest), underAxes(bound.context, rest));
  const dtype = stored(element.type, bound.context);
  const axes = [...bound.axes, ...rest];
  const name = freshBinding(builder, wished);
  const body = coerce(element, dtype);
  builder.bindings.push({ kind: "equation", name, axes, domain: [], dtype, body, span: equation.span });
  return operandArray(name, { dtype, shape: axes.map(({ extent }) => extent) });
}

function dtypeFor(type: ArrayValue["type"], declared: Type | undefined, context: Context, span: Span) {
  if (declared === undefined) return stored(type, context);
  const dtype = declaredDtype(declared, context);
  if (dtype === undefined || fits(type, dtype)) return dtype;
  tellIn(context.builder, "DLC3003", {
    message: `${dtype} is declared, but this is ${showType(type)}`,
    span,
    help: type === "bool" ? [] : [`write \`${dtype === "f32" ? "real" : dtype}(…)\``],
  });
  return undefined;
}

/** The axes of the result: those of indices and those of `:` as they stand on the left. */
function inOrder(
  binders: readonly Binder[],
  axes: readonly Axis[],
  rest: readonly Axis[],
  context: Context,
): readonly Axis[] {
  const ordered: Axis[] = [];
  let [nextIndex, nextRest] = [0, 0];
  for (const binder of binders) {
    const all = binder.kind === "all";
    const index = all ? undefined : context.indices.get(binder.name.text);
    const width = index?.kind === "indices" ? index.forms.length : 1;
    if (all) ordered.push(...rest.slice(nextRest, ++nextRest));
    else {
      ordered.push(...axes.slice(nextIndex, nextIndex + width));
      nextIndex += width;
    }
  }
  return ordered;
}

/** What the type of the left side says of its indices. */
function candidatesOf(binders: readonly Binder[], shape: readonly Form[] | undefined): Candidates {
  const candidates: Candidates = new Map<string, Candidate[]>();
  if (shape === undefined) return candidates;
  const packs = binders.filter((binder) => binder.kind === "pack").length;
  const width = Math.max(0, shape.length - (binders.length - packs));
  let position = 0;
  for (const binder of binders) {
    const count = binder.kind === "pack" ? width : 1;
    const sizes = shape.slice(position, position + count);
    position += count;
    if (binder.kind === "all" || sizes.length < count) continue;
    candidates.set(binder.name.text, [{ sizes, span: binder.span, source: "the declared type" }]);
  }
  return candidates;
}
