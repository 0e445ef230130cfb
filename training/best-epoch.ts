import type { EpochMeans } from "./events.ts";

/** What is to become small: the loss on the test set, or while training where there is none. */
export function watchedLoss({ train, test }: Pick<EpochMeans, "train" | "test">): number | undefined {
  return (test ?? train)["loss"];
}

/** The first epoch with the smallest watched loss; nothing where no epoch has a loss that is a number. */
export function bestEpoch(history: readonly EpochMeans[]): EpochMeans | undefined {
  let best: EpochMeans | undefined;
  for (const means of history) {
    const loss = watchedLoss(means) ?? NaN;
    if (loss < (best === undefined ? Infinity : (watchedLoss(best) ?? Infinity))) best = means;
  }
  return best;
}
