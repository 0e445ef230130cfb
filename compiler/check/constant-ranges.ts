import type { Span } from "../diagnostics/source.ts";
import type { Expr } from "../graph/expr.ts";
import { childrenOf } from "../graph/visit.ts";
import { constantOf } from "../integers/index.ts";
import { isFloat, type Dtype } from "../scalar/dtype.ts";
import { roundToHalf } from "../scalar/half.ts";
import { extremesOf } from "../scalar/meaning.ts";
import type { Context } from "./checker-types.ts";
import { tellIn } from "./session.ts";

/** D5.5: warns about constants that their dtype can't hold, or holds only as 0. */
export function warnOfConstants(expr: Expr, context: Context, span: Span): void {
  const known = constantIn(expr);
  if (known === undefined) {
    for (const child of childrenOf(expr)) warnOfConstants(child, context, span);
    return;
  }
  const { value, dtype } = known;
  const fate = fateOf(value, dtype);
  if (fate === undefined) return;
  const literal = literalSpan(value, span);
  tellIn(context.builder, "DLC3024", {
    message: `${value} ${fate} in ${dtype}`,
    span: literal ?? span,
    label: rangeOf(dtype),
  });
}

/** A constant with the dtype in which it is wanted: a conversion around it says so. */
function constantIn(expr: Expr): { readonly value: number; readonly dtype: Dtype } | undefined {
  if (expr.kind === "constant") return { value: expr.value, dtype: expr.dtype };
  if (expr.kind === "index") {
    const value = constantOf(expr.form);
    return value === undefined ? undefined : { value, dtype: "i32" };
  }
  if (expr.kind !== "convert") return undefined;
  const inner = constantIn(expr.operand);
  return inner && fateOf(inner.value, inner.dtype) === undefined ? { ...inner, dtype: expr.to } : inner;
}

/** What becomes of a number in a dtype, where it is something else than itself or its nearest neighbour. */
function fateOf(value: number, dtype: Dtype): string | undefined {
  if (dtype === "bool" || !Number.isFinite(value)) return undefined;
  if (!isFloat(dtype)) {
    const [low, high] = extremesOf(dtype);
    const whole = Math.trunc(value);
    return whole < low || whole > high ? "does not fit" : undefined;
  }
  const rounded = dtype === "f16" ? roundToHalf(value) : Math.fround(value);
  if (!Number.isFinite(rounded)) return "is infinite";
  return rounded === 0 && value !== 0 ? "is rounded to 0" : undefined;
}

function rangeOf(dtype: Dtype): string {
  if (dtype === "f16") return "f16 has numbers from 6e-8 to 65504, and their negatives";
  if (dtype === "f32") return "f32 has numbers from 1.4e-45 to 3.4e38, and their negatives";
  const [low, high] = extremesOf(dtype);
  return `${dtype} has the whole numbers from ${low} to ${high}`;
}

/** Where in the span the number is written, if it is. */
function literalSpan(value: number, { source, start, end }: Span): Span | undefined {
  for (const found of source.text.slice(start, end).matchAll(/(?<![\w.])\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g)) {
    if (Number(found[0]) !== Math.abs(value)) continue;
    const from = start + found.index;
    return { source, start: from, end: from + found[0].length };
  }
  return undefined;
}
