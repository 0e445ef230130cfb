import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { interpretStep, tensorOf, type Graph, type Tensor } from "../../compiler/graph/index.ts";
import { parse, type Declaration, type Formal } from "../../grammar/index.ts";
import { checkSource, programOf } from "../language/check-source.ts";
import { trainingOf } from "../language/train-source.ts";
import { libraryDeclarations } from "../numeric/library-fixtures.ts";
import { gradientCases, readyGraph, type Tensors } from "./library-gradients.ts";
import { slopeAtZero } from "./slope.ts";

/** A function of numbers: a schedule, a draw, an initialiser. PyTorch differentiates none of them. */
interface NumberFunction {
  /** `std.optim cosine` */
  readonly title: string;
  readonly module: string;
  readonly name: string;
  readonly formals: readonly Formal[];
}

/** Whole numbers that such functions are given, by name. */
const given: Readonly<Record<string, number>> = {
  iteration: 7,
  warmup: 3,
  total: 20,
  every: 2,
  low: 1,
  high: 5,
};

/** Functions and layers through which nothing flows, each with the reason; `value` is one number made of it. */
const flat: Readonly<Record<string, { readonly reason: string; readonly value: string }>> = {
  "std.metric accuracy": { reason: "it counts", value: "accuracy(w, label)" },
  "std.metric topKAccuracy": { reason: "it counts", value: "topKAccuracy(w, label)" },
  "std.metric binaryAccuracy": { reason: "it counts", value: "binaryAccuracy(w, w)" },
  "std.metric confusionMatrix": {
    reason: "it counts",
    value: "sum[r in 0..4, p in 0..4] real(confusionMatrix(w, label)[r, p])",
  },
  "std.robust fgsm": {
    reason: "what is made of an input is data",
    value: "mean(fgsm(scores)(w, label))",
  },
  "std.robust pgd": { reason: "what is made of an input is data", value: "mean(pgd(scores)(w, label))" },
  "std.random bernoulli": { reason: "it is true or not", value: "mean(bernoulli(w))" },
  "std.decode greedy": { reason: "it is a whole number", value: "real(greedy(w[0, :]))" },
  "std.decode draw": { reason: "it is a whole number", value: "real(draw(w[0, :]))" },
  "std.random categorical": { reason: "it is a whole number", value: "real(categorical(w[0, :]))" },
};

/** Functions of numbers that make arrays of them, so that they are applied to single ones: their fixtures hold them. */
const single = ["std.private renyiDivergence", "std.private privacySpent"];

/** Those whose gradients other tests have, each with the reason. */
const elsewhere: Readonly<Record<string, string>> = {
  // A source can't name the parameters of the turns of a repetition; test/fixtures/examples has models of both.
  "std.attention TransformerEncoder": "examples.test.ts",
  "std.attention TransformerDecoder": "examples.test.ts",
  // Nothing flows into what a search begins with, and of its results the scores alone are floats: those of logSoftmax.
  "std.decode beamStart": "library.test.ts",
  "std.decode beamStep": "library.test.ts",
};

const library = fileURLToPath(new URL("../../stdlib", import.meta.url));

function functionsOfNumbers(): readonly NumberFunction[] {
  return readdirSync(library)
    .sort()
    .flatMap((file) => {
      const module = `std.${basename(file, ".dl")}`;
      const text = readFileSync(join(library, file), "utf8");
      return parse({ path: file, text }).file.declarations.flatMap((declaration) => {
        const formals = numbersOf(declaration);
        if (formals === undefined || declaration.kind !== "function") return [];
        const { text: name } = declaration.name;
        if (single.includes(`${module} ${name}`)) return [];
        return [{ title: `${module} ${name}`, module, name, formals }];
      });
    });
}

/** The inputs of a function all of whose inputs are numbers. */
function numbersOf(declaration: Declaration): readonly Formal[] | undefined {
  if (declaration.kind !== "function") return undefined;
  const { lists } = declaration.signature;
  const [list, second] = lists;
  if (list === undefined || second !== undefined) return undefined;
  return list.items.every(({ type }) => type?.kind === "named-type" && type.dims.length === 0)
    ? list.items
    : undefined;
}

const take = "optimizer Take(theta: real[..P], g: real[..P]) { theta' = g }";

/** The function of parameters of the model, one for each of its floats, under a training step that says the gradients. */
function sourceOf({ module, name, formals }: NumberFunction): string {
  const reals = formals.filter(isReal);
  const written = formals.map((formal) => {
    const { text } = formal.name;
    return `${text}: ${isReal(formal) ? `model.${text}` : String(given[text])}`;
  });
  return `import ${module} { ${name} }
${take}
model M(c: f32[N, 3]) -> (z: f32[3]) {
${reals.map((formal) => `  param ${formal.name.text}: f32[3] = 0.5`).join("\n")}
  z = ${reals.map((formal) => formal.name.text).join(" + ")}
}
train M on (c: f32[N, 3]) {
  value = ${name}(${written.join(", ")})
  loss = sum[n, i] c[n, i] * value[i]
  optimizer = Take()
  batch = 1
}`;
}

function isReal({ type }: Formal): boolean {
  return type?.kind === "named-type" && type.name.text === "real";
}

/** Different for each place of each parameter, and where all of these functions are defined and smooth. */
function valueAt(parameter: number, place: number): number {
  return 0.31 + 0.17 * parameter + 0.11 * place;
}

const functions = functionsOfNumbers();

describe("a function of numbers flows into each of its floats as its values change,", () => {
  const differentiable = functions.filter(
    ({ title, formals }) => formals.some(isReal) && flat[title] === undefined,
  );

  it.each(differentiable)("$title", (one) => {
    const { step } = trainingOf(programOf(sourceOf(one), { train: true }));
    const names = one.formals.filter(isReal).map(({ name }) => name.text);
    const params = Object.fromEntries(
      names.map((name, parameter) => [
        name,
        tensorOf(
          [3],
          [0, 1, 2].map((place) => valueAt(parameter, place)),
        ),
      ]),
    );
    const inputs = { c: tensorOf([1, 3], [1.3, -0.7, 0.4]) };
    const ready = readyGraph(step);
    const run = (graph: Graph, values: Tensors): ReturnType<typeof interpretStep> =>
      interpretStep(graph, { inputs, params: values, seed: 5, step: 2 });
    const { updates } = run(ready, params);
    expect(Object.keys(updates).sort()).toEqual([...names].sort());
    for (const name of names) {
      for (const place of [0, 1, 2]) {
        const f = (by: number): number =>
          run(ready, { ...params, [name]: moved(params[name], place, by) }).outputs["loss"]?.data[0] ?? NaN;
        const slope = slopeAtZero(f, 1e-3);
        const found = updates[name]?.data[place] ?? NaN;
        expect(
          Math.abs(found - slope) / Math.max(1, Math.abs(slope)),
          `${name}[${place}]: ${found} for ${slope}`,
        ).toBeLessThan(1e-8);
      }
    }
  });
});

function moved(tensor: Tensor | undefined, place: number, by: number): Tensor {
  if (tensor === undefined) throw new Error("no such parameter");
  return tensorOf(
    tensor.shape,
    Array.from(tensor.data, (value, at) => (at === place ? value + by : value)),
  );
}

describe("a gradient through what only counts or decides is refused,", () => {
  it.each(Object.entries(flat))("%s", (title, { value }) => {
    const [module, name] = title.split(" ");
    const { diagnostics } = checkSource(
      `import ${module} { ${name} }
${take}
fn scores(z: real[N, D]) = tanh(z)
model M(label: i32[N] in 0..4) -> (z: f32) {
  param w: f32[5, 4] = 0.5
  z = sum(w)
}
train M on (label: i32[5] in 0..4) {
  w = model.w
  loss = ${value}
  optimizer = Take()
  batch = 5
}`,
      { train: true },
    );
    expect(diagnostics.map(({ code }) => code)).toEqual(["DLC4002"]);
  });
});

it("every function and layer of the library is differentiated, or listed with the reason why not", () => {
  const withoutFloats = functions.filter(({ formals }) => !formals.some(isReal)).map(({ title }) => title);
  const differentiated = [
    ...gradientCases().map(({ declaration }) => declaration),
    ...functions.map(({ title }) => title),
  ];
  expect(withoutFloats).toEqual([
    "std.init zeros",
    "std.init ones",
    "std.optim progress",
    "std.random randint",
    "std.random gumbel",
  ]);
  expect([...new Set([...differentiated, ...Object.keys(flat), ...Object.keys(elsewhere)])].sort()).toEqual(
    [...libraryDeclarations()].sort(),
  );
});
