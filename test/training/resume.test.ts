import { describe, expect, it } from "vitest";
import { writeCheckpoint, readCheckpoint, type CheckpointHost } from "../../training/checkpoint.ts";
import { train } from "../../training/train.ts";
import type { TrainingEvent } from "../../training/events.ts";
import type { TrainingRun } from "../../training/training-run.ts";
import {
  eventsOf,
  linearTrainer,
  memoryCheckpoints,
  noisyLine,
  ofKind,
  tableExamples,
  type LinearSettings,
} from "./linear-trainer.ts";

const table = noisyLine(50, 1);
const testTable = noisyLine(21, 2);

function runOf(settings: LinearSettings = {}): TrainingRun {
  return {
    trainer: linearTrainer(settings),
    train: tableExamples(table, 8),
    test: tableExamples(testTable, 8),
  };
}

/** The events of a training until the signal comes, which it does in answer to one of them. */
async function eventsUntil(
  run: TrainingRun,
  isIt: (event: TrainingEvent) => boolean,
): Promise<readonly TrainingEvent[]> {
  const controller = new AbortController();
  const events: TrainingEvent[] = [];
  for await (const event of train({ ...run, signal: controller.signal })) {
    events.push(event);
    if (isIt(event)) controller.abort();
  }
  return events;
}

/** What must be the same: all but the times. */
function outcome(events: readonly TrainingEvent[]): readonly unknown[] {
  return events
    .filter(({ kind }) => kind === "step" || kind === "epoch" || kind === "done")
    .map((event) => ({ ...event, seconds: 0, rowsPerSecond: 0, secondsLeft: 0 }));
}

describe("a training that a signal stops", () => {
  const moments: readonly [
    title: string,
    isIt: (event: TrainingEvent) => boolean,
    epoch: number,
    step: number,
  ][] = [
    ["in the middle of an epoch", (event) => event.kind === "step" && event.iteration === 10, 2, 3],
    ["after the last step of an epoch", (event) => event.kind === "step" && event.iteration === 14, 2, 7],
    [
      "in the middle of a test",
      (event) => event.kind === "evaluate" && event.epoch === 2 && event.rows === 8,
      2,
      7,
    ],
    ["between two epochs", (event) => event.kind === "epoch" && event.epoch === 2, 3, 0],
    ["before its first step", (event) => event.kind === "start", 1, 0],
  ];

  it.each(moments)("%s goes on bit for bit", async (_title, isIt, epoch, step) => {
    const whole = runOf({ epochs: 4 });
    const expected = await eventsOf(train(whole));

    const checkpoints = memoryCheckpoints();
    const first = await eventsUntil({ ...runOf({ epochs: 4 }), checkpoints }, isIt);
    expect(first.at(-1)).toEqual({ kind: "stopped", reason: { kind: "signal", epoch, step } });
    expect(ofKind(first, "checkpoint").at(-1)?.checkpoint).toBe("last");
    const bytes = checkpoints.files.get("last") ?? new Uint8Array();

    const examples = tableExamples(table, 8);
    const second = { ...runOf({ epochs: 4 }), train: examples, checkpoints, resume: { name: "last", bytes } };
    const rest = await eventsOf(train(second));
    expect([...outcome(first), ...outcome(rest)]).toEqual(outcome(expected));
    expect(second.trainer.save()).toEqual(whole.trainer.save());
    // What was learned from is not read again.
    expect(examples.read).toHaveLength(4 * 50 - Math.min(50, step * 8) - (epoch - 1) * 50);
    expect(rest[0]).toMatchObject({ kind: "start", resumed: { epoch, step } });
  });

  it("stops after the step at which the signal came", async () => {
    const events = await eventsUntil(runOf(), (event) => event.kind === "step" && event.iteration === 3);
    expect(ofKind(events, "step")).toHaveLength(3);
    expect(events.at(-1)?.kind).toBe("stopped");
  });

  it("keeps its patience and its best epoch", async () => {
    const settings = { epochs: 30, patience: 3, noise: 0.5, rate: 0.3 };
    const whole = runOf(settings);
    const expected = await eventsOf(train(whole));
    const stop = ofKind(expected, "stopped")[0]?.reason;
    if (stop?.kind !== "patience") throw new Error("the settings should lead to an early stop");

    const checkpoints = memoryCheckpoints();
    // Between the best epoch and the stop, so that the best one is only in its file.
    await eventsUntil(
      { ...runOf(settings), checkpoints },
      (event) => event.kind === "epoch" && event.epoch === stop.bestEpoch + 1,
    );
    const bytes = checkpoints.files.get("last") ?? new Uint8Array();
    const second = { ...runOf(settings), checkpoints, resume: { name: "last", bytes } };
    const rest = await eventsOf(train(second));
    expect(outcome(rest).at(-1)).toEqual(outcome(expected).at(-1));
    expect(second.trainer.save()).toEqual(whole.trainer.save());

    const lost = { ...second, checkpoints: memoryCheckpoints() };
    await expect(eventsOf(train(lost))).rejects.toThrow("its best checkpoint is not there");
  });

  it("goes on with more epochs than it was begun with", async () => {
    const checkpoints = memoryCheckpoints();
    await eventsOf(train({ ...runOf({ epochs: 2 }), checkpoints }));
    const bytes = checkpoints.files.get("last") ?? new Uint8Array();
    const longer = { ...runOf({ epochs: 4 }), resume: { name: "last", bytes } };
    const whole = runOf({ epochs: 4 });
    await eventsOf(train(longer));
    await eventsOf(train(whole));
    expect(longer.trainer.save()).toEqual(whole.trainer.save());
  });
});

describe("checkpoints", () => {
  async function lastCheckpoint(): Promise<Uint8Array> {
    const checkpoints = memoryCheckpoints();
    await eventsOf(train({ ...runOf(), checkpoints, identity: { data: "sha256:1" } }));
    return checkpoints.files.get("last") ?? new Uint8Array();
  }

  it("are written within an epoch too, when enough time has passed", async () => {
    let milliseconds = 0;
    const checkpoints = memoryCheckpoints();
    const positions: string[] = [];
    const host: CheckpointHost = {
      read: checkpoints.read,
      write: (kind, bytes) => {
        const { position } = readCheckpoint(kind, bytes);
        positions.push(`${kind} ${position.epoch} ${position.step}`);
        return checkpoints.write(kind, bytes);
      },
    };
    const now = (): number => (milliseconds += 1000);
    await eventsOf(train({ ...runOf({ epochs: 1 }), checkpoints: host, now, saveEvery: 8 }));
    const within = positions.filter((text) => text.startsWith("last 0 "));
    expect(within.length).toBeGreaterThan(0);
    expect(within.length).toBeLessThan(7);
    expect(positions.slice(-2)).toEqual(["best 1 0", "last 1 0"]);
  });

  it("that cannot be written leave the former one, and the reason goes up", async () => {
    const checkpoints = memoryCheckpoints();
    let writes = 0;
    const full: CheckpointHost = {
      read: checkpoints.read,
      // A host that writes aside and renames: what it could not finish is not there.
      write: (kind, bytes) => {
        writes += 1;
        if (writes === 3) throw new Error(`cannot write ${kind}.safetensors: no space is left`);
        return checkpoints.write(kind, bytes);
      },
    };
    await expect(eventsOf(train({ ...runOf(), checkpoints: full }))).rejects.toThrow("no space is left");
    const last = checkpoints.files.get("last") ?? new Uint8Array();
    const rest = { ...runOf(), checkpoints, resume: { name: "last", bytes: last } };
    const whole = runOf();
    await eventsOf(train(whole));
    await eventsOf(train(rest));
    expect(rest.trainer.save()).toEqual(whole.trainer.save());
  });

  it("keep every number, also those that JSON lacks", async () => {
    const bytes = await lastCheckpoint();
    const { position } = readCheckpoint("a", bytes);
    const odd = {
      ...position,
      sums: { rows: 3, sums: { loss: 0.1 + 0.2, precision: NaN, ratio: -Infinity } },
    };
    expect(readCheckpoint("a", writeCheckpoint({ position: odd, bytes })).position).toEqual(odd);
  });

  const refused: readonly [title: string, run: Partial<TrainingRun>, message: string][] = [
    [
      "another parameter",
      { trainer: linearTrainer({ name: "other" }) },
      "last is the checkpoint of another model: it has no other.weight",
    ],
    [
      "another shape",
      { trainer: linearTrainer({ features: 3 }) },
      "last is the checkpoint of another model: its line.weight is f32[2], not f32[3]",
    ],
    ["another seed", { trainer: linearTrainer({ seed: 8 }) }, "last was trained with seed 7, not 8"],
    ["other batches", { trainer: linearTrainer({ batch: 9 }) }, "last was trained with batch 8, not 9"],
    [
      "another number of batches that count as one",
      { trainer: linearTrainer({ accumulate: 2 }) },
      "last was trained with accumulate 1, not 2",
    ],
    ["fewer rows", { train: tableExamples(noisyLine(49, 1), 8) }, "last was trained with rows 50, not 49"],
    [
      "other data",
      { identity: { data: "sha256:2" } },
      "last was trained with another data: sha256:1, not sha256:2",
    ],
  ];

  it.each(refused)("of %s are refused", async (_title, change, message) => {
    const resume = { name: "last", bytes: await lastCheckpoint() };
    await expect(eventsOf(train({ ...runOf(), resume, ...change }))).rejects.toThrow(message);
  });

  it("that are torn, or only weights, are refused by name", async () => {
    const bytes = await lastCheckpoint();
    expect(() => readCheckpoint("last", bytes.subarray(0, bytes.length - 3))).toThrow(
      /^last is not a whole safetensors/,
    );
    expect(() => readCheckpoint("weights", linearTrainer().save())).toThrow(
      "weights holds weights, but is no checkpoint",
    );
    const text = new TextDecoder("latin1").decode(bytes).replace('step\\":0', 'step\\":x');
    const damaged = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    expect(() => readCheckpoint("last", damaged)).toThrow("last is a checkpoint whose position is damaged");
  });
});
