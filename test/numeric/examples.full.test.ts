import { describe, it } from "vitest";
import { expectExample } from "./expect-example.ts";
import { exampleFixtures } from "./example-fixtures.ts";

describe("large models give PyTorch's results and gradients with the same weights:", () => {
  const titled = exampleFixtures()
    .filter(({ slow }) => slow)
    .map((fixture) => ({ title: `${fixture.example}, ${fixture.name}`, fixture }));

  it.each(titled)("$title", { timeout: 600_000 }, async ({ fixture }) => {
    await expectExample(fixture);
  });
});
