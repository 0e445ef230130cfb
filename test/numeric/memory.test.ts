import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { fileHost } from "../../cli/host.ts";
import { compile, type CompiledModel } from "../../compiler/compile.ts";
import { renderAll } from "../../compiler/diagnostics/index.ts";
import { interpretStep } from "../../compiler/graph/interpret.ts";
import { interpret, tensorOf, type Program, type Tensor } from "../../compiler/graph/index.ts";
import { runtimeName } from "../../compiler/package/runtime-name.ts";
import { builtRuntime } from "../built-runtime.ts";

type Values = Float32Array | Int32Array;
type Given = Values | { readonly data: Values; readonly shape: readonly number[] };
type Results = Readonly<Record<string, { readonly copy: () => Values }>>;
interface Remembering {
  readonly reset: () => void;
  readonly snapshot: () => Uint8Array<ArrayBuffer>;
  readonly restore: (bytes: Uint8Array | ArrayBuffer) => void;
  readonly trainer?: {
    readonly step: (batch: Readonly<Record<string, Values>>) => unknown;
    readonly evaluate: (batch: Readonly<Record<string, Values>>) => unknown;
  };
  readonly call: (entry: string, inputs: Readonly<Record<string, Given>>) => readonly number[];
}

const runtimes = new Map<string, string>();
beforeAll(async () => {
  for (const name of ["wasm", "memory", "train", "train-memory"])
    runtimes.set(name, await builtRuntime(name));
});

async function make(
  text: string,
  train = false,
  set: Readonly<Record<string, number>> = {},
): Promise<CompiledModel> {
  const read = (path: string): string | undefined => (path === "model.dl" ? text : fileHost.read(path));
  const host = { ...fileHost, read, runtime: (name: string) => runtimes.get(name) ?? "" };
  const { models, diagnostics } = await compile(host, "model.dl", { train, set, seed: 4 });
  const [model] = models;
  if (model === undefined) throw new Error(renderAll(diagnostics, { colour: false }));
  return model;
}

async function load({ files }: CompiledModel): Promise<Remembering> {
  const text = files.get("inline.js") ?? "";
  const module: unknown = await import(`data:text/javascript;base64,${Buffer.from(text).toString("base64")}`);
  const { load: start } = module as {
    load: () => Promise<Omit<Remembering, "call"> & Readonly<Record<string, (inputs: object) => Results>>>;
  };
  const model = await start();
  const call: Remembering["call"] = (entry, inputs) => {
    const run = model[entry];
    if (run === undefined) throw new Error(`no entry ${entry}`);
    return [...(Object.values(run(inputs))[0]?.copy() ?? [])];
  };
  return Object.assign(model, { call });
}

/** The meaning of calls one after the other: each sees what the one before has left. */
function meaning(
  program: Program,
): (entry: string, inputs: Readonly<Record<string, Tensor>>) => readonly number[] {
  const initial = (all: Program["params"]): Record<string, Tensor> =>
    Object.fromEntries(
      all.map(({ path, initial: graph }) => [
        path,
        interpret(graph, { seed: 4, portable: true })["value"] ?? tensorOf([], []),
      ]),
    );
  const params = initial(program.params);
  let states = initial([...program.states, ...(program.memory ?? [])]);
  return (entry, inputs) => {
    const graph = program.entries[entry];
    if (graph === undefined) throw new Error(`no entry ${entry}`);
    const { outputs, updates } = interpretStep(graph, { inputs, params, states });
    states = { ...states, ...updates };
    return [...(Object.values(outputs)[0]?.data ?? [])];
  };
}

const counter = `model Count(x: f32[4]) -> (y: f32[4]) {
  state seen: f32[4] = 0
  state calls: i32 = 0
  calls' = calls + 1
  seen' = seen + x
  y[i] = seen'[i] / real(calls')
}`;

describe("a state that calls change", () => {
  it("is memory: it begins with its initial value, and no weights file has it", async () => {
    const made = await make(counter);
    expect(made.program.states).toEqual([]);
    expect(made.program.memory?.map(({ path }) => path)).toEqual(["seen", "calls"]);
    expect(runtimeName(made.plan)).toBe("memory");
    const model = await load(made);
    const x = (value: number): { x: Float32Array } => ({ x: new Float32Array(4).fill(value) });
    expect(model.call("forward", x(2))).toEqual([2, 2, 2, 2]);
    expect(model.call("forward", x(4))).toEqual([3, 3, 3, 3]);
    const kept = model.snapshot();
    expect(model.call("forward", x(6))).toEqual([4, 4, 4, 4]);
    model.restore(kept.buffer);
    expect(model.call("forward", x(0))).toEqual([2, 2, 2, 2]);
    model.reset();
    expect(model.call("forward", x(1))).toEqual([1, 1, 1, 1]);
    expect(() => model.restore(new Uint8Array(3))).toThrow();
    expect(model.call("forward", x(3))).toEqual([2, 2, 2, 2]);
  });

  it("does not change what a model without one is", async () => {
    const made = await make("model Plain(x: f32[N]) -> (y: f32[N]) { y[n] = 2 * x[n] }");
    expect(made.program.memory).toBeUndefined();
    expect(made.files.get("index.d.ts")).not.toContain("snapshot");
    expect((await make(counter)).files.get("index.d.ts")).toContain("snapshot(): Uint8Array<ArrayBuffer>;");
  });

  const cell = `import std.nn { Linear }
layer Cell(width: dim) {
  i2h = Linear(width)
  h2h = Linear(width)
  state h: real[2, width] = 0

  entry forward(x: real[2, D]) -> (y: real[2, width]) {
    y = tanh((x |> i2h) + (h |> h2h))
    h' = y
  }
}
model Stream(width: dim = 5) {
  first  = Cell(width)
  second = Cell(width)
  entry step(x: f32[2, 3]) -> (y: f32[2, width]) { y = x |> first |> second }
  entry alone(x: f32[2, 3]) -> (y: f32[2, width]) { y = x |> first.i2h }
}`;

  it("belongs to its instance; entries share it, and one that does not read it leaves it as it is", async () => {
    const made = await make(cell);
    expect(made.program.memory?.map(({ path }) => path)).toEqual(["first.h", "second.h"]);
    const model = await load(made);
    const mean = meaning(made.program);
    for (let turn = 0; turn < 5; turn++) {
      const x = Float32Array.from({ length: 6 }, (_, place) => Math.sin(7 * turn + place));
      const entry = turn === 2 ? "alone" : "step";
      const wanted = mean(entry, { x: tensorOf([2, 3], [...x]) });
      const actual = model.call(entry, { x });
      expect(actual).toHaveLength(wanted.length);
      wanted.forEach((value, place) => expect(actual[place]).toBeCloseTo(value, 5));
    }
  });

  const cache = `layer Cache(context: dim, width: dim) {
  state rows: real[context, width] = 0
  state place: i32 in 0..context = 0

  entry forward(x: real[width]) -> (y: real[width]) {
    rows'[s, d] = if s == place then x[d] else rows[s, d]
    place' = (place + 1) % context
    y[d] = sum[s where s <= place] rows'[s, d]
  }
}
model Sums() {
  cache = Cache(4, 3)
  entry step(x: f32[3]) -> (y: f32[3]) { y = x |> cache }
}`;

  it("may be a table of which each call writes a row", async () => {
    const made = await make(cache);
    const model = await load(made);
    const mean = meaning(made.program);
    for (let turn = 0; turn < 7; turn++) {
      const x = Float32Array.from([turn, 10 * turn, -turn]);
      expect(model.call("step", { x })).toEqual(mean("step", { x: tensorOf([3], [...x]) }));
    }
  });

  it("makes the cached step of a transformer its forward pass", async () => {
    const text = readFileSync(join(import.meta.dirname, "../language/programs/gpt.dl"), "utf8");
    const source = text.replace(/^import data.*$/m, "").replace(/^train [\s\S]*$/m, "");
    const made = await make(source, false, { width: 24, depth: 2, heads: 3, context: 16 });
    const model = await load(made);
    const ids = Int32Array.from({ length: 12 }, (_, place) => (37 * place + 11) % 96);
    // One stream of twelve symbols: a flat array has one size that is not known, and here are two.
    const whole = model.call("forward", { ids: { data: ids, shape: [1, 12] } });
    expect(Math.max(...whole.map(Math.abs))).toBeGreaterThan(1);
    ids.forEach((_, place) => {
      const logits = model.call("step", { id: ids.subarray(place, place + 1) });
      logits.forEach((logit, v) => expect(logit).toBeCloseTo(whole[96 * place + v] ?? NaN, 4));
    });
  });

  it("is left alone by judging, and moves with a step that calls it", async () => {
    const text = `${counter.replace("x: f32[4]", "x: f32[4]").replace("y[i] =", "param w: f32 = 1\n  y[i] = w *")}
train Count on (x: f32[4]) {
  loss   = mean(y)
  model' = model - 0.1 * grad(loss, model)
  batch  = 4
}`;
    const made = await make(text, true);
    expect(runtimeName(made.plan)).toBe("train-memory");
    const model = await load(made);
    const x = Float32Array.from([1, 1, 1, 1]);
    const before = Buffer.from(model.snapshot());
    expect(model.trainer?.evaluate({ x })).toEqual({ loss: 1 });
    expect(Buffer.from(model.snapshot()).equals(before)).toBe(true);
    expect(model.trainer?.step({ x })).toEqual({ loss: 1 });
    expect(Buffer.from(model.snapshot()).equals(before)).toBe(false);
  });
});
