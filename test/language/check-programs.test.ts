import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { renderAll } from "../../compiler/diagnostics/index.ts";
import { checkSource } from "./check-source.ts";

const folder = join(import.meta.dirname, "programs");
const names = readdirSync(folder).filter((name) => name.endsWith(".dl"));
const texts = Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));

test.each(names)("of %s, only what is not built yet is refused", (name) => {
  const { diagnostics } = checkSource(texts[name] ?? "", {}, texts);
  const others = diagnostics.filter(({ code }) => code !== "DLC3019");
  expect(renderAll(others, { colour: false })).toBe("");
});
