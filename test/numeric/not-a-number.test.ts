import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { tensorOf, type Tensor } from "../../compiler/graph/tensor.ts";
import { compileSource } from "./compile-source.ts";
import { callEntry, loadCompiled, weightsFile } from "./load-compiled.ts";

// A NaN goes through, as in PyTorch: else what went wrong in a training, or in the data, would never show.

const library = readFileSync(join(import.meta.dirname, "../../stdlib/nn.dl"), "utf8");
const activations = [...library.matchAll(/^fn (\w+)\(x: real(?:, \w+: real = [^,)]+)*\) =/gm)].map(
  ([, name = ""]) => name,
);

it("the activations of the library are looked at", () => {
  expect(activations).toEqual(expect.arrayContaining(["relu", "relu6", "leakyRelu", "gelu", "hardswish"]));
});

it.each(activations)("%s of NaN is NaN", async (name) => {
  const source = `import std.nn { ${name} }\nmodel M(x: f32[N]) -> (y: f32[N]) { y = ${name}(x) }`;
  const model = await loadCompiled(compileSource(source).plan, "baseline", weightsFile({}));
  // Seven numbers: four at once and three by themselves.
  const x = tensorOf([7], [1, NaN, -1, 0, 2, NaN, -3]);
  const { y } = callEntry(model, "forward", { x });
  expect([...(y?.data ?? [])].map(Number.isNaN)).toEqual([...x.data].map(Number.isNaN));
});

const lossLibrary = readFileSync(join(import.meta.dirname, "../../stdlib/loss.dl"), "utf8");
const sizes: Readonly<Record<string, number>> = { "..B": 2, "..N": 2, N: 2, C: 3, D: 3 };

interface Loss {
  readonly name: string;
  readonly params: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly isWhole: boolean;
  }[];
}

/** The losses that take predictions and targets of one batch; those of sequences have tests of their own. */
const losses = [...lossLibrary.matchAll(/^fn (\w+)\(([^)]*)\)\s*-> \(loss: real\)/gm)].flatMap(
  ([, name = "", text = ""]): readonly Loss[] => {
    const params = [...text.matchAll(/(\w+): (real|i32)\[([^\]]*)\]/g)].map(
      ([, param = "", type, dims = ""]) => ({
        name: param,
        shape: dims.split(", ").map((dim) => sizes[dim] ?? NaN),
        isWhole: type === "i32",
      }),
    );
    return params.some(({ shape }) => shape.includes(NaN)) ? [] : [{ name, params }];
  },
);

it("the losses of the library are looked at", () => {
  expect(losses.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      "meanSquared",
      "hinge",
      "multiClassHinge",
      "klDivergence",
      "contrastive",
      "cosineEmbedding",
    ]),
  );
});

it.each(losses)("$name of a NaN is NaN", async ({ name, params }) => {
  const types = params.map((one) => `${one.name}: ${one.isWhole ? "i32" : "f32"}[${one.shape.join(", ")}]`);
  const inRange = types.map((type, place) => (params[place]?.isWhole === true ? `${type} in 0..3` : type));
  const given = params.map((one) => one.name).join(", ");
  const source = `import std.loss { ${name} }\nmodel M(${inRange.join(", ")}) -> (loss: f32) { loss = ${name}(${given}) }`;
  const model = await loadCompiled(compileSource(source).plan, "baseline", weightsFile({}));
  const inputs = (bad: number | undefined): Readonly<Record<string, Tensor>> =>
    Object.fromEntries(
      params.map(({ name: input, shape, isWhole }, place) => {
        const count = shape.reduce((all, size) => all * size, 1);
        const data = Array.from({ length: count }, (_, at) =>
          isWhole ? 1 : 0.1 + (0.3 * (at + place)) / count,
        );
        if (place === bad) data.fill(NaN);
        return [input, tensorOf(shape, data, isWhole ? "i32" : "f32")];
      }),
    );
  const lossOf = (bad: number | undefined): number =>
    callEntry(model, "forward", inputs(bad))["loss"]?.data[0] ?? NaN;
  expect(lossOf(undefined)).not.toBeNaN();
  expect(lossOf(0)).toBeNaN();
});
