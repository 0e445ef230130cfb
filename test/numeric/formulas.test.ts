import { describe, expect, it } from "vitest";
import { tensorOf, type Tensor } from "../../compiler/graph/tensor.ts";
import { compileSource } from "./compile-source.ts";
import { callEntry, loadCompiled, weightsFile } from "./load-compiled.ts";
import { loadTrained, savedNumbers } from "./load-trained.ts";

// The formulas of textbooks, each written a second time below as it is printed there, with loops over plain numbers.

type Tensors = Readonly<Record<string, Tensor>>;

/** What the module of a source gives for inputs and parameters. */
async function run(source: string, inputs: Tensors, weights: Tensors = {}): Promise<Tensors> {
  const model = await loadCompiled(compileSource(source).plan, "baseline", weightsFile(weights));
  return callEntry(model, "forward", inputs);
}

function expectClose(actual: Tensor | undefined, expected: readonly number[]): void {
  expect(actual?.data.length).toBe(expected.length);
  expected.forEach((value, place) => {
    expect(actual?.data[place], `place ${place}`).toBeCloseTo(value, 5);
  });
}

/** Numbers between -1 and 1 without a pattern. */
function spread(length: number, start: number): readonly number[] {
  return Array.from({ length }, (_, place) => Math.sin(12.9898 * (place + start) + 4.1));
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const indices = (length: number): readonly number[] => Array.from({ length }, (_, place) => place);
const at = (values: readonly number[], place: number): number => values[place] ?? NaN;
const sigma = (z: number): number => 1 / (1 + Math.exp(-z));

describe("layers", () => {
  it("a neuron is y = f(Σ_i w_i x_i + b)", async () => {
    const [x, w] = [spread(3, 1), spread(3, 5)];
    const source = `import std.nn { Linear }
model M(x: f32[3]) -> (y: f32[1]) { y = x |> neuron: Linear(1) |> tanh }`;
    const weights = { "neuron.weight": tensorOf([1, 3], w), "neuron.bias": tensorOf([1], [0.25]) };
    const z = total(indices(3).map((i) => at(w, i) * at(x, i))) + 0.25;
    expectClose((await run(source, { x: tensorOf([3], x) }, weights))["y"], [Math.tanh(z)]);
  });

  it("a layer is z = W x + b, a = σ(z)", async () => {
    const [x, w, b] = [spread(3, 1), spread(6, 5), spread(2, 17)];
    const source = `import std.nn { Linear }
import std.math { sigmoid }
model M(x: f32[3]) -> (a: f32[2]) { a = x |> fc: Linear(2) |> sigmoid }`;
    const weights = { "fc.weight": tensorOf([2, 3], w), "fc.bias": tensorOf([2], b) };
    const expected = indices(2).map((o) =>
      sigma(total(indices(3).map((i) => at(w, 3 * o + i) * at(x, i))) + at(b, o)),
    );
    expectClose((await run(source, { x: tensorOf([3], x) }, weights))["a"], expected);
  });

  it("a convolution is z_ij = Σ_mn w_mn a_{i+m, j+n} + b, without turning w round", async () => {
    const [a, w] = [spread(20, 1), spread(6, 40)];
    const source = `import std.nn { Conv2d }
model M(a: f32[1, 1, 4, 5]) -> (z: f32[1, 1, 3, 4]) { z = a |> conv: Conv2d(1, kernel: 2) }`;
    const weights = {
      "conv.weight": tensorOf([1, 1, 2, 2], w.slice(0, 4)),
      "conv.bias": tensorOf([1], [0.5]),
    };
    const expected = indices(3).flatMap((i) =>
      indices(4).map(
        (j) =>
          0.5 +
          total(
            indices(2).flatMap((m) => indices(2).map((n) => at(w, 2 * m + n) * at(a, 5 * (i + m) + (j + n)))),
          ),
      ),
    );
    expectClose((await run(source, { a: tensorOf([1, 1, 4, 5], a) }, weights))["z"], expected);
  });

  it("pooling takes the largest and the mean of each window", async () => {
    const a = spread(24, 3);
    const source = `import std.nn { avgPool2d, maxPool2d }
model M(a: f32[1, 1, 4, 6]) -> (largest: f32[1, 1, 2, 3], middle: f32[1, 1, 2, 3]) {
  largest = maxPool2d(2)(a)
  middle = avgPool2d(2)(a)
}`;
    const windows = indices(2).flatMap((i) =>
      indices(3).map((j) => [0, 1, 6, 7].map((offset) => at(a, 12 * i + 2 * j + offset))),
    );
    const { largest, middle } = await run(source, { a: tensorOf([1, 1, 4, 6], a) });
    expectClose(
      largest,
      windows.map((window) => Math.max(...window)),
    );
    expectClose(
      middle,
      windows.map((window) => total(window) / 4),
    );
  });
});

it("back-propagation is δ^l = ∇_a C ⊙ σ'(z^l), ∇_W C = δ^l (a^{l-1})ᵀ, ∇_b C = Σ δ^l", async () => {
  const [examples, wide, hidden, out] = [3, 4, 3, 2];
  const [x, y] = [spread(examples * wide, 1), spread(examples * out, 30)];
  const [w1, b1, w2, b2] = [
    spread(hidden * wide, 50),
    spread(hidden, 70),
    spread(out * hidden, 90),
    spread(out, 110),
  ];
  // C = ½ Σ (a² - y)², so that ∇_a C = a² - y.
  const source = `import std.nn { Linear }
import std.math { sigmoid }
model M(x: f32[N, 4], y: f32[N, 2]) -> (w1: f32[3, 4], b1: f32[3], w2: f32[2, 3], b2: f32[2]) {
  a = x |> fc1: Linear(3) |> sigmoid |> fc2: Linear(2) |> sigmoid
  C = (sum[n, o] (a[n, o] - y[n, o])^2) / 2
  w1 = grad(C, fc1.weight)
  b1 = grad(C, fc1.bias)
  w2 = grad(C, fc2.weight)
  b2 = grad(C, fc2.bias)
}`;
  const sums = { w1: w1.map(() => 0), b1: b1.map(() => 0), w2: w2.map(() => 0), b2: b2.map(() => 0) };
  const add = (to: number[], place: number, value: number): void => {
    to[place] = at(to, place) + value;
  };
  for (const n of indices(examples)) {
    const a1 = indices(hidden).map((h) =>
      sigma(total(indices(wide).map((i) => at(w1, wide * h + i) * at(x, wide * n + i))) + at(b1, h)),
    );
    const a2 = indices(out).map((o) =>
      sigma(total(indices(hidden).map((h) => at(w2, hidden * o + h) * at(a1, h))) + at(b2, o)),
    );
    // σ'(z) = a (1 - a)
    const delta2 = a2.map((a, o) => (a - at(y, out * n + o)) * a * (1 - a));
    const delta1 = a1.map(
      (a, h) => total(delta2.map((delta, o) => at(w2, hidden * o + h) * delta)) * a * (1 - a),
    );
    delta2.forEach((delta, o) => {
      add(sums.b2, o, delta);
      a1.forEach((a, h) => add(sums.w2, hidden * o + h, delta * a));
    });
    delta1.forEach((delta, h) => {
      add(sums.b1, h, delta);
      indices(wide).forEach((i) => add(sums.w1, wide * h + i, delta * at(x, wide * n + i)));
    });
  }
  const weights = {
    "fc1.weight": tensorOf([hidden, wide], w1),
    "fc1.bias": tensorOf([hidden], b1),
    "fc2.weight": tensorOf([out, hidden], w2),
    "fc2.bias": tensorOf([out], b2),
  };
  const inputs = { x: tensorOf([examples, wide], x), y: tensorOf([examples, out], y) };
  const found = await run(source, inputs, weights);
  for (const [name, expected] of Object.entries(sums)) expectClose(found[name], expected);
});

describe("losses", () => {
  it("the mean squared error is 1/n Σ (y - ŷ)²: 100 where all errors are 10 or -10", async () => {
    const source = `import std.loss { meanSquared }
model M(y: f32[N], target: f32[N]) -> (loss: f32) { loss = meanSquared(y, target) }`;
    const target = [100, 200, 300, 400];
    const errors = [10, -10, 10, -10];
    const inputs = {
      y: tensorOf(
        [4],
        target.map((value, place) => value + at(errors, place)),
      ),
      target: tensorOf([4], target),
    };
    expectClose((await run(source, inputs))["loss"], [100]);
  });

  it("binary cross-entropy is -[y log ŷ + (1 - y) log(1 - ŷ)]: 0.223 for ŷ = 0.8 and y = 1", async () => {
    const source = `import std.loss { binaryCrossEntropy, binaryCrossEntropyOfProbabilities }
model M(p: f32[N], y: f32[N]) -> (loss: f32, ofLogits: f32) {
  loss = binaryCrossEntropyOfProbabilities(p, y)
  logits[n] = log(p[n] / (1 - p[n]))
  ofLogits = binaryCrossEntropy(logits, y)
}`;
    const one = await run(source, { p: tensorOf([1], [0.8]), y: tensorOf([1], [1]) });
    expectClose(one["loss"], [-Math.log(0.8)]);
    expect(one["loss"]?.data[0]?.toFixed(3)).toBe("0.223");
    const [p, y] = [
      [0.8, 0.1, 0.6],
      [1, 0, 0.25],
    ];
    const terms = p.map((q, n) => -(at(y, n) * Math.log(q) + (1 - at(y, n)) * Math.log(1 - q)));
    const found = await run(source, { p: tensorOf([3], p), y: tensorOf([3], y) });
    expectClose(found["loss"], [total(terms) / 3]);
    expectClose(found["ofLogits"], [total(terms) / 3]);
  });

  it("cross-entropy of several classes is -Σ y_i log ŷ_i", async () => {
    const source = `import std.loss { crossEntropy, softCrossEntropy }
model M(z: f32[C], y: f32[C], class: i32 in 0..4) -> (soft: f32, hard: f32) {
  soft = softCrossEntropy(z, y)
  hard = crossEntropy(z, class)
}`;
    const [z, y] = [
      [0.3, -1, 2, 0.5],
      [0.1, 0.2, 0.3, 0.4],
    ];
    const whole = total(z.map(Math.exp));
    const logs = z.map((value) => Math.log(Math.exp(value) / whole));
    const inputs = { z: tensorOf([4], z), y: tensorOf([4], y), class: tensorOf([], [2], "i32") };
    const { soft, hard } = await run(source.replace("z: f32[C], y: f32[C]", "z: f32[4], y: f32[4]"), inputs);
    expectClose(soft, [-total(logs.map((log, i) => at(y, i) * log))]);
    expectClose(hard, [-at(logs, 2)]);
  });
});

/** The parameter of a model after each step in which the gradient is a · θ, as it is for J = ½ a θ². */
async function steps(optimizer: string, count: number): Promise<readonly number[]> {
  const { model } = await loadTrained(`import std.optim { ${/^\w+/.exec(optimizer)?.[0] ?? ""} }
model M(a: f32[N]) -> (y: f32[N]) {
  param theta: f32 = 1.5
  y[n] = a[n] * theta^2 / 2
}
train M on (a: f32[N]) {
  loss = mean(y)
  optimizer = ${optimizer}
  batch = 1
}`);
  return indices(count).map((step) => {
    model.trainer.step({ a: Float32Array.of(slopeAt(step)) });
    return at(savedNumbers(model.trainer)["theta"] ?? [], 0);
  });
}

/** The curvature a of each step: a gradient that changes its size and its sign. */
const slopeAt = (step: number): number => at([1, 0.5, -0.8, 1.3, 0.2], step);

describe("optimizers, η = 0.1 and J = ½ a θ²,", () => {
  /** θ after each of five steps, by a rule that has memory of its own. */
  const expected = (rule: (theta: number, gradient: number, t: number) => number): readonly number[] => {
    let theta = 1.5;
    return indices(5).map((step) => (theta = rule(theta, slopeAt(step) * theta, step + 1)));
  };

  async function expectSteps(
    optimizer: string,
    rule: (theta: number, gradient: number, t: number) => number,
  ): Promise<void> {
    const found = await steps(optimizer, 5);
    expected(rule).forEach((value, step) => {
      expect(found[step], `step ${step}`).toBeCloseTo(value, 5);
    });
  }

  it("gradient descent is θ ← θ - η ∇J", async () => {
    await expectSteps("Sgd(lr: 0.1)", (theta, g) => theta - 0.1 * g);
  });

  it("momentum is v ← γ v + η ∇J, θ ← θ - v", async () => {
    let v = 0;
    await expectSteps("Momentum(lr: 0.1, momentum: 0.9)", (theta, g) => {
      v = 0.9 * v + 0.1 * g;
      return theta - v;
    });
  });

  it("AdaGrad is G ← G + (∇J)², θ ← θ - η ∇J / √(G + ε)", async () => {
    let G = 0;
    await expectSteps("AdaGrad(lr: 0.1)", (theta, g) => {
      G += g ** 2;
      return theta - (0.1 * g) / Math.sqrt(G + 1e-10);
    });
  });

  it("RMSProp is E ← ρ E + (1 - ρ)(∇J)², θ ← θ - η ∇J / √(E + ε)", async () => {
    let E = 0;
    await expectSteps("RmsProp(lr: 0.1, alpha: 0.9)", (theta, g) => {
      E = 0.9 * E + 0.1 * g ** 2;
      return theta - (0.1 * g) / Math.sqrt(E + 1e-16);
    });
  });

  it("Adam is m̂ = m / (1 - β₁ᵗ), v̂ = v / (1 - β₂ᵗ), θ ← θ - η m̂ / (√v̂ + ε)", async () => {
    let [m, v] = [0, 0];
    await expectSteps("Adam(lr: 0.1)", (theta, g, t) => {
      m = 0.9 * m + 0.1 * g;
      v = 0.999 * v + 0.001 * g ** 2;
      return theta - (0.1 * (m / (1 - 0.9 ** t))) / (Math.sqrt(v / (1 - 0.999 ** t)) + 1e-8);
    });
  });
});
