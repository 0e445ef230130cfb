import { describe, expect, it } from "vitest";
import { trainingOf } from "../language/train-source.ts";
import { evaluate } from "../../compiler/integers/index.ts";
import { loadTrained, savedNumbers, type Trained } from "./load-trained.ts";

const source = (freeze: string): string => `import std.nn { Conv2d, Linear, relu, maxPool2d, flatten }
import std.loss { crossEntropy }
import std.optim { Adam }
model Small(image: f32[N, 1, 12, 12]) -> (logits: f32[N, 3]) {
  logits = image
    |> conv1: Conv2d(4, kernel: 3) |> relu |> maxPool2d(2)
    |> conv2: Conv2d(8, kernel: 3) |> relu |> flatten
    |> fc1: Linear(5) |> relu |> fc2: Linear(3)
}
train Small on (image: f32[N, 1, 12, 12], label: i32[N] in 0..3) {
  loss = crossEntropy(logits, label)
  optimizer = Adam()
  batch = 6
  ${freeze}
}`;

const batch = {
  image: Float32Array.from({ length: 6 * 144 }, (_, place) => Math.sin(place * 7.31)),
  label: Int32Array.from([0, 1, 2, 0, 1, 2]),
};

function operationsOf({ plan }: Trained, name: string): number {
  const entry = plan.entries.find((one) => one.name === name);
  if (entry === undefined) throw new Error(`no entry ${name}`);
  return evaluate(entry.flops, () => 6);
}

describe("freeze = [conv1, conv2]", () => {
  it("leaves their backward pass out of the code, and has no slots for them", async () => {
    const [all, some] = await Promise.all([
      loadTrained(source("")),
      loadTrained(source("freeze = [conv1, conv2]")),
    ]);
    expect(new Set(trainingOf(some.program).trainable)).toEqual(
      new Set(["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"]),
    );
    const slots = trainingOf(some.program).slots.map(({ path }) => path);
    expect(slots.filter((path) => path.includes("conv"))).toEqual([]);
    expect(slots).toHaveLength(3 * 4);
    expect(trainingOf(all.program).slots).toHaveLength(3 * 8);
    // The convolutions forward are most of the work; a pass back through them takes twice as much again.
    const forward = operationsOf(some, "$evaluate");
    expect(operationsOf(some, "$step")).toBeLessThan(1.2 * forward);
    expect(operationsOf(all, "$step")).toBeGreaterThan(2 * forward);
    const calls = ({ plan }: Trained) => plan.entries.find(({ name }) => name === "$step")?.calls.length ?? 0;
    expect(calls(some)).toBeLessThan(calls(all));
  });

  it("keeps them bit for bit, while the others move as they do when nothing is frozen", async () => {
    const [all, some] = await Promise.all([
      loadTrained(source("")),
      loadTrained(source("freeze = [conv1, conv2]")),
    ]);
    const before = savedNumbers(some.model.trainer);
    const losses = [all, some].map(({ model }) => model.trainer.step(batch)["loss"]);
    expect(losses[1]).toBe(losses[0]);
    const [moved, kept] = [all, some].map(({ model }) => savedNumbers(model.trainer));
    for (const [path, values] of Object.entries(kept ?? {})) {
      if (path.startsWith("conv")) expect(values).toEqual(before[path]);
      else values.forEach((value, place) => expect(value).toBeCloseTo(moved?.[path]?.[place] ?? NaN, 6));
    }
    expect(moved?.["conv1.weight"]).not.toEqual(before["conv1.weight"]);
  });
});
