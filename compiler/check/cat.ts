import type { Cat } from "../../grammar/ast.ts";
import { add, subtract, zero, type Form } from "../integers/index.ts";
import type { Guard } from "../graph/expr.ts";
import { selected } from "./branches.ts";
import type { Context, Value } from "./checker-types.ts";
import type { Scalar } from "./scalar.ts";
import { hasOtherCause } from "./binders.ts";
import { boundsGuards, guardsExpr } from "./conditions.ts";
import { underGuards } from "./context.ts";
import { evaluate } from "./evaluate.ts";
import { expectScalar } from "./expect.ts";
import { membersOf, type Member } from "./generators.ts";
import { inferRanges } from "./index-ranges.ts";
import { reportUnknown } from "./scope.ts";
import { tellIn } from "./session.ts";
import { errorValue, scalarValue } from "./value.ts";

/** D1.5: in each part of `cat[k](…)` the index ranges over that part's axis only. */
export function evaluateCat(expr: Cat, context: Context): Value {
  const index = context.indices.get(expr.index.text);
  if (index?.kind !== "index") {
    reportUnknown(expr.index.text, expr.index.span, context);
    return errorValue;
  }
  const parts = membersOf(expr.args, expr.generators, { ...context, label: undefined, integer: false });
  if (parts === undefined) return errorValue;
  let offset = zero;
  const values: { readonly scalar: Scalar; readonly guards: readonly Guard[] }[] = [];
  for (const part of parts) {
    const size = sizeOfPart(part, expr, context);
    if (size === undefined) return errorValue;
    const place = subtract(index.form, offset);
    const guards = boundsGuards(place, size);
    const indices = new Map(part.context.indices).set(expr.index.text, { kind: "index", form: place });
    const inner = underGuards({ ...part.context, indices }, guards);
    const scalar = expectScalar(evaluate(part.expr, inner), inner, part.expr.span);
    if (scalar === undefined) return errorValue;
    values.push({ scalar, guards });
    offset = add(offset, size);
  }
  return chain(values, expr, context);
}

function sizeOfPart(part: Member, expr: Cat, { builder }: Context): Form | undefined {
  const indices = new Map(part.context.indices);
  indices.delete(expr.index.text);
  const context = { ...part.context, indices };
  const binder = { kind: "index", name: expr.index, range: undefined, span: expr.index.span } as const;
  const { sizes } = inferRanges([binder], [part.expr], context, new Map());
  const size = sizes.get(expr.index.text)?.[0];
  if (size === undefined && !hasOtherCause(expr.index.text, [part.expr], context)) {
    tellIn(builder, "DLC3007", {
      message: `nothing in this part says over which range \`${expr.index.text}\` runs`,
      span: part.expr.span,
      help: ["read a tensor with the index bare on the axis that is joined"],
    });
  }
  return size;
}

/** The first part whose stretch the index lies in; the last one needs no condition. */
function chain(
  values: readonly { readonly scalar: Scalar; readonly guards: readonly Guard[] }[],
  expr: Cat,
  context: Context,
): Value {
  const [last, ...before] = [...values].reverse();
  if (last === undefined) return errorValue;
  let result = last.scalar;
  for (const { scalar, guards } of before) {
    const below = guards.slice(1);
    const next = selected(guardsExpr(below), scalar, result, expr, context);
    if (next === undefined) return errorValue;
    result = next;
  }
  return scalarValue(result);
}
