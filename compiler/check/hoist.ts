import type { Span } from "../diagnostics/source.ts";
import type { Axis, Expr, Guard } from "../graph/expr.ts";
import { atomForm, axis, constant, mentions, type Atom, type Form } from "../integers/index.ts";
import { operandArray } from "./arrays.ts";
import { warnOfConstants } from "./constant-ranges.ts";
import { freshBinding } from "./builder.ts";
import type { ArrayValue, Context } from "./checker-types.ts";
import type { Scalar } from "./scalar.ts";
import { axisForms, freshAxis, underAxes } from "./context.ts";
import { childrenOf, formsOf } from "../graph/visit.ts";
import { boundsOfScalar, coerce, stored } from "./numbers.ts";
import type { IntegerRange } from "./typed.ts";

/** An array in a binding of its own, under those axes of its context that it depends on. */
export interface Hoisted {
  readonly operand: string;
  readonly context: readonly Axis[];
  readonly domain: readonly Guard[];
}

/** Names an array by an equation of its own, so that it may be handed to a function. */
export function hoist(
  array: ArrayValue,
  hint: string,
  context: Context,
  span: Span,
  under?: readonly Axis[],
): Hoisted {
  if (array.operand !== undefined) return { operand: array.operand, context: [], domain: [] };
  const { builder } = context;
  // Outside of all indices it is an equation by itself, with names of its own.
  const inner = context.axes.length === 0 ? { ...context, frame: { taken: new Set<string>() } } : context;
  const axes = array.shape.map((extent) => freshAxis(inner, "i", extent));
  const element = array.element(axisForms(axes), underAxes(inner, axes));
  const dtype = stored(array.type, context);
  const body = coerce(element, dtype);
  warnOfConstants(body, context, span);
  const { outer, domain } = under
    ? closeUnderGuards(new Set(under.map((one) => one.name)), context)
    : surroundings(body, context);
  const name = freshBinding(builder, hint);
  builder.bindings.push({ kind: "equation", name, axes: [...outer, ...axes], domain, dtype, body, span });
  return { operand: name, context: outer, domain };
}

/** The axes of the context on which something depends, with the conditions under which it is wanted. */
export function surroundings(
  body: Expr,
  context: Context,
): { readonly outer: readonly Axis[]; readonly domain: readonly Guard[] } {
  const needed = new Set<string>();
  for (const { name } of context.axes) if (dependsOn(body, name)) needed.add(name);
  return closeUnderGuards(needed, context);
}

/** A condition that ties a needed axis to another makes that one needed too. */
export function closeUnderGuards(
  needed: Set<string>,
  context: Context,
): { readonly outer: readonly Axis[]; readonly domain: readonly Guard[] } {
  const axesOf = (form: Form): readonly string[] =>
    context.axes.map(({ name }) => name).filter((name) => mentions(form, isAxis(name)));
  for (let before = -1; before !== needed.size;) {
    before = needed.size;
    for (const { form } of context.guards) {
      const named = axesOf(form);
      if (named.some((name) => needed.has(name))) named.forEach((name) => needed.add(name));
    }
  }
  const domain = context.guards.filter(({ form }) => axesOf(form).every((name) => needed.has(name)));
  return { outer: context.axes.filter(({ name }) => needed.has(name)), domain };
}

function isAxis(name: string): (atom: Atom) => boolean {
  return (atom) => atom.kind === "axis" && atom.name === name;
}

function dependsOn(expr: Expr, name: string): boolean {
  if (formsOf(expr).some((form) => mentions(form, isAxis(name)))) return true;
  return childrenOf(expr).some((child) => dependsOn(child, name));
}

/** The integer as a form: what is none yet becomes an equation that the subscript reads. */
export function formOf(scalar: Scalar, context: Context, span: Span): Form {
  if (scalar.form !== undefined) return scalar.form;
  const { outer, domain } = surroundings(scalar.expr, context);
  const name = freshBinding(context.builder, "place");
  context.builder.bindings.push({
    kind: "equation",
    name,
    axes: outer,
    domain,
    dtype: "i32",
    body: scalar.expr,
    span,
  });
  const range = scalar.range ?? rangeOf(scalar, context);
  return atomForm({
    kind: "read",
    operand: name,
    at: outer.map((one) => axis(one.name)),
    ...(range && { low: range.low, high: range.high }),
  });
}

function rangeOf(scalar: Scalar, context: Context): IntegerRange | undefined {
  const { low, high } = boundsOfScalar(scalar, context);
  if (!Number.isFinite(low) || !Number.isFinite(high)) return undefined;
  return { low: constant(low), high: constant(high + 1) };
}

/** The array under its own name: what no application and no pipe has to compute again. */
export function named(array: ArrayValue, name: string, context: Context, span: Span): ArrayValue {
  if (array.operand !== undefined) return array;
  const { operand } = hoist(array, name, context, span);
  const dtype = stored(array.type, context);
  return operandArray(operand, { dtype, shape: array.shape, range: array.range }, [], array.origin);
}
