import type { Span } from "../diagnostics/source.ts";
import type { Dtype } from "../scalar/dtype.ts";
import { operandArray } from "./arrays.ts";
import type { ArrayValue, Context, Value } from "./checker-types.ts";
import { named } from "./hoist.ts";
import { stored } from "./numbers.ts";
import { tellIn } from "./session.ts";
import { errorValue } from "./value.ts";

/** `total(e)` in an optimizer: the sum over the entries of this parameter, and over all parameters. */
export function totalOf(sum: ArrayValue, context: Context, span: Span): Value {
  const { builder } = context;
  if (builder.mode === "declaration") return sum;
  const { totals } = builder;
  if (totals === undefined || context.axes.length > 0) {
    tellIn(builder, "DLC4004", {
      message:
        "`total` sums over all parameters of a step: it stands in an optimizer, outside of all indices",
      span,
    });
    return errorValue;
  }
  const part = named(sum, "part", context, span);
  if (part.operand === undefined) return errorValue;
  const input = `total_${totals.length + 1}`;
  const dtype: Dtype = stored(part.type, context);
  totals.push({ input, operand: part.operand, dtype });
  builder.names.add(input);
  builder.inputs.push({ name: input, dtype, shape: [], span });
  return operandArray(input, { dtype, shape: [] });
}
