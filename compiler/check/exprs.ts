import type { Expr, Guard } from "../graph/expr.ts";
import { childrenOf, formsOf } from "../graph/visit.ts";
import { constantOf, mentions } from "../integers/index.ts";
import type { Dtype } from "../scalar/dtype.ts";
import { convertValue, meaningOf } from "../scalar/meaning.ts";
import type { ScalarName } from "../scalar/names.ts";

export function apply(fn: ScalarName, ...operands: readonly Expr[]): Expr {
  return { kind: "apply", fn, operands };
}

export function literal(dtype: Dtype, value: number): Expr {
  return { kind: "constant", dtype, value };
}

/** The number that an expression writes down, where it does nothing else. */
export function literalValue(expr: Expr): number | undefined {
  switch (expr.kind) {
    case "constant":
      return expr.value;
    case "index":
      return constantOf(expr.form);
    case "convert": {
      const value = literalValue(expr.operand);
      return value === undefined ? undefined : convertValue(value, expr.to);
    }
    case "apply": {
      const value = expr.fn === "negate" && expr.operands[0] ? literalValue(expr.operands[0]) : undefined;
      return value === undefined ? undefined : -value;
    }
    default:
      return undefined;
  }
}

/** The value of an expression that reads nothing and has no choice in it, as f32 has it. */
export function closedValue(expr: Expr): number | undefined {
  if (expr.kind !== "apply") return literalValue(expr);
  const operands = expr.operands.map(closedValue);
  if (operands.length > 2 || operands.includes(undefined)) return undefined;
  const [x = NaN, y = NaN] = operands;
  return meaningOf(expr.fn, "f32")(x, y);
}

export function select(condition: Expr, then: Expr, otherwise: Expr): Expr {
  return { kind: "select", condition, then, otherwise };
}

export function conjunction(conditions: readonly Expr[]): Expr {
  const [first, ...rest] = conditions;
  if (first === undefined) return literal("bool", 1);
  return rest.reduce((all, next) => apply("and", all, next), first);
}

export function guardExpr(guard: Guard): Expr {
  return { kind: "guard", guard };
}

export function mentionsAxis(expr: Expr, name: string): boolean {
  const here = formsOf(expr).some((form) =>
    mentions(form, (atom) => atom.kind === "axis" && atom.name === name),
  );
  return here || childrenOf(expr).some((child) => mentionsAxis(child, name));
}

export function mentionsLocal(expr: Expr, name: string): boolean {
  if (expr.kind === "local") return expr.name === name;
  return childrenOf(expr).some((child) => mentionsLocal(child, name));
}

/** True for what costs nothing to write twice. */
export function isTrivial(expr: Expr): boolean {
  return expr.kind === "constant" || expr.kind === "index" || expr.kind === "local";
}

/** True where nothing is read and nothing drawn: the same value in every body. */
export function isClosed(expr: Expr): boolean {
  if (expr.kind === "read" || expr.kind === "random" || expr.kind === "local") return false;
  if (formsOf(expr).some((form) => mentions(form, (atom) => atom.kind === "axis" || atom.kind === "read")))
    return false;
  return childrenOf(expr).every(isClosed);
}

/**
 * `let name = value in expr`, at the innermost place that holds all uses of the name: a value that only one branch
 * uses is computed only there.
 */
export function placeLet(name: string, value: Expr, expr: Expr): Expr {
  if (expr.kind === "local" && expr.name === name) return value;
  const within = (inner: Expr): Expr => placeLet(name, value, inner);
  const uses = childrenOf(expr).filter((child) => mentionsLocal(child, name));
  if (!mentionsLocal(expr, name)) return expr;
  if (uses.length === 1) {
    switch (expr.kind) {
      case "apply":
        return { ...expr, operands: expr.operands.map(within) };
      case "convert":
        return { ...expr, operand: within(expr.operand) };
      case "select":
        return {
          ...expr,
          condition: within(expr.condition),
          then: within(expr.then),
          otherwise: within(expr.otherwise),
        };
      case "let":
        return { ...expr, value: within(expr.value), body: within(expr.body) };
      default:
        break;
    }
  }
  return { kind: "let", name, value, body: expr };
}

/** The same expression in f16 instead of f32: for float literals that meet an f16. */
export function retype(expr: Expr, to: Dtype): Expr {
  switch (expr.kind) {
    case "constant":
      return expr.dtype === "f32" ? { ...expr, dtype: to } : expr;
    case "convert":
      return expr.to === "f32" ? { ...expr, to } : expr;
    case "apply":
      return { ...expr, operands: expr.operands.map((operand) => retype(operand, to)) };
    case "select":
      return { ...expr, then: retype(expr.then, to), otherwise: retype(expr.otherwise, to) };
    case "let":
      return { ...expr, value: retype(expr.value, to), body: retype(expr.body, to) };
    case "reduce":
      return { ...expr, body: retype(expr.body, to) };
    case "index":
    case "guard":
    case "read":
    case "local":
      return expr;
    case "random":
      return { kind: "convert", to, operand: expr };
    default:
      return expr satisfies never;
  }
}
