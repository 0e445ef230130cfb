import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { interpret } from "../../compiler/graph/interpret.ts";
import { tensorOf } from "../../compiler/graph/tensor.ts";
import { makePlan } from "../../compiler/plan/make-plan.ts";
import { wasmTarget } from "../../compiler/plan/targets.ts";
import { emitWasm } from "../../compiler/wasm/index.ts";
import { prepared } from "../gradient/central-differences.ts";
import { programOf } from "../language/check-source.ts";
import { forwardOf, mapEntries } from "./compile-source.ts";
import { drawTensors, expectClose } from "./drawn-tensors.ts";
import { runWasm } from "./run-wasm.ts";

const folder = join(import.meta.dirname, "..", "language", "programs");

function corpus(name: string): string {
  return readFileSync(join(folder, `${name}.dl`), "utf8");
}

const ctc = `${corpus("ctc")}
model M(logp: f32[N, T, 4], target: i32[N, 2] in 1..4, frames: i32[N] in 1..T + 1, letters: i32[N] in 0..3)
    -> (loss: f32[N], g: f32[N, T, 4])
{
  loss = ctcLoss(logp, target, frames, letters)
  g = grad(sum(loss), logp)
}`;

/** Programs of the corpus with a scan, as models of sizes that are known at a call. */
const models: Readonly<Record<string, string>> = {
  lstm: `${corpus("lstm")}
model M(x: f32[N, T, 3]) -> (y: f32[N, T, 8]) { y = x |> lstm: Lstm(4, levels: 2, both: true) }`,
  "lstm, differentiated": `${corpus("lstm")}
model M(x: f32[N, T, 3]) -> (g: f32[N, T, 3]) {
  y = x |> lstm: Lstm(4, both: true)
  g = grad(sum(y * y), x)
}`,
  ode: corpus("ode"),
  mamba: `${corpus("mamba")}
model M(x: f32[N, T, 6]) -> (y: f32[N, T, 6], g: f32[N, T, 6]) {
  y = x |> block: Mamba(5, states: 3, rank: 2)
  g = grad(sum(y * y), x)
}`,
  ctc,
};

describe("a program of the corpus with a scan is compiled to what it means:", () => {
  it.each(Object.entries(models))("%s", async (_name, source) => {
    const graph = forwardOf(programOf(source));
    const ready = prepared(graph);
    const plan = makePlan(
      { name: "Test", params: [], states: [], entries: { forward: ready } },
      wasmTarget(),
    );
    const code = emitWasm(plan, "baseline");
    expect(ready.scans?.length).toBeGreaterThan(0);
    for (const dims of [
      { N: 1, T: 1 },
      { N: 2, T: 3 },
      { N: 3, T: 9 },
    ]) {
      const { inputs, weights } = drawTensors(graph, dims);
      const expected = interpret(ready, { dims, inputs, params: weights });
      expectClose(await runWasm(plan, code, "forward", { dims, inputs, weights }), expected, 1e-4);
    }
  });
});

describe("the cached step of a transformer in a scan", () => {
  const text = corpus("gpt");
  const source = `${text.slice(0, text.indexOf("model Gpt")).replace("import data { Text }", "")}
model Decoder(vocab: dim = 7, width: dim = 8, context: dim = 5) {
  wte  = Embedding(vocab, width)
  h    = [Block(width, 2, context, streams: 2) for i in 0..2]
  ln_f = LayerNorm()

  fn head(x: f32[..B, width]) -> (logits: f32[..B, vocab]) { logits[..b, v] = sum[d] x[..b, d] * wte.weight[v, d] }
  entry forward(ids: i32[2, T] in 0..vocab) -> (logits: f32[2, T, vocab]) where T <= context {
    logits = ids |> wte |> h |> ln_f |> head
  }
  entry steps(ids: i32[2, T] in 0..vocab) -> (logits: f32[2, T, vocab]) {
    scan t in 0..T carry n = 0.0 {
      each = ids[:, t] |> wte |> h.step |> ln_f |> head
      n' = n + 1
      logits[n2, t, v] = each[n2, v]
    }
  }
}`;
  it("gives for many tokens in one call what the whole context gives", async () => {
    const program = programOf(source);
    const ready = mapEntries(program, prepared);
    const plan = makePlan(ready, wasmTarget());
    const { forward, steps } = program.entries;
    if (forward === undefined || steps === undefined) throw new Error("an entry is missing");
    const dims = { T: 5 };
    const { inputs, weights } = drawTensors(forward, dims);
    const memory = (program.memory ?? []).map(
      ({ path, initial }) => [path, interpret(initial)["value"] ?? tensorOf([], [0])] as const,
    );
    expect(memory.map(([path]) => path).toSorted()).toEqual(
      ["keys", "place", "values"].flatMap((name) => [`h.0.attn.${name}`, `h.1.attn.${name}`]).toSorted(),
    );
    const all = { ...weights, ...Object.fromEntries(memory) };
    const expected = interpret(ready.entries["forward"] ?? forward, { dims, inputs, params: all });
    const found = await runWasm(plan, emitWasm(plan, "baseline"), "steps", { dims, inputs, weights: all });
    expectClose(found, expected, 1e-5);
  });
});

/** −log of the sum over all paths of symbols that collapse to a word. */
function lossByPaths(logp: readonly (readonly number[])[], word: readonly number[]): number {
  const symbols = logp[0]?.map((_, symbol) => symbol) ?? [];
  let paths: readonly (readonly number[])[] = [[]];
  for (let t = 0; t < logp.length; t += 1) paths = paths.flatMap((path) => symbols.map((s) => [...path, s]));
  const collapsed = (path: readonly number[]): string =>
    path.filter((symbol, t) => symbol !== 0 && symbol !== path[t - 1]).join();
  const likelihood = paths
    .filter((path) => collapsed(path) === word.join())
    .reduce((sum, path) => sum + Math.exp(path.reduce((all, s, t) => all + (logp[t]?.[s] ?? NaN), 0)), 0);
  return -Math.log(likelihood);
}

it("CTC is the sum over all paths that say the word", () => {
  const ready = prepared(forwardOf(programOf(ctc)));
  const words = [
    [1, 2],
    [3, 3],
    [2, 1],
  ];
  const [letters, frames] = [
    [2, 2, 1],
    [4, 5, 3],
  ];
  const scores = Array.from({ length: 3 }, (_, n) =>
    Array.from({ length: 5 }, (_, t) => Array.from({ length: 4 }, (_, k) => Math.sin(7 * n + 3 * t + 5 * k))),
  );
  const { loss } = interpret(ready, {
    dims: { N: 3, T: 5 },
    inputs: {
      logp: tensorOf([3, 5, 4], scores.flat(2)),
      target: tensorOf([3, 2], words.flat(), "i32"),
      frames: tensorOf([3], frames, "i32"),
      letters: tensorOf([3], letters, "i32"),
    },
  });
  words.forEach((word, n) => {
    const expected = lossByPaths(scores[n]?.slice(0, frames[n]) ?? [], word.slice(0, letters[n]));
    expect(loss?.data[n]).toBeCloseTo(expected, 10);
  });
});
