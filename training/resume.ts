import { bestEpoch } from "./best-epoch.ts";
import { readCheckpoint, requireSameModel, type Position } from "./checkpoint.ts";
import { batchCount } from "./trainer.ts";
import { TrainingError } from "./training-error.ts";
import type { TrainingRun } from "./training-run.ts";
import { noRows } from "./weighted-mean.ts";

/** Where a training begins: at the start, or where its checkpoint was, which the trainer then holds. */
export function startingPosition(run: TrainingRun): Position {
  const { trainer, train, resume, identity = {} } = run;
  const { batch, seed, accumulate } = trainer.settings;
  const start: Position = {
    epoch: 0,
    step: 0,
    sums: noRows,
    history: [],
    seed,
    batch,
    accumulate,
    rows: train.rows,
    identity,
  };
  if (resume === undefined) return start;
  const { name, bytes } = resume;
  const { position } = readCheckpoint(name, bytes);
  requireSameModel(name, bytes, trainer.save());
  for (const what of ["seed", "batch", "accumulate", "rows"] as const) {
    if (position[what] === start[what]) continue;
    throw new TrainingError(`${name} was trained with ${what} ${position[what]}, not ${start[what]}`);
  }
  for (const [what, value] of Object.entries(identity)) {
    const former = position.identity[what];
    if (former === undefined || former === value) continue;
    throw new TrainingError(`${name} was trained with another ${what}: ${former}, not ${value}`);
  }
  if (position.history.length !== position.epoch || position.step > batchCount(train))
    throw new TrainingError(`${name} is a checkpoint whose position is damaged`);
  trainer.load(bytes);
  return { ...position, identity: { ...position.identity, ...identity } };
}

/** The parameters of the best epoch of a training that goes on; they are in the other file. */
export async function storedBest(
  { checkpoints, trainer, resume }: TrainingRun,
  { history, seed }: Position,
): Promise<Uint8Array | undefined> {
  const best = bestEpoch(history);
  if (best === undefined || resume === undefined) return undefined;
  const bytes = await checkpoints?.read("best");
  if (bytes === undefined) {
    throw new TrainingError(
      `${resume.name} goes on from a training whose best epoch was ${best.epoch}; its best checkpoint is not there`,
    );
  }
  const stored = readCheckpoint("the best checkpoint", bytes);
  requireSameModel("the best checkpoint", bytes, trainer.save());
  if (stored.position.epoch !== best.epoch || stored.position.seed !== seed) {
    throw new TrainingError(`the best checkpoint is not of the training that ${resume.name} goes on from`);
  }
  return bytes;
}
