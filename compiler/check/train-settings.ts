import type { Span } from "../diagnostics/source.ts";
import type { TrainingSettings } from "../graph/graph.ts";
import type { Scope, Session, Value } from "./checker-types.ts";
import { valueOf } from "./scope.ts";
import { tell } from "./session.ts";
import { describeValue, wholeNumber } from "./value.ts";

interface Bounds {
  readonly low: number;
  readonly high?: number;
}

/** A seed is a word of the key of all draws (docs/random.md): a larger one would be another seed in silence. */
const bounds: Readonly<Record<keyof TrainingSettings, Bounds>> = {
  batch: { low: 1 },
  accumulate: { low: 1 },
  epochs: { low: 1 },
  patience: { low: 1 },
  seed: { low: 0, high: 2 ** 32 - 1 },
};

/** The whole numbers that a `train` block sets; undefined where one of them is none, or out of bounds, which is told. */
export function settingsOf(scope: Scope, session: Session): Partial<TrainingSettings> | undefined {
  const settings: Partial<Record<keyof TrainingSettings, number>> = {};
  for (const name of ["batch", "accumulate", "epochs", "patience", "seed"] as const) {
    const entity = scope.entities.get(name);
    if (entity === undefined) continue;
    const value = valueOf(entity, session);
    const number = wholeNumber(value);
    const { low, high = Infinity } = bounds[name];
    if (number === undefined || number < low || number > high) {
      if (value.kind !== "error")
        reportSetting(name, number ?? constantIn(value) ?? describeValue(value), entity.span, session);
      return undefined;
    }
    settings[name] = number;
  }
  return settings;
}

/** `1.5` */
function constantIn(value: Value): number | undefined {
  const expr = value.kind === "array" ? value.scalar?.expr : undefined;
  return expr?.kind === "constant" ? expr.value : undefined;
}

function reportSetting(
  name: keyof TrainingSettings,
  found: number | string,
  span: Span | undefined,
  session: Session,
): void {
  const { low, high } = bounds[name];
  tell(session, "DLC4006", {
    message: `\`${name}\` is a whole number from ${low} ${high === undefined ? "on" : `to ${high}`}, known when the model is built, but this is ${found}`,
    span,
  });
}
