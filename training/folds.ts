import type { TrainingEvent } from "./events.ts";
import { train } from "./train.ts";
import type { Metrics } from "./trainer.ts";
import type { TrainingRun } from "./training-run.ts";

/** A scalar over several trainings. */
export interface Range {
  readonly mean: number;
  readonly smallest: number;
  readonly largest: number;
}

export type FoldEvent =
  | { readonly kind: "fold"; readonly fold: number; readonly folds: number; readonly event: TrainingEvent }
  | {
      readonly kind: "folds";
      readonly folds: number;
      /** Each training's, in their order. */
      readonly tests: readonly Metrics[];
      readonly test: Readonly<Record<string, Range>>;
    };

/**
 * One training a fold of `splitFolds` (`data/`), one after the other, and the mean and range of what their tests give. One that stops without a test
 * (a signal, a loss that is no number) ends all of them.
 */
export async function* trainFolds(
  folds: number,
  makeRun: (fold: number) => TrainingRun | Promise<TrainingRun>,
): AsyncGenerator<FoldEvent, void, undefined> {
  const tests: Metrics[] = [];
  for (let fold = 1; fold <= folds; fold++) {
    let isDone = false;
    for await (const event of train(await makeRun(fold - 1))) {
      yield { kind: "fold", fold, folds, event };
      if (event.kind === "done" && event.test !== undefined) {
        isDone = true;
        tests.push(event.test);
      }
    }
    if (!isDone) return;
  }
  yield { kind: "folds", folds, tests, test: rangesOf(tests) };
}

function rangesOf(tests: readonly Metrics[]): Readonly<Record<string, Range>> {
  const names = Object.keys(tests[0] ?? {});
  return Object.fromEntries(
    names.map((name) => {
      const values = tests.map((test) => test[name] ?? NaN);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return [name, { mean, smallest: Math.min(...values), largest: Math.max(...values) }];
    }),
  );
}
