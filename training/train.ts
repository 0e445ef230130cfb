import { bestEpoch, watchedLoss } from "./best-epoch.ts";
import { writeCheckpoint, type Position } from "./checkpoint.ts";
import { evaluate } from "./evaluate.ts";
import type {
  CheckpointEvent,
  CheckpointKind,
  EpochMeans,
  EvaluateEvent,
  StepEvent,
  StopReason,
  TrainingEvent,
} from "./events.ts";
import { findFault } from "./find-fault.ts";
import { startingPosition, storedBest } from "./resume.ts";
import { startStopwatch, type Stopwatch } from "./stopwatch.ts";
import { batchCount, type Batch, type Metrics } from "./trainer.ts";
import type { TrainingRun } from "./training-run.ts";
import { TrainingError } from "./training-error.ts";
import { addBatch, meanOf, noRows } from "./weighted-mean.ts";

/** What the parts of the loop share. */
interface Loop extends TrainingRun {
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly watch: Stopwatch;
}

/**
 * Trains, and tells what happens as it does. The rows of each epoch are shuffled by seed and epoch; after each epoch comes the
 * test. The state of a training is the trainer's `save` and a `Position`, both of which every checkpoint has, so that one that
 * goes on from it takes the same bits. With `patience` the trainer holds the best epoch's parameters at the end.
 * Throws a TrainingError for a checkpoint that does not fit, and whatever the hosts throw.
 */
export async function* train(run: TrainingRun): AsyncGenerator<TrainingEvent, void, undefined> {
  const { trainer, signal, checkpoints } = run;
  const { epochs, seed, patience } = trainer.settings;
  const watch = startStopwatch(run.now ?? (() => performance.now()));
  const loop: Loop = { ...run, epochs, stepsPerEpoch: batchCount(run.train), watch };
  let position = startingPosition(run);
  let best = patience === undefined ? undefined : await storedBest(run, position);
  yield startEvent(loop, position, seed);
  let saved = false;
  while (position.epoch < epochs) {
    const exhausted = isExhausted(position.history, patience);
    if (exhausted !== undefined) {
      yield { kind: "stopped", reason: exhausted };
      break;
    }
    if (isAborted(signal)) {
      if (!saved) yield* save(loop, "last", position);
      return yield stoppedBySignal(position);
    }
    const { position: after, stop } = yield* trainEpoch(loop, position);
    if (stop !== undefined) {
      if (stop.kind === "signal") yield* save(loop, "last", after);
      return yield { kind: "stopped", reason: stop };
    }
    position = after;
    const means = position.history.at(-1);
    if (patience !== undefined && means !== undefined && watchedLoss(means) === undefined)
      throw new TrainingError("patience waits for a smaller loss, but the train block has no loss");
    const isBest = bestEpoch(position.history) === means;
    if (isBest && patience !== undefined) best = trainer.save();
    if (isBest) yield* save(loop, "best", position);
    yield* save(loop, "last", position);
    saved = checkpoints !== undefined;
  }
  if (best !== undefined) trainer.load(best);
  const held = best === undefined ? position.history.at(-1) : bestEpoch(position.history);
  yield {
    kind: "done",
    epoch: held?.epoch ?? 0,
    ...(held !== undefined && { train: held.train }),
    ...(held?.test !== undefined && { test: held.test }),
    seconds: watch.elapsed(),
  };
}

interface Outcome {
  readonly position: Position;
  readonly stop?: StopReason;
}

/** The rest of an epoch and its test. */
async function* trainEpoch(loop: Loop, from: Position): AsyncGenerator<TrainingEvent, Outcome, undefined> {
  const { watch } = loop;
  const begin = watch.elapsed();
  const { position, stop } = yield* takeSteps(loop, from);
  if (stop !== undefined) return { position, stop };
  const epoch = position.epoch + 1;
  const tested = yield* testEpoch(loop, position);
  if (tested.stop !== undefined) return { position, stop: tested.stop };
  const iteration = epoch * loop.stepsPerEpoch;
  const train = meanOf(position.sums);
  const means: EpochMeans = { epoch, iteration, train, ...(tested.means && { test: tested.means }) };
  const history = [...position.history, means];
  const isBest = bestEpoch(history) === means;
  yield { kind: "epoch", ...means, epochs: loop.epochs, isBest, seconds: watch.elapsed() - begin };
  return { position: { ...position, epoch, step: 0, sums: noRows, history } };
}

async function* takeSteps(
  loop: Loop,
  from: Position,
): AsyncGenerator<StepEvent | CheckpointEvent, Outcome, undefined> {
  const { trainer, train: examples, stepsPerEpoch, signal, watch } = loop;
  let position = from;
  let savedAt = watch.elapsed();
  watch.restart();
  const order = { kind: "shuffled", seed: position.seed, epoch: position.epoch } as const;
  for await (const batch of examples.batches(order, position.step)) {
    // The first look is before any step: the signal may have come while the batch was awaited.
    if (isAborted(signal)) return { position, stop: stoppedBySignal(position).reason };
    trainer.epoch = position.epoch;
    trainer.iteration = updatesBefore(loop, position);
    const last = position.step + 1 === stepsPerEpoch;
    const scalars: Metrics = { ...(await trainer.step(batch, last)) };
    watch.step(batch.rows);
    position = {
      ...position,
      step: position.step + 1,
      sums: addBatch(position.sums, scalars, batch.rows),
    };
    yield stepEvent(loop, position, scalars);
    const bad = Object.entries(scalars).find((entry) => isBadLoss(entry, scalars));
    if (bad !== undefined) return { position, stop: await divergence(loop, position, bad, batch) };
    if (isAborted(signal)) return { position, stop: stoppedBySignal(position).reason };
    if (position.step < stepsPerEpoch && watch.elapsed() - savedAt >= (loop.saveEvery ?? 300)) {
      yield* save(loop, "last", position);
      savedAt = watch.elapsed();
      watch.restart();
    }
  }
  if (position.sums.rows !== examples.rows)
    throw new Error(
      `bug: ${position.sums.rows} rows came of ${examples.rows} in epoch ${position.epoch + 1}`,
    );
  return { position };
}

/** Every `accumulate` steps of an epoch and what is left at its end have an update. */
function updatesBefore({ stepsPerEpoch, trainer }: Loop, { epoch, step }: Position): number {
  const { accumulate } = trainer.settings;
  const partial = step === stepsPerEpoch ? Math.ceil : Math.floor;
  return epoch * Math.ceil(stepsPerEpoch / accumulate) + partial(step / accumulate);
}

interface Tested {
  readonly means?: Metrics;
  readonly stop?: StopReason;
}

async function* testEpoch(loop: Loop, position: Position): AsyncGenerator<EvaluateEvent, Tested, undefined> {
  const { test: examples, trainer, signal, observe, watch } = loop;
  if (examples === undefined) return {};
  const begin = watch.elapsed();
  // What a test reads of the two counts is the same whether training was interrupted before it or not.
  trainer.epoch = position.epoch;
  trainer.iteration = updatesBefore(loop, position);
  const means = yield* evaluate({ trainer, examples, epoch: position.epoch + 1, signal, observe });
  if (means === undefined) return { stop: stoppedBySignal(position).reason };
  watch.test(watch.elapsed() - begin);
  const loss = means["loss"];
  if (loss === undefined || Number.isFinite(loss)) return { means };
  return { stop: await divergence(loop, position, ["test loss", loss], undefined) };
}

/** `loss` decides; in a block without one, any scalar. Other metrics may be NaN: the precision of a class that no row has. */
function isBadLoss([name, value]: readonly [string, number], scalars: Metrics): boolean {
  return !Number.isFinite(value) && (name === "loss" || scalars["loss"] === undefined);
}

async function divergence(
  loop: Loop,
  { epoch, step }: Position,
  [metric, value]: readonly [string, number],
  batch: Batch | undefined,
): Promise<StopReason> {
  const fault = await (loop.diagnose ?? ((bad) => findFault(bad, loop.trainer.save())))(batch);
  const iteration = epoch * loop.stepsPerEpoch + step;
  return { kind: "diverged", epoch: epoch + 1, step, iteration, metric, value, fault };
}

function isExhausted(history: readonly EpochMeans[], patience: number | undefined): StopReason | undefined {
  const best = bestEpoch(history)?.epoch ?? 0;
  if (patience === undefined || best === 0 || history.length - best < patience) return undefined;
  return { kind: "patience", patience, bestEpoch: best };
}

async function* save(
  loop: Loop,
  checkpoint: CheckpointKind,
  position: Position,
): AsyncGenerator<CheckpointEvent, void, undefined> {
  if (loop.checkpoints === undefined) return;
  const bytes = writeCheckpoint({ position, bytes: loop.trainer.save() });
  yield { kind: "checkpoint", checkpoint, path: await loop.checkpoints.write(checkpoint, bytes) };
}

/** A call, since between two looks at a signal it may change. */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

function stoppedBySignal({ epoch, step }: Position): {
  readonly kind: "stopped";
  readonly reason: Extract<StopReason, { readonly kind: "signal" }>;
} {
  return { kind: "stopped", reason: { kind: "signal", epoch: epoch + 1, step } };
}

function startEvent(loop: Loop, position: Position, seed: number): TrainingEvent {
  const { epochs, stepsPerEpoch, train: examples, test, resume } = loop;
  const { epoch, step, history } = position;
  return {
    kind: "start",
    epochs,
    stepsPerEpoch,
    rows: examples.rows,
    ...(test !== undefined && { testRows: test.rows }),
    seed,
    ...(resume !== undefined && { resumed: { epoch: epoch + 1, step, history } }),
  };
}

function stepEvent(loop: Loop, position: Position, scalars: Metrics): StepEvent {
  const { epochs, stepsPerEpoch, train: examples, test, watch } = loop;
  const { loss, ...metrics } = scalars;
  const epochsLeft = epochs - position.epoch;
  return {
    kind: "step",
    epoch: position.epoch + 1,
    step: position.step,
    iteration: position.epoch * stepsPerEpoch + position.step,
    epochs,
    stepsPerEpoch,
    loss,
    metrics,
    rowsPerSecond: watch.rowsPerSecond(),
    secondsLeft: watch.secondsFor(
      epochsLeft * examples.rows - position.sums.rows,
      test === undefined ? 0 : epochsLeft,
    ),
  };
}
