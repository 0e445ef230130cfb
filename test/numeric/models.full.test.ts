import { describe, it } from "vitest";
import { compileExample, expectCode, expectLayers, expectMeaning } from "./expect-model.ts";
import { variants } from "./load-compiled.ts";
import { modelFixtures } from "./model-fixtures.ts";

describe.each(modelFixtures().filter(({ model }) => model === "AlexNet"))(
  "$model computes what PyTorch computes,",
  { timeout: 600_000 },
  (fixture) => {
    const compiled = compileExample(fixture);

    it("as written and optimised", () => {
      expectMeaning(fixture, compiled);
    });

    it("as relaxed WebAssembly", async () => {
      await expectCode(fixture, compiled, "relaxed");
    });

    it("layer by layer", async () => {
      await expectLayers(fixture, compiled, variants);
    });
  },
);
