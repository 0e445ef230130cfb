import { describe, expect, it } from "vitest";
import { epochOrder, type FeedModule } from "../../data/index.ts";
import { arraySource, differenceModule, differencePlan, feedHere } from "./hand-made-feed.ts";

const raw = (): ReturnType<typeof arraySource> =>
  arraySource("raw.npy", "f32", [5, 2], Float32Array.of(1, 10, 2, 20, 3, 30, 4, 40, 5, 50));
const label = (): ReturnType<typeof arraySource> =>
  arraySource("label.npy", "i32", [5], Int32Array.of(7, 8, 9, 6, 5));

describe("a feed", () => {
  it("gives the batches of an epoch as its module makes them, in the order of the epoch", async () => {
    const { module, calls } = differenceModule();
    const sources = [raw(), label()];
    const feed = await feedHere(differencePlan, sources, module);
    expect(feed.rows).toBe(5);
    const batches = [];
    const order = epochOrder(5, 3, 2);
    for await (const batch of feed.examples("train", 2).batches({ kind: "shuffled", seed: 3, epoch: 2 }, 0)) {
      batches.push(batch);
    }
    expect(batches.map(({ rows }) => rows)).toEqual([2, 2, 1]);
    // The means of the columns are 3 and 30.
    const xs = [...order].flatMap((row) => [row + 1 - 3, 10 * (row + 1) - 30]);
    expect(batches.flatMap(({ values }) => [...(values["x"] ?? [])])).toEqual(xs);
    const labels = [7, 8, 9, 6, 5];
    expect(batches.flatMap(({ values }) => [...(values["y"] ?? [])])).toEqual(
      [...order].map((row) => labels[row]),
    );
    expect(batches.flatMap(({ values }) => [...(values["next"] ?? [])])).toEqual(
      [...order].map((row) => labels[(row + 1) % 5]),
    );
    // Draws belong to the step, whatever batch the epoch begins with.
    const trained = calls.filter(({ entry }) => entry === "train");
    expect(trained.map(({ step }) => step)).toEqual([6, 7, 8]);
    expect(trained.map(({ dims }) => dims)).toEqual([{ M: 5 }, { M: 5 }, { M: 5 }]);
  });

  it("is refused where there are more examples than can be numbered", async () => {
    const plan = { ...differencePlan, rows: () => 2 ** 31 };
    await expect(feedHere(plan, [raw(), label()], differenceModule().module)).rejects.toThrow(
      "2147483648 examples are more than 2147483647, which can be numbered",
    );
  });

  it("begins with any batch of an epoch, and draws as if it had begun with the first", async () => {
    const { module, calls } = differenceModule();
    const sources = [raw(), label()] as const;
    const feed = await feedHere(differencePlan, sources, module);
    const got = [];
    for await (const { values } of feed
      .examples("train", 2)
      .batches({ kind: "shuffled", seed: 3, epoch: 1 }, 1)) {
      got.push(...(values["y"] ?? []));
    }
    const order = [...epochOrder(5, 3, 1)].slice(2);
    expect(sources[0].rowsRead).toEqual(order);
    expect(got).toEqual(order.map((row) => [7, 8, 9, 6, 5][row]));
    expect(calls.filter(({ entry }) => entry === "train").map(({ step }) => step)).toEqual([4, 5]);
  });

  it("computes once what needs whole sources, and hands over the same arrays at each call", async () => {
    const { module, calls } = differenceModule();
    const sources = [raw(), label()] as const;
    const feed = await feedHere(differencePlan, sources, module);
    for (const entry of ["train", "evaluate"] as const) {
      for await (const { rows } of feed.examples(entry, 2).batches({ kind: "stored" }, 0)) {
        expect(rows).toBeGreaterThan(0);
      }
    }
    expect(calls.filter(({ entry }) => entry === "once")).toHaveLength(1);
    expect(sources.map((source) => source.wholeReads())).toEqual([1, 1]);
    const [first, ...others] = calls.filter(({ entry }) => entry !== "once");
    for (const { whole } of others) whole.forEach((array, at) => expect(array).toBe(first?.whole[at]));
  });

  it("gives an entry what it takes, and nothing else", async () => {
    const { module, calls } = differenceModule();
    const narrow: FeedModule = {
      ...module,
      entries: { evaluate: { inputs: [{ name: "raw.rows" }] } },
      call: (entry, inputs, options) => {
        calls.push({ entry, inputs: Object.keys(inputs), whole: [], ...options });
        return { x: { shape: [1], data: new Float32Array(1) } };
      },
    };
    const sources = [raw(), label()] as const;
    const feed = await feedHere(differencePlan, sources, narrow);
    for await (const { rows } of feed.examples("evaluate", 5).batches({ kind: "stored" }, 0)) {
      expect(rows).toBe(5);
    }
    expect(calls.map(({ inputs }) => inputs)).toEqual([["raw.rows"]]);
    expect(sources[1].rowsRead).toEqual([]);
    expect(sources.map((source) => source.wholeReads())).toEqual([0, 0]);
  });

  it("is one example where rows are nothing that the outputs share", async () => {
    const { module, calls } = differenceModule();
    const { rows: _rows, ...graph } = differencePlan;
    const whole: FeedModule = {
      entries: { train: { inputs: [{ name: "label" }] } },
      call: (entry, inputs, options) =>
        module.call(
          entry === "train" ? "once" : entry,
          { raw: inputs["label"] ?? new Int32Array() },
          options,
        ),
    };
    const feed = await feedHere(graph, [raw(), label()], whole);
    const got = [];
    for await (const batch of feed
      .examples("train", 64)
      .batches({ kind: "shuffled", seed: 1, epoch: 4 }, 0)) {
      got.push(batch.rows, [...(batch.values["mean"] ?? [])]);
    }
    expect(feed.rows).toBe(1);
    expect(got).toHaveLength(2);
    expect(calls.map(({ step }) => step)).toEqual([4]);
  });

  it("refuses sources of different sizes, and sizes that the declaration can't take", async () => {
    const { module } = differenceModule();
    const short = arraySource("label.npy", "i32", [4], Int32Array.of(1, 2, 3, 4));
    await expect(feedHere(differencePlan, [raw(), short], module)).rejects.toMatchObject({
      code: "DLC6109",
      message: "label.npy: M is 4 here, but 5 in raw.npy",
    });
    const two = [
      arraySource("raw.npy", "f32", [2, 2], new Float32Array(4)),
      arraySource("label.npy", "i32", [2], new Int32Array(2)),
    ];
    await expect(feedHere(differencePlan, two, module)).rejects.toThrow(
      "Differences: its sources have M = 2, for which M - 3 ≥ 0 does not hold",
    );
  });
});
