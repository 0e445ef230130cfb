import type { Metrics } from "./trainer.ts";

/** Sums from which means over rows come; plain data, so that a checkpoint in the middle of an epoch keeps them. */
export interface RowSums {
  readonly rows: number;
  /** Each scalar times the rows that it is the mean of. */
  readonly sums: Metrics;
}

export const noRows: RowSums = { rows: 0, sums: {} };

/** A batch counts by its rows, so that a small last one weighs no more than it should. */
export function addBatch(all: RowSums, metrics: Metrics, rows: number): RowSums {
  const sums = { ...all.sums };
  for (const [name, value] of Object.entries(metrics)) sums[name] = (sums[name] ?? 0) + value * rows;
  return { rows: all.rows + rows, sums };
}

export function meanOf({ rows, sums }: RowSums): Metrics {
  return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / rows]));
}
