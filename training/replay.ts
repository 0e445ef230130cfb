import type { Batch, Trainer } from "./trainer.ts";

/** A trainer that can go back to before its last step. */
export interface ReplayedTrainer {
  readonly trainer: Trainer;
  /** Goes back to before the last step; nothing where none was taken. */
  readonly rewind: () => Promise<Rewound | undefined>;
}

export interface Rewound {
  /** What the trainer saved there, and what it held beside. */
  readonly state: Uint8Array;
  readonly iteration: number;
  readonly epoch: number;
}

interface Step {
  readonly batch: Batch;
  readonly last: boolean;
  readonly iteration: number;
  readonly epoch: number;
}

/** What is kept between two saved states: so many steps, so many bytes of batches. */
const mostSteps = 64;
const mostBytes = 2 ** 26;
/** Saving may take this share of the time. */
const share = 0.01;

/**
 * A trainer that now and then saves its state, in memory, and keeps the batches since: a step is a function of both, so that
 * repeating all but the last gives the state from which that one was taken, bit for bit.
 */
export function replaying(trainer: Trainer, now = () => performance.now()): ReplayedTrainer {
  let steps: Step[] = [];
  let saved: Uint8Array | undefined;
  let [bytes, cost, savedAt] = [0, 0, -Infinity];
  const remember = (batch: Batch, last: boolean): void => {
    const start = now();
    const isDue = start - savedAt > cost / share || bytes > mostBytes;
    if (saved === undefined || (isDue && (steps.length >= mostSteps || bytes > mostBytes))) {
      saved = trainer.save();
      savedAt = now();
      [steps, bytes, cost] = [[], 0, savedAt - start];
    }
    steps.push({ batch, last, iteration: trainer.iteration, epoch: trainer.epoch });
    bytes += Object.values(batch.values).reduce((sum, { byteLength }) => sum + byteLength, 0);
  };
  const wrapped: Trainer = {
    settings: trainer.settings,
    get iteration() {
      return trainer.iteration;
    },
    set iteration(count) {
      trainer.iteration = count;
    },
    get epoch() {
      return trainer.epoch;
    },
    set epoch(count) {
      trainer.epoch = count;
    },
    step: (batch, last = false) => {
      remember(batch, last);
      return trainer.step(batch, last);
    },
    evaluate: (batch) => trainer.evaluate(batch),
    save: () => trainer.save(),
    load: (bytes) => trainer.load(bytes),
  };
  return {
    trainer: wrapped,
    rewind: async () => {
      const bad = steps.at(-1);
      if (saved === undefined || bad === undefined) return undefined;
      trainer.load(saved);
      for (const { batch, last, iteration, epoch } of steps.slice(0, -1)) {
        Object.assign(trainer, { iteration, epoch });
        await trainer.step(batch, last);
      }
      return { state: trainer.save(), iteration: bad.iteration, epoch: bad.epoch };
    },
  };
}
