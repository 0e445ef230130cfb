import { describe, expect, it } from "vitest";
import { DataError, prefetch, type Source, type TensorData } from "../../data/index.ts";

/** A source of 100 rows whose reads are answered when the test says so. */
function heldSource() {
  const asked: { readonly rows: readonly number[]; readonly answer: (error?: Error) => void }[] = [];
  const source: Source = {
    file: "held",
    dtype: "i32",
    shape: [100],
    meta: {},
    isInMemory: false,
    rows: (rows) =>
      new Promise<TensorData>((resolve, reject) => {
        const answer = (error?: Error): void => (error === undefined ? resolve(rows.slice()) : reject(error));
        asked.push({ rows: [...rows], answer });
      }),
    whole: () => Promise.resolve(Int32Array.from([7])),
    close: () => Promise.resolve(),
  };
  return { source, asked };
}

function readOf(source: Source): (batch: number) => Promise<TensorData> {
  return (batch) => source.rows(Int32Array.from([batch]));
}

/** Lets everything that is ready happen. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

describe("reading ahead", () => {
  it("has at most so many batches under way, and gives them in order", async () => {
    const { source, asked } = heldSource();
    const ahead = prefetch([0, 1, 2, 3, 4, 5], readOf(source), 2);
    const first = ahead.next();
    await settle();
    expect(asked.map(({ rows }) => rows[0])).toEqual([0, 1, 2]);
    // The later ones are ready first.
    asked[2]?.answer();
    asked[1]?.answer();
    asked[0]?.answer();
    expect((await first).value).toEqual({ batch: 0, value: Int32Array.from([0]) });
    await settle();
    expect(asked).toHaveLength(3);
    expect((await ahead.next()).value).toEqual({ batch: 1, value: Int32Array.from([1]) });
    await settle();
    expect(asked.map(({ rows }) => rows[0])).toEqual([0, 1, 2, 3]);
    expect((await ahead.next()).value).toMatchObject({ batch: 2 });
    asked.slice(3).forEach(({ answer }) => answer());
    const third = ahead.next();
    await settle();
    asked.slice(4).forEach(({ answer }) => answer());
    expect((await third).value).toMatchObject({ batch: 3 });
    expect((await ahead.next()).value).toMatchObject({ batch: 4 });
    expect((await ahead.next()).value).toMatchObject({ batch: 5 });
    expect(await ahead.next()).toEqual({ value: undefined, done: true });
  });

  it("gives an error to the consumer in the place of its batch, and then ends", async () => {
    const { source, asked } = heldSource();
    const got: number[] = [];
    const consume = async (): Promise<void> => {
      for await (const { batch } of prefetch([0, 1, 2, 3], readOf(source), 3)) got.push(batch);
    };
    const end = expect(consume()).rejects.toThrow("held: row 1 is bad");
    await settle();
    asked[1]?.answer(new DataError("DLC6107", "held", "row 1 is bad", { row: 1 }));
    await settle();
    expect(got).toEqual([]);
    for (const { answer } of asked) answer();
    await end;
    expect(got).toEqual([0]);
  });

  it("ends cleanly when the consumer leaves: waits for what is under way, asks for nothing more", async () => {
    const { source, asked } = heldSource();
    let isClosed = false;
    function* batches(): Generator<number> {
      try {
        for (let batch = 0; ; batch++) yield batch;
      } finally {
        isClosed = true;
      }
    }
    let hasEnded = false;
    const consume = (async () => {
      for await (const { batch } of prefetch(batches(), readOf(source), 2)) if (batch === 0) break;
      hasEnded = true;
    })();
    await settle();
    asked[0]?.answer();
    await settle();
    expect([isClosed, hasEnded]).toEqual([true, false]);
    asked[1]?.answer();
    asked[2]?.answer(new Error("nobody hears this"));
    await consume;
    expect(asked).toHaveLength(3);
  });
});
