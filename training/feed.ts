import { bindDims, type Feeder, type FeedEntry, type FeedSource, type Source } from "../data/index.ts";
import { makeExamples } from "./make-examples.ts";
import type { Examples } from "./trainer.ts";
import { TrainingError } from "./training-error.ts";

type Sizes = Readonly<Record<string, number>>;

/** What a data declaration was compiled to, as far as feeding a training from it goes. */
export interface FeedPlan {
  /** As declared: `Fashion`. */
  readonly name: string;
  readonly sources: readonly FeedSource[];
  /** How many examples there are, by the free dims of the sources; nothing where an example is all there is. */
  readonly rows?: (dims: Sizes) => number;
  /** What the declaration needs of the sizes and does not have, in words. */
  readonly fault: (dims: Sizes) => string | undefined;
}

/** The numbers of rows are 32-bit integers. */
const mostRows = 2 ** 31 - 1;

/** Examples from a data declaration. */
export interface Feed {
  /** 1 where an example is all there is. */
  readonly rows: number;
  /** With `train` the draws of the declaration are made, keyed by the number of the step; with `evaluate` there are none. */
  readonly examples: (entry: FeedEntry, batch: number) => Examples;
}

/**
 * Examples of sources, which stand in the order of the plan's and of which only file and shape are looked at; `start` begins to make them,
 * when the sizes are known to be right. Throws a DataError for sources whose sizes contradict each other.
 */
export async function openFeed(
  plan: FeedPlan,
  sources: readonly Pick<Source, "file" | "shape">[],
  start: (dims: Sizes) => Promise<Feeder>,
): Promise<Feed> {
  const pairs = plan.sources.map((declared, place) => {
    const source = sources[place];
    if (source === undefined) throw new Error(`bug: ${plan.name} lacks its source ${declared.name}`);
    return [source, declared] as const;
  });
  const dims = Object.fromEntries(bindDims(pairs));
  const fault = plan.fault(dims);
  if (fault !== undefined) {
    const sizes = Object.entries(dims).map(([name, size]) => `${name} = ${size}`);
    throw new TrainingError(
      `${plan.name}: its sources have ${sizes.join(", ")}, for which ${fault} does not hold`,
    );
  }
  const rows = plan.rows?.(dims);
  if (rows !== undefined && rows > mostRows) {
    throw new TrainingError(
      `${plan.name}: ${rows} examples are more than ${mostRows}, which can be numbered`,
    );
  }
  const feeder = await start(dims);
  return {
    rows: rows ?? 1,
    examples: (entry, batch) => {
      const steps = Math.ceil((rows ?? 1) / batch);
      return makeExamples({
        rows: rows ?? 1,
        batch: rows === undefined ? 1 : batch,
        fetch: (numbers, place) =>
          feeder({ entry, rows: numbers, step: (place.epoch ?? 0) * steps + place.batch }),
      });
    },
  };
}
