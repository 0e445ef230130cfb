import type { FoldEvent, Range } from "./folds.ts";
import type { TrainingEvent } from "./events.ts";
import type { Metrics } from "./trainer.ts";

/**
 * An event as one line of JSON, for programs. The last line of a training that was not cut short is `{"test":{"loss":…}}`,
 * `{"train":{…}}` where there is no test; of several folds it has `test` (means), `range` and `folds`. Epochs and steps carry
 * their kind; NaN and infinities, which JSON lacks, are texts.
 */
export function jsonLine(event: TrainingEvent | FoldEvent): string | undefined {
  const value = jsonOf(event);
  return value === undefined
    ? undefined
    : JSON.stringify(value, (_, part: unknown) =>
        typeof part === "number" && !Number.isFinite(part) ? String(part) : part,
      );
}

function jsonOf(event: TrainingEvent | FoldEvent): object | undefined {
  switch (event.kind) {
    case "evaluate":
      return undefined;
    case "done":
      return event.test === undefined ? { train: event.train ?? {} } : { test: event.test };
    case "fold": {
      // The end of one fold is not the end of all: it says which.
      const value = jsonOf(event.event);
      return value === undefined ? undefined : { fold: event.fold, ...value };
    }
    case "folds":
      return {
        test: mapRanges(event.test, ({ mean }) => mean),
        range: mapRanges(event.test, ({ smallest, largest }) => [smallest, largest]),
        folds: event.tests satisfies readonly Metrics[],
      };
    case "start":
    case "step":
    case "epoch":
    case "checkpoint":
    case "stopped":
      return event;
    default:
      return event satisfies never;
  }
}

function mapRanges<T>(
  ranges: Readonly<Record<string, Range>>,
  map: (range: Range) => T,
): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(ranges).map(([name, range]) => [name, map(range)]));
}
