import type { Span } from "../diagnostics/source.ts";
import type { Axis, Expr, Guard } from "../graph/expr.ts";
import { atomForm, atomKey, atomsOf, axis, mentions, type Atom, type Form } from "../integers/index.ts";
import type { Dtype } from "../scalar/dtype.ts";
import { operandArray } from "./arrays.ts";
import { warnOfConstants } from "./constant-ranges.ts";
import { freshBinding } from "./builder.ts";
import type { ArrayValue, Context } from "./checker-types.ts";
import type { Scalar } from "./scalar.ts";
import { axisForms, freshAxis, underAxes } from "./context.ts";
import { childrenOf, formsOf, visitExpr } from "../graph/visit.ts";
import { apply, conjunction, literal, select } from "./exprs.ts";
import { integerRangeOf } from "./integer-ranges.ts";
import { coerce, stored } from "./numbers.ts";
import { holdSizes } from "./sizes.ts";

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
  holdSizes(array.shape, "this tensor", builder, span);
  // Outside of all indices it is an equation by itself, with names of its own.
  const inner = context.axes.length === 0 ? { ...context, frame: { taken: new Set<string>() } } : context;
  const axes = array.shape.map((extent) => freshAxis(inner, "i", extent));
  const element = array.element(axisForms(axes), underAxes(inner, axes));
  const dtype = stored(array.type, context);
  const whole = coerce(element, dtype);
  warnOfConstants(whole, context, span);
  const { outer, domain, data } = under
    ? surroundings(whole, context, new Set(under.map((one) => one.name)))
    : surroundings(whole, context);
  const body = onlyUnder(data, whole, dtype, array.range?.low);
  const name = freshBinding(builder, hint);
  builder.bindings.push({ kind: "equation", name, axes: [...outer, ...axes], domain, dtype, body, span });
  return { operand: name, context: outer, domain };
}

interface Surroundings {
  readonly outer: readonly Axis[];
  /** Affine conditions. */
  readonly domain: readonly Guard[];
  /** Conditions on the integers of tensors by which a read in the body may have been proven. */
  readonly data: readonly Guard[];
}

/** The axes of the context on which something depends, with the conditions under which it is wanted. */
function surroundings(body: Expr, context: Context, needed = new Set<string>()): Surroundings {
  for (const { name } of context.axes) if (dependsOn(body, name)) needed.add(name);
  const data = dataGuards(body, context);
  for (const { form } of data) for (const name of axesIn(form, context)) needed.add(name);
  return { ...closeUnderGuards(needed, context), data };
}

/** A condition that ties a needed axis to another makes that one needed too. */
export function closeUnderGuards(
  needed: Set<string>,
  context: Context,
): { readonly outer: readonly Axis[]; readonly domain: readonly Guard[] } {
  const affine = context.guards.filter(({ form }) => !mentions(form, isRead));
  for (let before = -1; before !== needed.size;) {
    before = needed.size;
    for (const { form } of affine) {
      const named = axesIn(form, context);
      if (named.some((name) => needed.has(name))) named.forEach((name) => needed.add(name));
    }
  }
  const domain = affine.filter(({ form }) => axesIn(form, context).every((name) => needed.has(name)));
  return { outer: context.axes.filter(({ name }) => needed.has(name)), domain };
}

function axesIn(form: Form, context: Context): readonly string[] {
  return context.axes.map(({ name }) => name).filter((name) => mentions(form, isAxis(name)));
}

function isRead(atom: Atom): boolean {
  return atom.kind === "read";
}

/** Those that speak of an integer by which the body reads, or of one that such a condition ties to it. */
function dataGuards(body: Expr, context: Context): readonly Guard[] {
  const open = context.guards.filter(({ form }) => mentions(form, isRead));
  if (open.length === 0) return [];
  const known = new Set<string>();
  visitExpr(body, (expr) => {
    for (const form of formsOf(expr)) readKeys(form).forEach((key) => known.add(key));
  });
  const relevant = new Set<Guard>();
  for (let before = -1; before !== relevant.size;) {
    before = relevant.size;
    for (const guard of open) {
      const keys = readKeys(guard.form);
      if (relevant.has(guard) || !keys.some((key) => known.has(key))) continue;
      relevant.add(guard);
      keys.forEach((key) => known.add(key));
    }
  }
  return open.filter((guard) => relevant.has(guard));
}

function readKeys(form: Form): readonly string[] {
  return atomsOf(form).filter(isRead).map(atomKey);
}

/** The body where the conditions hold; elsewhere nobody asks for it, and it must only be harmless. */
function onlyUnder(guards: readonly Guard[], body: Expr, dtype: Dtype, low: Form | undefined): Expr {
  if (guards.length === 0) return body;
  const otherwise: Expr =
    dtype === "i32" && low !== undefined ? { kind: "index", form: low } : literal(dtype, 0);
  return select(conjunction(guards.map(dataCondition)), body, otherwise);
}

function dataCondition({ relation, form }: Guard): Expr {
  return apply(relation === "zero" ? "equal" : "greaterEqual", { kind: "index", form }, literal("i32", 0));
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
  const { outer, domain, data } = surroundings(scalar.expr, context);
  const range = integerRangeOf(scalar, context.facts);
  const name = freshBinding(context.builder, "place");
  context.builder.bindings.push({
    kind: "equation",
    name,
    axes: outer,
    domain,
    dtype: "i32",
    body: onlyUnder(data, scalar.expr, "i32", range?.low),
    span,
  });
  return atomForm({
    kind: "read",
    operand: name,
    at: outer.map((one) => axis(one.name)),
    ...(range && { low: range.low, high: range.high }),
  });
}

/** The array under its own name: what no application and no pipe has to compute again. */
export function named(array: ArrayValue, name: string, context: Context, span: Span): ArrayValue {
  if (array.operand !== undefined) return array;
  const { operand } = hoist(array, name, context, span);
  const dtype = stored(array.type, context);
  return operandArray(operand, { dtype, shape: array.shape, range: array.range }, [], array.origin);
}
