import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { renderAll } from "../../compiler/diagnostics/index.ts";
import { checkSource } from "./check-source.ts";

const folder = join(import.meta.dirname, "programs");
const names = readdirSync(folder).filter((name) => name.endsWith(".dl"));
const texts = Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));

test.each(names)("nothing is said of %s, with its training", (name) => {
  const { diagnostics } = checkSource(texts[name] ?? "", { train: true }, texts);
  expect(renderAll(diagnostics, { colour: false })).toBe("");
});
