import type { Span } from "../diagnostics/source.ts";
import { constant, prove, showForm, subtract, type Form, type Verdict } from "../integers/index.ts";
import type { Builder } from "./checker-types.ts";
import { isPostponed } from "./obligations.ts";
import { tellIn } from "./session.ts";

export interface OpenSize {
  readonly size: Form;
  readonly verdict: Exclude<Verdict, "proved">;
}

/**
 * D3.1: the first size that is not known to be at least 1, whatever branch is taken. In the check of a declaration only
 * what can't be: the rest is decided where it is applied.
 */
export function openSize(shape: readonly Form[], builder: Builder): OpenSize | undefined {
  for (const size of shape) {
    const guard = { relation: "nonnegative", form: subtract(size, constant(1)) } as const;
    const verdict = prove(guard, builder.certain);
    if (verdict === "proved" || (verdict === "undecided" && builder.mode === "declaration")) continue;
    if (verdict === "undecided" && isPostponed(guard, builder)) continue;
    return { size, verdict };
  }
  return undefined;
}

/** Holds the sizes of a tensor that gets memory of its own against D3.1. `what` is how a message calls it. */
export function holdSizes(shape: readonly Form[], what: string, builder: Builder, span: Span): boolean {
  const open = openSize(shape, builder);
  if (open === undefined) return true;
  const size = showForm(open.size);
  if (open.verdict === "refuted") {
    tellIn(builder, "DLC3005", { message: `the size ${size} of ${what} is less than 1`, span });
  } else {
    tellIn(builder, "DLC3011", {
      message: `the size ${size} of ${what} is not known to be at least 1`,
      span,
      help: ["state it in the `where` of the model's entry"],
    });
  }
  return false;
}
