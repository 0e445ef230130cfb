import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { CheckpointHost, CheckpointKind } from "../training/index.ts";
import { CallError, InputError, systemReason } from "./exit.ts";
import { writeWhole } from "./write-aside.ts";

/** What a training leaves: checkpoints, event files and a report, in a folder of its own. */
export interface RunFolder {
  readonly path: string;
  readonly checkpoints: CheckpointHost;
}

/** The file of a checkpoint in its folder. */
const fileOf = (kind: CheckpointKind): string => `${kind}.safetensors`;

/**
 * The folder of a run: the one that is asked for, that of the checkpoint from which a training goes on, or a new one, `runs/lenet`, `runs/lenet-2`
 * and so on. A folder that holds another training is refused: its checkpoints would be lost.
 */
export function makeRunFolder(
  name: string,
  asked: string | undefined,
  resumed: string | undefined,
): RunFolder {
  if (asked !== undefined) {
    const holds = existsSync(join(asked, fileOf("last"))) || existsSync(join(asked, "fold-1"));
    const isResumed = resumed !== undefined && dirname(resumed) === asked.replace(/\/$/, "");
    if (holds && !isResumed) {
      throw new InputError(`${asked} holds another training; remove it, or give a folder of its own`);
    }
    makeFolder(asked);
    return runFolder(asked);
  }
  if (resumed !== undefined) {
    if (basename(resumed) === fileOf("last")) return runFolder(dirname(resumed));
    throw new CallError(
      `the training that goes on from ${resumed} would begin a run of its own: give it a folder with --log`,
    );
  }
  for (let count = 1; ; count++) {
    const path = join("runs", count === 1 ? name : `${name}-${count}`);
    if (existsSync(path)) continue;
    makeFolder(path);
    return runFolder(path);
  }
}

/** The part of a run that belongs to one of several folds. */
export function foldFolder({ path }: RunFolder, fold: number): RunFolder {
  const folder = join(path, `fold-${fold}`);
  makeFolder(folder);
  return runFolder(folder);
}

function runFolder(path: string): RunFolder {
  const place = (kind: CheckpointKind): string => join(path, fileOf(kind));
  return {
    path,
    checkpoints: {
      write: async (kind, bytes) => {
        await writeWhole(place(kind), bytes, "wait");
        return place(kind);
      },
      read: (kind) => (existsSync(place(kind)) ? new Uint8Array(readFileSync(place(kind))) : undefined),
    },
  };
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    const reason = systemReason(error);
    throw reason === undefined ? error : new InputError(`cannot make ${path}: ${reason}`);
  }
}
