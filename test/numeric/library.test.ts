import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { interpret } from "../../compiler/graph/interpret.ts";
import { tensorOf, type Tensor } from "../../compiler/graph/tensor.ts";
import type { Graph, Program } from "../../compiler/graph/graph.ts";
import { constantOf } from "../../compiler/integers/index.ts";
import { initialWeights } from "../../compiler/package/initial-weights.ts";
import { compileSource, forwardOf } from "./compile-source.ts";
import { libraryDeclarations, libraryFixtures, type LibraryCase } from "./library-fixtures.ts";
import { callEntry, loadCompiled, variants, weightsFile } from "./load-compiled.ts";
import { largestError, tolerance } from "./tensor-error.ts";

type Tensors = Readonly<Record<string, Tensor>>;

const fixtures = libraryFixtures();

/** Declarations without a fixture, each with the reason. */
const withoutFixture: Readonly<Record<string, string>> = {};

/** Cases whose source is refused, each with the code of the diagnostic that says why. */
const refused: Readonly<Record<string, string>> = {
  // Initialisers apply nothing but formulas; draws-in-entries.test.ts holds its draws against their weights.
  "std.random categorical: plain": "DLC3023",
};

/**
 * Cases in which f32 can't hold `tolerance`, each with how far PyTorch's own f32 is from its f64: at x = −4 both
 * functions are x/2 · (1 + t) with a t so near −1 that few digits are left of the sum.
 */
const illConditioned: Readonly<Record<string, number>> = {
  "std.nn gelu: one": 2.8e-4,
  "std.nn geluTanh: one": 4.6e-4,
};

/** A case's parameters and states by path; where the file has none, those that the initialisers draw. */
function weightsOf({ seed, weights }: LibraryCase, { params }: Program): Tensors {
  if (seed === undefined) return weights;
  return Object.fromEntries(
    params.map(({ path, initial }) => {
      const { value } = interpret(initial, { seed, portable: true });
      return [path, value ?? tensorOf([], [NaN])];
    }),
  );
}

const allCases = fixtures.flatMap(({ declaration, cases }) =>
  cases.map((one) => ({ title: `${declaration}: ${one.name}`, ...one })),
);

describe("a library declaration computes what PyTorch computes,", () => {
  it.each(allCases.filter(({ title }) => refused[title] === undefined))("$title", async (one) => {
    const { source, inputs, outputs, seed } = one;
    const { program, optimized, plan } = compileSource(source);
    const weights = weightsOf(one, program);
    const given = { inputs, params: weights, states: weights };
    const file = seed === undefined ? weightsFile(weights) : initialWeights(program, seed).file;
    const limit = illConditioned[one.title] ?? tolerance;
    expect(largestError(interpret(forwardOf(program), given), outputs), "as written").toBeLessThan(tolerance);
    expect(largestError(interpret(forwardOf(optimized), given), outputs), "optimised").toBeLessThan(
      tolerance,
    );
    for (const variant of variants) {
      const model = await loadCompiled(plan, variant, file);
      expect(largestError(callEntry(model, "forward", inputs), outputs), variant).toBeLessThan(limit);
    }
  });

  it.each(allCases.filter(({ title }) => refused[title] !== undefined))("$title (refused)", (one) => {
    expect(() => compileSource(one.source)).toThrow(refused[one.title]);
  });
});

/** Whether the first dim of an input is free. */
function hasRows({ nodes }: Graph, name: string): boolean {
  const first = nodes.find((node) => node.kind === "input" && node.name === name)?.shape[0];
  return first !== undefined && constantOf(first) === undefined;
}

/** As many rows as wanted, made of the values that PyTorch was given, which lie where the function is defined. */
function rowsFrom({ dtype, shape, data }: Tensor, rows: number, start: number): Tensor {
  const wanted = [rows, ...shape.slice(1)];
  const length = wanted.reduce((all, extent) => all * extent, 1);
  const values = Array.from({ length }, (_, place) => data[(start + 31 * place) % data.length] ?? NaN);
  return tensorOf(wanted, values, dtype);
}

describe("WebAssembly computes what the source means for any number of rows,", () => {
  const batched = fixtures.flatMap(({ declaration, cases }) => {
    const found = cases.findLast(
      ({ source, name }) => source.includes("[N") && illConditioned[`${declaration}: ${name}`] === undefined,
    );
    return found === undefined ? [] : [{ declaration, found }];
  });

  it.each(batched)("$declaration", async ({ found }) => {
    const { program, plan } = compileSource(found.source);
    const { weights } = found;
    const models = await Promise.all(
      variants.map((variant) => loadCompiled(plan, variant, weightsFile(weights))),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 11 }), fc.nat({ max: 1000 }), (rows, start) => {
        const inputs = Object.fromEntries(
          Object.entries(found.inputs).map(([name, tensor]) => [
            name,
            hasRows(forwardOf(program), name) ? rowsFrom(tensor, rows, start) : tensor,
          ]),
        );
        const meant = interpret(forwardOf(program), { inputs, params: weights, states: weights });
        for (const model of models) {
          expect(largestError(callEntry(model, "forward", inputs), meant)).toBeLessThan(tolerance);
        }
      }),
      { seed: 11, numRuns: 4 },
    );
  });
});

describe("the fixtures", () => {
  it("are there for every function and layer of the library", () => {
    const covered = fixtures.map(({ declaration }) => declaration);
    const explained = Object.keys(withoutFixture);
    expect([...covered, ...explained].sort()).toEqual([...libraryDeclarations()].sort());
  });

  it("have a result for every case, and tensors for no other", () => {
    for (const { declaration, cases } of fixtures) {
      expect(cases.length, declaration).toBeGreaterThan(0);
      for (const { name, inputs, outputs } of cases) {
        expect(Object.keys(outputs), `${declaration} ${name}`).not.toEqual([]);
        for (const { data } of [...Object.values(outputs), ...Object.values(inputs)]) {
          expect(data.every(Number.isFinite), `${declaration} ${name}`).toBe(true);
        }
      }
    }
  });

  it("are named where an exception is made for one", () => {
    const titles = allCases.map(({ title }) => title);
    expect(titles).toEqual(expect.arrayContaining([...Object.keys(refused), ...Object.keys(illConditioned)]));
  });
});
