import type { Span } from "../diagnostics/source.ts";
import type { ArrayValue, Context, Value } from "./checker-types.ts";
import { expectArray } from "./expect.ts";
import { tellIn } from "./session.ts";
import { showShape } from "./show-types.ts";

/** An argument and where it stands. */
export interface GivenArgument {
  readonly value: Value;
  readonly span: Span;
}

/** The numbers along one axis, which is all that a function like `sort` takes; `example` shows it under an index. */
export function oneAxis(
  name: string,
  { value, span }: GivenArgument,
  example: string,
  context: Context,
): ArrayValue | undefined {
  const array = expectArray(value, context, span);
  if (array === undefined) return undefined;
  if (array.shape.length !== 1) {
    const what = array.shape.length === 0 ? "is a number" : `has shape ${showShape(array.shape)}`;
    tellIn(context.builder, "DLC3002", {
      message: `\`${name}\` takes the entries of one axis, but this ${what}`,
      span,
      help: array.shape.length === 0 ? [] : [`give the other axes an index: \`y[n, :] = ${example}\``],
    });
    return undefined;
  }
  if (array.type !== "bool") return array;
  tellIn(context.builder, "DLC3017", {
    message: `\`${name}\` needs numbers, but these are conditions`,
    span,
  });
  return undefined;
}
