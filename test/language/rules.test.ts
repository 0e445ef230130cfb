import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { renderAll } from "../../compiler/diagnostics/index.ts";
import { checkSource } from "./check-source.ts";
import { namingRules, numberRules, sizeRules } from "./rule-cases.ts";

/**
 * How many rules each section of the static semantics has: names, parameters, dims, indices, numbers, gradients. What they
 * mean is tested by the suites of this folder; here each of them is held against a program that keeps it and against those
 * that do not.
 */
const rules = { D1: 10, D2: 5, D3: 6, D4: 6, D5: 5, D6: 7 };

const cases = Object.entries({ ...namingRules, ...sizeRules, ...numberRules });

describe.each(cases)("%s:", (_rule, { accepted, refused = {} }) => {
  const said = (source: string): readonly string[] =>
    checkSource(source, { train: true }).diagnostics.map(({ code }) => code);
  it("a program that keeps it", () => {
    const { diagnostics } = checkSource(accepted, { train: true });
    expect(renderAll(diagnostics, { colour: false })).toBe("");
  });
  it.each(Object.entries(refused))("%s", (code, source) => {
    expect(new Set(said(source)), source).toEqual(new Set([code]));
  });
});

const all = Object.entries(rules).flatMap(([section, count]) =>
  Array.from({ length: count }, (_, place) => `${section}.${place + 1}`),
);

test("every rule of the static semantics has a case", () => {
  expect(cases.map(([rule]) => rule.split(" ")[0])).toEqual(all);
});

test("every rule of the static semantics has a test that names it", () => {
  const tests = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".test.ts"));
  const text = tests.map((name) => readFileSync(join(import.meta.dirname, name), "utf8")).join("\n");
  const named = new Set(
    [...text.matchAll(/\b(?:test|describe)\(\s*["`](D\d\.\d+) /g)].map(([, rule]) => rule),
  );
  expect(all.filter((rule) => !named.has(rule))).toEqual([]);
});
