import type { ReduceCall, ReduceOperator } from "../../grammar/ast.ts";
import type { Span } from "../diagnostics/source.ts";
import { constant, product } from "../integers/index.ts";
import type { Context, Value } from "./checker-types.ts";
import { axisForms, freshAxis, underAxes } from "./context.ts";
import { evaluate } from "./evaluate.ts";
import { expectArray } from "./expect.ts";
import { membersOf } from "./generators.ts";
import { joinMembers } from "./join-members.ts";
import { reduceOver, type Region } from "./reductions.ts";
import { tellIn } from "./session.ts";
import { errorValue, scalarValue } from "./value.ts";

/**
 * `max(a, b)` entry by entry; a reduction word with one argument reduces all axes (D4.6), and with a generator joins
 * what its turns give, entry by entry.
 */
export function evaluateReduceCall(expr: ReduceCall, context: Context): Value {
  const { operator, span, generators } = expr;
  const members = membersOf(expr.args, generators, { ...context, label: undefined });
  if (members === undefined) return errorValue;
  const values = members.map((member) => evaluate(member.expr, member.context));
  if (values.some((value) => value.kind === "error")) return errorValue;
  const spans = members.map((member) => member.expr.span);
  if (generators.length > 0 && operator !== "argmax" && operator !== "argmin")
    return joinMembers(operator, values, spans, context, span);
  const [first, ...rest] = values;
  if (first !== undefined && rest.length === 0 && generators.length === 0)
    return reduceWhole(operator, first, context, span);
  if (first !== undefined && (operator === "max" || operator === "min"))
    return joinMembers(operator, values, spans, context, span);
  tellIn(context.builder, "DLC2012", {
    message:
      first === undefined || generators.length > 0
        ? `\`${operator}\` takes one tensor`
        : `\`${operator}\` takes one tensor; only \`max\` and \`min\` join several`,
    span,
    help: operator === "sum" && first !== undefined ? ["write `a + b`"] : [],
  });
  return errorValue;
}

/** All axes of a tensor reduced. */
export function reduceWhole(operator: ReduceOperator, value: Value, context: Context, span: Span): Value {
  const array = expectArray(value, context, span);
  if (array === undefined) return errorValue;
  if (array.shape.length === 0 && array.type !== "bool") return array;
  const axes = array.shape.map((extent) => freshAxis(context, "r", extent));
  const inner = underAxes(context, axes);
  const element = array.element(axisForms(axes), inner);
  const region: Region = {
    axes,
    domain: [],
    filter: undefined,
    start: constant(0),
    places: product(array.shape),
    context: inner,
  };
  return reduceOver(operator, region, scalarValue(element), { span }, context, false);
}
