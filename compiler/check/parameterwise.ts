import type { Span } from "../diagnostics/source.ts";
import { alignParameters, isWhole } from "./align-parameters.ts";
import type { Context, ErrorValue, ParametersValue, ParameterValue, Value } from "./checker-types.ts";
import { errorValue } from "./value.ts";

/**
 * A function of numbers applied to parameters tensor by tensor: numbers are the same for all of them, and an instance
 * stands for its own values. `rest` is what the result is for parameters that all operands leave out.
 */
export function parameterwise(
  operands: readonly Value[],
  context: Context,
  span: Span,
  join: (arrays: readonly Value[]) => Value,
  rest?: ParametersValue["rest"],
): ParametersValue | ErrorValue {
  const aligned = alignParameters(operands, context, span);
  if (aligned === undefined) return errorValue;
  const { of, shape, owned, at } = aligned;
  const tensors = new Map<string, ParameterValue>();
  for (const [key, one] of owned) {
    const value = join(operands.map((operand) => at(operand, key)));
    if (value.kind !== "array") return errorValue;
    tensors.set(key, { owned: one, value });
  }
  const kept = operands.some((one) => restOf(one) === "same");
  const like = operands.flatMap((one) => (one.kind === "parameters" ? [one.of, ...(one.like ?? [])] : [one]));
  const value = { kind: "parameters", of, shape, tensors, rest: rest ?? (kept ? "same" : "zero") } as const;
  return { ...value, like: like.filter((one) => one !== of && isWhole(one)) };
}

/** What stands for parameters that a layer, or tensors of one, leave out; nothing for what is neither. */
export function restOf(value: Value): ParametersValue["rest"] | undefined {
  if (value.kind === "parameters") return value.rest;
  return isWhole(value) ? "same" : undefined;
}

/** A layer as the tensors of its parameters; anything else as it is. */
export function asParameters(value: Value, context: Context, span: Span): Value {
  if (!isWhole(value)) return value;
  if (context.builder.mode === "declaration") return errorValue;
  return parameterwise([value], context, span, ([one = errorValue]) => one);
}
