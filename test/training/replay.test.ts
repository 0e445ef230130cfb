import { describe, expect, it } from "vitest";
import { replaying, train } from "../../training/index.ts";
import { eventsOf, linearTrainer, noisyLine, tableExamples } from "./linear-trainer.ts";

/** The state before each step of a training, by saving it each time. */
async function statesOf(steps: number): Promise<readonly Uint8Array[]> {
  const trainer = linearTrainer({ batch: 4 });
  const states: Uint8Array[] = [];
  const saving = {
    ...trainer,
    step(batch: Parameters<typeof trainer.step>[0]) {
      states.push(trainer.save());
      Object.assign(trainer, { iteration: this.iteration, epoch: this.epoch });
      return trainer.step(batch);
    },
  };
  const examples = tableExamples(noisyLine(40, 5), 4);
  for await (const event of train({ trainer: saving, train: examples })) {
    if (event.kind === "step" && event.iteration === steps) break;
  }
  return states;
}

describe("a trainer that can go back", () => {
  it.each([1, 2, 13, 27])("gives the state before step %i, bit for bit", async (steps) => {
    // Saving costs nothing on this clock, so that it is saved as often as it may be.
    const replayed = replaying(linearTrainer({ batch: 4 }), () => 0);
    const examples = tableExamples(noisyLine(40, 5), 4);
    for await (const event of train({ trainer: replayed.trainer, train: examples })) {
      if (event.kind === "step" && event.iteration === steps) break;
    }
    const rewound = await replayed.rewind();
    const states = await statesOf(steps);
    expect(rewound?.state).toEqual(states[steps - 1]);
    expect([rewound?.epoch, rewound?.iteration]).toEqual([Math.floor((steps - 1) / 10), steps - 1]);
  });

  it("saves again after some steps, and not before", async () => {
    let saves = 0;
    const trainer = linearTrainer({ batch: 1, epochs: 10 });
    const counting = { ...trainer, save: () => ((saves += 1), trainer.save()) };
    let clock = 0;
    const replayed = replaying(counting, () => (clock += 1000));
    const examples = tableExamples(noisyLine(20, 5), 1);
    await eventsOf(train({ trainer: replayed.trainer, train: examples }));
    // 200 steps, one save for at least 64 of them and the first.
    expect(saves).toBeGreaterThanOrEqual(2);
    expect(saves).toBeLessThanOrEqual(4);
  });

  it("has nothing to go back to before the first step", async () => {
    expect(await replaying(linearTrainer()).rewind()).toBeUndefined();
  });
});
