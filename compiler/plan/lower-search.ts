import type { Form } from "../integers/index.ts";
import type { Stage } from "./kernel.ts";
import {
  belowExtent,
  bindValue,
  branch,
  copyInteger,
  emit,
  literal,
  type Builder,
  type Value,
} from "./lower-builder.ts";
import { integerVariable } from "./integer-variable.ts";
import { integerValue } from "./lower-read.ts";
import { applyTo } from "./lower-value.ts";

/**
 * How many places of an axis hold, of a condition that holds at the first of them and at none behind: the interval in
 * which that may change is halved until it is empty. Where `wanted` does not hold, there is none.
 */
export function lowerSearch(
  builder: Builder,
  stage: Stage,
  wanted: Value | undefined,
  holdsAt: (axis: string, place: Form) => Value,
): Value {
  const [axis] = stage.reduce?.axes ?? [];
  if (axis === undefined) throw new Error(`bug: ${stage.name} searches along no axis`);
  const zero = literal("i32", 1, 0);
  const [low, high] = [integerVariable(builder, "low", zero), integerVariable(builder, "high", zero)];
  const search = (): void => {
    high.set(integerValue(builder, axis.extent));
    const halve = branch(builder, () => {
      const sum = applyTo(builder, "add", low.current, high.current);
      const middle = bindValue(builder, applyTo(builder, "shiftRight", sum, literal("i32", 1, 1)), "middle");
      const place = copyInteger(builder, middle, "at", belowExtent(axis.extent));
      const holds = bindValue(builder, holdsAt(axis.name, place), "holds");
      emit(builder, {
        kind: "if",
        condition: holds.expr,
        then: branch(builder, () => {
          low.set(applyTo(builder, "add", middle, literal("i32", 1, 1)));
        }),
        otherwise: branch(builder, () => {
          high.set(middle);
        }),
      });
    });
    emit(builder, {
      kind: "while",
      condition: applyTo(builder, "less", low.current, high.current).expr,
      body: halve,
    });
  };
  if (wanted === undefined) search();
  else emit(builder, { kind: "if", condition: wanted.expr, then: branch(builder, search), otherwise: [] });
  return low.current;
}
