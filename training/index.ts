export { readCheckpoint, type Checkpoint, type CheckpointHost, type Position } from "./checkpoint.ts";
export { accuracyOf, addToConfusion, emptyConfusion, type ConfusionMatrix } from "./confusion.ts";
export { evaluate, type Evaluation } from "./evaluate.ts";
export type { CheckpointKind, EpochMeans, StopReason, TrainingEvent } from "./events.ts";
export {
  openFeed,
  type Feed,
  type FeedCall,
  type FeedEntry,
  type FeedModule,
  type FeedPlan,
  type FeedSource,
} from "./feed.ts";
export { makeExamples, type BatchPlace, type ExamplesOptions } from "./make-examples.ts";
export { findFault, type Fault } from "./find-fault.ts";
export { trainFolds, type FoldEvent } from "./folds.ts";
export { recordHistory, type History } from "./history.ts";
export { jsonLine } from "./json-line.ts";
export { logLine } from "./log-line.ts";
export { progressText } from "./progress-text.ts";
export { renderReport, type Report } from "./report.ts";
export { replaying, type ReplayedTrainer } from "./replay.ts";
export { foldSources, partOf, withoutPart, type Splittable } from "./split-sources.ts";
export { showMetrics } from "./show-numbers.ts";
export { boardHeader, boardRecords, type BoardRun } from "./tensorboard.ts";
export { train } from "./train.ts";
export type { Batch, Examples, Metrics, RowOrder, Settings, Trainer } from "./trainer.ts";
export { TrainingError } from "./training-error.ts";
export type { TrainingRun } from "./training-run.ts";
