import { expect, it } from "vitest";
import { tensorOf } from "../../compiler/graph/index.ts";
import { compileSource } from "./compile-source.ts";
import { callEntry, loadCompiled, weightsFile } from "./load-compiled.ts";

const source = `import std.loss { crossEntropy }
import std.nn { Linear }
import std.robust { fgsm, pgd }

model Attacked {
  fc1 = Linear(6)
  fc2 = Linear(3)
  fn net(z: real[N, 8]) = z |> fc1 |> tanh |> fc2

  entry loss(x: f32[N, 8], target: i32[N] in 0..3) -> (y: f32) { y = crossEntropy(net(x), target) }
  entry attack(x: f32[N, 8], target: i32[N] in 0..3, epsilon: f32) -> (once: f32[N, 8], often: f32[N, 8], start: f32[N, 8]) {
    once = fgsm(net)(x, target, epsilon)
    often = pgd(net, steps: 20)(x, target, epsilon, epsilon / 10)
    start = pgd(net, steps: 1)(x, target, epsilon, 0)
  }
}`;

const spread = (length: number, start: number): readonly number[] =>
  Array.from({ length }, (_, place) => Math.sin(12.9898 * (place + start) + 4.1));

const weights = {
  "fc1.weight": tensorOf([6, 8], spread(48, 1)),
  "fc1.bias": tensorOf([6], spread(6, 100)),
  "fc2.weight": tensorOf([3, 6], spread(18, 200)),
  "fc2.bias": tensorOf([3], spread(3, 300)),
};

it("attacks stay within epsilon and the bounds, start anywhere there, and raise the loss: many steps more than one", async () => {
  const model = await loadCompiled(compileSource(source).plan, "baseline", weightsFile(weights));
  const x = tensorOf(
    [50, 8],
    spread(400, 700).map((value) => (value + 1) / 2),
  );
  const target = tensorOf(
    [50],
    Array.from({ length: 50 }, (_, row) => row % 3),
    "i32",
  );
  const epsilon = 0.2;
  const found = callEntry(model, "attack", { x, target, epsilon: tensorOf([], [epsilon]) });
  const lossOf = (rows: typeof x): number =>
    callEntry(model, "loss", { x: rows, target })["y"]?.data[0] ?? NaN;
  const { once = x, often = x, start = x } = found;
  for (const { data } of [once, often, start]) {
    data.forEach((value, place) => {
      expect(Math.abs(value - (x.data[place] ?? NaN))).toBeLessThan(epsilon + 1e-6);
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(1);
    });
  }
  // A step of size 0 leaves the start: uniform in a range of 0.4 where no bound is near.
  const moves = Array.from(start.data, (value, place) => value - (x.data[place] ?? NaN)).filter(
    (_, place) => Math.abs((x.data[place] ?? NaN) - 0.5) < 0.3,
  );
  const square = moves.reduce((sum, move) => sum + move ** 2, 0) / moves.length;
  expect(moves.length).toBeGreaterThan(100);
  expect(square).toBeGreaterThan((0.8 * 0.4 ** 2) / 12);
  expect(square).toBeLessThan((1.2 * 0.4 ** 2) / 12);
  expect(lossOf(once)).toBeGreaterThan(lossOf(x) + 0.1);
  expect(lossOf(often)).toBeGreaterThanOrEqual(lossOf(once));
});
