import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { fileHost } from "../../cli/host.ts";
import { compile } from "../../compiler/compile.ts";
import { renderAll } from "../../compiler/diagnostics/index.ts";
import { tensorOf, type Tensor } from "../../compiler/graph/index.ts";
import { builtRuntime } from "../built-runtime.ts";
import { numbersFrom } from "./drawn-tensors.ts";

type Data = Float32Array | Int32Array;
interface Given {
  readonly data: Data;
  readonly shape: readonly number[];
}
type Entry = (inputs: Readonly<Record<string, Given>>) => Readonly<Record<string, Given>>;
interface Streaming {
  readonly forward: Entry;
  readonly step: Entry;
  readonly reset: () => void;
}

const runtimes = new Map<string, string>();
beforeAll(async () => {
  for (const name of ["wasm", "memory"]) runtimes.set(name, await builtRuntime(name));
});

async function load(text: string, set: Readonly<Record<string, number | boolean>> = {}): Promise<Streaming> {
  const read = (path: string): string | undefined => (path === "model.dl" ? text : fileHost.read(path));
  const host = { ...fileHost, read, runtime: (name: string) => runtimes.get(name) ?? "" };
  const { models, diagnostics } = await compile(host, "model.dl", { set, seed: 4 });
  const [model] = models;
  if (model === undefined) throw new Error(renderAll(diagnostics, { colour: false }));
  const bytes = Buffer.from(model.files.get("inline.js") ?? "");
  const module: unknown = await import(`data:text/javascript;base64,${bytes.toString("base64")}`);
  return (module as { readonly load: () => Promise<Streaming> }).load();
}

const charRnn = readFileSync(join(import.meta.dirname, "../../examples/char-rnn/char-rnn.dl"), "utf8");

/** A layer of the library over a sequence, and over one turn after another with its states kept. */
const levels = (layer: string, states: readonly string[]): string => `import std.rnn { ${layer} }
model Both(hidden: dim = 6) {
  net = ${layer}(hidden, levels: 2)

  entry forward(x: f32[N, T, 3]) -> (y: f32[N, T, hidden]) {
    read = net(x)
    y = read.y
  }
  entry step(x: f32[2, 3]) -> (y: f32[2, hidden]) {
${states.map((name) => `    state ${name}: f32[2, 2, hidden] = 0\n    ${name}' = one.${name}`).join("\n")}
    turn[n, t in 0..1, d] = x[n, d]
    one = net(turn, ${states.join(", ")})
    y[n, k] = one.y[n, 0, k]
  }
}`;

/** What `step` gives for each turn, as \`forward\` arranges it: [rows, turns, values]. */
function streamed(model: Streaming, name: string, sequence: Tensor, output: string): readonly number[] {
  const [rows = 0, turns = 0, width = 1] = sequence.shape;
  const steps = Array.from({ length: turns }, (_, t) => {
    const data = Array.from({ length: rows * width }, (_unused, place) => {
      const [row, column] = [Math.floor(place / width), place % width];
      return sequence.data[(row * turns + t) * width + column] ?? NaN;
    });
    const shape = [rows, ...sequence.shape.slice(2)];
    return [
      ...(model.step({ [name]: given({ ...sequence, shape, data: Float64Array.from(data) }) })[output]
        ?.data ?? []),
    ];
  });
  return Array.from({ length: rows }, (_, row) =>
    steps.map((values) => values.slice((row * values.length) / rows, ((row + 1) * values.length) / rows)),
  ).flat(2);
}

function given({ dtype, shape, data }: Tensor): Given {
  return { data: dtype === "i32" ? Int32Array.from(data) : Float32Array.from(data), shape };
}

/** Both forms, and the streaming one a second time after `reset`. */
function expectOne(
  model: Streaming,
  [all, one]: readonly [string, string],
  sequence: Tensor,
  output: string,
): void {
  const whole = [...(model.forward({ [all]: given(sequence) })[output]?.data ?? [])];
  expect(new Set(whole).size).toBeGreaterThan(whole.length / 2);
  for (let time = 0; time < 2; time++) {
    const found = streamed(model, one, sequence, output);
    expect(found).toHaveLength(whole.length);
    const apart = found.map((value, place) => Math.abs(value - (whole[place] ?? NaN)));
    expect(Math.max(...apart)).toBeLessThan(1e-5);
    model.reset();
  }
}

describe("a recurrent network over a sequence is what it is one turn after another:", () => {
  it.each([
    ["Rnn", ["h"]],
    ["Gru", ["h"]],
    ["Lstm", ["h", "c"]],
  ])("%s of two levels", async (layer, states) => {
    const x = tensorOf([2, 7, 3], numbersFrom(3, 42));
    expectOne(await load(levels(layer, states)), ["x", "x"], x, "y");
  });

  it.each([false, true])("the cell that the example writes out (linear: %s)", async (linear) => {
    const ids = numbersFrom(5, 23).map((value) => Math.floor(31.5 * (value + 1)));
    const model = await load(charRnn, { hidden: 24, linear });
    expectOne(model, ["ids", "id"], tensorOf([1, 23], ids, "i32"), "logp");
  });
});
