import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { crc32c } from "../../training/crc32c.ts";
import type { EpochEvent, StepEvent } from "../../training/events.ts";
import { boardHeader, boardRecords } from "../../training/tensorboard.ts";

const wallTime = 1700000000.25;

const step: StepEvent = {
  kind: "step",
  epoch: 1,
  step: 1,
  iteration: 1,
  epochs: 2,
  stepsPerEpoch: 40000,
  loss: 2.3025851,
  metrics: { accuracy: 0 },
  rowsPerSecond: 812.5,
  secondsLeft: undefined,
};

const epoch: EpochEvent = {
  kind: "epoch",
  epoch: 1,
  iteration: 40000,
  train: { loss: 0.125, accuracy: 0.96875 },
  epochs: 2,
  isBest: true,
  seconds: 1,
};

describe("CRC-32C", () => {
  // RFC 3720, B.4, and the check value of the catalogue of CRC algorithms.
  const known: readonly [title: string, bytes: Uint8Array, crc: number][] = [
    ["32 zeros", new Uint8Array(32), 0x8a9136aa],
    ["32 ones", new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ["0 to 31", Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    ["31 to 0", Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
    ["123456789", new TextEncoder().encode("123456789"), 0xe3069283],
    ["nothing", new Uint8Array(), 0],
  ];

  it.each(known)("of %s", (_title, bytes, crc) => {
    expect(crc32c(bytes)).toBe(crc);
  });
});

describe("event files", () => {
  it("are TensorBoard's own, byte for byte", () => {
    const odd: StepEvent = {
      ...step,
      iteration: 40000,
      loss: NaN,
      metrics: { größe: Infinity },
      rowsPerSecond: 1e-3,
    };
    const ours = [
      boardHeader(wallTime),
      ...[step, odd, epoch].flatMap((event) => boardRecords(event, wallTime).map(({ bytes }) => bytes)),
    ];
    const theirs = readFileSync(new URL("tensorboard/train.tfevents", import.meta.url));
    expect(Buffer.concat(ours).toString("hex")).toBe(theirs.toString("hex"));
  });

  it("keep the test apart, under the tags of the training", () => {
    const records = boardRecords({ ...epoch, test: { loss: 0.25, accuracy: 0.5 } }, wallTime);
    expect(records.map(({ run }) => run)).toEqual(["train", "test"]);
    const text = new TextDecoder("latin1").decode(records[1]?.bytes);
    for (const tag of ["loss", "accuracy", "epoch/loss", "epoch/accuracy"])
      expect(text).toContain(`\n${String.fromCharCode(tag.length)}${tag}\u0015`);
  });

  it("hold nothing of other events", () => {
    expect(boardRecords({ kind: "checkpoint", checkpoint: "best", path: "a" }, wallTime)).toEqual([]);
  });
});
