import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { boardHeader, boardRecords, type BoardRun, type TrainingEvent } from "../training/index.ts";
import { InputError, systemReason } from "./exit.ts";

/** TensorBoard's files of one training. */
export interface EventFiles {
  readonly add: (event: TrainingEvent) => void;
  /** Writes what has been held back. */
  readonly flush: () => void;
}

/** So many bytes are held back at most, and so many milliseconds: a step takes less time than a write. */
const mostBytes = 65536;
const longest = 2000;

/** Begins files in a folder of runs, `train/events.out.tfevents.…` and `test/…`; TensorBoard joins those of a run by their times. */
export function startEventFiles(folder: string, now: () => number = Date.now): EventFiles {
  const started = now();
  const held = new Map<BoardRun, Uint8Array[]>();
  const begun = new Set<BoardRun>();
  let [bytes, since] = [0, started];
  const pathOf = (run: BoardRun): string =>
    join(folder, run, `events.out.tfevents.${Math.floor(started / 1000)}.${process.pid}.dlc`);
  const flush = (): void => {
    for (const [run, records] of held) {
      guarded(pathOf(run), () => {
        mkdirSync(join(folder, run), { recursive: true });
        appendFileSync(pathOf(run), Buffer.concat(records));
      });
    }
    held.clear();
    [bytes, since] = [0, now()];
  };
  return {
    add: (event) => {
      const seconds = now() / 1000;
      for (const { run, bytes: record } of boardRecords(event, seconds)) {
        const records = held.get(run) ?? [];
        if (!begun.has(run)) records.push(boardHeader(seconds));
        begun.add(run);
        records.push(record);
        held.set(run, records);
        bytes += record.byteLength;
      }
      if (bytes > mostBytes || now() - since > longest) flush();
    },
    flush,
  };
}

function guarded(path: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    const reason = systemReason(error);
    throw reason === undefined ? error : new InputError(`cannot write ${path}: ${reason}`);
  }
}
