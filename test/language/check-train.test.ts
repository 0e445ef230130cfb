import { describe, expect, test } from "vitest";
import { tensorOf } from "../../compiler/graph/index.ts";
import * as source from "./check-source.ts";
import { callGraph, initialValues, numbersOf, trainingOf } from "./train-source.ts";

const programOf = (text: string) => source.programOf(text, { train: true });
const expectCodes = (text: string, codes: readonly string[]) =>
  source.expectCodes(text, codes, { train: true });

/** The first output of an entry, gradients computed. */
function value(
  text: string,
  inputs: Record<string, readonly number[]>,
  shapes: Record<string, readonly number[]> = {},
) {
  const program = programOf(text);
  const graph = program.entries["forward"];
  if (graph === undefined) throw new Error("no entry");
  const given = Object.fromEntries(
    Object.entries(inputs).map(([name, data]) => [name, tensorOf(shapes[name] ?? [data.length], data)]),
  );
  const { outputs } = callGraph(graph, initialValues(program), given);
  return numbersOf(Object.values(outputs)[0]);
}

describe("D6.1 grad(e, x)", () => {
  test("by an input", () => {
    expect(value("model M(x: f32[N]) -> (g: f32[N]) { g = grad(sum(x^3), x) }", { x: [1, 2] })).toEqual([
      3, 12,
    ]);
  });
  test("by a name: its own definition is not followed", () => {
    const text = "model M(x: f32[N]) -> (g: f32[N]) {\n  h = 2 * x\n  g = grad(sum(h^2 * x), h)\n}";
    expect(value(text, { x: [1, 3] })).toEqual([4, 36]);
  });
  test("nested: H v without H", () => {
    const text = `fn hessianVector(f: fn)(x: f32[D], v: f32[D]) -> (hv: f32[D]) {
  g  = grad(f(x), x)
  hv = grad(sum[d] g[d] * v[d], x)
}
fn cube(x: real[D]) -> (y: real) { y = sum[d] x[d]^3 }
model M(x: f32[N], v: f32[N]) -> (y: f32[N]) { y = hessianVector(cube)(x, v) }`;
    expect(value(text, { x: [1, 2], v: [1, 10] })).toEqual([6, 120]);
  });
  test("under indices, and inside of what is applied under them", () => {
    const slope = "fn slope(x: real[D]) -> (g: real[D]) { g = grad(sum(x^2), x) }\n";
    const text = `${slope}model M(x: f32[N, D]) -> (y: f32[N, D]) { y[n, :] = slope(x[n, :]) }`;
    expect(value(text, { x: [1, 2, 3, 4] }, { x: [2, 2] })).toEqual([2, 4, 6, 8]);
    const jacobian = `model M(x: f32[D]) -> (j: f32[D, D]) {
  y[i] = x[i]^2 * sum(x)
  j[i, :] = grad(y[i], x)
}`;
    expect(value(jacobian, { x: [1, 2] })).toEqual([7, 1, 4, 16]);
  });
  test("by a parameter and by all of a layer, which is then a layer again", () => {
    const text = `layer Scale(x: real[N]) -> (y: real[N]) {
  param w: real = 3
  y[n] = w * x[n]
}
model M(x: f32[N]) -> (y: f32[N]) {
  s = Scale()
  loss = sum(s(x)^2)
  fast = s - 0.5 * grad(loss, s)
  y = fast(x)
}`;
    // d(9 · 5)/dw = 2 · 3 · 5 = 30; w becomes 3 - 15 = -12.
    expect(value(text, { x: [1, 2] })).toEqual([-12, -24]);
  });
  test("what is not differentiable is refused where it stands", () => {
    expectCodes("model M(x: f32[N], k: i32) -> (g: i32) { g = grad(sum(x) * real(k), k) }", ["DLC4001"]);
    expectCodes("model M(x: f32[N]) -> (g: f32[N]) { g = grad(x, x) }", ["DLC4001"]);
  });
});

const library = `optimizer Sgd(lr: real, momentum: real = 0)(theta: real[..P], g: real[..P]) {
  state v: real[..P] = 0
  v' = momentum * v + g
  theta' = theta - lr * v'
}
optimizer ClipNorm(limit: real)(theta: real[..P], g: real[..P]) {
  length = sqrt(total(g^2))
  g' = g * min(1, limit / length)
}
layer Line(x: real[N]) -> (y: real[N]) {
  param w: real = 3
  param b: real = 1
  y[n] = w * x[n] + b
}
model M(x: f32[N]) -> (y: f32[N]) { y = x |> line: Line() }
`;
const x = tensorOf([2], [1, 2]);
const target = tensorOf([2], [0, 0]);

describe("D1.8 train", () => {
  const train = (body: string): string =>
    `${library}train M on (x: f32[N], target: f32[N]) {\n  loss = mean[n] (y[n] - target[n])^2\n  batch = 2\n${body}\n}`;

  test("a step of gradient descent with momentum, and the next", () => {
    const program = programOf(train("optimizer = Sgd(lr: 0.1, momentum: 0.5)\nmetric size = sum(y)"));
    const training = trainingOf(program);
    expect(training.trainable).toEqual(["line.w", "line.b"]);
    expect(training.slots.map(({ path }) => path)).toEqual(["optimizer.v/line.w", "optimizer.v/line.b"]);
    expect(training.settings).toEqual({ batch: 2, epochs: 1, seed: 0, accumulate: 1 });
    const values = initialValues(program);
    const first = callGraph(training.step, values, { x, target });
    // y = 4, 7; loss = 65/2; dw = 4 + 14 = 18, db = 11
    expect(numbersOf(first.outputs["loss"])).toEqual([32.5]);
    expect(numbersOf(first.outputs["size"])).toEqual([11]);
    expect(numbersOf(first.next["line.w"])[0]).toBeCloseTo(1.2);
    expect(numbersOf(first.next["optimizer.v/line.b"])).toEqual([11]);
    const second = callGraph(training.step, { ...values, ...first.next }, { x, target });
    // y = 1.1, 2.3; dw = 1.1 + 4.6 = 5.7; v = 9 + 5.7
    expect(numbersOf(second.next["line.w"])[0]).toBeCloseTo(1.2 - 1.47);
    const judged = callGraph(training.evaluate, { ...values, ...first.next }, { x, target });
    expect(judged.next).toEqual({});
    expect(numbersOf(judged.outputs["loss"])[0]).toBeCloseTo((1.1 ** 2 + 2.3 ** 2) / 2);
  });
  test("a list of optimizers, a total over all parameters, a schedule, what is frozen", () => {
    const program = programOf(
      train("optimizer = [ClipNorm(1.0), Sgd(lr: 0.1 * real(iteration))]\n  freeze = []"),
    );
    const { step } = trainingOf(program);
    const iteration = tensorOf([], [2], "i32");
    const { next } = callGraph(step, initialValues(program), { x, target, iteration });
    const length = Math.hypot(18, 11);
    expect(numbersOf(next["line.w"])[0]).toBeCloseTo(3 - (0.2 * 18) / length);
    expect(numbersOf(next["line.b"])[0]).toBeCloseTo(1 - (0.2 * 11) / length);
  });
  test("equations for the next value; what is lacking", () => {
    const program = programOf(train("model' = (model, grad(loss, model)) |> Sgd(lr: 0.1)"));
    const { next } = callGraph(trainingOf(program).step, initialValues(program), { x, target });
    expect(numbersOf(next["line.w"])[0]).toBeCloseTo(1.2);
    expectCodes(train(""), ["DLC4005"]);
    expectCodes(`${library}train M on (x: f32[N]) {\n  loss = sum(y)\n  optimizer = Sgd(lr: 0.1)\n}`, [
      "DLC4005",
    ]);
  });
  test("a loss with axes is told once", () => {
    const [message] = expectCodes(
      train("optimizer = Sgd(lr: 0.1)")
        .replace("mean[n] (y[n]", "y + (y[0]")
        .replace("target[n]", "target[0]"),
      ["DLC3002"],
    );
    expect(message).toContain("`loss` is one number for the whole batch, but this has 1 axis");
  });
  test("what stands before a prime is a layer of the model, and what follows are its parameters", () => {
    const [unknown] = expectCodes(train("lime' = (line, grad(loss, line)) |> Sgd(lr: 0.1)"), ["DLC2018"]);
    expect(unknown).toContain("`lime` has no next value: it is no layer of the model");
    expectCodes(train("x' = 2 * x\n  optimizer = Sgd(lr: 0.1)"), ["DLC2018"]);
    for (const value of ["3.0", "model", "line.w"]) {
      const [message] = expectCodes(train(`model' = ${value}`), ["DLC3013"]);
      expect(message).toContain("the next value of `model` is a tensor for each of its parameters");
    }
    const two = train("a' = a - 0.1 * grad(loss, model)").replace(
      /model M[^}]*\}/,
      "model M(x: f32[N]) -> (y: f32[N]) { y = x |> a: Line() |> b: Line() }",
    );
    const [stray] = expectCodes(two, ["DLC3013"]);
    expect(stray).toContain("this gives `b.");
    expectCodes(two.replace("grad(loss, model)", "grad(loss, a)"), []);
    expectCodes(train("state s: f32 = 0\n  s' = s\n  optimizer = Sgd(lr: 0.1)"), ["DLC2020"]);
  });
  test("settings are whole numbers that are known, and each is told by name", () => {
    const own = (body: string): string =>
      `${library}train M on (x: f32[N]) {\n  loss = sum(y)\n  optimizer = Sgd(lr: 0.1)\n${body}\n}`;
    const cases = { batch: "0", accumulate: "2.5", epochs: "sum(x)", patience: "0", seed: "-1" };
    for (const [name, value] of Object.entries(cases)) {
      const rest = name === "batch" ? "" : "batch = 2";
      const [message] = expectCodes(own(`${name} = ${value}  ${rest}`), ["DLC4006"]);
      const bounds = name === "seed" ? "0 to 4294967295" : "1 on";
      expect(message).toContain(`\`${name}\` is a whole number from ${bounds}`);
    }
    expectCodes(own("batch = 2  seed = 4294967296"), ["DLC4006"]);
    expect(trainingOf(programOf(own("batch = 2  seed = 0  accumulate = 3"))).settings).toEqual({
      batch: 2,
      epochs: 1,
      seed: 0,
      accumulate: 3,
    });
  });
  test("freeze and accumulate speak of the optimizer of the whole model, and freeze of layers", () => {
    const steps = "model' = (model, grad(loss, model)) |> Sgd(lr: 0.1)";
    for (const field of ["accumulate = 2", "freeze = [line]"]) {
      const [message] = expectCodes(train(`${steps}\n  ${field}`), ["DLC4006"]);
      expect(message).toContain("goes with `optimizer = …`");
    }
    for (const frozen of ["[x]", "3", "[line, line.w]", "loss"]) {
      expectCodes(train(`optimizer = Sgd(lr: 0.1)\n  freeze = ${frozen}`), ["DLC4006"]);
    }
    expectCodes(train("optimizer = Sgd(lr: 0.1)\n  freeze = [lime]"), ["DLC2001"]);
    expectCodes(train("optimizer = Sgd(lr: 0.1)\n  freeze = [line]"), ["DLC4002"]);
  });
});

describe("training in layers", () => {
  test("dropout draws while training only, batch norm moves its running statistics then", () => {
    const program = programOf(`import std.nn { BatchNorm2d, dropout }
optimizer Descent(theta: real[..P], g: real[..P]) { theta' = theta - 0.1 * g }
model M(x: f32[N, 2, 1, 1]) -> (y: f32[N, 2, 1, 1]) { y = x |> bn: BatchNorm2d() |> dropout(0.5) }
train M on (x: f32[N, 2, 1, 1]) where N >= 2 {
  loss = sum(y^2)
  metric kept = sum[n, c] (y[n, c, 0, 0] != 0)
  optimizer = Descent()
  batch = 2
}`);
    const { step, evaluate } = trainingOf(program);
    const input = tensorOf([2, 2, 1, 1], [0, 10, 2, 30]);
    const values = initialValues(program);
    const { next } = callGraph(step, values, { x: input }, 3);
    expect(numbersOf(next["bn.running_mean"])).toEqual([0.1, 2]);
    // The unbiased variances are 2 and 200.
    expect(numbersOf(next["bn.running_var"])[1]).toBeCloseTo(0.9 + 20);
    const kept = [1, 2, 3, 4, 5, 6].map(
      (seed) => numbersOf(callGraph(step, values, { x: input }, seed).outputs["kept"])[0],
    );
    expect(new Set(kept).size).toBeGreaterThan(1);
    expect(numbersOf(callGraph(evaluate, values, { x: input }).outputs["kept"])).toEqual([3]);
  });
});

describe("a condition on the integers of a tensor", () => {
  test("protects what is computed for an application under it", () => {
    const text = `fn twice(v: real[D]) -> (w: real[D]) { w[d] = 2 * v[d] }
model M(x: f32[3, 1], ids: i32[N] in 0..9) -> (y: f32[N]) {
  y[n] = if ids[n] < 3 then sum(twice(x[ids[n], :])) else 0
}`;
    const program = programOf(text);
    const graph = program.entries["forward"];
    if (graph === undefined) throw new Error("no entry");
    const inputs = { x: tensorOf([3, 1], [1, 2, 3]), ids: tensorOf([3], [2, 8, 0], "i32") };
    expect(numbersOf(callGraph(graph, {}, inputs).outputs["y"])).toEqual([6, 0, 2]);
  });
});

describe("programs of the papers", () => {
  const nets = `import std.nn { Linear, relu, leakyRelu }
import std.random { normal }
optimizer Descent(lr: real)(theta: real[..P], g: real[..P]) { theta' = theta - lr * g }
`;
  const finite = (values: Readonly<Record<string, { readonly data: ArrayLike<number> }>>): boolean =>
    Object.values(values).every(({ data }) => [...Array.from(data)].every(Number.isFinite));

  test("GAN: d takes its step first, and g is judged by d after it", () => {
    const program = programOf(`${nets}
model Gan(latent: dim = 2) {
  g = [Linear(4), leakyRelu, Linear(3), tanh]
  d = [Linear(4), leakyRelu, Linear(1)]
  entry forward(z: f32[N, latent]) -> (image: f32[N, 3]) { image = g(z) }
}
train Gan on (photo: f32[N, 3]) {
  z[n in 0..N, k in 0..latent] = normal()
  fake  = g(z)
  metric lossD = mean(d(fake)) - mean(d(photo))
  metric lossG = -mean(d'(fake))
  d' = (d, grad(lossD, d)) |> Descent(lr: 0.5)
  g' = (g, grad(lossG, g)) |> other: Descent(lr: 0.5)
  batch = 2  epochs = 30  seed = 4
}`);
    const { step, evaluate, trainable } = trainingOf(program);
    expect([...trainable].sort()).toEqual(
      ["d.0", "d.2", "g.0", "g.2"].flatMap((path) => [`${path}.bias`, `${path}.weight`]),
    );
    const photo = tensorOf([2, 3], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]);
    const values = initialValues(program, 1);
    const first = callGraph(step, values, { photo }, 1);
    expect(finite({ ...first.outputs, ...first.next })).toBe(true);
    // With d as it is after the step and g as before it, judging gives what the step said of g.
    const half = { ...values };
    for (const [path, tensor] of Object.entries(first.next)) if (path.startsWith("d.")) half[path] = tensor;
    const judged = callGraph(evaluate, half, { photo }, 1);
    expect(numbersOf(judged.outputs["lossG"])[0]).toBeCloseTo(numbersOf(first.outputs["lossG"])[0] ?? NaN);
  });

  test("MAML: the loss after a step on each task, differentiated through the step", () => {
    const program = programOf(`${nets}
layer Slope(x: real[N, 1]) -> (y: real[N, 1]) {
  param w: real = 2
  y[n, o] = w * x[n, o]
}
model Regressor(x: f32[N, 1]) -> (y: f32[N, 1]) { y = x |> net: Slope() }
train Regressor on (xs: f32[K, S, 1], ys: f32[K, S, 1]) {
  alpha = 0.25
  first[k] = mean[i, o] (model(xs[k, :, :])[i, o] - ys[k, i, o])^2
  fast[k]  = model - alpha * grad(first[k], model)
  loss     = mean[k] mean[i, o] (fast[k](xs[k, :, :])[i, o] - ys[k, i, o])^2
  optimizer = Descent(lr: 1)
  batch = 25
}`);
    const { step } = trainingOf(program);
    const inputs = { xs: tensorOf([2, 1, 1], [1, 1]), ys: tensorOf([2, 1, 1], [0, 1]) };
    const { outputs, next } = callGraph(step, initialValues(program), inputs);
    // first = (w - y)²; fast = w - (w - y)/2; its loss (w - y)²/4: 1 and 1/4; its slope (w - y)/2: 1 and 1/2.
    expect(numbersOf(outputs["loss"])[0]).toBeCloseTo(0.625);
    expect(numbersOf(next["net.w"])[0]).toBeCloseTo(2 - 0.75);
  });

  test("DP-SGD: the gradient of each example is clipped by itself", () => {
    const program = programOf(`${nets}
optimizer AddNoise(sigma: real)(theta: real[..P], g: real[..P]) { g'[..p] = g[..p] + sigma * normal() }
layer Line(x: real[N, 1]) -> (y: real[N, 1]) {
  param w: real = 2
  param b: real = 0
  y[n, o] = w * x[n, o] + b
}
model M(x: f32[N, 1]) -> (y: f32[N, 1]) { y = x |> line: Line() }
train M on (x: f32[N, 1], target: f32[N]) {
  each[n] = (y[n, 0] - target[n])^2
  g[n]    = grad(each[n], model)
  private = mean[n] g[n] * min(1, 1 / norm(g[n]))
  model' = (model, private) |> AddNoise(0 * 1.1 / N) |> Descent(lr: 1)
  metric loss = mean(each)
  batch = 2
}`);
    const { step } = trainingOf(program);
    const inputs = { x: tensorOf([2, 1], [3, 0]), target: tensorOf([2], [0, 0.25]) };
    const { next } = callGraph(step, initialValues(program), inputs);
    // The gradients are 12·(3, 1), of which a unit vector is left, and (0, -1/2).
    expect(numbersOf(next["line.w"])[0]).toBeCloseTo(2 - 3 / Math.sqrt(10) / 2);
    expect(numbersOf(next["line.b"])[0]).toBeCloseTo(-(1 / Math.sqrt(10) - 0.5) / 2);
  });

  test("VAE: entries of the model are names of the block", () => {
    const program = programOf(`${nets}
model Vae(latent: dim = 2) {
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
  reconstruction = mean[n] sum[k] (logits[n, k] - flat[n, k])^2
  divergence     = mean[n] sum[k] (mu[n, k]^2 + exp(logvar[n, k]) - 1 - logvar[n, k]) / 2
  loss = reconstruction + divergence
  metric nats = loss
  optimizer = Descent(lr: 1e-3)
  batch = 128
  freeze = [trunk, center]
}`);
    const { step, trainable } = trainingOf(program);
    expect(trainable.some((path) => path.startsWith("trunk") || path.startsWith("center"))).toBe(false);
    expect(trainable).toHaveLength(6);
    const flat = tensorOf([2, 4], [1, 0, 2, 1, 0, 1, 1, 0]);
    const { outputs, next } = callGraph(step, initialValues(program, 2), { flat }, 2);
    expect(finite({ ...outputs, ...next })).toBe(true);
    expect(numbersOf(outputs["nats"])).toEqual(numbersOf(outputs["loss"]));
  });
});
