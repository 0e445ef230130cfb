import type { Expr } from "../../grammar/ast.ts";
import type { Context, Value } from "./checker-types.ts";
import { exactly } from "./exactly.ts";
import { errorValue } from "./value.ts";

/** What an expression means where it stands. Whatever is wrong with it has been said when this returns. */
export function evaluate(expr: Expr, context: Context): Value {
  return exactly(expr.span, context, () => context.builder.session.meaningOf(expr, context), errorValue);
}
