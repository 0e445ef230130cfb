import type { CheckpointHost } from "./checkpoint.ts";
import type { Fault } from "./find-fault.ts";
import type { Batch, Examples, Trainer } from "./trainer.ts";

/** All that a training is given. */
export interface TrainingRun {
  readonly trainer: Trainer;
  readonly train: Examples;
  readonly test?: Examples;
  readonly checkpoints?: CheckpointHost;
  /** A checkpoint to go on from, and its name for messages. */
  readonly resume?: { readonly name: string; readonly bytes: Uint8Array };
  /** What must be the same where training goes on, beside model, seed, rows and batch: `{ data: "sha256:…" }`. */
  readonly identity?: Readonly<Record<string, string>>;
  /** Stops after the current step, with a checkpoint. */
  readonly signal?: AbortSignal;
  /** Seconds between checkpoints within an epoch; 300 where not given. */
  readonly saveEvery?: number;
  /** Is shown every batch of the test set after its evaluation. */
  readonly observe?: (batch: Batch) => void | Promise<void>;
  /** Finds what went bad, in place of `findFault`. The batch is that of the step; none after a test. */
  readonly diagnose?: (batch: Batch | undefined) => Fault | undefined | Promise<Fault | undefined>;
  /** Milliseconds from any start. */
  readonly now?: () => number;
}
