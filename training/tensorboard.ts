import { PbfWriter } from "pbf";
import { crc32c } from "./crc32c.ts";
import type { TrainingEvent } from "./events.ts";
import type { Metrics } from "./trainer.ts";

/** TensorBoard shows runs of one folder in one chart: training and test of a scalar lie upon each other. */
export type BoardRun = "train" | "test";

/** Bytes for the end of a run's file, which begins with `boardHeader`. */
export interface BoardRecords {
  readonly run: BoardRun;
  readonly bytes: Uint8Array;
}

/** Seconds since 1970. */
type WallTime = number;

/** What an event file begins with. TensorBoard reads files with `tfevents` in their names. */
export function boardHeader(wallTime: WallTime): Uint8Array {
  return record(wallTime, 0, (event) => event.writeStringField(fields.event.fileVersion, "brain.Event:2"));
}

/** What TensorBoard is to show of an event: scalars of each step and epoch, at the number of the step. */
export function boardRecords(event: TrainingEvent, wallTime: WallTime): readonly BoardRecords[] {
  if (event.kind === "step") {
    const { loss, metrics, iteration, rowsPerSecond } = event;
    const scalars = { ...(loss !== undefined && { loss }), ...metrics, rows_per_second: rowsPerSecond };
    return [{ run: "train", bytes: scalarRecord(wallTime, iteration, scalars) }];
  }
  if (event.kind !== "epoch") return [];
  const { train, test, iteration } = event;
  const inEpochs = (metrics: Metrics): Metrics =>
    Object.fromEntries(Object.entries(metrics).map(([name, value]) => [`epoch/${name}`, value]));
  return [
    { run: "train" as const, bytes: scalarRecord(wallTime, iteration, inEpochs(train)) },
    ...(test === undefined
      ? []
      : [{ run: "test" as const, bytes: scalarRecord(wallTime, iteration, { ...inEpochs(test), ...test }) }]),
  ];
}

/** Numbers of fields, from tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto. */
const fields = {
  event: { wallTime: 1, step: 2, fileVersion: 3, summary: 5 },
  summary: { value: 1 },
  value: { tag: 1, simpleValue: 2 },
} as const;

function scalarRecord(wallTime: WallTime, step: number, scalars: Metrics): Uint8Array {
  return record(wallTime, step, (event) => event.writeMessage(fields.event.summary, writeSummary, scalars));
}

function writeSummary(scalars: Metrics, summary: PbfWriter): void {
  for (const scalar of Object.entries(scalars))
    summary.writeMessage(fields.summary.value, writeValue, scalar);
}

function writeValue([tag, scalar]: readonly [string, number], value: PbfWriter): void {
  value.writeStringField(fields.value.tag, tag);
  value.writeFloatField(fields.value.simpleValue, scalar);
}

/** An `Event` in the framing of TFRecord: length, its checksum, the message, its checksum. */
function record(wallTime: WallTime, step: number, write: (event: PbfWriter) => void): Uint8Array {
  const event = new PbfWriter();
  event.writeDoubleField(fields.event.wallTime, wallTime);
  // As everybody who writes proto3 does, zero is left out.
  if (step !== 0) event.writeVarintField(fields.event.step, step);
  write(event);
  const message = event.finish();
  const bytes = new Uint8Array(message.byteLength + 16);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, message.byteLength, true);
  view.setUint32(8, maskedCrc(bytes.subarray(0, 8)), true);
  bytes.set(message, 12);
  view.setUint32(12 + message.byteLength, maskedCrc(message), true);
  return bytes;
}

/** TFRecord turns and shifts its checksums, so that data that holds checksums of its own is no special case. */
function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
