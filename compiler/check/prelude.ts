import type { Expr as Syntax } from "../../grammar/ast.ts";
import type { Span } from "../diagnostics/source.ts";
import {
  add,
  axis,
  ceilDivide,
  constant,
  floorDivide,
  maximum,
  minimum,
  multiply,
  product,
  prove,
  rangeUnderFacts,
  subtract,
  zero,
  type Form,
} from "../integers/index.ts";
import type { ScalarName } from "../scalar/names.ts";
import { dtypes, type Dtype } from "../scalar/dtype.ts";
import { entrywise } from "./arrays.ts";
import type { Context, Scope, Value } from "./checker-types.ts";
import type { NumberType, Scalar } from "./scalar.ts";
import { boundsGuards } from "./conditions.ts";
import { evaluate } from "./evaluate.ts";
import { expectArray, integerOf } from "./expect.ts";
import { freshName } from "./context.ts";
import { apply, literal, placeLet, select } from "./exprs.ts";
import { formOf } from "./hoist.ts";
import { coerce, isFloatType, join, positive, showType, widened } from "./numbers.ts";
import { asParameters, parameterwise } from "./parameterwise.ts";
import { runningSum } from "./running-sum.ts";
import { searchSorted } from "./search-sorted.ts";
import { readers } from "./readers.ts";
import { known, newScope } from "./scope.ts";
import { tellIn } from "./session.ts";
import { applySorting, isSorting } from "./sorting.ts";
import { totalOf } from "./total.ts";
import { boolConstant, counted, describeValue, errorValue, floatConstant, scalarValue } from "./value.ts";
import { reduceWhole } from "./whole-reductions.ts";

/** Functions of one float. */
const floatFunctions = [
  "sqrt",
  "exp",
  "log",
  "erf",
  "sin",
  "cos",
  "tanh",
] as const satisfies readonly ScalarName[];
const otherFunctions = [
  "abs",
  "sign",
  "floor",
  "ceil",
  "clamp",
  "norm",
  "rank",
  "size",
  "stop",
  "random",
  "total",
  "grad",
  "real",
  "sort",
  "topk",
  "cumsum",
  "searchsorted",
];

/** The names that stand everywhere and may be shadowed (D1.1). */
export function preludeScope(): Scope {
  const scope: Scope = { ...newScope(undefined, undefined), prelude: true };
  for (const name of [...floatFunctions, ...otherFunctions, ...dtypes, ...readers]) {
    scope.entities.set(name, known(name, undefined, { kind: "prelude", name }));
  }
  scope.entities.set("inf", known("inf", undefined, scalarValue(floatConstant(Infinity))));
  scope.entities.set("training", known("training", undefined, { kind: "prelude", name: "training" }));
  return scope;
}

/** `size(..B)` and `rank(..P)` look at the dims of a pack. */
export function applyToPack(name: string, dims: readonly Form[]): Value | undefined {
  if (name === "size") return scalarValue(counted(product(dims)));
  if (name === "rank") return scalarValue(counted(constant(dims.length)));
  return undefined;
}

/** Division inside of `floor` and `ceil` of whole numbers need not come out whole. */
export function roundedQuotient(
  name: "floor" | "ceil",
  operand: Syntax,
  context: Context,
): Value | undefined {
  if (operand.kind === "group") return roundedQuotient(name, operand.value, context);
  if (operand.kind !== "binary" || operand.operator !== "/") return undefined;
  const silent = { ...context, label: undefined };
  const sides = [operand.left, operand.right].map((side) => evaluate(side, silent));
  const integers = sides.every(
    (side) => side.kind === "array" && side.shape.length === 0 && isWhole(side.element([], context).type),
  );
  if (!integers) return undefined;
  const [p, q] = [integerOf(operand.left, context), integerOf(operand.right, context)];
  if (p === undefined || q === undefined) return errorValue;
  const [dividend, divisor] = [formOf(p, context, operand.left.span), formOf(q, context, operand.right.span)];
  if (!positive(divisor, context, operand.right.span)) return errorValue;
  const form = settled((name === "floor" ? floorDivide : ceilDivide)(dividend, divisor), context);
  if (p.type === "counted" && q.type === "counted") return scalarValue(counted(form));
  return scalarValue({ type: "i32", form, expr: { kind: "index", form } });
}

/** A quotient that can have one value only is that value: ⌊o/6⌋ for o below 6. */
function settled(form: Form, context: Context): Form {
  const { low, high } = rangeUnderFacts(form, context.facts);
  return low === high ? constant(low) : form;
}

function isWhole(type: NumberType): boolean {
  return type === "counted" || type === "i32";
}

export function applyPrelude(
  name: string,
  args: readonly Value[],
  context: Context,
  call: { readonly span: Span },
): Value {
  const { span } = call;
  if (readers.some((reader) => reader === name)) {
    tellIn(context.builder, "DLC3013", {
      message: `\`${name}\` says where an input of a \`data\` declaration comes from, and stands nowhere else`,
      span,
    });
    return errorValue;
  }
  if (args.some((arg) => arg.kind === "error")) return errorValue;
  if (isSorting(name)) {
    return applySorting(
      name,
      args.map((value) => ({ value, span })),
      new Map(),
      context,
      span,
    );
  }
  if (name === "random") return draw(context);
  if (name === "grad") {
    tellIn(context.builder, "DLC2012", { message: "`grad` is written with its two arguments", span });
    return errorValue;
  }
  const count = name === "clamp" ? 3 : name === "searchsorted" ? 2 : 1;
  if (args.length !== count) {
    tellIn(context.builder, "DLC2012", {
      message: `\`${name}\` takes ${count} ${count === 1 ? "argument" : "arguments"}, but has ${args.length} here`,
      span,
    });
    return errorValue;
  }
  const given = args.map((arg) => asParameters(arg, context, span));
  if (given.some((arg) => arg.kind === "parameters")) return onParameters(name, given, context, call);
  const [one, two] = args;
  if (name === "cumsum" && one !== undefined) return runningSum(one, context, span);
  if (name === "searchsorted" && one !== undefined && two !== undefined)
    return searchSorted(one, two, context, span);
  const wrong = args.find(
    (arg) => arg.kind !== "array" && !(arg.kind === "results" && arg.results.size === 1),
  );
  if (wrong !== undefined) {
    tellIn(context.builder, "DLC3013", {
      message: `\`${name}\` takes a tensor or a number, but this is ${describeValue(wrong)}`,
      span,
    });
    return errorValue;
  }
  const arrays = args.map((arg) => expectArray(arg, context, span) ?? errorValue);
  const [first] = arrays;
  if (name === "norm" && first?.kind === "array") return norm([first], context, span);
  if (name === "total" && first?.kind === "array") {
    const sum = expectArray(reduceWhole("sum", first, context, span), context, span);
    return sum === undefined ? errorValue : totalOf(sum, context, span);
  }
  if ((name === "size" || name === "rank") && first?.kind === "array") {
    return applyToPack(name, first.shape) ?? errorValue;
  }
  return entrywise(arrays, context, span, (elements, wanted) => {
    const scalars = elements.map(widened);
    const [x, low, high] = scalars;
    if (x === undefined) return undefined;
    if (name === "clamp") return low && high && clamp(x, low, high, wanted, span);
    return unary(name, x, wanted, span);
  });
}

function unary(name: string, x: Scalar, context: Context, span: Span): Scalar | undefined {
  const conversion = name === "real" ? context.builder.real : dtypes.find((dtype) => dtype === name);
  if (conversion !== undefined) return convert(x, conversion);
  if (x.type === "bool") {
    tellIn(context.builder, "DLC3017", {
      message: `\`${name}\` needs a number, but this is a condition`,
      span,
    });
    return undefined;
  }
  const float = floatFunctions.find((one) => one === name);
  if (float !== undefined) {
    if (x.type === "i32") {
      tellIn(context.builder, "DLC3017", {
        message: `\`${name}\` needs a float, but this is i32`,
        span,
        help: [`write \`${name}(real(…))\``],
      });
      return undefined;
    }
    const type = x.type === "counted" ? "float" : x.type;
    return { type, expr: apply(float, coerce(x, type)) };
  }
  switch (name) {
    case "floor":
    case "ceil":
      return isWhole(x.type) ? x : rounded(name, x);
    case "abs":
      if (x.type === "counted" && x.form !== undefined)
        return counted(maximum(x.form, multiply(x.form, constant(-1))));
      return { type: x.type, expr: apply("abs", x.expr) };
    case "sign":
      return { type: x.type, expr: apply("sign", x.expr) };
    case "stop":
      return isFloatType(x.type) ? { type: x.type, expr: apply("stop", x.expr) } : x;
    default:
      throw new Error(`bug: the prelude has no \`${name}\``);
  }
}

/** D5.3: `floor` and `ceil` are always integers. */
function rounded(name: "floor" | "ceil", x: Scalar): Scalar {
  return { type: "i32", expr: { kind: "convert", to: "i32", operand: apply(name, x.expr) } };
}

function convert(x: Scalar, to: Dtype): Scalar {
  if (x.type === to) return x;
  if (x.type === "counted" || (x.type === "float" && isFloatType(to))) {
    const expr = coerce(x, to);
    return to === "i32" ? { type: "i32", expr, form: x.form, range: x.range } : { type: to, expr };
  }
  const range = to === "i32" ? x.range : undefined;
  return { type: to, expr: { kind: "convert", to, operand: x.expr }, ...(range && { range }) };
}

/** Neither `minimum` nor `maximum`: the slope is 1 on the bounds too (D6.3). */
function clamp(x: Scalar, low: Scalar, high: Scalar, context: Context, span: Span): Scalar | undefined {
  const lowAndHigh = join(low.type, high.type);
  const type = lowAndHigh && join(x.type, lowAndHigh);
  if (type === undefined || type === "bool") {
    tellIn(context.builder, "DLC3017", {
      message: `\`clamp\` joins ${[x, low, high].map((one) => showType(one.type)).join(", ")}: nothing is converted unless it is written`,
      span,
    });
    return undefined;
  }
  const [a, b, c] = [coerce(low, type), coerce(x, type), coerce(high, type)];
  const expr = select(apply("less", b, a), a, select(apply("greater", b, c), c, b));
  if (low.form === undefined || high.form === undefined) return { type, expr };
  const range = { low: low.form, high: add(high.form, constant(1)) };
  if (x.form === undefined) return { type, expr, range };
  const form = maximum(low.form, minimum(x.form, high.form));
  // What the prover can't see through is known by its range instead.
  const [above, under] = boundsGuards(
    subtract(form, low.form),
    add(subtract(high.form, low.form), constant(1)),
  );
  const seen = [above, under].every((guard) => prove(guard, context.facts) === "proved");
  if (!seen) return { type, expr, range };
  return type === "counted" ? { ...counted(form), range } : { type, expr, form, range };
}

/** √Σx² over all entries of one tensor, or of all that an instance owns. */
function norm(arrays: readonly Value[], context: Context, span: Span): Value {
  const sums = arrays.map((array) => {
    const squares = entrywise(
      [array],
      context,
      span,
      ([x]) => x && { type: x.type, expr: apply("multiply", x.expr, x.expr) },
    );
    return reduceWhole("sum", squares, context, span);
  });
  const add = ([a, b]: readonly Scalar[]): Scalar | undefined =>
    a && b && { type: a.type, expr: apply("add", a.expr, b.expr) };
  const total = sums.reduce((all, next) => entrywise([all, next], context, span, add));
  return entrywise([total], context, span, ([square], wanted) => square && rootOf(square, wanted, span));
}

/** √s, whose slope at 0 is that of a branch which is not taken (D6.3). */
function rootOf(square: Scalar, context: Context, span: Span): Scalar | undefined {
  const name = freshName(context.frame, "square");
  const local = { kind: "local", name } as const;
  const root = applyPrelude("sqrt", [scalarValue({ ...square, expr: local })], context, { span });
  if (root.kind !== "array" || root.scalar === undefined) return undefined;
  const nothing = literal(square.type === "f16" ? "f16" : "f32", 0);
  const body = select(apply("equal", local, nothing), nothing, root.scalar.expr);
  return { ...root.scalar, expr: placeLet(name, square.expr, body) };
}

/** A function of numbers on all tensors of an instance. */
function onParameters(
  name: string,
  args: readonly Value[],
  context: Context,
  call: { readonly span: Span },
): Value {
  const [first] = args;
  if (name === "norm" && first?.kind === "parameters") {
    const tensors = [...first.tensors.values()].map(({ value }) => value);
    if (first.shape.length === 0) return norm(tensors, context, call.span);
  } else if (name !== "size" && name !== "rank" && name !== "total") {
    return parameterwise(args, context, call.span, (arrays) => applyPrelude(name, arrays, context, call));
  }
  tellIn(context.builder, "DLC3013", {
    message: `\`${name}\` takes a tensor or a number, but this is ${first ? describeValue(first) : "nothing"}`,
    span: call.span,
  });
  return errorValue;
}

/** A uniform draw from [0, 1): its counter is the row-major place among all axes around it. */
function draw(context: Context): Value {
  const streams = context.draws?.streams ?? context.builder.streams;
  // A draw of a scan is another one in each turn; parameters know no turns.
  const around = context.draws === undefined ? [...context.times, ...context.axes] : context.axes;
  const counter = around.reduce((flat, { name, extent }) => add(multiply(flat, extent), axis(name)), zero);
  const stream = streams.next++;
  const expr = { kind: "random", path: "", stream, counter } as const;
  const { real } = context.builder;
  return scalarValue({
    type: real,
    expr: real === "f32" ? expr : { kind: "convert", to: real, operand: expr },
  });
}

export function trainingValue(context: Context): Value {
  const { mode, training } = context.builder;
  if (mode === "instance") return scalarValue(boolConstant(training));
  return scalarValue({ type: "bool", expr: literal("bool", 0) });
}
