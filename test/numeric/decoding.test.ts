import { beforeAll, describe, expect, it } from "vitest";
import { fileHost } from "../../cli/host.ts";
import { compile } from "../../compiler/compile.ts";
import { renderAll } from "../../compiler/diagnostics/index.ts";
import { builtRuntime } from "../built-runtime.ts";

// What is asked one symbol after another: cached steps beside whole passes, and draws beside the shares they should have.

interface Array {
  readonly data: Float32Array | Int32Array;
  readonly shape: readonly number[];
}
type Call = (inputs: Readonly<Record<string, Array>>) => Readonly<Record<string, { copy(): Array["data"] }>>;
type Model = Readonly<Record<string, Call>> & { readonly reset: () => void };
type Load = (options?: { readonly seed?: number }) => Promise<Model>;

const runtimes = new Map<string, string>();
beforeAll(async () => {
  for (const name of ["wasm", "memory"]) runtimes.set(name, await builtRuntime(name));
});

/** The built module of a file, or of this text in its place. */
async function build(path: string, set: Readonly<Record<string, number>> = {}, text?: string): Promise<Load> {
  const read = (asked: string): string | undefined =>
    (asked === path ? text : undefined) ?? fileHost.read(asked);
  const host = { ...fileHost, read, runtime: (name: string) => runtimes.get(name) ?? "" };
  const { models, diagnostics } = await compile(host, path, { set, seed: 3 });
  const javascript = models[0]?.files.get("inline.js");
  if (javascript === undefined) throw new Error(renderAll(diagnostics, { colour: false }));
  const module: unknown = await import(
    `data:text/javascript;base64,${Buffer.from(javascript).toString("base64")}`
  );
  return (module as { load: Load }).load;
}

/** Numbers between -1 and 1, the same in every run. */
function noise(...shape: readonly number[]): Array {
  const length = shape.reduce((all, extent) => all * extent, 1);
  return { shape, data: Float32Array.from({ length }, (_, k) => Math.sin(12.9898 * (k + 1) ** 1.3)) };
}

/** Place t of all rows of [N, T, …], as [N, …]. */
function placeOf({ data, shape: [rows = 0, places = 0, ...rest] }: Array, t: number): Array {
  const size = rest.reduce((all, extent) => all * extent, 1);
  const parts = Array.from({ length: rows }, (_, n) =>
    [...data].slice((n * places + t) * size, (n * places + t + 1) * size),
  );
  return {
    shape: [rows, ...rest],
    data: data instanceof Int32Array ? Int32Array.from(parts.flat()) : Float32Array.from(parts.flat()),
  };
}

/** The places from `start` to before `end` of all rows. */
function span(whole: Array, start: number, end: number): Array {
  const [rows = 0, , ...rest] = whole.shape;
  const places = Array.from({ length: end - start }, (_, t) => placeOf(whole, start + t).data);
  const size = rest.reduce((all, extent) => all * extent, 1);
  const data = Array.from({ length: rows }, (_, n) =>
    places.flatMap((place) => [...place.slice(n * size, (n + 1) * size)]),
  ).flat();
  return { shape: [rows, end - start, ...rest], data: Float32Array.from(data) };
}

function call(model: Model, entry: string, inputs: Readonly<Record<string, Array>>): Array["data"] {
  const run = model[entry];
  if (run === undefined) throw new Error(`no entry ${entry}`);
  const [first] = Object.values(run(inputs));
  if (first === undefined) throw new Error(`${entry} gives nothing`);
  return first.copy();
}

function expectClose(actual: Array["data"], wanted: Array["data"]): void {
  expect(actual.length).toBe(wanted.length);
  const largest = Math.max(...wanted.map(Math.abs));
  expect(largest).toBeGreaterThan(1e-3);
  actual.forEach((value, k) =>
    expect(Math.abs(value - (wanted[k] ?? NaN)) / largest, `at ${k}`).toBeLessThan(1e-5),
  );
}

describe("a step after another computes what one pass over all places does,", () => {
  it("in the example of a GPT, for each of its streams", async () => {
    const small = { width: 16, depth: 2, heads: 2, context: 12, streams: 3 };
    const model = await (await build("examples/gpt/gpt.dl", small))();
    const ids = { shape: [3, 12], data: Int32Array.from({ length: 36 }, (_, k) => (k * k + 11 * k) % 63) };
    const whole = { shape: [3, 12, 63], data: call(model, "forward", { ids }) };
    for (let turn = 0; turn < 2; turn++) {
      for (let t = 0; t < 12; t++)
        expectClose(call(model, "step", { id: placeOf(ids, t) }), placeOf(whole, t).data);
      model.reset();
    }
  });

  const grouped = `import std.attention { GroupedQueryAttention }
model Grouped() {
  attn = GroupedQueryAttention(12, heads: 6, groups: 2, context: 5, streams: 2)
  entry forward(x: f32[N, T, 12]) -> (y: f32[N, T, 12]) where T <= 5 { y = attn(x) }
  entry step(x: f32[2, 12]) -> (y: f32[2, 12]) { y = attn.step(x) }
}`;

  it("in attention with grouped queries, which looks back at its last places when it has seen more", async () => {
    const model = await (await build("grouped.dl", {}, grouped))();
    const x = noise(2, 13, 12);
    for (let t = 0; t < 13; t++) {
      const start = Math.max(0, t - 4);
      const seen = span(x, start, t + 1);
      const whole = { shape: [2, t + 1 - start, 12], data: call(model, "forward", { x: seen }) };
      expectClose(call(model, "step", { x: placeOf(x, t) }), placeOf(whole, t - start).data);
    }
  });
});

describe("a symbol that is drawn", () => {
  const drawing = `import std.decode { draw, nucleus, onlyTop }
model Drawing(logits: f32[5]) -> (plain: i32[3000] in 0..5, hot: i32[3000] in 0..5, top: i32[3000] in 0..5, few: i32[3000] in 0..5, cold: i32[3000] in 0..5) {
  plain[k in 0..3000] = draw(logits)
  hot[k in 0..3000] = draw(logits, 2)
  top[k in 0..3000] = draw(onlyTop(2)(logits))
  few[k in 0..3000] = draw(nucleus(logits, 0.8))
  cold[k in 0..3000] = draw(logits, 0)
}`;
  const weights = [8, 1, 4, 2, 1];

  it("is each as often as its softmax says, of what was not cut away", async () => {
    const model = await (await build("drawing.dl", {}, drawing))({ seed: 5 });
    const run = model["forward"];
    if (run === undefined) throw new Error("no entry forward");
    const results = run({ logits: { shape: [5], data: Float32Array.from(weights, Math.log) } });
    const wanted = {
      plain: weights,
      hot: weights.map(Math.sqrt),
      top: [8, 0, 4, 0, 0],
      // 8 and 4 of 16 are less than eight tenths.
      few: [8, 0, 4, 2, 0],
      cold: [8, 0, 0, 0, 0],
    };
    for (const [name, shares] of Object.entries(wanted)) {
      const total = shares.reduce((sum, share) => sum + share, 0);
      const drawn = [...(results[name]?.copy() ?? [])];
      shares.forEach((share, id) => {
        const found = drawn.filter((one) => one === id).length / 3000;
        // Four deviations of a share of 3,000 draws; of what was cut away, none.
        const p = share / total;
        expect(Math.abs(found - p), `${name} ${id}`).toBeLessThanOrEqual(4 * Math.sqrt((p * (1 - p)) / 3000));
      });
    }
  });
});
