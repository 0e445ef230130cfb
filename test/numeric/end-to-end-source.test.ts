import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fileHost } from "../../cli/host.ts";
import { compile, type Compilation, type CompileHost, type CompileOptions } from "../../compiler/compile.ts";
import { elaborate } from "../../compiler/elaborate/index.ts";
import { interpret } from "../../compiler/graph/interpret.ts";
import { tensorOf, type Tensor } from "../../compiler/graph/tensor.ts";
import { initialWeights } from "../../compiler/package/initial-weights.ts";
import { readSafetensors } from "../../runtime/read-safetensors.ts";
import { builtRuntime } from "../built-runtime.ts";
import { drawTensors, expectClose } from "./drawn-tensors.ts";

let runtime = "";
let folder = "";
beforeAll(async () => {
  runtime = await builtRuntime("wasm");
  folder = mkdtempSync(join(tmpdir(), "dlc-line-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function compileText(text: string, options?: CompileOptions): Promise<Compilation> {
  const read = (path: string): string | undefined => (path === "model.dl" ? text : fileHost.read(path));
  const host: CompileHost = { ...fileHost, read, runtime: () => runtime };
  return compile(host, "model.dl", options);
}

interface Loaded {
  readonly [entry: string]: (
    inputs: Readonly<Record<string, Float32Array>>,
  ) => Readonly<Record<string, { readonly shape: readonly number[]; readonly data: Float32Array }>>;
}

/** Writes the package of the only model, and imports it as a user would. */
async function loadPackage({ models, diagnostics }: Compilation): Promise<Loaded> {
  expect(diagnostics).toEqual([]);
  const [model] = models;
  const place = mkdtempSync(join(folder, "package-"));
  for (const [name, content] of model?.files ?? []) writeFileSync(join(place, name), content);
  const { load } = (await import(pathToFileURL(join(place, "index.js")).href)) as {
    load: () => Promise<Loaded>;
  };
  return load();
}

const classifier = `
import std.nn { Conv2d, Linear, relu, maxPool2d, flatten, softmax }

/// Two layers of convolution.
model Small(classes: dim = 5)(image: f32[N, 3, 12, 12]) -> (scores: f32[N, classes]) {
  features = image |> a: Conv2d(8, kernel: 3, padding: 1) |> relu |> maxPool2d(2) |> b: Conv2d(6, kernel: 3) |> relu
  scores = features |> flatten |> c: Linear(classes) |> softmax
}`;

describe("a source", () => {
  it("becomes a package that computes what its graph means, at any batch size", async () => {
    const compilation = await compileText(classifier, { seed: 3 });
    const model = await loadPackage(compilation);
    const [compiled] = compilation.models;
    if (compiled === undefined) throw new Error("no model");
    const program = elaborate(compiled.checked);
    const { forward } = program.entries;
    if (forward === undefined) throw new Error("no entry");
    const weights = Object.fromEntries(
      [...readSafetensors(initialWeights(program, 3).file)].map(
        ([path, { shape, bytes }]): [string, Tensor] => {
          const { buffer, byteOffset, byteLength } = bytes;
          return [path, tensorOf(shape, new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength)))];
        },
      ),
    );
    for (const N of [1, 5, 2]) {
      const { inputs } = drawTensors(forward, { N });
      const expected = interpret(forward, { dims: { N }, inputs, params: weights });
      const image = Float32Array.from(inputs["image"]?.data ?? []);
      const { scores } = model["forward"]?.({ image }) ?? {};
      expectClose({ scores: tensorOf(scores?.shape ?? [], scores?.data ?? []) }, expected);
    }
  });

  it("is observed pass by pass, entry by entry", async () => {
    const seen: string[] = [];
    await compileText(classifier, {
      observe: (entry, pass, graph) => seen.push(`${entry} ${pass.name} ${graph.name}`),
    });
    expect(seen[0]).toBe("forward lets forward");
    expect(seen.at(-1)).toBe("forward recognise forward");
  });

  it("with an error becomes nothing but diagnostics", async () => {
    const { models, diagnostics } = await compileText(
      classifier.replace("c: Linear(classes)", "c: Linear(classes + 1)"),
    );
    expect(models).toEqual([]);
    expect(diagnostics.map(({ severity }) => severity)).toContain("error");
  });

  it("that needs more memory than there is becomes a diagnostic that names the tensor", async () => {
    const { models, diagnostics } = await compileText(`
      model Wide()(x: f32[40000]) -> (y: f32[40000]) {
        param weight: f32[40000, 40000] = 0.0
        y[o] = sum[i] weight[o, i] * x[i]
      }`);
    expect(models).toEqual([]);
    expect(diagnostics.map(({ code, label }) => [code, label])).toEqual([
      ["DLC5001", "weight takes 6.0 GiB of it"],
    ]);
  });
});
