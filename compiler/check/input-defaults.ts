import type { Formal } from "../../grammar/ast.ts";
import { constantOf, showForm } from "../integers/index.ts";
import type { Context } from "./checker-types.ts";
import { evaluate } from "./evaluate.ts";
import { expectArray } from "./expect.ts";
import { coerce, fits, showType } from "./numbers.ts";
import type { Scalar } from "./scalar.ts";
import { tellIn } from "./session.ts";
import type { BodyInput, IntegerRange } from "./typed.ts";

/**
 * What an input of a model's entry is filled with where a call leaves it out: a number. Whoever calls the module gives
 * the other inputs, and the sizes follow from those.
 */
export function defaultOf(
  { name, initial }: Formal,
  dtype: BodyInput["dtype"],
  range: IntegerRange | undefined,
  context: Context,
): number | undefined {
  if (initial === undefined) return undefined;
  const { span } = initial;
  const array = expectArray(evaluate(initial, context), context, span);
  if (array === undefined) return undefined;
  const scalar = array.shape.length === 0 ? array.element([], context) : undefined;
  if (scalar !== undefined && !fits(scalar.type, dtype)) {
    tellIn(context.builder, "DLC3003", {
      message: `\`${name.text}\` is ${dtype}, but its default is ${showType(scalar.type)}`,
      span,
    });
    return undefined;
  }
  const value = scalar && numberOf(scalar, dtype);
  if (value === undefined) {
    tellIn(context.builder, "DLC3019", {
      message: `the default of \`${name.text}\` is computed: an entry's inputs have only numbers and hyper-parameters as defaults yet`,
      span,
    });
    return undefined;
  }
  const [low, high] = [range && constantOf(range.low), range && constantOf(range.high)];
  if (range !== undefined && !(value >= (low ?? -Infinity) && value < (high ?? Infinity))) {
    tellIn(context.builder, "DLC3014", {
      message: `\`${name.text}\` lies in ${showForm(range.low)}..${showForm(range.high)}, but its default is ${value}`,
      span,
    });
    return undefined;
  }
  return value;
}

function numberOf(scalar: Scalar, dtype: BodyInput["dtype"]): number | undefined {
  const whole = scalar.form && constantOf(scalar.form);
  if (whole !== undefined) return whole;
  const expr = coerce(scalar, dtype);
  return expr.kind === "constant" ? expr.value : undefined;
}
