import type { Block, FunctionDeclaration } from "../../grammar/ast.ts";
import type { Span } from "../diagnostics/source.ts";
import type { Expr } from "../graph/expr.ts";
import { isFloat } from "../scalar/dtype.ts";
import type { Context, FunctionValue, Scope } from "./checker-types.ts";
import type { Scalar } from "./scalar.ts";
import { freshName, wantedIn } from "./context.ts";
import { evaluate } from "./evaluate.ts";
import { expectScalar, scalarOf } from "./expect.ts";
import { isTrivial, placeLet } from "./exprs.ts";
import { coerce, fits, isFloatType, isIntegerType, showType } from "./numbers.ts";
import { known, lazy, newScope, valueOf } from "./scope.ts";
import { tellIn } from "./session.ts";
import { listsOf } from "./signature.ts";
import { declaredDtype, declaredRange } from "./types.ts";
import { errorValue, scalarValue } from "./value.ts";
import { defineWhere } from "./where.ts";

/** Deeper nesting of applications than any model has is a function that applies itself. */
export const deepest = 100;

interface Let {
  readonly name: string;
  readonly value: Expr;
}

/** A formula put in where it is applied, its arguments and equations under `let`s. */
export function inline(
  fn: FunctionValue,
  args: readonly (Scalar | undefined)[],
  outer: Context,
  span: Span,
): Scalar | undefined {
  const { declaration } = fn;
  const { session } = outer.builder;
  if (session.depth.value >= deepest) {
    tellIn(outer.builder, "DLC2014", {
      message: `\`${declaration.name.text}\` applies itself without an end`,
      span: declaration.name.span,
    });
    return undefined;
  }
  session.depth.value++;
  try {
    return expand(fn, args, outer, span);
  } finally {
    session.depth.value--;
  }
}

function expand(
  fn: FunctionValue,
  args: readonly (Scalar | undefined)[],
  outer: Context,
  span: Span,
): Scalar | undefined {
  const { declaration } = fn;
  const scope = newScope(fn.scope, undefined);
  const float = args
    .map((arg) => arg?.type)
    .find((type) => type !== undefined && type !== "counted" && type !== "float" && isFloat(type));
  const real = float === "f16" || float === "f32" ? float : outer.builder.real;
  const builder = { ...outer.builder, real };
  const context: Context = {
    ...wantedIn(outer, outer),
    builder,
    scope,
    indices: new Map(),
    label: undefined,
    integer: false,
  };
  const lets: Let[] = [];
  for (const [name, value] of fn.hypers ?? []) scope.entities.set(name, known(name, undefined, value));
  const formals = listsOf(declaration).tensors?.items ?? [];
  for (const [place, formal] of formals.entries()) {
    const given = args[place] ?? (formal.initial && scalarOf(formal.initial, context));
    const value = given && asDeclared(given, formal.type, formal.name.text, context, span);
    if (value === undefined) return undefined;
    const bound = letBound(value, formal.name.text, context, lets);
    scope.entities.set(formal.name.text, known(formal.name.text, formal.name.span, scalarValue(bound)));
  }
  defineWhere(declaration.signature.where, scope, context);
  const result = bodyOf(declaration, scope, context, lets);
  if (result === undefined) return undefined;
  const declared = declaration.signature.results?.items[0];
  const typed = declared
    ? asDeclared(result, declared.type, declared.name.text, context, declared.span)
    : result;
  if (typed === undefined) return undefined;
  // Later lets may use earlier ones, so the last is placed first.
  const expr = [...lets].reverse().reduce((body, one) => placeLet(one.name, one.value, body), typed.expr);
  const range = typed.range ?? (declared?.type && declaredRange(declared.type, context));
  return { ...typed, expr, ...(range && { range }) };
}

function letBound(value: Scalar, hint: string, context: Context, lets: Let[]): Scalar {
  if (isTrivial(value.expr) || (value.type === "counted" && value.form !== undefined)) return value;
  const name = freshName(context.frame, hint);
  lets.push({ name, value: value.expr });
  return { ...value, expr: { kind: "local", name } };
}

function bodyOf(
  declaration: FunctionDeclaration,
  scope: Scope,
  context: Context,
  lets: Let[],
): Scalar | undefined {
  const { body } = declaration;
  if (body.kind !== "block") return expectScalar(evaluate(body, context), context, body.span);
  const { session } = context.builder;
  defineEquations(body, scope, context, lets);
  // Draws are numbered in the order of the text.
  if (context.draws !== undefined) {
    for (const entity of scope.entities.values()) if (isEquation(entity.name, body)) valueOf(entity, session);
  }
  const name = declaration.signature.results?.items[0]?.name;
  const entity = name && scope.entities.get(name.text);
  if (name === undefined || entity === undefined) {
    tellIn(context.builder, "DLC2001", {
      message:
        name === undefined
          ? `\`${declaration.name.text}\` does not say what it gives`
          : `there is no equation for \`${name.text}\``,
      span: name?.span ?? declaration.name.span,
      help: name === undefined ? ["write `-> (y: real)` after its arguments"] : [],
    });
    return undefined;
  }
  return expectScalar(valueOf(entity, session), context, name.span);
}

function isEquation(name: string, block: Block): boolean {
  return block.statements.some(
    (statement) => statement.kind === "equation" && statement.targets[0]?.name.text === name,
  );
}

function defineEquations(block: Block, scope: Scope, context: Context, lets: Let[]): void {
  for (const statement of block.statements) {
    const target = statement.kind === "equation" ? statement.targets[0] : undefined;
    if (statement.kind !== "equation" || target === undefined) continue;
    const name = target.name.text;
    if (scope.entities.has(name)) {
      tellIn(context.builder, "DLC2002", { message: `\`${name}\` is defined twice`, span: target.name.span });
      continue;
    }
    const evaluateIt = () => {
      const scalar = scalarOf(statement.value, context);
      return scalar === undefined ? errorValue : scalarValue(letBound(scalar, name, context, lets));
    };
    scope.entities.set(name, lazy(name, target.name.span, evaluateIt));
  }
}

/** The number as the header has it. */
function asDeclared(
  value: Scalar,
  type: Parameters<typeof declaredDtype>[0] | undefined,
  name: string,
  context: Context,
  span: Span,
): Scalar | undefined {
  if (type === undefined) return value;
  const dtype = declaredDtype(type, context);
  if (dtype === undefined) return undefined;
  if (isFloat(dtype) && isFloatType(value.type) && (value.type === "float" || value.type === dtype))
    return value;
  if (isFloat(dtype) && value.type === "counted") return { type: "float", expr: coerce(value, "f32") };
  if (isIntegerType(dtype) && (value.type === "counted" || value.type === "i32")) return value;
  if (fits(value.type, dtype)) return value;
  tellIn(context.builder, "DLC3003", {
    message: `\`${name}\` is ${dtype}, but this is ${showType(value.type)}`,
    span,
    help: value.type === "bool" ? [] : [`write \`${dtype === "f32" ? "real" : dtype}(…)\``],
  });
  return undefined;
}
