import type { Arg, Expr, Formal, Formals, Type } from "../../grammar/ast.ts";
import type { Note } from "../diagnostics/diagnostic.ts";
import type { Span } from "../diagnostics/source.ts";
import {
  constant,
  constantOf,
  dim,
  prove,
  showForm,
  subtract,
  withBounds,
  type Facts,
} from "../integers/index.ts";
import type { Context, Scope, Value } from "./checker-types.ts";
import { newContext } from "./context.ts";
import { evaluate } from "./evaluate.ts";
import { asInteger, expectScalar } from "./expect.ts";
import { closedValue, isClosed, literal } from "./exprs.ts";
import { coerce, isFloatType, showType } from "./numbers.ts";
import { named } from "./hoist.ts";
import { known, newScope, turnLabels } from "./scope.ts";
import { tellIn } from "./session.ts";
import { suggest } from "./suggest.ts";
import { counted, describeValue, errorValue, scalarValue } from "./value.ts";

export type Hypers = ReadonlyMap<string, Value>;

/**
 * The hyper-parameters of an application: arguments in order or by name, defaults for the rest. Layers among them are
 * labelled by the name that receives them.
 */
export function bindHypers(
  formals: Formals,
  args: readonly Arg[],
  scope: Scope,
  context: Context,
  label: readonly string[],
  span: Span,
): Hypers | undefined {
  const given = assign(formals, args, context, span);
  if (given === undefined) return undefined;
  const values = new Map<string, Value>();
  const own = { ...newScope(scope, undefined), labels: turnLabels(context.scope) };
  const { scheduled } = context;
  const defaults: Context = { ...newContext(context.builder, own), facts: context.facts, scheduled };
  for (const formal of formals.items) {
    const arg = given.get(formal.name.text);
    const where = arg === undefined ? defaults : { ...context, integer: false };
    const expr = arg ?? formal.initial;
    if (expr === undefined) {
      tellIn(context.builder, "DLC2012", {
        message: `\`${formal.name.text}\` is not given and has no default`,
        span,
        notes: [{ text: "it is declared here", span: formal.span }],
      });
      return undefined;
    }
    const value = hyperValue(expr, formal, { ...where, label: [...label, formal.name.text] });
    values.set(formal.name.text, value);
    own.entities.set(formal.name.text, known(formal.name.text, formal.name.span, value));
  }
  return values;
}

/** Which argument is for which name. */
function assign(
  formals: Formals,
  args: readonly Arg[],
  context: Context,
  span: Span,
): ReadonlyMap<string, Expr> | undefined {
  const names = formals.items.map(({ name }) => name.text);
  const given = new Map<string, Expr>();
  let next = 0;
  for (const arg of args) {
    if (arg.kind === "pack") {
      tellIn(context.builder, "DLC3013", { message: "a pack of dims is no hyper-parameter", span: arg.span });
      return undefined;
    }
    const name = arg.name?.text ?? names[next++];
    if (name === undefined || !names.includes(name)) {
      const guess = name === undefined ? undefined : suggest(name, names);
      tellIn(context.builder, "DLC2012", {
        message:
          name === undefined
            ? `there are only ${names.length} hyper-parameters`
            : `there is no hyper-parameter \`${name}\``,
        span: arg.name?.span ?? arg.span,
        help: [
          guess !== undefined
            ? `did you mean \`${guess}\`?`
            : names.length === 0
              ? "it has none"
              : `they are ${names.join(", ")}`,
        ],
      });
      return undefined;
    }
    if (given.has(name)) {
      tellIn(context.builder, "DLC2012", {
        message: `\`${name}\` is given twice`,
        span: arg.span,
        notes: [{ text: "in this application", span }],
      });
      return undefined;
    }
    given.set(name, arg.value);
  }
  return given;
}

function hyperValue(expr: Expr, formal: Formal, context: Context): Value {
  return ofType(expr, formal.type, formal, context);
}

function ofType(expr: Expr, type: Type | undefined, formal: Formal, context: Context): Value {
  if (type === undefined || type.kind !== "named-type") return evaluate(expr, context);
  const plain = { ...context, label: undefined };
  switch (type.name.text) {
    case "dim":
    case "int":
      return type.dims.length > 0 ? evaluate(expr, plain) : wholeHyper(expr, type.name.text, formal, plain);
    case "layer":
    case "fn":
      return applicable(evaluate(expr, context), expr, formal, context);
    case "string":
      return plainKind("text", evaluate(expr, plain), expr, formal, context);
    case "bool":
      return boolHyper(expr, formal, plain);
    default:
      return realHyper(expr, formal, plain);
  }
}

/** What `--set` gives has no place of its own, and is shown at the declaration already. */
function declaredAt({ span }: Formal, shown: Span): readonly Note[] {
  return span.start === shown.start && span.source === shown.source
    ? []
    : [{ text: "it is declared here", span }];
}

function refuse(formal: Formal, what: string, expr: Expr, context: Context): Value {
  tellIn(context.builder, "DLC3013", {
    message: `\`${formal.name.text}\` is ${what}`,
    span: expr.span,
    notes: declaredAt(formal, expr.span),
  });
  return errorValue;
}

/** D3.2: known when the model is built; a `dim` is at least 1. */
function wholeHyper(expr: Expr, kind: "dim" | "int", formal: Formal, context: Context): Value {
  const whole = { ...context, integer: true };
  const value = numeric(evaluate(expr, whole), "a whole number", expr, formal, context);
  const scalar = asInteger(value, whole, expr.span);
  if (scalar === undefined) return errorValue;
  const { form } = scalar;
  const symbolic = context.builder.mode === "declaration";
  if (form === undefined || scalar.type !== "counted" || (constantOf(form) === undefined && !symbolic)) {
    return symbolic && form === undefined
      ? errorValue
      : refuse(
          formal,
          `known when the model is built, but ${form ? showForm(form) : "this"} is not`,
          expr,
          context,
        );
  }
  if (kind === "dim") {
    const verdict = prove({ relation: "nonnegative", form: subtract(form, constant(1)) }, context.facts);
    if (verdict === "refuted") {
      tellIn(context.builder, "DLC3005", {
        message: `\`${formal.name.text}\` is a size of at least 1, but ${showForm(form)} is given`,
        span: expr.span,
        notes: declaredAt(formal, expr.span),
      });
      return errorValue;
    }
  }
  return scalarValue(counted(form));
}

function realHyper(expr: Expr, formal: Formal, context: Context): Value {
  const value = numeric(evaluate(expr, context), "a number", expr, formal, context);
  const scheduled = context.scheduled === true && context.axes.length === 0;
  if (scheduled && value.kind === "array" && value.shape.length === 0 && isFloatType(value.type)) {
    if (value.operand !== undefined) return value;
    const closed = value.scalar !== undefined && isClosed(value.scalar.expr);
    if (!closed) return named(value, formal.name.text, context, expr.span);
  }
  const scalar = expectScalar(value, context, expr.span);
  if (scalar === undefined) return errorValue;
  if (scalar.type === "counted") return scalarValue({ type: "float", expr: coerce(scalar, "f32") });
  if (!isFloatType(scalar.type))
    return refuse(formal, `a float, but this is ${showType(scalar.type)}`, expr, context);
  if (!isClosed(scalar.expr))
    return refuse(formal, "known when the model is built, but this is not", expr, context);
  const known = closedValue(scalar.expr);
  if (known !== undefined && Number.isNaN(known))
    return refuse(formal, "a number, but this is NaN", expr, context);
  return scalarValue(scalar);
}

function boolHyper(expr: Expr, formal: Formal, context: Context): Value {
  const value = numeric(evaluate(expr, context), "a condition", expr, formal, context);
  const scalar = expectScalar(value, context, expr.span);
  if (scalar === undefined) return errorValue;
  if (scalar.type !== "bool")
    return refuse(formal, `a condition, but this is ${showType(scalar.type)}`, expr, context);
  if (scalar.known === undefined && context.builder.mode === "instance") {
    return refuse(formal, "known when the model is built, but this condition is not", expr, context);
  }
  return scalarValue(scalar);
}

/** What may be a number; a text or a list is refused by what the hyper-parameter is. */
function numeric(value: Value, what: string, expr: Expr, formal: Formal, context: Context): Value {
  const may = value.kind === "array" || value.kind === "results" || value.kind === "error";
  return may ? value : refuse(formal, `${what}, but this is ${describeValue(value)}`, expr, context);
}

function plainKind(kind: Value["kind"], value: Value, expr: Expr, formal: Formal, context: Context): Value {
  if (value.kind === kind || value.kind === "error") return value;
  return refuse(formal, `a text, but this is ${describeValue(value)}`, expr, context);
}

function applicable(value: Value, expr: Expr, formal: Formal, context: Context): Value {
  switch (value.kind) {
    case "instance":
    case "list":
    case "function":
    case "prelude":
    case "unit":
    case "error":
      return value;
    default:
      return refuse(formal, `a layer or a function, but this is ${describeValue(value)}`, expr, context);
  }
}

/** Hyper-parameters as symbols, for the check of a declaration that nobody applies. */
export function symbolicHypers(
  formals: Formals | undefined,
  facts: Facts,
): { readonly hypers: Hypers; readonly facts: Facts } {
  const hypers = new Map<string, Value>();
  let all = facts;
  for (const { name, type } of formals?.items ?? []) {
    hypers.set(name.text, symbolOf(name.text, type));
    if (type?.kind === "named-type" && type.name.text === "int") {
      all = withBounds(all, { kind: "dim", name: name.text }, { low: constant(-(2 ** 31)) });
    }
  }
  return { hypers, facts: all };
}

function symbolOf(name: string, type: Type | undefined): Value {
  if (type?.kind !== "named-type" || type.dims.length > 0) return errorValue;
  switch (type.name.text) {
    case "dim":
    case "int":
      return scalarValue(counted(dim(name)));
    case "real":
    case "f32":
    case "f16":
      return scalarValue({ type: "float", expr: literal("f32", 1) });
    case "bool":
      return scalarValue({ type: "bool", expr: literal("bool", 1) });
    default:
      return errorValue;
  }
}
