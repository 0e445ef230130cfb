import { readSafetensors, type StoredTensor } from "../runtime/read-safetensors.ts";
import { writeSafetensors } from "../runtime/write-safetensors.ts";
import type { CheckpointKind, EpochMeans } from "./events.ts";
import { TrainingError } from "./training-error.ts";
import type { RowSums } from "./weighted-mean.ts";

/** Where a training is. With the parameters and the optimizer's state this is all: the order of rows follows from it. */
export interface Position {
  /** Whole epochs behind, tests included, from 0. */
  readonly epoch: number;
  /** Steps done in the epoch after them. */
  readonly step: number;
  /** Sums of the scalars over those steps. */
  readonly sums: RowSums;
  /** The epochs behind. */
  readonly history: readonly EpochMeans[];
  readonly seed: number;
  readonly batch: number;
  readonly accumulate: number;
  /** Rows of the training set. */
  readonly rows: number;
  /** The source, the data and the versions, as whoever trains tells them apart. */
  readonly identity: Readonly<Record<string, string>>;
}

/** A position beside the safetensors file of the trainer. */
export interface Checkpoint {
  readonly position: Position;
  readonly bytes: Uint8Array;
}

/**
 * Where checkpoints are kept. `write` answers the path and replaces the former one only when the new one is whole: it writes
 * aside and renames, so that a full disk leaves the former one as it was. `read` gives the last one that was written.
 */
export interface CheckpointHost {
  readonly write: (kind: CheckpointKind, bytes: Uint8Array) => string | Promise<string>;
  readonly read: (kind: CheckpointKind) => Uint8Array | undefined | Promise<Uint8Array | undefined>;
}

const format = "dlc-checkpoint-1";

/** A safetensors file: the trainer's tensors, and the position in the metadata, where any reader of the format finds it. */
export function writeCheckpoint({ position, bytes }: Checkpoint): Uint8Array<ArrayBuffer> {
  const tensors = [...readSafetensors(bytes)].map(([name, tensor]) => ({ name, ...tensor }));
  return writeSafetensors(tensors, {
    ...readMetadata(bytes),
    format,
    epoch: String(position.epoch),
    step: String(position.step),
    seed: String(position.seed),
    position: JSON.stringify(position, (_, value: unknown) =>
      typeof value === "number" && !Number.isFinite(value) ? { $number: String(value) } : value,
    ),
  });
}

/** Refuses, by name, a file that is torn or that is no checkpoint. */
export function readCheckpoint(name: string, bytes: Uint8Array): Checkpoint {
  const metadata = readOrRefuse(name, bytes);
  if (metadata["format"] !== format) {
    throw new TrainingError(
      `${name} holds weights, but is no checkpoint: it does not say where training was; a new training begins with them by --weights`,
    );
  }
  const position = parsePosition(metadata["position"] ?? "");
  if (position === undefined) throw new TrainingError(`${name} is a checkpoint whose position is damaged`);
  return { position, bytes };
}

function readOrRefuse(name: string, bytes: Uint8Array): Readonly<Record<string, string>> {
  try {
    readSafetensors(bytes);
    return readMetadata(bytes);
  } catch (error) {
    throw new TrainingError(`${name} is ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Refuses a checkpoint of another model: the first tensor that is missing, left over, or has another type. */
export function requireSameModel(name: string, checkpoint: Uint8Array, model: Uint8Array): void {
  const [theirs, ours] = [readSafetensors(checkpoint), readSafetensors(model)];
  for (const [path, tensor] of ours) {
    const other = theirs.get(path);
    if (other === undefined) throw anotherModel(name, `it has no ${path}`);
    if (showType(other) !== showType(tensor)) {
      throw anotherModel(name, `its ${path} is ${showType(other)}, not ${showType(tensor)}`);
    }
  }
  for (const path of theirs.keys()) {
    if (!ours.has(path)) throw anotherModel(name, `it has ${path}, which this one lacks`);
  }
}

function anotherModel(name: string, reason: string): TrainingError {
  return new TrainingError(`${name} is the checkpoint of another model: ${reason}`);
}

function showType({ dtype, shape }: StoredTensor): string {
  return `${dtype.toLowerCase()}[${shape.join(", ")}]`;
}

/** The texts in the header of a whole safetensors file. */
function readMetadata(file: Uint8Array): Readonly<Record<string, string>> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  // Files whose header is longer than 4 GB have been refused before.
  const header: unknown = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + view.getUint32(0, true))));
  const metadata = isRecord(header) ? header["__metadata__"] : undefined;
  if (!isRecord(metadata)) return {};
  return Object.fromEntries(
    Object.entries(metadata).flatMap(([key, value]) => (typeof value === "string" ? [[key, value]] : [])),
  );
}

function parsePosition(text: string): Position | undefined {
  try {
    const value: unknown = JSON.parse(text, (_, part: unknown) =>
      isRecord(part) && typeof part["$number"] === "string" ? Number(part["$number"]) : part,
    );
    return isPosition(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isPosition(value: unknown): value is Position {
  return (
    isRecord(value) &&
    ["epoch", "step", "seed", "batch", "accumulate", "rows"].every((key) => isCount(value[key])) &&
    isSums(value["sums"]) &&
    Array.isArray(value["history"]) &&
    value["history"].every(isMeans) &&
    isRecord(value["identity"]) &&
    Object.values(value["identity"]).every((part) => typeof part === "string")
  );
}

function isSums(value: unknown): value is RowSums {
  return isRecord(value) && isCount(value["rows"]) && isNumbers(value["sums"]);
}

function isMeans(value: unknown): value is EpochMeans {
  return (
    isRecord(value) &&
    isCount(value["epoch"]) &&
    isCount(value["iteration"]) &&
    isNumbers(value["train"]) &&
    (value["test"] === undefined || isNumbers(value["test"]))
  );
}

function isNumbers(value: unknown): boolean {
  return isRecord(value) && Object.values(value).every((part) => typeof part === "number");
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
