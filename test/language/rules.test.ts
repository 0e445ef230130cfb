import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

/** How many rules each section of the static semantics has: names, parameters, dims, indices, numbers. */
const rules = { D1: 10, D2: 5, D3: 6, D4: 6, D5: 5 };

test("every rule of the static semantics has a test that names it", () => {
  const tests = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".test.ts"));
  const text = tests.map((name) => readFileSync(join(import.meta.dirname, name), "utf8")).join("\n");
  const named = new Set(
    [...text.matchAll(/\b(?:test|describe)\(\s*["`](D\d\.\d+) /g)].map(([, rule]) => rule),
  );
  const all = Object.entries(rules).flatMap(([section, count]) =>
    Array.from({ length: count }, (_, place) => `${section}.${place + 1}`),
  );
  expect(all.filter((rule) => !named.has(rule))).toEqual([]);
});
