import { describe, expect, it } from "vitest";
import { compileExample, expectCode, expectLayers, expectMeaning } from "./expect-model.ts";
import { variants } from "./load-compiled.ts";
import { modelFixtures } from "./model-fixtures.ts";

const fixtures = modelFixtures();

describe.each(fixtures.filter(({ model }) => model !== "AlexNet"))(
  "$model computes what PyTorch computes,",
  (fixture) => {
    const compiled = compileExample(fixture);

    it("as written and optimised", () => {
      expectMeaning(fixture, compiled);
    });

    it.each(variants)("as %s WebAssembly", async (variant) => {
      await expectCode(fixture, compiled, variant);
    });

    it("layer by layer", async () => {
      await expectLayers(fixture, compiled, variants);
    });
  },
);

// Its 61 million weights take seconds to draw; models.full.test.ts has what takes longer still.
describe.each(fixtures.filter(({ model }) => model === "AlexNet"))(
  "$model computes what PyTorch computes,",
  (fixture) => {
    it("as baseline WebAssembly", { timeout: 120_000 }, async () => {
      await expectCode(fixture, compileExample(fixture), "baseline");
    });
  },
);

it("every large example has a fixture", () => {
  expect(fixtures.map(({ model }) => model)).toEqual(["AlexNet", "KerasCnn", "KerasCnnDeep", "Mlp"]);
});
