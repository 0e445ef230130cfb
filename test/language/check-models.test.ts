import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { check, type CheckOptions } from "../../compiler/check/index.ts";
import { renderAll } from "../../compiler/diagnostics/index.ts";
import { fileHost } from "../../cli/host.ts";
import { checkSource, expectCodes } from "./check-source.ts";

const root = join(import.meta.dirname, "../..");

function checkExample(name: string, options: CheckOptions = {}, edit = (text: string) => text) {
  const path = join("examples", name, `${name}.dl`);
  const read = (asked: string): string | undefined =>
    asked === path ? edit(readFileSync(join(root, path), "utf8")) : fileHost.read(asked);
  return check({ ...fileHost, read }, path, options);
}

describe("the examples", () => {
  test.each(["mlp", "lenet", "keras-cnn", "keras-cnn-deep", "alexnet"])("%s checks", (name) => {
    const { models, diagnostics } = checkExample(name);
    expect(renderAll(diagnostics, { colour: false })).toBe("");
    expect(models).toHaveLength(1);
  });

  test("AlexNet as printed fails at its fifth and last pool, with its chain of sizes", () => {
    const { models, diagnostics } = checkExample("alexnet-as-printed");
    expect(models).toEqual([]);
    expect(renderAll(diagnostics, { colour: false })).toMatchSnapshot();
  });

  test("LeNet on 28×28 says where 256 comes from, and which weights have 400", () => {
    const tensors = new Map([["fc1.weight", { dtype: "F32", shape: [120, 400] }]]);
    const { models, diagnostics } = checkExample(
      "lenet",
      { weights: { name: "lenet.safetensors", tensors } },
      (text) => text.replace("32, 32", "28, 28"),
    );
    expect(models).toEqual([]);
    expect(renderAll(diagnostics, { colour: false })).toMatchSnapshot();
  });

  test.each([
    ["hidden, N", "rnn takes real[S, N, hidden], with 3 axes, but its input has 2"],
    ["2, N, hidden", "rnn expects S = 1, but its input has 2"],
    ["N, 1, hidden", "rnn expects S = 1, but its input has N"],
  ])("a first state of shape [%s] is refused by a recurrent network of one level", (shape, message) => {
    const { models, diagnostics } = checkSource(`import std.rnn { Rnn }
model M(hidden: dim = 16)(x: f32[N, T, 28], h0: f32[${shape}]) -> (y: f32[N, T, hidden]) {
  r = (x, h0) |> rnn: Rnn(hidden)
  y = r.y
}`);
    expect(models).toEqual([]);
    expect(diagnostics.map((one) => one.message)).toEqual([message]);
  });
});

describe("models and their hyper-parameters", () => {
  test("a hyper-parameter that is no number is refused where it is given, and no sooner", () => {
    const scaled = (
      rate: string,
    ): string => `layer Scaled(rate: real)(x: real[N]) -> (y: real[N]) { y = rate * x }
model M(depth: dim = 2)(x: f32[N]) -> (y: f32[N]) { y = x |> Scaled(${rate}) }`;
    expectCodes(scaled("1 / depth"), []);
    expectCodes(scaled("-inf"), []);
    for (const rate of ["0 / 0", "sqrt(-1)", "1 / (depth - 2) - 1 / (depth - 2)", "inf - inf"]) {
      expect(expectCodes(scaled(rate), ["DLC3013"])[0]).toContain("`rate` is a number, but this is NaN");
    }
  });

  const two = `import std.nn { Linear }
model A(width: dim = 3)(x: f32[N, 2]) -> (y: f32[N, width]) { y = x |> fc: Linear(width) }
model B(x: f32[N, 2]) -> (y: f32[N, 2]) { y = x }`;

  test("one of several is chosen by name", () => {
    expect(checkSource(two).models.map(({ name }) => name)).toEqual(["A", "B"]);
    expect(checkSource(two, { model: "B" }).models.map(({ name }) => name)).toEqual(["B"]);
    const missing = checkSource(two, { model: "C" });
    expect(missing.diagnostics.map(({ code }) => code)).toEqual(["DLC2013"]);
    expect(missing.models).toEqual([]);
  });
  test("hyper-parameters are set from outside", () => {
    const { models } = checkSource(two, { model: "A", set: { width: 7 } });
    expect(models[0]?.entries["forward"]?.outputs[0]?.shape.map(({ key }) => key)).toEqual(["1·N", "7"]);
    const unknown = checkSource(two, { model: "A", set: { widht: 7 } });
    expect(unknown.diagnostics.map(({ code, help }) => [code, help])).toEqual([
      ["DLC2017", ["did you mean `width`?"]],
    ]);
    expect(
      checkSource(two, { model: "A", set: { width: "wide" } }).diagnostics.map(({ code }) => code),
    ).toEqual(["DLC2017"]);
  });
  test("one without a default has to be set", () => {
    const source = "model A(width: dim)(x: f32[N, width]) -> (y: f32[N, width]) { y = x }";
    expectCodes(source, ["DLC2012"]);
    expectCodes(source, [], { set: { width: 2 } });
  });
  test("lists of tuples, constants and texts are computed when the model is built", () => {
    const source = `import std.nn { Linear, relu }
sizes = [(4, 2), (3, 1)]
model M(x: f32[N, 2]) -> (y: f32[N, 3]) {
  y = x |> net: [[Linear(width), relu] for (width, times) in sizes, i in 0..times]
}`;
    const { models, diagnostics } = checkSource(source);
    expect(diagnostics).toEqual([]);
    expect(models[0]?.entries["forward"]?.bindings.filter(({ kind }) => kind === "application")).toHaveLength(
      3,
    );
  });
});

describe("defaults of an entry's inputs", () => {
  const model = (input: string): string =>
    `model M(rate: real = 0.5)(x: f32[N], ${input}) -> (y: f32[N]) { y = x }`;
  test("are numbers, written out or chosen as hyper-parameters", () => {
    const { models, diagnostics } = checkSource(model("a: f32 = rate, b: f32[N] = -1, c: i32 in 0..4 = 3"));
    expect(diagnostics).toEqual([]);
    const inputs = models[0]?.entries["forward"]?.inputs ?? [];
    expect(inputs.map(({ initial }) => initial)).toEqual([undefined, 0.5, -1, 3]);
  });
  test("anything else is refused, and what the type can't hold", () => {
    expectCodes(model("a: f32[N] = x"), ["DLC3019"]);
    expectCodes(model("a: f32 = N / 2"), ["DLC3019"]);
    expectCodes(model("a: i32 = 2.5"), ["DLC3003"]);
    expectCodes(model("a: i32 in 0..4 = 4"), ["DLC3014"]);
  });
});

describe("broken sources", () => {
  test("one message for one cause", () => {
    expectCodes(
      `import std.nn { Linear, relu }
model M(x: f32[N, 2]) -> (y: f32[N, 2]) {
  a = x |> fc1: Linaer(3)
  b = relu(a) |> fc2: Linear(2)
  y = b + a[:, 0..2]
}`,
      ["DLC2001"],
    );
  });
  test("a sign of papers is read as what is meant by it", () => {
    const source = "model M(x: f32[N, 3], λ: f32) -> (y: f32[N]) { y[n] = λ · (Σ[i] x[n, i]) }";
    const { diagnostics } = checkSource(source);
    expect(diagnostics.map(({ code, help }) => [code, ...help])).toEqual([
      ["DLC1002", "write lambda"],
      ["DLC1002", "write lambda"],
      ["DLC1002", "write *"],
      ["DLC1002", "write sum"],
    ]);
    const fixed = source.replaceAll("λ", "lambda").replace("·", "*").replace("Σ", "sum");
    expectCodes(fixed, []);
  });
  test("what follows an equation on its line and is none", () => {
    const sum = "fn f(x: real[N, 3], i: i32) -> (y: real[N]) { y[n] = sum(i) x[n, 0] }";
    const [diagnostic] = checkSource(sum).diagnostics;
    expect(diagnostic).toMatchObject({
      code: "DLC1001",
      message: "expected an operator before `x`",
      help: ["indices of a reduction stand in square brackets: sum[i] …"],
    });
  });
  test("an equation that could not be parsed is not asked for", () => {
    const nested = `${"(".repeat(60)}x[n]${")".repeat(60)}`;
    expectCodes(`model M(x: f32[N]) -> (y: f32[N]) { y[n] = ${nested} }`, ["DLC1007"]);
  });
  test("no cut of a program makes the checker throw", () => {
    const text = readFileSync(join(root, "stdlib", "nn.dl"), "utf8");
    const lenet = readFileSync(join(root, "examples", "lenet", "lenet.dl"), "utf8");
    for (let end = 0; end < lenet.length; end += 7)
      expect(() => checkSource(lenet.slice(0, end))).not.toThrow();
    for (let start = 0; start < text.length; start += 997) {
      expect(() => checkSource(text.slice(start, start + 1500))).not.toThrow();
    }
  }, 120_000);
});
