import { describe, expect, it } from "vitest";
import { epochOrder, restrict, type Source } from "../../data/index.ts";
import { memorySource } from "../../data/memory-source.ts";
import { makeExamples, type BatchPlace } from "../../training/make-examples.ts";
import { train } from "../../training/train.ts";
import type { Examples, RowOrder } from "../../training/trainer.ts";
import { eventsOf, linearTrainer, memoryCheckpoints, noisyLine, ofKind } from "./linear-trainer.ts";

const table = noisyLine(50, 1);
const sources = {
  x: memorySource("x.npy", "f32", [50, 2], table.x),
  y: memorySource("y.npy", "f32", [50], table.y),
};

function examplesOf(
  { x, y }: { readonly x: Source; readonly y: Source },
  places: BatchPlace[] = [],
  batch = 8,
): Examples {
  return makeExamples({
    rows: x.shape[0],
    batch,
    fetch: async (rows, place) => {
      places.push(place);
      const [xs, ys] = await Promise.all([x.rows(rows), y.rows(rows)]);
      return { x: xs, y: ys };
    },
  });
}

/** The labels of a pass, batch by batch. */
async function labelsOf(
  examples: Examples,
  order: RowOrder,
  first = 0,
): Promise<readonly (readonly number[])[]> {
  const all: number[][] = [];
  for await (const { rows, values } of examples.batches(order, first)) {
    expect(values["y"]).toHaveLength(rows);
    all.push([...(values["y"] ?? [])]);
  }
  return all;
}

describe("examples from sources", () => {
  it("come in the order of their epoch, or as they are stored", async () => {
    const examples = examplesOf(sources);
    expect((await labelsOf(examples, { kind: "stored" })).flat()).toEqual([...table.y]);
    const shuffled = await labelsOf(examples, { kind: "shuffled", seed: 7, epoch: 3 });
    expect(shuffled.map(({ length }) => length)).toEqual([8, 8, 8, 8, 8, 8, 2]);
    expect(shuffled.flat()).toEqual([...epochOrder(50, 7, 3)].map((row) => table.y[row]));
  });

  it("begin at any batch, and say which it is", async () => {
    const places: BatchPlace[] = [];
    const examples = examplesOf(sources, places);
    const order = { kind: "shuffled", seed: 7, epoch: 1 } as const;
    const whole = await labelsOf(examples, order);
    places.length = 0;
    expect(await labelsOf(examples, order, 5)).toEqual(whole.slice(5));
    expect(places).toEqual([
      { epoch: 1, batch: 5 },
      { epoch: 1, batch: 6 },
    ]);
    expect(await labelsOf(examples, order, 7)).toEqual([]);
  });

  it("keep a part to itself", async () => {
    const rows = Int32Array.of(3, 30, 17);
    const part = { x: restrict(sources.x, rows), y: restrict(sources.y, rows) };
    expect((await labelsOf(examplesOf(part), { kind: "stored" })).flat()).toEqual(
      [...rows].map((row) => table.y[row]),
    );
  });

  it("are trained on, stopped and gone on with, bit for bit", async () => {
    const whole = linearTrainer();
    await eventsOf(train({ trainer: whole, train: examplesOf(sources) }));
    const checkpoints = memoryCheckpoints();
    const controller = new AbortController();
    const first = { trainer: linearTrainer(), train: examplesOf(sources), checkpoints };
    for await (const event of train({ ...first, signal: controller.signal }))
      if (event.kind === "step" && event.iteration === 9) controller.abort();
    const second = linearTrainer();
    const resume = { name: "last", bytes: checkpoints.files.get("last") ?? new Uint8Array() };
    const rest = await eventsOf(train({ trainer: second, train: examplesOf(sources), resume }));
    expect(ofKind(rest, "step")[0]?.iteration).toBe(10);
    expect(second.save()).toEqual(whole.save());
  });

  it("give up where a source does", async () => {
    const broken = {
      ...sources,
      y: { ...sources.y, rows: () => Promise.reject(new Error("y.npy: cut short")) },
    };
    await expect(eventsOf(train({ trainer: linearTrainer(), train: examplesOf(broken) }))).rejects.toThrow(
      "y.npy: cut short",
    );
  });
});
