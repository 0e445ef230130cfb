import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { interpret } from "../../compiler/graph/interpret.ts";
import type { Variant } from "../../compiler/wasm/index.ts";
import {
  compileProgram,
  compileSource,
  forwardOf,
  mapEntries,
  type CompiledSource,
} from "./compile-source.ts";
import { callEntry, loadCompiled } from "./load-compiled.ts";
import {
  inputsOf,
  layerError,
  parametersOf,
  weightsOf,
  withLayerOutputs,
  type ModelFixture,
} from "./model-fixtures.ts";
import { largestError, tolerance } from "./tensor-error.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));

export function compileExample({ file }: ModelFixture): CompiledSource {
  return compileSource(readFileSync(join(repository, file), "utf8"));
}

/** The interpreter gives PyTorch's results, of the graph as written and of the optimised one. */
export function expectMeaning(fixture: ModelFixture, { program, optimized }: CompiledSource): void {
  const given = { inputs: inputsOf(fixture), params: parametersOf(fixture) };
  for (const one of [program, optimized]) {
    expect(largestError(interpret(forwardOf(one), given), fixture.outputs)).toBeLessThan(tolerance);
  }
}

/** The code gives PyTorch's results. */
export async function expectCode(
  fixture: ModelFixture,
  { plan }: CompiledSource,
  variant: Variant,
): Promise<void> {
  const model = await loadCompiled(plan, variant, weightsOf(fixture));
  const actual = callEntry(model, "forward", inputsOf(fixture));
  expect(largestError(actual, fixture.outputs)).toBeLessThan(tolerance);
}

/**
 * Every layer gives PyTorch's mean and root mean square, in the interpreter and in the code of a program whose outputs
 * they are, and the two agree number by number.
 */
export async function expectLayers(
  fixture: ModelFixture,
  compiled: CompiledSource,
  variants: readonly Variant[],
): Promise<void> {
  const { layers } = fixture;
  const program = mapEntries(compiled.program, (graph) => withLayerOutputs(graph, layers));
  const inputs = inputsOf(fixture);
  const meant = interpret(forwardOf(program), { inputs, params: parametersOf(fixture) });
  for (const layer of layers)
    expect(layerError(layer, meant[layer.name]), layer.name).toBeLessThan(tolerance);
  const { plan } = compileProgram(program);
  for (const variant of variants) {
    const model = await loadCompiled(plan, variant, weightsOf(fixture));
    const actual = callEntry(model, "forward", inputs);
    for (const layer of layers) {
      expect(layerError(layer, actual[layer.name]), `${variant} ${layer.name}`).toBeLessThan(tolerance);
    }
    expect(largestError(actual, meant), variant).toBeLessThan(tolerance);
  }
}
