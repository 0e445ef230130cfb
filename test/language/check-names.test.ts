import { describe, expect, test } from "vitest";
import { applyFix } from "../../compiler/diagnostics/index.ts";
import { checkSource, expectCodes, pathsOf, programOf, run } from "./check-source.ts";

const linear = "import std.nn { Linear, relu }\n";

describe("D1 names and scopes", () => {
  test("D1.1 nothing shadows anything around it, but two equations may use one index", () => {
    expectCodes("fn f(x: real[N]) -> (y: real[N]) {\n  a[i] = x[i]\n  y[i] = a[i]\n}", []);
    expectCodes("fn f(x: real[N]) -> (y: real[N]) { y[n] = sum[n] x[n] }", ["DLC2003"]);
    expectCodes("fn f(x: real[N]) -> (y: real[N]) {\n  x[n] = 1\n  y = x\n}", ["DLC2002"]);
  });
  test("D1.1 labels of stages are names of the block", () => {
    expectCodes(
      `${linear}layer A(x: real[N, 3]) -> (y: real[N, 3]) {\n  fc = 1.0\n  y = x |> fc: Linear(3)\n}`,
      ["DLC2002"],
    );
  });
  test("D1.1 the prelude may be shadowed", () => {
    const source = "model M(x: f32[N]) -> (y: f32[N]) {\n  norm[n] = 2 * x[n]\n  y[n] = norm[n] + 1\n}";
    expect(run(source, { x: [1, 2] })).toEqual([3, 5]);
  });
  test("D1.2 order is free", () => {
    const source =
      "model M(x: f32[N]) -> (y: f32[N]) {\n  y[n] = b[n] + 1\n  b[n] = 2 * a[n]\n  a[n] = x[n] + 3\n}";
    expect(run(source, { x: [1, 2] })).toEqual([9, 11]);
  });
  test("D1.2 a cycle of equations is printed", () => {
    const [message] = expectCodes(
      "fn f(x: real) -> (y: real) {\n  a = b + x\n  b = c\n  c = a\n  y = x\n}\nmodel M(x: f32[N]) -> (y: f32[N]) {\n  a[n] = b[n]\n  b[n] = a[n] + x[n]\n  y[n] = a[n]\n}",
      ["DLC2004", "DLC2004"],
    );
    expect(message).toContain("a → b → a");
  });
  test("D1.3 an index lives in its equation, its reduction or its list, and nowhere else", () => {
    const body = (text: string): string => `model M(x: f32[N]) -> (y: f32[N]) {\n  ${text}\n}`;
    expectCodes(body("a[i] = x[i]\n  y[n] = a[n] + i"), ["DLC2001"]);
    expectCodes(body("y[n] = (sum[k] x[k]) + k"), ["DLC2001"]);
    expectCodes(
      `${linear}model M(x: f32[N, 2]) -> (y: f32[N, 2]) {\n  z = x |> list: [Linear(2 + i - i) for i in 0..2]\n  y = z * i\n}`,
      ["DLC2001"],
    );
    // The filter and the term see it, and the next equation may use its name for another axis.
    const source = `model M(x: f32[N, 3]) -> (y: f32[N]) {
  a[n, i] = 2 * x[n, i]
  y[i] = sum[n where n > 0] a[i, n]
}`;
    expect(run(source, { x: [[1, 2, 3]] })).toEqual([10]);
  });
  test("D1.4 on the left stand fresh indices, \`:\` and packs, never expressions", () => {
    const model = (left: string, right: string): string =>
      `model M(x: f32[N, 4]) -> (y: f32[N, 4]) { y[${left}] = x[${right}] }`;
    for (const left of ["n, 2 * i", "n, 0", "n, -i"]) expectCodes(model(left, "n, 1"), ["DLC1001"]);
    expectCodes("model M(x: f32[3, 3]) -> (y: f32[3, 3]) { y[n, n] = x[n, n] }", ["DLC2003"]);
    const x = [[1, 2, 3, 4]];
    expect(run(model(":, i", ":, 3 - i"), { x })).toEqual([4, 3, 2, 1]);
    expect(run(model("..b, i", "..b, 3 - i"), { x })).toEqual([4, 3, 2, 1]);
  });
  test("D1.5 in each part of cat the index ranges over that part's axis only", () => {
    const source =
      "model M(a: f32[N, 2], b: f32[N, 1]) -> (y: f32[N, 3]) { y[n, k] = cat[k](a[n, k], 10 * b[n, k]) }";
    expect(run(source, { a: [[1, 2]], b: [[3]] })).toEqual([1, 2, 30]);
  });
  test("D1.7 states have next values, other names have none", () => {
    const model = (body: string): string => `model M(x: f32[N]) -> (y: f32[N]) {\n  ${body}\n}`;
    expectCodes(model("a[n] = x[n]\n  a'[n] = 2 * x[n]\n  y = a"), ["DLC2018"]);
    expectCodes(model("y[n] = x'[n]"), ["DLC2018"]);
    expectCodes(model("y[n] = x[n] + nobody'"), ["DLC2001"]);
    expectCodes(model("state s: f32 = 1\n  s' = 2\n  s' = 3\n  y[n] = s * x[n]"), ["DLC2002"]);
  });
  test("D1.7 a state without an equation for its next value keeps its value", () => {
    const source = "model M(x: f32[N]) -> (y: f32[N]) {\n  state s: f32 = 3\n  y[n] = x[n] * (s + s')\n}";
    expect(run(source, { x: [2] })).toEqual([12]);
  });
  test("D1.9 several outputs go in order to as many targets, or are read by name", () => {
    const both =
      "fn both(x: real[N]) -> (low: real[N], high: real[N]) {\n  low[n] = x[n] - 1\n  high[n] = x[n] + 1\n}\n";
    const split = "model M(x: f32[N]) -> (y: f32[N]) {\n  a, b = both(x)\n  y[n] = a[n] * b[n]\n}";
    const whole = "model M(x: f32[N]) -> (y: f32[N]) {\n  p = both(x)\n  y[n] = p.low[n] * p.high[n]\n}";
    expect(run(both + split, { x: [3, 5] })).toEqual([8, 24]);
    expect(run(both + whole, { x: [3, 5] })).toEqual([8, 24]);
    expectCodes(`${both}model M(x: f32[N]) -> (y: f32[N]) {\n  a, b, c = both(x)\n  y = a\n}`, ["DLC3013"]);
  });
  test("D1.9 in a pipe a layer of several inputs takes the results before it in order, one of one input the first", () => {
    const source = `fn both(x: real[N]) -> (low: real[N], high: real[N]) {
  low[n] = x[n] - 1
  high[n] = x[n] + 1
}
fn over(a: real[N], b: real[N]) -> (c: real[N]) { c[n] = a[n] / b[n] }
fn twice(a: real[N]) -> (b: real[N]) { b[n] = 2 * a[n] }
`;
    const model = (stage: string): string =>
      `${source}model M(x: f32[N]) -> (y: f32[N]) { y = x |> both |> ${stage} }`;
    expect(run(model("over"), { x: [3] })).toEqual([0.5]);
    expect(run(model("twice"), { x: [3] })).toEqual([4]);
  });
  test("D1.9 a layer is instantiated by its list, empty or not; its bare name is no layer", () => {
    const layer = "layer Id(x: real[N]) -> (y: real[N]) { y = x }\n";
    expectCodes(`${layer}model M(x: f32[N]) -> (y: f32[N]) { y = x |> Id() }`, []);
    expectCodes(`${layer}model M(x: f32[N]) -> (y: f32[N]) { y = x |> Id }`, ["DLC3013"]);
  });
  test("what the library has is met with its import", () => {
    const source = "model M(x: f32[N, 3]) -> (y: f32[N, 2]) { y = x |> fc: Linear(2) |> softmax }";
    const { diagnostics } = checkSource(source);
    expect(diagnostics.flatMap(({ help }) => help)).toEqual([
      "the library has it: `import std.nn { Linear }`",
      "the library has it: `import std.nn { softmax }`",
    ]);
    const [first, second] = diagnostics;
    if (first?.span === undefined || first.fix === undefined || second?.fix === undefined)
      throw new Error("a fix is missing");
    const edits = [...first.fix.edits, ...second.fix.edits];
    expectCodes(applyFix(first.span.source, { title: "import both", edits }), []);
  });
  test("a size in lower case is met with what it has to look like", () => {
    const [message] = expectCodes("model M(x: f32[n, 3]) -> (y: f32[n, 3]) { y = x }", ["DLC2001"]);
    expect(message).toContain("capitalised name: `N`");
  });
  test("no single letter is taken for another", () => {
    const [message] = expectCodes("model M(x: f32[N]) -> (y: f32[N]) { y[n] = x[n] + k }", ["DLC2001"]);
    expect(message).not.toContain("did you mean");
  });
  test("misspelt names are met with the nearest one", () => {
    const [message] = expectCodes("fn f(image: real[N]) -> (y: real[N]) { y[n] = imgae[n] }", ["DLC2001"]);
    expect(message).toContain("did you mean `image`?");
  });
});

describe("modules", () => {
  test("a file beside is imported by its name, constants and all", () => {
    const other = "half = 0.5\nfn scaled(x: real) = half * x\n";
    expectCodes(
      "import other { half, scaled }\nmodel M(x: f32[N]) -> (y: f32[N]) { y[n] = half + scaled(x[n]) }",
      [],
      {},
      { "other.dl": other },
    );
  });
  test("a cycle is reported with its chain", () => {
    const [message] = expectCodes(
      "import a { f }",
      ["DLC2006"],
      {},
      { "a.dl": "import b { g }\nfn f(x: real) = g(x)", "b.dl": "import a { f }\nfn g(x: real) = x" },
    );
    expect(message).toContain("a.dl → b.dl → a.dl");
  });
  test("a module or a name of one that is mistaken is guessed, or what there is is listed", () => {
    const told = (source: string, code: string): string => expectCodes(source, [code])[0] ?? "";
    expect(told("import std.metrics { accuracy }", "DLC2005")).toContain("did you mean `std.metric`?");
    expect(told("import std.audio { flip }", "DLC2005")).toContain("the library has std.nn, ");
    expect(told("import std.loss { crossEntropi }", "DLC2007")).toContain("did you mean `crossEntropy`?");
    expect(told("import std.loss { mse }", "DLC2007")).toContain("it has meanSquared, meanAbsolute, ");
  });
  test("a missing file is one error, not one for each name that it should have given", () => {
    expectCodes("import gone { a, b }\nfn f(x: real) = a(b(x))", ["DLC2005"]);
  });
  test("train, data and optimizer declarations don't keep a model from being built", () => {
    const source = `${linear}import std.loss { crossEntropy }
import std.optim { Sgd }
model M(x: f32[N, 2]) -> (logits: f32[N, 2]) { logits = x |> fc: Linear(2) }
data Points()(x: f32[R, 2] = npy("x.npy"), label: i32[R] in 0..2 = npy("y.npy")) -> (x: f32[R, 2], label: i32[R]) {}
optimizer Plain(lr: real)(theta: real[..P], g: real[..P]) { theta' = theta - lr * g }
train M on Points { loss = crossEntropy(logits, label)  optimizer = Sgd(lr: 0.1)  batch = 4 }`;
    expect(pathsOf(source)).toEqual(["fc.bias", "fc.weight"]);
  });
});

describe("D2 names of parameters", () => {
  test("D2.1 labels from the model down, then the parameter's own name", () => {
    const block = `${linear}layer Block(width: dim)(x: real[N, D]) -> (y: real[N, width]) {
  inner = Linear(width)
  y = x |> inner |> relu |> [Linear(width), relu] |> "last": Linear(width)
}
`;
    const model = "model M(x: f32[N, 3]) -> (y: f32[N, 3]) { y = x |> blocks: [Block(4), Block(3)] }";
    const paths = pathsOf(block + model.replace("|> [", "|> list: ["));
    expect(paths).toContain("blocks.0.inner.weight");
    expect(paths).toContain("blocks.1.last.bias");
  });
  test("D2.1 the place in a list, and nothing for the places of a list labelled with an empty text", () => {
    const layer = `layer Gain(suffix: string)(x: real[N]) -> (y: real[N]) {
  param w: real[1] = 2 as "w{suffix}"
  y[n] = w[0] * x[n]
}
`;
    const model = (label: string): string =>
      `${layer}model M(x: f32[N]) -> (y: f32[N]) { y = x |> ${label}: [Gain("_{i}") for i in 0..2] }`;
    expect(pathsOf(model("g"))).toEqual(["g.0.w_0", "g.1.w_1"]);
    expect(pathsOf(model('""'))).toEqual(["w_0", "w_1"]);
    expect(run(model('""'), { x: [1] })).toEqual([4]);
  });
  test("D2.1 a layer among the hyper-parameters is labelled by the name that receives it", () => {
    const source = `${linear}layer Twice(f: layer)(x: real[N, D]) -> (y: real[N, D]) { y = x |> f |> f }
model M(x: f32[N, 3]) -> (y: f32[N, 3]) { y = x |> block: Twice([Linear(4), relu, Linear(3)]) }`;
    expect(pathsOf(source)).toEqual([
      "block.f.0.bias",
      "block.f.0.weight",
      "block.f.2.bias",
      "block.f.2.weight",
    ]);
  });
  test("D2.1 an instance that is passed by its name keeps its own", () => {
    const source = `${linear}layer Twice(f: layer)(x: real[N, D]) -> (y: real[N, D]) { y = x |> f |> f }
model M(x: f32[N, 3]) -> (y: f32[N, 3]) {
  shared = Linear(3)
  y = x |> shared |> block: Twice(shared)
}`;
    expect(pathsOf(source)).toEqual(["shared.bias", "shared.weight"]);
  });
  test("D2.2 an unlabelled instance is labelled by its kind, several are numbered and warned about", () => {
    const model = (pipe: string): string =>
      `${linear}model M(x: f32[N, 3]) -> (y: f32[N, 3]) { y = x |> ${pipe} }`;
    expect(pathsOf(model("Linear(3)"))).toEqual(["linear.bias", "linear.weight"]);
    const messages = expectCodes(model("Linear(3) |> relu |> Linear(3)"), ["DLC2009", "DLC2009"]);
    expect(messages[1]).toContain("linear2.…");
    const applied = `${linear}model M(x: f32[N, 3]) -> (y: f32[N, 3]) { h = Linear(2)(x)  y = relu(Linear(3)(h)) }`;
    expect(expectCodes(applied, ["DLC2009", "DLC2009"])[0]).toContain("linear1.…");
    expect(pathsOf(applied.replace("relu(Linear(3)(h))", "out(h)  out = Linear(3)"))).toContain(
      "linear.bias",
    );
  });
  test("D2.3 applying a name again shares, and an entry shares what is bound outside it", () => {
    const source = `${linear}model M {
  net = Linear(3)
  entry once(x: f32[N, 3]) -> (y: f32[N, 3]) { y = net(x) }
  entry twice(x: f32[N, 3]) -> (y: f32[N, 3]) { y = net(net(x)) }
}`;
    expect(pathsOf(source)).toEqual(["net.bias", "net.weight"]);
  });
  test("D2.4 a parameter exists if and only if something reads it", () => {
    const model = (hyper: string): string =>
      `${linear}model M(x: f32[N, 3]) -> (y: f32[N, 3]) { y = x |> fc: Linear(3${hyper}) }`;
    expect(pathsOf(model(""))).toEqual(["fc.bias", "fc.weight"]);
    expect(pathsOf(model(", biased: false"))).toEqual(["fc.weight"]);
  });
  test("D2.4 one parameter with two shapes is an error that shows both places", () => {
    const [message] = expectCodes(
      `${linear}model M(x: f32[N, 3]) -> (y: f32[N, 4]) {\n  net = Linear(4)\n  y = x |> net |> net\n}`,
      ["DLC2010"],
    );
    expect(message).toContain("4×3");
    expect(message).toContain("4×4");
  });
  test("D2.5 in any order: its shape may follow from an application further down", () => {
    const source = `${linear}model M(x: f32[N, 3]) -> (y: f32[N, 2]) {
  y[n, o] = w[o, 0] * h[n, o]
  w = fc.weight
  h = x |> fc: Linear(2)
}`;
    expect([...pathsOf(source)].sort()).toEqual(["fc.bias", "fc.weight"]);
    const params = {
      "fc.bias": [0, 0],
      "fc.weight": [
        [1, 2, 3],
        [4, 5, 6],
      ],
    };
    expect(run(source, { x: [[1, 1, 1]] }, { params })).toEqual([6, 60]);
  });
  test("D2.5 also where functions of the block apply it, among others that do not", () => {
    const fns = `  fn both(u: real[N, 4]) -> (v: real[N, 3]) { v = fc(u) }
  fn other(u: real[N, 4]) -> (v: real[N, 3]) { v = softmax(u[:, 0..3]) }`;
    const body = `${fns}\n  fc = Linear(3)\n  a = both(x)\n  b = other(x)\n  w = fc.weight`;
    const source = (results: string): string =>
      `import std.nn { Linear, softmax }\nmodel M(x: f32[N, 4]) -> (${results}) {\n${body}\n}`;
    for (const results of [
      "a: f32[N, 3], b: f32[N, 3], w: f32[3, 4]",
      "w: f32[3, 4], b: f32[N, 3], a: f32[N, 3]",
    ])
      expect([...pathsOf(source(results))].sort()).toEqual(["fc.bias", "fc.weight"]);
  });
  test("D2.5 also through stages whose labels add nothing, as deep as they stand", () => {
    const source = `${linear}layer Inner(x: real[N, D]) -> (y: real[N, D]) { y = x |> "": Linear(D) }
layer Outer(x: real[N, D]) -> (y: real[N, D]) { y = x |> "": Inner() }
model M(x: f32[N, 3]) -> (y: f32[N, 3]) {
  z = x |> op: Outer()
  y[n, o] = z[n, o] * op.weight[o, 0]
}`;
    expect([...pathsOf(source)].sort()).toEqual(["op.bias", "op.weight"]);
    const weight = [
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ];
    const params = { "op.bias": [0, 0, 0], "op.weight": weight };
    expect(run(source, { x: [[1, 1, 1]] }, { params })).toEqual([6, 60, 168]);
  });
  test("D2.5 a.b.weight is that parameter", () => {
    const source = `import std.nn { Embedding }
model M(ids: i32[N] in 0..5) -> (y: f32[N, 5]) {
  e = ids |> table: Embedding(5, 2)
  y[n, v] = sum[d] e[n, d] * table.weight[v, d]
}`;
    expect(pathsOf(source)).toEqual(["table.weight"]);
    const table = [
      [1, 0],
      [0, 1],
      [1, 1],
      [2, 0],
      [0, 2],
    ];
    expect(run(source, { ids: [2] }, { params: { "table.weight": table } })).toEqual([1, 1, 2, 2, 2]);
  });
});

test("draws are numbered in the order of the text and counted by the entry's place", () => {
  const { params } = programOf(
    "import std.random { normal }\nmodel M(x: f32[2]) -> (y: f32[2]) {\n  param w: f32[2] ~ normal()\n  y[i] = w[i] * x[i]\n}",
  );
  const [w] = params;
  const text = JSON.stringify(w?.initial.nodes);
  expect([...text.matchAll(/"stream":(\d)/g)].map((match) => match[1]).sort()).toEqual(["0", "1"]);
  expect(text).toContain('"path":"w"');
});
