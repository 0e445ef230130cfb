import { describe, expect, it } from "vitest";
import { tensorOf, type Tensor } from "../../compiler/graph/index.ts";
import { compileSource } from "./compile-source.ts";
import { callEntry, loadCompiled, weightsFile } from "./load-compiled.ts";

/** A perceptron of three scores with fixed weights, and an entry for each map. */
const source = `import std.explain { gradientTimesInput, integratedGradients, occlusion, smoothGrad }
import std.nn { Linear, flatten, relu }

model Asked {
  fc1 = Linear(8)
  fc2 = Linear(3)
  fn net(z: real[N, 1, 4, 4]) = z |> flatten |> fc1 |> relu |> fc2
  fn cubes(z: real[N, 1, 4, 4]) -> (score: real[N, 1]) { score[n, q in 0..1] = sum[i, j] z[n, 0, i, j]^3 }
  fn linear(z: real[N, 1, 4, 4]) -> (score: real[N, 1]) {
    score[n, q in 0..1] = 2 + (sum[i, j] (i - j) * z[n, 0, i, j])
  }

  entry score(x: f32[N, 1, 4, 4]) -> (y: f32[N, 3]) { y = net(x) }
  entry path(x: f32[N, 1, 4, 4], class: i32[N] in 0..3, baseline: f32[N, 1, 4, 4]) -> (map: f32[N, 1, 4, 4]) {
    map = integratedGradients(net, steps: 500)(x, class, baseline)
  }
  entry few(x: f32[N, 1, 4, 4], class: i32[N] in 0..1) -> (path: f32[N, 1, 4, 4], product: f32[N, 1, 4, 4], fall: f32[N, 4, 4]) {
    path = integratedGradients(linear, steps: 1)(x, class)
    product = gradientTimesInput(linear)(x, class)
    fall = occlusion(linear, window: 1)(x, class)
  }
  entry noisy(x: f32[N, 1, 4, 4], class: i32[N] in 0..1) -> (map: f32[N, 1, 4, 4]) {
    map = smoothGrad(cubes, samples: 2000)(x, class, sigma: 0.5)
  }
}`;

const spread = (length: number, start: number): readonly number[] =>
  Array.from({ length }, (_, place) => Math.sin(12.9898 * (place + start) + 4.1));

const weights = {
  "fc1.weight": tensorOf([8, 16], spread(128, 1)),
  "fc1.bias": tensorOf([8], spread(8, 200)),
  "fc2.weight": tensorOf([3, 8], spread(24, 300)),
  "fc2.bias": tensorOf([3], spread(3, 400)),
};

const rows = 3;
const x = tensorOf([rows, 1, 4, 4], spread(16 * rows, 500));
/** Of a network of one score. */
const only = tensorOf([rows], [0, 0, 0], "i32");
const loaded = loadCompiled(compileSource(source).plan, "baseline", weightsFile(weights));

const run = async (entry: string, inputs: Readonly<Record<string, Tensor>>) =>
  callEntry(await loaded, entry, inputs);

/** The numbers of each row of a tensor. */
function rowsOf(tensor: Tensor | undefined): readonly (readonly number[])[] {
  const data = Array.from(tensor?.data ?? []);
  const length = data.length / rows;
  return Array.from({ length: rows }, (_, row) => data.slice(row * length, (row + 1) * length));
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

describe("integrated gradients", () => {
  it("are complete: together they are the difference of the scores at both ends", async () => {
    const classes = [2, 0, 1];
    const baseline = tensorOf([rows, 1, 4, 4], spread(16 * rows, 900));
    const { map } = await run("path", { x, baseline, class: tensorOf([rows], classes, "i32") });
    const [here, there] = [await run("score", { x }), await run("score", { x: baseline })].map(({ y }) =>
      rowsOf(y),
    );
    rowsOf(map).forEach((row, n) => {
      const place = classes[n] ?? NaN;
      const difference = (here?.[n]?.[place] ?? NaN) - (there?.[n]?.[place] ?? NaN);
      // A relu bends the path at up to eight places, each within one of 500 steps.
      expect(total(row)).toBeCloseTo(difference, 2);
      expect(Math.abs(difference)).toBeGreaterThan(0.1);
    });
  });
});

describe("of a linear network", () => {
  it("one step of integrated gradients, gradients times input and the fall of a covered pixel are its terms", async () => {
    const { path, product, fall } = await run("few", { x, class: only });
    const terms = Array.from(x.data, (value, place) => (Math.floor((place % 16) / 4) - (place % 4)) * value);
    for (const map of [path, product, fall]) {
      expect(map?.data.length).toBe(terms.length);
      terms.forEach((term, place) => expect(map?.data[place]).toBeCloseTo(term, 5));
    }
  });
});

describe("SmoothGrad", () => {
  it("averages over noise of the given deviation: of a cube the slope is 3 (x² + σ²)", async () => {
    const { map } = await run("noisy", { x, class: only });
    // The mean of 2000 values of 3 (x + z/2)², whose deviation is about 3.7 at most, and then of all pixels.
    const errors = Array.from(x.data, (value, place) => (map?.data[place] ?? NaN) - 3 * (value ** 2 + 0.25));
    expect(Math.max(...errors.map(Math.abs))).toBeLessThan(0.4);
    expect(Math.abs(total(errors) / errors.length)).toBeLessThan(0.04);
    expect(new Set(errors).size).toBe(errors.length);
  });
});
