import { beforeAll, describe, expect, it } from "vitest";
import { fileHost } from "../../cli/host.ts";
import { compile, type CompiledData } from "../../compiler/compile.ts";
import { renderAll } from "../../compiler/diagnostics/index.ts";
import { interpret } from "../../compiler/graph/interpret.ts";
import type { DataProgram } from "../../compiler/graph/graph.ts";
import { tensorOf, type Tensor } from "../../compiler/graph/tensor.ts";
import { builtRuntime } from "../built-runtime.ts";

type Values = Float32Array | Int32Array | Uint8Array;
type Entry = (
  inputs: Readonly<Record<string, Values>>,
  options?: { readonly dims?: Readonly<Record<string, number>>; readonly step?: number },
) => Readonly<Record<string, { readonly copy: () => Values }>>;
interface Module {
  readonly entries: Readonly<Record<string, Entry>>;
  readonly inputsOf: (entry: string) => readonly string[];
}

interface Made {
  readonly data: CompiledData;
  readonly program: DataProgram;
  readonly load: (seed: number) => Promise<Module>;
}

let runtimes: Readonly<Record<string, string>> = {};
beforeAll(async () => {
  runtimes = { wasm: await builtRuntime("wasm"), train: await builtRuntime("train") };
});

/** The data of a source whose model takes what they give as `x` and `label`. */
async function make(text: string): Promise<Made> {
  const source = `import std.random { randint }
${text}
model Line(x: f32[N, 4], label: i32[N] in 0..3) -> (y: f32[N]) {
  param w: f32 = 1
  y[n] = w * x[n, label[n]]
}
train Line on D { loss = mean(y)  model' = model - grad(loss, model)  batch = 2 }`;
  const read = (path: string): string | undefined => (path === "model.dl" ? source : fileHost.read(path));
  const host = { ...fileHost, read, runtime: (name: string) => runtimes[name] ?? "" };
  const { models, diagnostics } = await compile(host, "model.dl", { train: true });
  const [model] = models;
  if (model?.data === undefined || model.program.training?.data === undefined)
    throw new Error(renderAll(diagnostics, { colour: false }));
  const { data } = model;
  const load = async (seed: number): Promise<Module> => {
    const url = `data:text/javascript;base64,${Buffer.from(data.javascript).toString("base64")}`;
    const module = (await import(url)) as {
      load: (options: object) => Promise<
        Readonly<Record<string, Entry>> & {
          info: { entries: Record<string, { inputs: { name: string }[] }> };
        }
      >;
    };
    const loaded = await module.load({ weights: data.weights, seed });
    return {
      entries: loaded,
      inputsOf: (entry) => loaded.info.entries[entry]?.inputs.map(({ name }) => name) ?? [],
    };
  };
  return { data, program: model.program.training.data, load };
}

const table = Float32Array.from({ length: 6 * 4 }, (_, place) => Math.sin(place));
const classes = Uint8Array.from([0, 2, 1, 1, 0, 2]);
const sources: Readonly<Record<string, { readonly values: Values; readonly shape: readonly number[] }>> = {
  raw: { values: table, shape: [6, 4] },
  class: { values: classes, shape: [6] },
};

/** What the entry takes for these rows, as whoever trains would put it together. */
function inputsFor(
  { data }: Made,
  module: Module,
  entry: string,
  rows: readonly number[],
  once: Readonly<Record<string, Values>>,
): Record<string, Values> {
  const all: Record<string, Values> = { $rows: Int32Array.from(rows), ...once };
  for (const { name, inputs } of data.sources) {
    const source = sources[name];
    if (source === undefined) throw new Error(`no source ${name}`);
    const { values, shape } = source;
    const size = shape.slice(1).reduce((product, extent) => product * extent, 1);
    if (inputs.whole !== undefined) all[inputs.whole] = values;
    if (inputs.row === undefined) continue;
    const picked = rows.flatMap((row) => [...values.subarray(row * size, (row + 1) * size)]);
    all[inputs.row] = values instanceof Float32Array ? Float32Array.from(picked) : Uint8Array.from(picked);
  }
  return Object.fromEntries(module.inputsOf(entry).map((name) => [name, all[name] ?? table]));
}

function copies(results: ReturnType<Entry>): Record<string, readonly number[]> {
  return Object.fromEntries(Object.entries(results).map(([name, result]) => [name, [...result.copy()]]));
}

const dims = { R: 6 };

/** The same rows by the interpreter, from the graph before any pass. */
function meant(
  { program }: Made,
  entry: string,
  inputs: Readonly<Record<string, Values>>,
  seed: number,
  step: number,
): Record<string, readonly number[]> {
  const graph = program.program.entries[entry];
  if (graph === undefined) throw new Error(`no entry ${entry}`);
  const rows = inputs["$rows"]?.length ?? inputs["class.rows"]?.length ?? NaN;
  const tensors = Object.entries(inputs).map(([name, values]): [string, Tensor] => {
    const node = graph.nodes.find((each) => each.kind === "input" && each.name === name);
    const rank = node?.shape.length ?? 0;
    const first = name.endsWith(".rows") || name === "$rows" ? rows : values.length / (rank === 2 ? 4 : 1);
    const shape = rank === 0 ? [] : rank === 1 ? [values.length] : [first, values.length / first];
    return [name, tensorOf(shape, [...values], node?.dtype ?? "f32")];
  });
  const results = interpret(graph, { inputs: Object.fromEntries(tensors), dims, seed, step });
  return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, [...data]]));
}

function expectSame(
  actual: Record<string, readonly number[]>,
  wanted: Record<string, readonly number[]>,
): void {
  expect(Object.keys(actual)).toEqual(Object.keys(wanted));
  for (const [name, values] of Object.entries(wanted)) {
    expect(actual[name]).toHaveLength(values.length);
    values.forEach((value, place) => expect(actual[name]?.[place]).toBeCloseTo(value, 5));
  }
}

const header =
  '(raw: f32[R, 4] = npy("raw.npy"), class: u8[R] in 0..3 = npy("class.npy")) -> (x: f32[R, 4], label: i32[R] in 0..3)';

describe("a data declaration as a module", () => {
  it("gives the rows that are asked for, normalised by all of them", async () => {
    const made = await make(`data D()${header} {
  m[k] = mean[r] raw[r, k]
  s[k] = sqrt(mean[r] (raw[r, k] - m[k])^2)
  x[r, k] = (raw[r, k] - m[k]) / s[k]
  label = i32(class)
}`);
    const module = await made.load(0);
    const wholes = Object.fromEntries(
      made.data.sources.flatMap(({ name, inputs }) => {
        const source = sources[name];
        return inputs.once === undefined || source === undefined ? [] : [[inputs.once, source.values]];
      }),
    );
    const computed = module.entries["once"]?.(wholes, { dims }) ?? {};
    const once = Object.fromEntries(Object.entries(computed).map(([name, result]) => [name, result.copy()]));
    expect(Object.keys(once).length).toBeGreaterThan(0);
    const inputs = inputsFor(made, module, "evaluate", [4, 1], once);
    const { x = [], label } = copies(module.entries["evaluate"]?.(inputs, { dims }) ?? {});
    expect(label).toEqual([0, 2]);
    const column = (k: number): readonly number[] =>
      [0, 1, 2, 3, 4, 5].map((row) => table[row * 4 + k] ?? NaN);
    [4, 1].forEach((row, place) => {
      for (let k = 0; k < 4; k++) {
        const values = column(k);
        const mean = values.reduce((sum, value) => sum + value, 0) / 6;
        const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 6);
        expect(x[place * 4 + k]).toBeCloseTo(((values[row] ?? NaN) - mean) / deviation, 5);
      }
    });
    expect(made.data.rows?.(dims)).toBe(6);
  });

  const augmented = `data D()${header} {
  by[r in 0..R] = if training then randint(-1, 2) else 0
  noise[r in 0..R, k in 0..4] = if training then 0.1 * random() else 0.0
  x[r, k] = (raw[r, k + by[r]] else 0) + noise[r, k]
  label = i32(class)
}`;

  it("draws as its graph means it, keyed by seed, step and row", async () => {
    const made = await make(augmented);
    const module = await made.load(5);
    const run = (rows: readonly number[], step: number): Record<string, readonly number[]> => {
      const inputs = inputsFor(made, module, "train", rows, {});
      const results = copies(module.entries["train"]?.(inputs, { dims, step }) ?? {});
      expectSame(results, meant(made, "train", inputs, 5, step));
      return results;
    };
    const one = run([0, 3, 5], 2);
    expect(run([3], 2)["x"]).toEqual(one["x"]?.slice(4, 8));
    expect(run([0, 3, 5], 3)["x"]).not.toEqual(one["x"]);
    const other = await made.load(6);
    const inputs = inputsFor(made, other, "train", [0, 3, 5], {});
    expect(copies(other.entries["train"]?.(inputs, { dims, step: 2 }) ?? {})["x"]).not.toEqual(one["x"]);
    const plain = copies(
      module.entries["evaluate"]?.(inputsFor(made, module, "evaluate", [3], {}), { dims }) ?? {},
    );
    expect(plain["x"]).toEqual([...table.subarray(12, 16)]);
  });

  it("copies a whole source once, and again where it is another array", async () => {
    const made = await make(`data D()${header} {
  x[r, k] = raw[(r + 1) % R, k]
  label = i32(class)
}`);
    const module = await made.load(0);
    const evaluate = (rows: readonly number[], raw: Values): readonly number[] => {
      const inputs = { ...inputsFor(made, module, "evaluate", rows, {}), raw };
      return copies(module.entries["evaluate"]?.(inputs, { dims }) ?? {})["x"] ?? [];
    };
    const own = Float32Array.from(table);
    expect(evaluate([5, 0], own)).toEqual([...table.subarray(0, 8)]);
    // What is written into the array afterwards is not seen: its copy in memory is as good for batches of any size.
    own.fill(0);
    expect(evaluate([0], own)).toEqual([...table.subarray(4, 8)]);
    expect(evaluate([0, 1, 2], own)).toEqual([...table.subarray(4, 16)]);
    expect(evaluate([0], Float32Array.from(own))).toEqual([0, 0, 0, 0]);
  });

  it("says which need of the declaration the sizes of its sources miss", async () => {
    const made =
      await make(`data D()(raw: f32[R, 4] = npy("raw.npy")) -> (x: f32[M, 4], label: i32[M] in 0..3) where M = R - 2 {
  x[m, k] = raw[m + 2, k]
  label[m in 0..M] = 0
}`);
    expect(made.data.fault({ R: 2 })).toBe("R - 3 ≥ 0");
    expect(made.data.fault({ R: 3 })).toBeUndefined();
    expect(made.data.rows?.({ R: 3 })).toBe(1);
  });
});
