import { dtypes, type Dtype } from "../scalar/dtype.ts";
import { scalarNames } from "../scalar/names.ts";
import { reduceOps, type Axis, type Expr, type Guard, type ReduceOp } from "./expr.ts";
import { takeForm, takeForms, takeGuard, takeWhole, type Scope } from "./parse-form.ts";
import {
  accept,
  cursorOf,
  expect,
  fail,
  isAt,
  peek,
  takeList,
  takeName,
  takeNumber,
  takeString,
  type Cursor,
} from "./tokens.ts";
import { binding, infix, isInfix, type Binding } from "./words.ts";

/** A body on its own; `axes` are the names in its forms that are axes. */
export function parseExpr(text: string, axes: readonly string[] = []): Expr {
  const cursor = cursorOf(text);
  const expr = takeExpr(cursor, new Set(axes));
  if (peek(cursor).kind !== "end") fail(cursor, "the end");
  return expr;
}

export function takeExpr(cursor: Cursor, scope: Scope): Expr {
  if (accept(cursor, "if")) {
    const condition = takeInfix(cursor, scope, binding.or);
    expect(cursor, "then");
    const chosen = takeInfix(cursor, scope, binding.or);
    expect(cursor, "else");
    return { kind: "select", condition, then: chosen, otherwise: takeExpr(cursor, scope) };
  }
  if (accept(cursor, "let")) {
    const name = takeName(cursor);
    expect(cursor, "=");
    const value = takeInfix(cursor, scope, binding.or);
    expect(cursor, "in");
    return { kind: "let", name, value, body: takeExpr(cursor, scope) };
  }
  return takeInfix(cursor, scope, binding.or);
}

/** An operand at `level` or tighter, with the operators of that level. */
export function takeInfix(cursor: Cursor, scope: Scope, level: Binding): Expr {
  if (level === binding.loosest) return takeExpr(cursor, scope);
  if (level === binding.not) return takeNot(cursor, scope);
  if (level === binding.reduction)
    return takeReduction(cursor, scope) ?? takeInfix(cursor, scope, binding.product);
  if (level === binding.minus) return takeMinus(cursor, scope);
  if (level === binding.primary) return takePrimary(cursor, scope);
  const inner = next[level];
  const first = takeInfix(cursor, scope, inner);
  return takeOperators(cursor, scope, level, inner, first);
}

/** The level that the operands of a level stand at. */
const next = {
  [binding.or]: binding.and,
  [binding.and]: binding.not,
  [binding.comparison]: binding.sum,
  [binding.sum]: binding.reduction,
  [binding.product]: binding.minus,
  [binding.power]: binding.primary,
} as const;

function takeOperators(cursor: Cursor, scope: Scope, level: Binding, inner: Binding, first: Expr): Expr {
  let left = first;
  for (;;) {
    const fn = operatorAt(cursor, level);
    if (fn === undefined) return left;
    expect(cursor, infix[fn].symbol);
    left = { kind: "apply", fn, operands: [left, takeInfix(cursor, scope, inner)] };
    if (level === binding.comparison || level === binding.power) return left;
  }
}

function operatorAt(cursor: Cursor, level: Binding): keyof typeof infix | undefined {
  return operators.find((fn) => infix[fn].level === level && isAt(cursor, infix[fn].symbol));
}

const operators = scalarNames.filter(isInfix);

function takeNot(cursor: Cursor, scope: Scope): Expr {
  if (!accept(cursor, "not")) return takeInfix(cursor, scope, binding.comparison);
  return { kind: "apply", fn: "not", operands: [takeNot(cursor, scope)] };
}

/** A reduction inside a body; `sum[…]` of a node named `sum` would have backquotes. */
function takeReduction(cursor: Cursor, scope: Scope): Expr | undefined {
  const head = takeReductionHead(cursor, scope);
  if (head === undefined) return undefined;
  return { kind: "reduce", ...head, body: takeInfix(cursor, axesScope(scope, head.axes), binding.product) };
}

export interface ReductionHead {
  readonly op: ReduceOp;
  readonly axes: readonly Axis[];
  readonly domain: readonly Guard[];
}

/** `sum[c: C, u: 5 | i + u >= 0]`, if one is next. */
export function takeReductionHead(cursor: Cursor, scope: Scope): ReductionHead | undefined {
  const op = reduceOps.find((name) => isAt(cursor, name) && isAt(cursor, "[", 1));
  if (op === undefined) return undefined;
  expect(cursor, op);
  return { op, ...takeAxes(cursor, scope) };
}

/** `[n: N, i: 28 | i >= 1]`: axes, and after a bar the guards over them and those in scope. */
export function takeAxes(cursor: Cursor, scope: Scope): Omit<ReductionHead, "op"> {
  expect(cursor, "[");
  const axes: Axis[] = [];
  while (!isAt(cursor, "]") && !isAt(cursor, "|")) {
    if (axes.length > 0) expect(cursor, ",");
    const name = takeName(cursor);
    expect(cursor, ":");
    axes.push({ name, extent: takeForm(cursor, scope) });
  }
  if (accept(cursor, "]")) return { axes, domain: [] };
  expect(cursor, "|");
  const inner = axesScope(scope, axes);
  return { axes, domain: takeList(cursor, "]", () => takeGuard(cursor, inner)) };
}

export function axesScope(scope: Scope, axes: readonly Axis[]): Scope {
  return new Set([...scope, ...axes.map((axis) => axis.name)]);
}

function takeMinus(cursor: Cursor, scope: Scope): Expr {
  if (!accept(cursor, "-")) return takeInfix(cursor, scope, binding.power);
  const negative = takeLiteral(cursor, -1);
  if (negative !== undefined) return negative;
  return { kind: "apply", fn: "negate", operands: [takePrimary(cursor, scope)] };
}

function takePrimary(cursor: Cursor, scope: Scope): Expr {
  const literal = takeLiteral(cursor, 1);
  if (literal !== undefined) return literal;
  if (accept(cursor, "(")) {
    const inner = takeExpr(cursor, scope);
    expect(cursor, ")");
    return inner;
  }
  if (accept(cursor, "[")) {
    const guard = takeGuard(cursor, scope);
    expect(cursor, "]");
    return { kind: "guard", guard };
  }
  // As in the language, a reduction may also stand after `*`, and takes the rest of the product.
  const reduction = takeReduction(cursor, scope);
  if (reduction !== undefined) return reduction;
  if (isAt(cursor, "(", 1)) return takeCall(cursor, scope);
  const { kind } = peek(cursor);
  if (kind !== "word" && kind !== "name") fail(cursor, "an expression");
  const name = takeName(cursor);
  return accept(cursor, "[")
    ? { kind: "read", operand: name, at: takeForms(cursor, scope) }
    : { kind: "local", name };
}

/** `index(i + 1)`, `random("path", 0, i)`, `i32(x)`, `exp(x)` */
function takeCall(cursor: Cursor, scope: Scope): Expr {
  if (accept(cursor, "index"))
    return { kind: "index", form: takeInBrackets(cursor, () => takeForm(cursor, scope)) };
  if (accept(cursor, "random")) {
    return takeInBrackets(cursor, () => {
      const path = takeString(cursor);
      expect(cursor, ",");
      const stream = takeWhole(cursor);
      expect(cursor, ",");
      return { kind: "random", path, stream, counter: takeForm(cursor, scope) };
    });
  }
  const to = takeOneOf(cursor, dtypes);
  if (to !== undefined) {
    return { kind: "convert", to, operand: takeInBrackets(cursor, () => takeExpr(cursor, scope)) };
  }
  const fn = takeOneOf(cursor, scalarNames) ?? fail(cursor, "a scalar function");
  expect(cursor, "(");
  return { kind: "apply", fn, operands: takeList(cursor, ")", () => takeExpr(cursor, scope)) };
}

function takeInBrackets<Value>(cursor: Cursor, take: () => Value): Value {
  expect(cursor, "(");
  const value = take();
  expect(cursor, ")");
  return value;
}

export function takeOneOf<Word extends string>(cursor: Cursor, words: readonly Word[]): Word | undefined {
  const word = words.find((candidate) => isAt(cursor, candidate));
  if (word !== undefined) expect(cursor, word);
  return word;
}

/** A constant, if one is next: `1.5`, `3`, `0.5:f16`, `inf`, `nan`, `true`. */
function takeLiteral(cursor: Cursor, sign: 1 | -1): Expr | undefined {
  if (sign === 1 && (isAt(cursor, "true") || isAt(cursor, "false"))) {
    return {
      kind: "constant",
      dtype: "bool",
      value: takeOneOf(cursor, ["true", "false"]) === "true" ? 1 : 0,
    };
  }
  const { text } = peek(cursor);
  const value = takeMagnitude(cursor);
  if (value === undefined) return undefined;
  const dtype: Dtype = /^\d+$/.test(text) ? "i32" : "f32";
  return { kind: "constant", dtype: takeSuffix(cursor) ?? dtype, value: sign * value };
}

function takeMagnitude(cursor: Cursor): number | undefined {
  if (isAt(cursor, "(", 1) || isAt(cursor, "[", 1)) return undefined;
  if (accept(cursor, "inf")) return Infinity;
  if (accept(cursor, "nan")) return NaN;
  return peek(cursor).kind === "number" ? takeNumber(cursor) : undefined;
}

function takeSuffix(cursor: Cursor): Dtype | undefined {
  if (!accept(cursor, ":")) return undefined;
  return takeOneOf(cursor, dtypes) ?? fail(cursor, "a dtype");
}

/** `1.5`, `-inf`, `nan` in a list of values. */
export function takeNumberWithSign(cursor: Cursor): number {
  const sign = accept(cursor, "-") ? -1 : 1;
  return sign * (takeMagnitude(cursor) ?? fail(cursor, "a number"));
}
