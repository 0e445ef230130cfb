import type { ParamStatement, StateStatement } from "../../grammar/ast.ts";
import { constantOf, showForm, type Form } from "../integers/index.ts";
import type { Axis, Expr } from "../graph/expr.ts";
import { operandArray } from "./arrays.ts";
import { warnOfConstants } from "./constant-ranges.ts";
import { freshBinding } from "./builder.ts";
import type { Builder, Context, Scope, Value } from "./checker-types.ts";
import { axisForms, freshAxis, newContext, underAxes } from "./context.ts";
import { fillTo } from "./equations.ts";
import { evaluate } from "./evaluate.ts";
import { expectArray } from "./expect.ts";
import { coerce } from "./numbers.ts";
import { neededFor } from "./prune.ts";
import { turnLabels } from "./scope.ts";
import { tellIn } from "./session.ts";
import { textOf } from "./texts.ts";
import type { Initial, OwnedTensor } from "./typed.ts";
import { declaredDtype, declaredRange, declaredShape } from "./types.ts";
import { errorValue } from "./value.ts";

/** A parameter or a state of the declaration that is being built, under its own name. */
export function ownedTensor(
  statement: ParamStatement | StateStatement,
  scope: Scope,
  builder: Builder,
): Value {
  const context = newContext(builder, scope);
  const owned = describeOwned(statement, context);
  if (owned === undefined) return errorValue;
  const name = freshBinding(builder, statement.name.text);
  (statement.kind === "param" ? builder.params : builder.states).set(name, { ...owned.tensor, name });
  return operandArray(name, {
    dtype: owned.tensor.dtype,
    shape: owned.shape,
    range: declaredRange(statement.type, context),
  });
}

/** Everything but the name; the shape as forms too, which in the check of a declaration has symbols. */
export function describeOwned(
  statement: ParamStatement | StateStatement,
  context: Context,
): { readonly tensor: Omit<OwnedTensor, "name">; readonly shape: readonly Form[] } | undefined {
  const dtype = declaredDtype(statement.type, context);
  const shape = declaredShape(statement.type, context);
  if (dtype === undefined || shape === undefined) return undefined;
  const sizes = shape.map((size) => constantOf(size));
  const unknown = sizes.indexOf(undefined);
  if (unknown >= 0 && context.builder.mode === "instance") {
    const size = shape[unknown];
    tellIn(context.builder, "DLC3012", {
      message: `the shape of \`${statement.name.text}\` must be known when the model is built, but ${size ? showForm(size) : "a size of it"} is not`,
      span: statement.type.span,
    });
    return undefined;
  }
  const initial = initialOf(statement, dtype, shape, context);
  if (initial === undefined) return undefined;
  const name = statement.alias ? textOf(statement.alias, context) : statement.name.text;
  if (name === undefined) return undefined;
  const path = { root: "own", labels: [...turnLabels(context.scope), name] } as const;
  const numbers = sizes.map((size) => size ?? 1);
  return { tensor: { path, dtype, shape: numbers, initial, span: statement.span }, shape };
}

/** The first value: drawn entry by entry, or an array that does not depend on inputs. */
function initialOf(
  statement: ParamStatement | StateStatement,
  dtype: OwnedTensor["dtype"],
  shape: readonly Form[],
  outer: Context,
): Initial | undefined {
  const context = { ...outer, frame: { taken: new Set<string>() } };
  const axes = shape.map((extent) => freshAxis(context, "i", extent));
  const inner = { ...underAxes(context, axes), draws: { streams: { next: 0 }, axes } };
  const value = evaluate(statement.initial, inner);
  const array = expectArray(value, inner, statement.initial.span);
  if (array === undefined) return undefined;
  const filled =
    array.shape.length === 0
      ? array
      : expectArray(fillTo(array, statement.type, inner, statement.initial.span), inner, statement.span);
  if (filled === undefined) return undefined;
  const element = filled.element(filled.shape.length === 0 ? [] : axisForms(axes), inner);
  if (element.type === "bool" ? dtype !== "bool" : dtype === "bool") {
    tellIn(outer.builder, "DLC3003", {
      message: `\`${statement.name.text}\` is ${dtype}, but its first value is not`,
      span: statement.initial.span,
    });
    return undefined;
  }
  const body = coerce(element, dtype);
  warnOfConstants({ kind: "convert", to: dtype, operand: body }, outer, statement.initial.span);
  return outer.builder.mode === "declaration"
    ? { bindings: [], axes, body }
    : withBindings(statement, axes, body, outer);
}

function withBindings(
  statement: ParamStatement | StateStatement,
  axes: readonly Axis[],
  body: Expr,
  context: Context,
): Initial | undefined {
  const { builder } = context;
  const needed = neededFor(body, builder);
  const bindings = needed.bindings.filter((binding) => binding.kind === "equation");
  if (needed.others.size === 0 && bindings.length === needed.bindings.length) return { bindings, axes, body };
  const [other] = needed.others;
  tellIn(builder, "DLC3023", {
    message: `the first value of \`${statement.name.text}\` depends on ${other === undefined ? "an application" : `\`${other}\``}`,
    span: statement.initial.span,
    help: ["it may depend on hyper-parameters, sizes and draws only"],
  });
  return undefined;
}
