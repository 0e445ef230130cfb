import { describe, expect, it } from "vitest";
import { tensorOf, type Tensor } from "../../compiler/graph/index.ts";
import { callGraph, numbersOf, trainingOf } from "../language/train-source.ts";
import { drawTensors, expectClose, numbersFrom } from "./drawn-tensors.ts";
import { callEntry } from "./load-compiled.ts";
import { loadTrained, savedNumbers } from "./load-trained.ts";

const descent =
  "optimizer Descent(lr: real = 0.1)(theta: real[..P], g: real[..P]) { theta' = theta - lr * g }\n";

interface Program {
  readonly text: string;
  /** Shapes of what the data give; integers lie below the number given. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly integers?: Readonly<Record<string, number>>;
}

const programs: Readonly<Record<string, Program>> = {
  "states: a mean that moves, a count, one that nothing changes, and a loss that reads a next value (D6.5)": {
    text: `${descent}layer Tracked(x: real[N, C]) -> (y: real[N, C]) {
  param w: real[C] = 0.5
  state average: real[C] = 0
  state seen: i32 = 0
  state fixed: real[C] = 2
  average'[c] = if training then 0.9 * average[c] + 0.1 * (mean[n] w[c] * x[n, c]) else average[c]
  seen' = if training then seen + 1 else seen
  y[n, c] = w[c] * x[n, c] - average'[c] + fixed[c] / real(seen + 1)
}
model M(x: f32[N, 4]) -> (y: f32[N, 4]) { y = x |> tracked: Tracked() }
train M on (x: f32[N, 4]) { loss = mean(y^2)  optimizer = Descent()  batch = 3 }`,
    inputs: { x: [3, 4] },
  },
  "training is true in a step and false where it is judged": {
    text: `import std.nn { Linear, dropout, BatchNorm2d }
${descent}model M(x: f32[N, 2, 3, 1]) -> (y: f32[N, 2]) where N >= 2 {
  normal = x |> norm: BatchNorm2d() |> dropout(0.4)
  flat[n, c] = sum[h, w] normal[n, c, h, w]
  y = flat |> fc: Linear(2)
}
train M on (x: f32[N, 2, 3, 1]) where N >= 2 { loss = mean(y^2)  optimizer = Descent()  batch = 8 }`,
    inputs: { x: [8, 2, 3, 1] },
  },
  "several entries share what is trained": {
    text: `import std.nn { Linear, relu }
import std.random { normal }
${descent}model Vae(latent: dim = 2) {
  trunk  = [Linear(3), relu]
  center = Linear(latent)
  spread = Linear(latent)
  decoder = [Linear(3), relu, Linear(4)]
  entry encode(image: f32[N, 4]) -> (mu: f32[N, latent], logvar: f32[N, latent]) {
    h = trunk(image)
    mu = center(h)
    logvar = spread(h)
  }
  entry decode(z: f32[N, latent]) -> (logits: f32[N, 4]) { logits = decoder(z) }
}
train Vae on (flat: f32[N, 4]) {
  mu, logvar = encode(flat)
  z[n, k]    = mu[n, k] + exp(logvar[n, k] / 2) * normal()
  logits     = decode(z)
  loss = mean[n] sum[k] (logits[n, k] - flat[n, k])^2
       + mean[n] sum[k] (mu[n, k]^2 + exp(logvar[n, k]) - 1 - logvar[n, k]) / 2
  optimizer = Descent(lr: 0.01)
  batch = 5
}`,
    inputs: { flat: [5, 4] },
  },
  "an instance minus its gradient is an instance, and is differentiated through": {
    text: `import std.nn { Linear }
${descent}model Regressor(x: f32[N, 1]) -> (y: f32[N, 1]) { y = x |> fc1: Linear(6) |> tanh |> fc2: Linear(1) }
train Regressor on (xs: f32[K, 4, 1], ys: f32[K, 4, 1]) {
  alpha = 0.05
  first[k] = mean[i, o] (model(xs[k, :, :])[i, o] - ys[k, i, o])^2
  fast[k]  = model - alpha * grad(first[k], model)
  loss     = mean[k] mean[i, o] (fast[k](xs[k, :, :])[i, o] - ys[k, i, o])^2
  optimizer = Descent()
  batch = 3
}`,
    inputs: { xs: [3, 4, 1], ys: [3, 4, 1] },
  },
  "gradients under an index: each example's own is clipped": {
    text: `import std.nn { Linear }
import std.random { normal }
${descent}optimizer AddNoise(sigma: real)(theta: real[..P], g: real[..P]) { g'[..p] = g[..p] + sigma * normal() }
model M(x: f32[N, 3]) -> (y: f32[N, 1]) { y = x |> fc1: Linear(4) |> tanh |> fc2: Linear(1) }
train M on (x: f32[N, 3], target: f32[N]) {
  each[n] = (y[n, 0] - target[n])^2
  g[n]    = grad(each[n], model)
  private = mean[n] g[n] * min(1, 0.5 / norm(g[n]))
  model' = (model, private) |> AddNoise(1.1 / N) |> Descent()
  metric loss = mean(each)
  batch = 4
}`,
    inputs: { x: [4, 3], target: [4] },
  },
  "whole numbers drawn anew in each step choose what is read": {
    text: `import std.random { randint }
${descent}layer Table() (k: i32[N] in 0..7) -> (y: real[N, 2]) {
  param rows: real[7, 2] = 0.25
  y[n, d] = rows[k[n], d]
}
model M(k: i32[N] in 0..7) -> (y: f32[N, 2]) { y = k |> table: Table() }
train M on (x: f32[N]) {
  other[n in 0..N] = randint(0, 7)
  y = model(other)
  loss = mean[n, d] (y[n, d] - x[n])^2
  metric drawn = sum[n] real(other[n]) * x[n]
  optimizer = Descent(lr: 1)
  batch = 6
}`,
    inputs: { x: [6] },
  },
  "values flow through an order, which does not": {
    text: `import std.nn { Linear }
${descent}model M(x: f32[N, 5]) -> (y: f32[N, 6]) { y = x |> fc: Linear(6) }
train M on (x: f32[N, 5], label: i32[N] in 0..6) {
  sorted[n, :] = sort(y[n, :])
  best[n, :], places[n, :] = topk(y[n, :], 2)
  loss = mean[n] ((sorted[n, 5] - sorted[n, 0] - 1)^2 + best[n, 1])
  metric found = mean[n] (any[k] (places[n, k] == label[n]))
  optimizer = Descent()
  batch = 7
}`,
    inputs: { x: [7, 5], label: [7] },
    integers: { label: 6 },
  },
  "a running sum, and places among sorted numbers": {
    text: `import std.nn { Linear }
${descent}model M(x: f32[N, 5]) -> (y: f32[N, 6]) { y = x |> fc: Linear(6) }
train M on (x: f32[N, 5]) {
  summed[n, :] = cumsum(y[n, :])
  place[n] = searchsorted(sort(x[n, :]), 0.1)
  loss = mean[n, c] (summed[n, c] - real(place[n]))^2
  optimizer = Descent()
  batch = 4
}`,
    inputs: { x: [4, 5] },
  },
  "a recurrence over what is looked up, judged at each time": {
    text: `import std.nn { Embedding, Linear }
import std.rnn { Gru }
import std.loss { crossEntropy }
${descent}model Next(x: i32[N, 5] in 0..7) -> (logits: f32[N, 5, 7]) {
  hidden = x |> embed: Embedding(7, 3) |> gru: Gru(4)
  logits = hidden.y |> head: Linear(7)
}
train Next on (x: i32[N, 5] in 0..7, next: i32[N, 5] in 0..7) {
  each[n in 0..N, t in 0..5] = crossEntropy(logits[n, t..t + 1, :], next[n, t..t + 1])
  loss = mean(each)
  optimizer = Descent(lr: 0.5)
  batch = 3
}`,
    inputs: { x: [3, 5], next: [3, 5] },
    integers: { x: 7, next: 7 },
  },
  "a recurrence with noise of its own in each turn": {
    text: `import std.nn { Linear }
import std.random { normal }
${descent}model Walk(x: f32[N, 4, 2]) -> (y: f32[N, 3]) {
  scan t in 0..4 carry h: real[N, 3] = 0 {
    at[n, d] = x[n, t, d]
    z = (at |> into: Linear(3)) + (h |> back: Linear(3, biased: false))
    h'[n, k] = tanh(z[n, k] + (if training then 0.1 * normal() else 0))
  }
  y = h
}
train Walk on (x: f32[N, 4, 2]) { loss = mean(y^2)  optimizer = Descent()  batch = 3 }`,
    inputs: { x: [3, 4, 2] },
  },
  "two networks that judge each other, one after its own step": {
    text: `import std.nn { Linear, leakyRelu }
import std.random { normal }
${descent}model Gan(latent: dim = 2) {
  g = [Linear(4), leakyRelu, Linear(3)]
  d = [Linear(4), leakyRelu, Linear(1)]
  entry forward(z: f32[N, latent]) -> (image: f32[N, 3]) { image = g(z) }
}
train Gan on (photo: f32[N, 3]) {
  z[n in 0..N, k in 0..latent] = normal()
  fake  = g(z)
  metric lossD = mean(d(fake)) - mean(d(photo))
  metric lossG = -mean(d'(fake))
  d' = (d, grad(lossD, d)) |> Descent()
  g' = (g, grad(lossG, g)) |> other: Descent()
  batch = 3
}`,
    inputs: { photo: [3, 3] },
  },
};

describe.each(Object.entries(programs))("%s:", (_, { text, inputs: shapes, integers = {} }) => {
  it("three compiled steps and what is judged after each are what the interpreter makes of the graphs", async () => {
    const { program, values, model } = await loadTrained(text);
    const { step, evaluate, settings } = trainingOf(program);
    const { trainer } = model;
    let state: Readonly<Record<string, Tensor>> = values;
    const first = numbersOf(Object.values(values)[0]);
    expect(first.length).toBeGreaterThan(0);
    for (let turn = 0; turn < 3; turn += 1) {
      const inputs: Record<string, Tensor> = {};
      for (const [place, [name, shape]] of Object.entries(shapes).entries()) {
        const below = integers[name];
        const count = shape.reduce((all, extent) => all * extent, 1);
        const drawn = numbersFrom(turn * 10 + place + 1, count);
        inputs[name] =
          below === undefined
            ? tensorOf(shape, drawn)
            : tensorOf(
                shape,
                drawn.map((value) => Math.floor(((value + 1) / 2) * below)),
                "i32",
              );
      }
      const batch = Object.fromEntries(
        Object.entries(inputs).map(([name, { dtype, data }]) => [
          name,
          dtype === "i32" ? Int32Array.from(data) : Float32Array.from(data),
        ]),
      );
      const meant = callGraph(step, state, inputs, settings.seed, turn);
      const found = trainer.step(batch);
      for (const [name, value] of Object.entries(meant.outputs)) {
        expect(found[name], `${name} of step ${turn}`).toBeCloseTo(numbersOf(value)[0] ?? NaN, 4);
      }
      const before = state;
      state = { ...state, ...meant.next };
      const saved = savedNumbers(trainer);
      for (const [path, value] of Object.entries(state)) {
        numbersOf(value).forEach((number, place) => {
          expect(saved[path]?.[place], `${path} after step ${turn}`).toBeCloseTo(number, 4);
        });
      }
      expect(
        Object.keys(meant.next).some((path) => String(state[path]?.data) !== String(before[path]?.data)),
      ).toBe(true);
      const judged = callGraph(evaluate, state, inputs, settings.seed, turn + 1).outputs;
      const measured = trainer.evaluate(batch);
      for (const [name, value] of Object.entries(judged)) {
        expect(measured[name], `${name} judged`).toBeCloseTo(numbersOf(value)[0] ?? NaN, 4);
      }
    }
    // The model's own entries see the new weights at once.
    for (const [name, graph] of Object.entries(program.entries)) {
      const { inputs } = drawTensors(graph, { N: 3 });
      const meant = callGraph(graph, state, inputs).outputs;
      expectClose(callEntry(model, name, inputs), meant, 1e-4);
    }
  });
});
