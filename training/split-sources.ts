import { splitFolds, type Argument, type Source, type TensorData } from "../data/index.ts";
import { TrainingError } from "./training-error.ts";

/** Arguments that say how rows are split, beside `part`, which says which. */
const splitting: ReadonlySet<string> = new Set(["part", "every", "share", "seed"]);

/** The part of its rows that a source is: `train` or `test`, where it says one. */
export function partOf(given: Readonly<Record<string, Argument>>): "train" | "test" | undefined {
  const { part } = given;
  return part === "train" || part === "test" ? part : undefined;
}

/** What a reader is given to open all rows of a source that says a part. */
export function withoutPart(given: Readonly<Record<string, Argument>>): Readonly<Record<string, Argument>> {
  return Object.fromEntries(Object.entries(given).filter(([name]) => !splitting.has(name)));
}

/** A source that was opened with all its rows, and what part of them it is. */
export interface Splittable {
  readonly source: Source;
  readonly part: "train" | "test" | undefined;
}

/**
 * The rows of each source in each of K trainings: those that say a part have the fold's, the others all, which is told by nothing. Each row tests once; where one of the sources
 * holds a class for each row, the classes are spread evenly.
 */
export async function foldRows(
  folds: number,
  seed: number,
  sources: readonly Splittable[],
): Promise<readonly (readonly (Int32Array | undefined)[])[]> {
  const [first, ...others] = sources.filter(({ part }) => part !== undefined).map(({ source }) => source);
  if (first === undefined) {
    throw new TrainingError(
      '--folds splits the rows of sources that say a part, `part: "train"` and `part: "test"`, and none of these does',
    );
  }
  const [rows] = first.shape;
  const other = others.find(({ shape }) => shape[0] !== rows);
  if (other !== undefined) {
    throw new TrainingError(
      `--folds splits sources by the same rows, but ${first.file} has ${rows} and ${other.file} has ${other.shape[0]}`,
    );
  }
  if (folds > rows) throw new TrainingError(`${rows} rows can't be split into ${folds} folds`);
  const splits = splitFolds(rows, folds, seed, await labelsOf([first, ...others]));
  return splits.map((split) => sources.map(({ part }) => part && split[part]));
}

/** One integer a row is taken for its class. */
async function labelsOf(sources: readonly Source[]): Promise<TensorData | undefined> {
  const labels = sources.find(({ dtype, shape }) => dtype !== "f32" && shape.length === 1);
  return labels?.whole();
}
