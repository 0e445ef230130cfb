import { expect, it } from "vitest";
import { expectProgram } from "./expect-program.ts";
import { programCases, programNames, trainedOnly } from "./program-cases.ts";

const small = programNames.filter(
  (name) => programCases[name]?.large !== true && !trainedOnly.includes(name),
);

it.each(small)("%s builds, and each of its entries computes what it means", async (name) => {
  await expectProgram(name, 1e-4);
});

it("every program of the corpus is a case", () => {
  expect(Object.keys(programCases).toSorted()).toEqual(programNames.toSorted());
});
