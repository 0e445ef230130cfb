import type { Span } from "../diagnostics/source.ts";
import type { TrainingSettings } from "../graph/graph.ts";
import type { Scope, Session } from "./checker-types.ts";
import { valueOf } from "./scope.ts";
import { tell } from "./session.ts";
import { describeValue, wholeNumber } from "./value.ts";

const smallest = { batch: 1, accumulate: 1, epochs: 1, patience: 1, seed: 0 } as const satisfies Record<
  keyof TrainingSettings,
  number
>;

/** The whole numbers that a `train` block sets; undefined where one of them is none, or too small, which is told. */
export function settingsOf(scope: Scope, session: Session): Partial<TrainingSettings> | undefined {
  const settings: Partial<Record<keyof TrainingSettings, number>> = {};
  for (const name of ["batch", "accumulate", "epochs", "patience", "seed"] as const) {
    const entity = scope.entities.get(name);
    if (entity === undefined) continue;
    const value = valueOf(entity, session);
    const number = wholeNumber(value);
    if (number === undefined || number < smallest[name]) {
      if (value.kind !== "error") reportSetting(name, number ?? describeValue(value), entity.span, session);
      return undefined;
    }
    settings[name] = number;
  }
  return settings;
}

function reportSetting(
  name: keyof TrainingSettings,
  found: number | string,
  span: Span | undefined,
  session: Session,
): void {
  tell(session, "DLC4006", {
    message: `\`${name}\` is a whole number from ${smallest[name]} on, known when the model is built, but this is ${found}`,
    span,
  });
}
