import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { exampleNames } from "../../tools/results.mjs";
import { exampleFixtures } from "../numeric/example-fixtures.ts";
import { readRepositoryFile } from "./repository-files.ts";

const folders = readdirSync(join(import.meta.dirname, "../../examples"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** Of these there is nothing to train: the compiler refuses it. */
const refused = ["alexnet-as-printed"];

describe("every example", () => {
  const page = readRepositoryFile("examples/README.md");

  it.each(folders)("%s is in the table of all, trained, and held against PyTorch", (name) => {
    expect(page).toContain(`](${name}/)`);
    if (refused.includes(name)) return;
    expect(exampleNames).toContain(name);
    expect(page).toContain(`examples/${name}/result.json#`);
    expect(exampleFixtures().map(({ file }) => file.split("/")[1])).toContain(name);
  });

  it("is there", () => {
    expect(folders.length).toBeGreaterThan(20);
  });
});
