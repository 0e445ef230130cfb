import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { expectExample } from "./expect-example.ts";
import { errorOf, exampleFixtures, scriptedExamples } from "./example-fixtures.ts";

const fixtures = exampleFixtures();
const repository = join(import.meta.dirname, "../..");

describe("whole models give PyTorch's results and gradients with the same weights:", () => {
  const titled = fixtures
    .filter(({ slow }) => !slow)
    .map((fixture) => ({ title: `${fixture.example}, ${fixture.name}`, fixture }));

  it.each(titled)("$title", { timeout: 60_000 }, async ({ fixture }) => {
    await expectExample(fixture);
  });
});

it("every script of a whole model has its fixture, and its example", () => {
  expect(scriptedExamples().toSorted()).toEqual([...new Set(fixtures.map(({ example }) => example))].sort());
  for (const { file } of fixtures) expect(existsSync(join(repository, file)), file).toBe(true);
});

it("a wrong number shows, in a tensor that is stored whole and in one of which there is a sketch", () => {
  const fixture = fixtures.find(({ example }) => example === "lenet");
  const small = fixture?.gradients.find(({ path }) => path === "fc3.bias");
  if (fixture === undefined || small === undefined) throw new Error("no fixture of LeNet");
  const right = fixture.whole["gradient/fc3.bias"];
  if (right === undefined) throw new Error("no gradient by fc3.bias");
  expect(errorOf(fixture, "gradient", small, right)).toBe(0);
  const sketched = { ...fixture, whole: {} };
  expect(errorOf(sketched, "gradient", small, right)).toBeLessThan(1e-6);
  const data = Float64Array.from(right.data, (value, place) => value * (place === 3 ? 1.01 : 1));
  for (const one of [fixture, sketched])
    expect(errorOf(one, "gradient", small, { ...right, data })).toBeGreaterThan(1e-4);
});
