import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { fileHost } from "../../cli/host.ts";
import { compile } from "../../compiler/compile.ts";
import { renderAll } from "../../compiler/diagnostics/index.ts";
import { builtRuntime } from "../built-runtime.ts";
import { numbersFrom } from "./drawn-tensors.ts";

type Results = Readonly<Record<string, { readonly copy: () => Float32Array | Int32Array }>>;
interface Keywords {
  readonly forward: (inputs: object) => Results;
  readonly step: (inputs: object) => Results;
  readonly reset: () => void;
  readonly snapshot: () => Uint8Array;
  readonly restore: (bytes: Uint8Array) => void;
}

const file = join(import.meta.dirname, "../../examples/keyword-spotting/keyword-spotting.dl");
const [streams, frames, hop, classes] = [2, 12, 160, 10];
/** Samples of two clips, and 70 more that fill no frame. */
const length = frames * hop + 70;
const pcm = Float32Array.from(numbersFrom(3, streams * length));

let model: Keywords;
let clips: object;
beforeAll(async () => {
  const runtimes = new Map<string, string>();
  for (const name of ["wasm", "memory"]) runtimes.set(name, await builtRuntime(name));
  const host = { ...fileHost, runtime: (name: string) => runtimes.get(name) ?? "" };
  const { models, diagnostics } = await compile(host, file, { set: { streams }, seed: 4 });
  const text = models[0]?.files.get("inline.js");
  if (text === undefined) throw new Error(renderAll(diagnostics, { colour: false }));
  const module: unknown = await import(`data:text/javascript;base64,${Buffer.from(text).toString("base64")}`);
  const { load, tensor } = module as {
    readonly load: () => Promise<Keywords>;
    readonly tensor: (data: Float32Array, shape: readonly number[]) => object;
  };
  model = await load();
  clips = tensor(pcm, [streams, length]);
});

/** What is heard after the frame t of both clips. */
function step(t: number): Results {
  const next = Float32Array.from({ length: streams * hop }, (_, at) => {
    const from = Math.floor(at / hop) * length + t * hop + (at % hop);
    return pcm[from] ?? NaN;
  });
  return model.step({ pcm: next });
}

it("a stream is told after each frame what a whole clip is told of that frame", () => {
  const whole = model.forward({ pcm: clips });
  const scores = whole["scores"]?.copy() ?? [];
  expect(scores.length).toBe(streams * frames * classes);
  const words = [...(whole["word"]?.copy() ?? [])];
  let last: Results = {};
  for (let t = 0; t < frames; t++) {
    last = step(t);
    const heard = last["scores"]?.copy() ?? [];
    heard.forEach((value, at) => {
      const place = (Math.floor(at / classes) * frames + t) * classes + (at % classes);
      expect(value, `frame ${t}, ${at}`).toBeCloseTo(scores[place] ?? NaN, 5);
    });
  }
  expect([...(last["word"]?.copy() ?? [])]).toEqual(words);
});

it("a stream begins anew after a reset, and goes on from a snapshot", () => {
  const heard = (t: number) => [...(step(t)["scores"]?.copy() ?? [])];
  model.reset();
  const first = [0, 1, 2, 3].map(heard);
  model.reset();
  expect(heard(0)).toEqual(first[0]);
  const kept = model.snapshot();
  expect(heard(1)).toEqual(first[1]);
  model.restore(kept);
  expect([1, 2, 3].map(heard)).toEqual(first.slice(1));
});
