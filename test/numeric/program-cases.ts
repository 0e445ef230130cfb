import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { renderAll } from "../../compiler/diagnostics/index.ts";
import { elaborate } from "../../compiler/elaborate/index.ts";
import type { Program } from "../../compiler/graph/graph.ts";
import { checkSource } from "../language/check-source.ts";

const folder = join(import.meta.dirname, "..", "language", "programs");

/** A program of the corpus as a model that can be called. */
export interface ProgramCase {
  /** A model that applies what the program declares; none where it has one itself. */
  readonly model?: string;
  readonly set?: Readonly<Record<string, number>>;
  /** Sizes of a call; 3 where nothing is said. */
  readonly dims?: Readonly<Record<string, number>>;
  /** Its networks are those of papers, and take the interpreter long. */
  readonly large?: boolean;
}

export const programCases: Readonly<Record<string, ProgramCase>> = {
  batchnorm: {
    model: `model Applied(x: f32[N, 2, 5, 3]) -> (y: f32[N, 2, 5, 3]) where N >= 2 { y = x |> bn: BatchNorm2d() |> dropout(0.3) }`,
  },
  conv: {
    model: `model Applied(x: f32[N, 4, 12, 9]) -> (y: f32[N, 84], wide: f32[N, 3, 11, 7]) {
  a = x |> c1: Conv2d(8, kernel: 3, padding: 1, groups: 2) |> relu
  y = a |> maxPool2d(2) |> c2: Conv2d(14, kernel: 3, stride: 2, padding: 1) |> flatten
  wide = a |> maxPool2d(2, padding: 1) |> up: ConvTranspose2d(3, kernel: 3, stride: 2, padding: 2)
}`,
  },
  crossattention: {
    model: `model Applied(x: f32[N, T, 8], memory: f32[N, S, 5]) -> (y: f32[N, T, 8]) { y = attend(x, memory)  attend = CrossAttention(8, heads: 2) }`,
    dims: { S: 4 },
  },
  ctc: {
    model: `model Applied(logp: f32[N, T, 4], target: i32[N, 2] in 1..4, frames: i32[N] in 1..T + 1, letters: i32[N] in 0..3)
    -> (loss: f32[N]) { loss = ctcLoss(logp, target, frames, letters) }`,
    dims: { T: 7 },
  },
  data: {},
  dpsgd: {},
  explain: {},
  gan: {},
  gat: {
    model: `model Applied(x: f32[V, 4], from: i32[E] in 0..V, to: i32[E] in 0..V) -> (y: f32[V, 2, 3]) {
  gat = GraphAttention(3, heads: 2)
  each = gat(x, from, to)
  // A node that no edge leads to has no sum to divide by.
  y[v, h, o] = if any[e] (to[e] == v) then each[v, h, o] else 0
}`,
    dims: { V: 5, E: 9 },
  },
  gpt: { set: { vocab: 11, width: 8, depth: 2, heads: 2, context: 6, streams: 2 }, dims: { T: 5 } },
  lenet: {},
  lstm: {
    model: `model Applied(x: f32[N, T, 3]) -> (y: f32[N, T, 8]) { y = x |> lstm: Lstm(4, levels: 2, both: true) }`,
    dims: { T: 6 },
  },
  mamba: {
    model: `model Applied(x: f32[N, T, 6]) -> (y: f32[N, T, 6]) { y = x |> block: Mamba(5, states: 3, rank: 2) }`,
    dims: { T: 6 },
  },
  maml: {},
  mobilenetv2: { large: true, dims: { N: 1 } },
  ode: {},
  optimizers: {},
  resnet18: { large: true, dims: { N: 1 } },
  sample: {
    model: `model Applied(logits: f32[N, 30]) -> (id: i32[N]) { id = sample(5)(logits, 0.8) }`,
  },
  unet: { large: true, dims: { N: 1 } },
  vae: {},
  word2vec: { set: { vocab: 50, width: 7 }, dims: { K: 4 } },
};

/** Those of programs whose declarations only a training uses, as their tests have it. */
export const trainedOnly: readonly string[] = ["data", "dpsgd", "optimizers"];

export const programNames: readonly string[] = readdirSync(folder)
  .filter((name) => name.endsWith(".dl"))
  .map((name) => name.slice(0, -".dl".length));

export function programOfCase(name: string): Program {
  const { model = "", set = {} } = programCases[name] ?? {};
  const texts = Object.fromEntries(
    programNames.map((one) => [`${one}.dl`, readFileSync(join(folder, `${one}.dl`), "utf8")]),
  );
  const { models, diagnostics } = checkSource(`${texts[`${name}.dl`] ?? ""}\n${model}`, { set }, texts);
  const [only, second] = models;
  if (diagnostics.length > 0 || only === undefined || second !== undefined)
    throw new Error(`${models.length} models\n${renderAll(diagnostics, { colour: false })}`);
  return elaborate(only);
}
