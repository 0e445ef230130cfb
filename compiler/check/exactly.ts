import type { Span } from "../diagnostics/source.ts";
import type { Context } from "./checker-types.ts";
import { tellIn } from "./session.ts";

/**
 * Runs what computes with sizes. The integer algebra throws a RangeError where a number outgrows 2⁵³, which is the
 * user's to repair; everything else that is thrown is a bug.
 */
export function exactly<T>(span: Span, context: Context, compute: () => T, otherwise: T): T {
  try {
    return compute();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    tellIn(context.builder, "DLC3022", { message: error.message, span });
    return otherwise;
  }
}
