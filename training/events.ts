import type { Fault } from "./find-fault.ts";
import type { Metrics } from "./trainer.ts";

/** The means of an epoch. */
export interface EpochMeans {
  /** From 1. */
  readonly epoch: number;
  /** Steps done by then, over all epochs. */
  readonly iteration: number;
  /** Over the steps of the epoch, each before its update, weighted by rows. */
  readonly train: Metrics;
  /** Over the test set after the epoch. */
  readonly test?: Metrics;
}

export interface StartEvent {
  readonly kind: "start";
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly rows: number;
  readonly testRows?: number;
  readonly seed: number;
  /** Of a resumed training: the epochs before, and where it goes on. */
  readonly resumed?: {
    readonly epoch: number;
    readonly step: number;
    readonly history: readonly EpochMeans[];
  };
}

export interface StepEvent {
  readonly kind: "step";
  /** From 1, as `step`, which counts within its epoch; `iteration` counts over all. */
  readonly epoch: number;
  readonly step: number;
  readonly iteration: number;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  /** Of the batch, before the update; undefined where the block has no `loss`. */
  readonly loss: number | undefined;
  /** The other scalars of the batch. */
  readonly metrics: Metrics;
  readonly rowsPerSecond: number;
  /** To the end of the last epoch, its tests included; undefined where nothing is known yet. */
  readonly secondsLeft: number | undefined;
}

/** How far a pass over rows without updates is: the test after an epoch, or `dlc eval`. */
export interface EvaluateEvent {
  readonly kind: "evaluate";
  /** The epoch it follows; undefined where nothing is trained. */
  readonly epoch?: number;
  readonly rows: number;
  readonly of: number;
}

export interface EpochEvent extends EpochMeans {
  readonly kind: "epoch";
  readonly epochs: number;
  readonly isBest: boolean;
  readonly seconds: number;
}

export type CheckpointKind = "best" | "last";

export interface CheckpointEvent {
  readonly kind: "checkpoint";
  readonly checkpoint: CheckpointKind;
  readonly path: string;
}

export type StopReason =
  | { readonly kind: "signal"; readonly epoch: number; readonly step: number }
  /** No smaller loss for `patience` epochs since `bestEpoch`, whose parameters the trainer holds again. */
  | { readonly kind: "patience"; readonly patience: number; readonly bestEpoch: number }
  /** A loss that is no finite number. Nothing was saved since. */
  | {
      readonly kind: "diverged";
      readonly epoch: number;
      readonly step: number;
      readonly iteration: number;
      /** Which scalar, and what it is. */
      readonly metric: string;
      readonly value: number;
      readonly fault: Fault | undefined;
    };

export interface StoppedEvent {
  readonly kind: "stopped";
  readonly reason: StopReason;
}

/** The end of a training that was not cut short: the means of the parameters that the trainer holds now. */
export interface DoneEvent {
  readonly kind: "done";
  readonly epoch: number;
  readonly train?: Metrics;
  readonly test?: Metrics;
  readonly seconds: number;
}

/** What happens, in its order. Whoever trains turns it into lines, files and pages. */
export type TrainingEvent =
  StartEvent | StepEvent | EvaluateEvent | EpochEvent | CheckpointEvent | StoppedEvent | DoneEvent;
