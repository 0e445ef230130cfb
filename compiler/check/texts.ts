import type { StringLiteral } from "../../grammar/ast.ts";
import type { Context, Value } from "./checker-types.ts";
import { evaluate } from "./evaluate.ts";
import { tellIn } from "./session.ts";
import { errorValue, wholeNumber } from "./value.ts";

export function evaluateString(expr: StringLiteral, context: Context): Value {
  const text = textOf(expr, context);
  return text === undefined ? errorValue : { kind: "text", text };
}

/** The text of a string whose `{name}` parts are known when the model is built. */
export function textOf(expr: StringLiteral, context: Context): string | undefined {
  const texts = expr.parts.map((part) => {
    if (part.kind === "text") return part.text;
    const value = evaluate(part, context);
    if (value.kind === "text") return value.text;
    const number = wholeNumber(value);
    if (number !== undefined) return `${number}`;
    if (value.kind !== "error" && context.builder.mode === "instance") {
      tellIn(context.builder, "DLC3012", {
        message: `\`${part.text}\` is not known when the model is built`,
        span: part.span,
      });
    }
    return undefined;
  });
  return texts.includes(undefined) ? undefined : texts.join("");
}
