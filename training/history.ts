import type { EpochMeans, StopReason, TrainingEvent } from "./events.ts";
import type { Metrics } from "./trainer.ts";
import { addBatch, meanOf, noRows, type RowSums } from "./weighted-mean.ts";

/** The means over some steps, at the last of them. */
export interface HistoryPoint {
  readonly iteration: number;
  readonly scalars: Metrics;
}

/** What a page about a training shows. */
export interface History {
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly rows: number;
  readonly testRows?: number;
  readonly points: readonly HistoryPoint[];
  readonly means: readonly EpochMeans[];
  readonly stopped?: StopReason;
  readonly done?: { readonly epoch: number; readonly train?: Metrics; readonly test?: Metrics };
  readonly seconds?: number;
}

export interface HistoryRecorder {
  readonly add: (event: TrainingEvent) => void;
  readonly history: () => History;
}

interface Bucket {
  readonly iteration: number;
  readonly steps: RowSums;
}

/**
 * Keeps what is to be drawn of a training, in memory that does not grow with it: beyond twice `most` points, neighbours
 * become their mean.
 */
export function recordHistory(most = 400): HistoryRecorder {
  let history: History = { epochs: 0, stepsPerEpoch: 1, rows: 0, points: [], means: [] };
  let buckets: Bucket[] = [];
  let width = 1;
  const addStep = (iteration: number, scalars: Metrics): void => {
    const last = buckets.at(-1);
    if (last !== undefined && last.steps.rows < width) {
      buckets[buckets.length - 1] = { iteration, steps: addBatch(last.steps, scalars, 1) };
      return;
    }
    if (buckets.length >= 2 * most) {
      buckets = mergePairs(buckets);
      width *= 2;
    }
    buckets.push({ iteration, steps: addBatch(noRows, scalars, 1) });
  };
  return {
    add: (event) => {
      if (event.kind === "start") {
        const { epochs, stepsPerEpoch, rows, testRows, resumed } = event;
        const tested = testRows === undefined ? {} : { testRows };
        history = { ...history, epochs, stepsPerEpoch, rows, ...tested, means: resumed?.history ?? [] };
      } else if (event.kind === "step") {
        const { iteration, loss, metrics } = event;
        addStep(iteration, { ...(loss !== undefined && { loss }), ...metrics });
      } else if (event.kind === "epoch") {
        const { epoch, iteration, train, test } = event;
        const means = { epoch, iteration, train, ...(test !== undefined && { test }) };
        history = { ...history, means: [...history.means, means] };
      } else if (event.kind === "stopped") history = { ...history, stopped: event.reason };
      else if (event.kind === "done") {
        const { kind: _, seconds, ...done } = event;
        history = { ...history, done, seconds };
      }
    },
    history: () => ({
      ...history,
      points: buckets.map(({ iteration, steps }) => ({ iteration, scalars: meanOf(steps) })),
    }),
  };
}

function mergePairs(buckets: readonly Bucket[]): Bucket[] {
  return buckets.flatMap((first, place) => {
    if (place % 2 === 1) return [];
    const second = buckets[place + 1];
    if (second === undefined) return [first];
    const sums: Record<string, number> = { ...first.steps.sums };
    for (const [name, value] of Object.entries(second.steps.sums)) sums[name] = (sums[name] ?? 0) + value;
    return [{ iteration: second.iteration, steps: { rows: first.steps.rows + second.steps.rows, sums } }];
  });
}
