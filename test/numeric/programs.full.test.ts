import { it } from "vitest";
import { expectProgram } from "./expect-program.ts";
import { programCases } from "./program-cases.ts";

const large = Object.entries(programCases).filter(([, one]) => one.large === true);

it.each(large)("%s builds, and computes what it means", { timeout: 900_000 }, async (name) => {
  await expectProgram(name, 1e-4);
});
