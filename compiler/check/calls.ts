import type { Call, Expr } from "../../grammar/ast.ts";
import { applyValue } from "./apply.ts";
import type { Context, FunctionValue, Value } from "./checker-types.ts";
import { evaluate } from "./evaluate.ts";
import { membersOf } from "./generators.ts";
import { evaluateGrad } from "./gradients.ts";
import { bindHypers } from "./hypers.ts";
import { instanceOf } from "./instances.ts";
import { applyPrelude, applyToPack, roundedQuotient } from "./prelude.ts";
import { find, reportUnknown } from "./scope.ts";
import { tellIn } from "./session.ts";
import { listsOf } from "./signature.ts";
import { applySorting, isSorting } from "./sorting.ts";
import { describeValue, errorValue } from "./value.ts";

export { evaluateReduceCall } from "./whole-reductions.ts";

export function evaluateCall(expr: Call, context: Context): Value {
  const callee = evaluate(expr.callee, { ...context, label: undefined, integer: false });
  switch (callee.kind) {
    case "unit":
      if (refuseGenerated(expr, context)) return errorValue;
      return instanceOf(callee, expr, context);
    case "function":
      return callFunction(callee, expr, context);
    case "prelude":
      return callPrelude(callee.name, expr, context);
    case "instance":
    case "parameters":
    case "list":
      return applyToArguments(callee, expr, context);
    case "error":
      argumentsOf(expr, context);
      return errorValue;
    default:
      tellIn(context.builder, "DLC3013", {
        message: `${describeValue(callee)} can't be applied`,
        span: expr.callee.span,
        help: callee.kind === "array" ? ["entries are read with square brackets: `x[n, c]`"] : [],
      });
      return errorValue;
  }
}

/** `maxPool2d(2)` gives the hyper-parameters, `maxPool2d(2)(x)` then the tensors. */
function callFunction(callee: FunctionValue, expr: Call, context: Context): Value {
  const { hypers } = listsOf(callee.declaration);
  if (hypers === undefined || callee.hypers !== undefined) return applyToArguments(callee, expr, context);
  if (refuseGenerated(expr, context)) return errorValue;
  const bound = bindHypers(hypers, expr.args, callee.scope, context, context.label ?? [], expr.span);
  return bound ? { ...callee, hypers: bound } : errorValue;
}

function applyToArguments(callee: Value, expr: Call, context: Context): Value {
  const args = argumentsOf(expr, context);
  if (args === undefined) return errorValue;
  return applyValue({
    callee,
    args: args.positional,
    named: args.named,
    context,
    span: expr.span,
    name: nameOf(expr.callee),
  });
}

function nameOf(callee: Expr): string {
  if (callee.kind === "name") return callee.text;
  if (callee.kind === "member") return callee.name.text;
  return callee.kind === "call" ? nameOf(callee.callee) : "this";
}

interface Arguments {
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, { readonly value: Value; readonly span: Expr["span"] }>;
}

/** Tensors may be made by a generator, one in each of its turns; then there are no others. */
function argumentsOf({ args, generators }: Call, context: Context): Arguments | undefined {
  const positional: Value[] = [];
  const named = new Map<string, { readonly value: Value; readonly span: Expr["span"] }>();
  const inner = { ...context, label: undefined, integer: false };
  if (generators.length > 0) {
    const members = membersOf(args, generators, inner);
    return members && { positional: members.map(({ expr, context: turn }) => evaluate(expr, turn)), named };
  }
  for (const arg of args) {
    if (arg.kind === "pack") {
      tellIn(context.builder, "DLC3013", { message: "a pack of dims is no tensor", span: arg.span });
      positional.push(errorValue);
      continue;
    }
    const value = evaluate(arg.value, inner);
    if (arg.name === undefined) positional.push(value);
    else named.set(arg.name.text, { value, span: arg.span });
  }
  return { positional, named };
}

/** What is chosen when something is written is chosen one by one. */
function refuseGenerated({ generators }: Call, context: Context): boolean {
  const [first] = generators;
  if (first === undefined) return false;
  tellIn(context.builder, "DLC2012", {
    message: "hyper-parameters are given one by one, and tensors only may come of a generator",
    span: first.span,
    help: ["a list of layers is written with square brackets: `[Linear(8) for i in 0..3]`"],
  });
  return true;
}

function callPrelude(name: string, expr: Call, context: Context): Value {
  if (name === "grad") return evaluateGrad(expr, context);
  if (isSorting(name)) {
    const args = argumentsOf(expr, context);
    if (args === undefined) return errorValue;
    const { positional, named } = args;
    const given = positional.map((value, place) => ({ value, span: expr.args[place]?.span ?? expr.span }));
    return applySorting(name, given, named, context, expr.span);
  }
  const [first] = expr.args;
  if ((name === "size" || name === "rank") && first?.kind === "pack" && expr.args.length === 1) {
    const found = find(first.name.text, context.scope);
    if (found?.entity.value.kind === "pack") return applyToPack(name, found.entity.value.dims) ?? errorValue;
    reportUnknown(first.name.text, first.name.span, context);
    return errorValue;
  }
  const single = expr.args.length === 1 && expr.generators.length === 0;
  if ((name === "floor" || name === "ceil") && first?.kind === "argument" && single) {
    const quotient = roundedQuotient(name, first.value, context);
    if (quotient !== undefined) return quotient;
  }
  const args = argumentsOf(expr, context);
  if (args === undefined) return errorValue;
  const values = [...args.positional, ...[...args.named.values()].map(({ value }) => value)];
  return applyPrelude(name, values, context, expr);
}
