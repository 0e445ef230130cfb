import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { DataProgram, Graph } from "../../compiler/graph/index.ts";
import { interpret, printGraph, tensorOf, verify, type Tensor } from "../../compiler/graph/index.ts";
import { partArguments, readerArguments, readers } from "../../compiler/check/readers.ts";
import { argumentsOf } from "../../data/open-source.ts";
import * as source from "./check-source.ts";
import { numbersOf, trainingOf } from "./train-source.ts";

const expectCodes = (text: string, codes: readonly string[]) =>
  source.expectCodes(text, codes, { train: true });

/** A model that is trained on `data`, whose only output is `x`. */
function trained(data: string, shape = "f32[N]", on = "D"): string {
  return `${data}
model Line(x: ${shape}) -> (y: f32[N]) {
  param w: f32 = 1
  y[n] = w * real(sum(x))
}
train Line on ${on} {
  loss  = mean(y)
  model' = model - 0.1 * grad(loss, model)
  batch = 2
}`;
}

function dataOf(text: string): DataProgram {
  const { data } = trainingOf(source.programOf(text, { train: true }));
  if (data === undefined) throw new Error("it has no data");
  for (const graph of Object.values(data.program.entries))
    expect(verify(graph, { normal: false }), printGraph(graph)).toEqual([]);
  return data;
}

/** What an entry gives. */
function call(
  { program }: DataProgram,
  entry: string,
  inputs: Readonly<Record<string, Tensor>>,
  dims: Readonly<Record<string, number>> = {},
  seed = 0,
): Readonly<Record<string, readonly number[]>> {
  const graph = program.entries[entry];
  if (graph === undefined) throw new Error(`there is no entry ${entry}`);
  const results = interpret(graph, { inputs, dims, seed });
  return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, numbersOf(tensor)]));
}

const rows = (...numbers: readonly number[]): Tensor => tensorOf([numbers.length], numbers, "i32");

describe("D1.8 a train block on a data declaration", () => {
  test("takes its outputs, N rows of them, and says where sources come from", () => {
    const text = trained(
      `data D(part: string, width: dim = 3)
    (raw: u8[R, width] in 0..9 = csv("{part}.csv", columns: ["a", "b", "c"], header: true, share: 0.5, seed: width))
 -> (x: i32[R, width] in 0..9) { x = i32(raw) }`,
      "i32[N, 3] in 0..9",
      'D(part: "first")',
    );
    const program = source.programOf(text, { train: true });
    const { step, data } = trainingOf(program);
    expect(step.dims.map(({ name }) => name)).toEqual(["N"]);
    expect(data?.sources).toEqual([
      {
        name: "raw",
        reader: "csv",
        path: "first.csv",
        arguments: { columns: ["a", "b", "c"], header: true, share: 0.5, seed: 3 },
        dtype: "u8",
        shape: ["R", 3],
        range: [0, 9],
        inputs: { row: "raw.rows" },
      },
    ]);
  });
  test("its test is another application of a declaration with the same outputs", () => {
    const data = `data D(path: string)(v: f32[R] = npy("{path}.npy")) -> (x: f32[R]) { x[r] = 2 * v[r] }`;
    const text = trained(data, "f32[N]", 'D("a")').replace("batch", 'test = D("b")\n  batch');
    expect(trainingOf(source.programOf(text, { train: true })).test?.sources[0]?.path).toBe("b.npy");
    expectCodes(text.replace('D("b")', "Line"), ["DLC3013"]);
    const other = `${text}\ndata E()(v: f32[R, 2] = npy("e.npy")) -> (x: f32[R, 2]) { x = v }`;
    expectCodes(other.replace('D("b")', "E"), ["DLC3021"]);
  });
  test("hyper-parameters of the model are names for its data", () => {
    const text = `model Line(width: dim = 4)(x: f32[N, width]) -> (y: f32[N]) {
  param w: f32 = 1
  y[n] = w * sum[k] x[n, k]
}
data D(size: dim)(x: f32[R, size] = csv("d.csv")) -> (x: f32[R, size]) {}
train Line(width: 5) on D(width) { loss = mean(y)  model' = model - grad(loss, model)  batch = 2 }`;
    expect(dataOf(text).sources[0]?.shape).toEqual(["R", 5]);
  });
});

describe("a data declaration is a function of rows", () => {
  test("what is read at the row of the example is taken row by row", () => {
    const data = dataOf(
      trained(`data D()(a: f32[R] = npy("a.npy"), b: f32[R] = npy("b.npy")) -> (x: f32[R]) {
  s[r] = a[r] + 10 * b[r]
  x[r] = s[r]^2
}`),
    );
    expect(Object.keys(data.program.entries)).toEqual(["train", "evaluate"]);
    expect(data.sources.map(({ inputs }) => inputs)).toEqual([{ row: "a.rows" }, { row: "b.rows" }]);
    const inputs = { "a.rows": tensorOf([2], [1, 2]), "b.rows": tensorOf([2], [0, 1]) };
    expect(call(data, "train", inputs, { R: 9 })).toEqual({ x: [1, 144] });
  });
  test("what needs all rows is computed once from the whole source", () => {
    const data = dataOf(
      trained(`data D()(a: f32[R] = npy("a.npy")) -> (x: f32[R]) {
  m = mean[r] a[r]
  x[r] = a[r] - m
}`),
    );
    expect(data.sources.map(({ inputs }) => inputs)).toEqual([{ row: "a.rows", once: "a" }]);
    const once = call(data, "once", { a: tensorOf([4], [1, 2, 3, 6]) });
    expect(Object.values(once)).toEqual([[3], [3]]);
    const means = Object.fromEntries(Object.entries(once).map(([name, all]) => [name, tensorOf([], all)]));
    const graph = data.program.entries["evaluate"];
    const taken = Object.fromEntries(
      Object.entries(means).filter(([name]) => graph?.nodes.some((node) => node.name === name)),
    );
    const inputs = { ...taken, "a.rows": tensorOf([2], [6, 1]) };
    expect(call(data, "evaluate", inputs, { R: 4 })).toEqual({ x: [3, -2] });
  });
  const recurrence = `fn running(r: real[T]) -> (y: real[T]) {
  scan t in 0..T carry h = 0.0 {
    h' = 0.5 * h + r[t]
    y[t] = h'
  }
}
`;
  const takenFrom = (once: Readonly<Record<string, readonly number[]>>, graph: Graph | undefined) =>
    Object.fromEntries(
      Object.entries(once).flatMap(([name, all]) => {
        const input = graph?.nodes.find((node) => node.name === name);
        return input === undefined
          ? []
          : [[name, tensorOf(input.shape.length === 0 ? [] : [all.length], all)]];
      }),
    );
  test("a scan over all rows runs once, in training and in judging", () => {
    const data = dataOf(
      trained(`data D()(a: f32[R] = npy("a.npy")) -> (x: f32[R]) {
  scan r in 0..R carry h = 0.0 {
    h' = 0.5 * h + a[r]
    x[r] = h' + (if training then 100 else 0)
  }
}`),
    );
    expect(data.sources.map(({ inputs }) => inputs)).toEqual([{ once: "a" }]);
    const once = call(data, "once", { a: tensorOf([4], [1, 2, 3, 4]) }, { R: 4 });
    for (const [entry, more] of [
      ["train", 100],
      ["evaluate", 0],
    ] as const) {
      const inputs = { ...takenFrom(once, data.program.entries[entry]), $rows: rows(3, 0) };
      expect(call(data, entry, inputs, { R: 4 })).toEqual({ x: [6.125 + more, 1 + more] });
    }
  });
  test("a scan in each row runs for the rows of the batch", () => {
    const data = dataOf(
      trained(
        `${recurrence}data D()(a: f32[R, 3] = npy("a.npy")) -> (x: f32[R, 3]) { x[r, :] = running(a[r, :]) }`,
        "f32[N, 3]",
      ),
    );
    expect(Object.keys(data.program.entries)).toEqual(["train", "evaluate"]);
    expect(data.sources.map(({ inputs }) => inputs)).toEqual([{ row: "a.rows" }]);
    const inputs = { "a.rows": tensorOf([2, 3], [1, 2, 3, 4, 0, 0]) };
    expect(call(data, "train", inputs, { R: 9 })).toEqual({ x: [1, 2.5, 4.25, 4, 2, 1] });
  });
  test("a scan that carries all rows, and what is drawn in its turns, runs in each batch", () => {
    const data = dataOf(
      trained(
        `data D()(a: f32[R] = npy("a.npy")) -> (x: f32[R]) {
  scan t in 0..3 carry h = a, n = 0.0 {
    h'[r] = h[r] + 10 + n + 0 * random()
    n' = n + 1
  }
  x = h
}`,
      ),
    );
    const inputs = { "a.rows": tensorOf([2], [1, 2]), $rows: rows(0, 1) };
    const graph = data.program.entries["train"];
    const given = Object.fromEntries(
      Object.entries(inputs).filter(([name]) => graph?.nodes.some((node) => node.name === name)),
    );
    expect(call(data, "train", given, { R: 5 })).toEqual({ x: [34, 35] });
  });
  test("a neighbour is read from the whole source, at the number of the row", () => {
    const data = dataOf(
      trained(`data D()(a: f32[R] = npy("a.npy")) -> (x: f32[R]) { x[r] = a[r] - (a[r - 1] else 0) }`),
    );
    expect(data.sources.map(({ inputs }) => inputs)).toEqual([{ row: "a.rows", whole: "a" }]);
    const inputs = { $rows: rows(3, 0), "a.rows": tensorOf([2], [6, 1]), a: tensorOf([4], [1, 2, 3, 6]) };
    expect(call(data, "train", inputs)).toEqual({ x: [3, 1] });
  });
  test("pieces of a text: their number follows from its length, which is checked when it is opened", () => {
    const data = dataOf(
      trained(
        `data D(length: dim)(s: i32[L] in 0..96 = characters("t.txt", alphabet: 96)) -> (x: i32[M, length] in 0..96)
  where M = floor((L - 1) / length) { x[m, t] = s[m * length + t + 1] }`,
        "i32[N, 3] in 0..96",
        "D(3)",
      ),
    );
    const inputs = { $rows: rows(1), s: tensorOf([8], [0, 1, 2, 3, 4, 5, 6, 7], "i32") };
    expect(call(data, "train", inputs)).toEqual({ x: [4, 5, 6] });
    expect(data.program.entries["train"]?.facts).toHaveLength(1);
  });
  test("draws belong to a row: they do not depend on its batch, nor on a whole that is read elsewhere", () => {
    const data = dataOf(
      trained(`data D()(a: f32[R] = npy("a.npy")) -> (x: f32[R]) {
  noise[r in 0..R] = random()
  x[r] = noise[r] + 10 * (noise[r - 1] else 0) + 0 * a[r]
}`),
    );
    const at = (...numbers: readonly number[]): readonly number[] =>
      call(
        data,
        "train",
        {
          $rows: rows(...numbers),
          "a.rows": tensorOf(
            [numbers.length],
            numbers.map(() => 0),
          ),
        },
        { R: 5 },
        7,
      )["x"] ?? [];
    const [zero = NaN, one = NaN, two = NaN] = at(0, 1, 2);
    expect(at(2, 0)).toEqual([two, zero]);
    const second = one - 10 * zero;
    expect(two - 10 * second).toBeGreaterThan(0);
    expect(two - 10 * second).toBeLessThan(1);
    expect(new Set([zero, second, two - 10 * second]).size).toBe(3);
  });
  test("D1.10 without a shared first dim, all there is is one example", () => {
    const text = `data G()(h: f32[V, 2] = npy("h.npy"), to: i32[E] in 0..9 = npy("to.npy"))
 -> (h: f32[V, 2], to: i32[E] in 0..9) {}
model Line(h: f32[V, 2], to: i32[E] in 0..9) -> (y: f32[V]) {
  param w: f32 = 1
  y[v] = w * h[v, 0] + real(sum(to))
}
train Line on G { loss = mean(y)  model' = model - grad(loss, model)  batch = 1 }`;
    const data = dataOf(text);
    expect(data.rows).toBeUndefined();
    expect(data.sources.map(({ inputs }) => inputs)).toEqual([{ whole: "h" }, { whole: "to" }]);
  });
  test("what reads no source by rows has as many rows as it is asked for", () => {
    const made = dataOf(trained("data D() -> (x: f32[6]) { x[i in 0..6] = 1 + 0 * random() }"));
    expect(call(made, "train", { $rows: rows(4, 2, 5) })).toEqual({ x: [1, 1, 1] });
    const constant = dataOf(trained("data D() -> (x: f32[6]) { x[i in 0..6] = 2 }"));
    expect(call(constant, "evaluate", { $rows: rows(0, 1) })).toEqual({ x: [2, 2] });
    const repeated = dataOf(
      trained('data D()(a: f32[R] = npy("a.npy")) -> (x: f32[100]) { x[i in 0..100] = a[0] }'),
    );
    const inputs = { $rows: rows(99, 3), a: tensorOf([3], [7, 8, 9]) };
    expect(call(repeated, "train", inputs)).toEqual({ x: [7, 7] });
  });
  test("D3.5 what is undecided about sizes is left for when the sources are opened; what is wrong is not", () => {
    const shifted = trained(
      `data D(by: dim)(a: f32[R] = npy("a.npy")) -> (x: f32[M]) where M = R - by {
  x[m] = a[m + by]
}`,
      "f32[N]",
      "D(3)",
    );
    expect(dataOf(shifted).program.entries["train"]?.facts.length).toBeGreaterThan(0);
    expectCodes(shifted.replace("a[m + by]", "a[m + by + 1]"), ["DLC3006"]);
  });
  test("randomness per index: what is drawn in a function is drawn for each value of the indices around it", () => {
    const text = trained(
      `fn pick(weight: real[K]) -> (k: i32 in 0..K) { k = clamp(i32(random() * real(size(..K))), 0, K - 1) }
data D()(a: f32[R] = npy("a.npy")) -> (x: f32[R, 4]) { x[r, j in 0..4] = a[r] + random() }`,
      "f32[N, 4]",
    ).replace(/^fn.*\n/, "");
    const data = dataOf(text);
    const x = call(data, "train", { $rows: rows(0), "a.rows": tensorOf([1], [0]) }, { R: 1 })["x"];
    expect(new Set(x).size).toBe(4);
  });
});

describe("D1.8 the name of a metric", () => {
  const text = (metric: string): string => `import std.metric { accuracy }
model Line(x: f32[N, 3]) -> (y: f32[N, 3]) {
  param w: f32 = 1
  y[n, k] = w * x[n, k]
}
train Line on (x: f32[N, 3], label: i32[N] in 0..3) {
  loss   = mean(y)
  model' = model - 0.1 * grad(loss, model)
  ${metric}
  batch  = 2
}`;
  test("may be that of the function by which it is computed", () => {
    const { step } = trainingOf(
      source.programOf(text("metric accuracy = accuracy(y, label)"), { train: true }),
    );
    expect(step.outputs.map(({ name }) => name)).toEqual(["loss", "accuracy"]);
  });
  test("counts may be several numbers, anything else is one", () => {
    const counts = text("metric confusion = confusionMatrix(y, label)").replace(
      "{ accuracy }",
      "{ confusionMatrix }",
    );
    const { evaluate } = trainingOf(source.programOf(counts, { train: true }));
    const node = evaluate.nodes.find(({ name }) => name === evaluate.outputs[1]?.node);
    expect([node?.dtype, node?.shape.length]).toEqual(["i32", 2]);
    expectCodes(text("metric each = y"), ["DLC3002"]);
  });
  test("is given once, and is a name of the block where the file has none", () => {
    expectCodes(text("metric accuracy = accuracy(y, label)  metric accuracy = mean(y)"), ["DLC2003"]);
    expectCodes(text("metric size = mean(y)  metric size = mean(x)"), ["DLC2002"]);
    expectCodes(text("metric share = accuracy(y, label)  metric error = 1 - share"), []);
  });
});

describe("what a data declaration may not be", () => {
  test("a layer; a thing with parameters; one whose inputs come from nowhere", () => {
    const plain = `data D()(a: f32[R] = npy("a.npy")) -> (x: f32[R]) { x = a }`;
    expectCodes(trained(plain, "f32[N]", "Line"), ["DLC3013"]);
    expectCodes(trained(plain, "f32[N]", "D(1)"), ["DLC2012"]);
    expectCodes(trained(plain.replace(' = npy("a.npy")', "")), ["DLC6114"]);
    expectCodes(trained(plain.replace('npy("a.npy")', "npy()")), ["DLC2012"]);
    expectCodes(trained(plain.replace('npy("a.npy")', 'npy("a.npy", "b")')), ["DLC2012"]);
    expectCodes(trained(plain.replace("{ x = a }", "{ param w: f32 = 1\n  x[r] = w * a[r] }")), ["DLC2020"]);
    const scaled = "layer Scale(x: real[N]) -> (y: real[N]) { param w: real = 1  y[n] = w * x[n] }\n";
    expectCodes(scaled + trained(plain.replace("{ x = a }", "{ x = a |> Scale() }")), ["DLC3013"]);
  });
  test("a reader stands in the header of a data declaration alone", () => {
    expectCodes('model Line(x: f32[N]) -> (y: f32[N]) { y = csv("x.csv") }', ["DLC3013"]);
  });
  test("N is the number of rows of a batch, and no other size of an example", () => {
    expectCodes(trained('data D()(a: f32[R, N] = npy("a.npy")) -> (x: f32[R, N]) { x = a }', "f32[N, 2]"), [
      "DLC3012",
    ]);
  });
});

describe("arguments of readers", () => {
  test("that there are not are refused by the check, where they stand", () => {
    const declared = (args: string): string =>
      trained(`data D(a: f32[M] = csv("a.csv", column: "a", ${args})) -> (x: f32[M]) { x = a }`);
    expectCodes(declared("header: true"), []);
    const [message] = expectCodes(declared("heder: true"), ["DLC2012"]);
    expect(message).toContain("`csv` takes no argument `heder`");
    expect(message).toContain("did you mean `header`?");
    expect(expectCodes(declared("shuffle: true"), ["DLC2012"])[0]).toContain(
      "they are column, columns, except",
    );
  });
  test.each(readers)("%s is given what its reader knows, all of which the page names", (reader) => {
    const all = [...readerArguments[reader], ...partArguments];
    expect(all).toEqual(argumentsOf(reader));
    const page = readFileSync(join(import.meta.dirname, "../../docs/language.md"), "utf8");
    for (const name of all)
      expect(page).toMatch(new RegExp(`^\\|[^|]*\`${name}\`[^|]*\\|[^|]*(${reader}|all)`, "m"));
  });
  test("and an output that is called like an input is that input", () => {
    expectCodes(trained(`data D(x: f32[M] = csv("a.csv", column: "a")) -> (x: f32[M]) {}`), []);
  });
});
