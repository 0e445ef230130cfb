import type { TensorData } from "../runtime/pack.ts";

/** How many rows of each class (first index) were taken for each class (second). */
export type ConfusionMatrix = readonly (readonly number[])[];

export function emptyConfusion(classes: number): ConfusionMatrix {
  return Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
}

/**
 * The matrix with some rows more: `labels[N]` and `scores[N, classes]`, of which the largest is the answer, the first of equals.
 * A row whose label is no class (`-1` for "don't count") is left out.
 */
export function addToConfusion(
  matrix: ConfusionMatrix,
  labels: TensorData,
  scores: TensorData,
): ConfusionMatrix {
  const classes = matrix.length;
  if (scores.length !== labels.length * classes) {
    throw new Error(`bug: ${scores.length} scores for ${labels.length} rows of ${classes} classes`);
  }
  const counts = matrix.map((row) => [...row]);
  labels.forEach((label, row) => {
    const answer = largestAt(scores.subarray(row * classes, (row + 1) * classes));
    const line = counts[label];
    if (line !== undefined) line[answer] = (line[answer] ?? 0) + 1;
  });
  return counts;
}

function largestAt(scores: TensorData): number {
  let best = 0;
  scores.forEach((score, place) => {
    if (score > (scores[best] ?? -Infinity)) best = place;
  });
  return best;
}

/** The share of rows on the diagonal; nothing where there are no rows. */
export function accuracyOf(matrix: ConfusionMatrix): number | undefined {
  let [right, all] = [0, 0];
  for (const [label, row] of matrix.entries())
    for (const [answer, count] of row.entries()) {
      all += count;
      if (answer === label) right += count;
    }
  return all === 0 ? undefined : right / all;
}
