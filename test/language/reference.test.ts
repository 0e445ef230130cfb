import { expect, it } from "vitest";
import { preludeScope } from "../../compiler/check/prelude.ts";
import { isCode } from "../../compiler/diagnostics/index.ts";
import { reduceWords, Sign, Word } from "../../grammar/tokens.ts";
import { readRepositoryFile, repositoryFiles } from "../structure/repository-files.ts";

const page = readRepositoryFile("docs/language.md");

/** The words between backticks in one section, its blocks left out. */
function wordsOf(heading: string): readonly string[] {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
  const spans = section.replace(/^```[\s\S]*?^```$/gm, "").match(/`[^`]*`/g) ?? [];
  return spans.flatMap((span) => span.match(/[A-Za-z]\w*/g) ?? []);
}

it("docs/language.md says which words mean something", () => {
  const said = wordsOf("Text");
  expect([...Object.keys(Word), ...reduceWords].filter((word) => !said.includes(word))).toEqual([]);
});

it("docs/language.md has the names of the prelude", () => {
  const said = wordsOf("The prelude");
  expect([...preludeScope().entities.keys()].filter((name) => !said.includes(name))).toEqual([]);
});

it("the grammar in docs/language.md has the words and signs that the lexer has", () => {
  const grammar = page.slice(page.indexOf("## Grammar"));
  const texts = new Set([...grammar.matchAll(/"([^"]+)"/g)].map(([, text]) => text ?? ""));
  const signs = Object.values(Sign).flatMap(({ PATTERN }) => (typeof PATTERN === "string" ? [PATTERN] : []));
  expect(signs).toEqual(expect.arrayContaining(["|>", "'", "}"]));
  expect([...signs, ...Object.keys(Word)].filter((text) => !texts.has(text))).toEqual([]);
  const own = [...signs, ...Object.keys(Word), "layer", "model", "optimizer", "data"];
  expect([...texts].filter((text) => !own.includes(text))).toEqual([]);
});

it("pages name codes that there are, and rules that tests name", () => {
  const pages = repositoryFiles("docs").filter((path) => path.endsWith(".md"));
  const codes = pages.flatMap((path) => readRepositoryFile(path).match(/DLC\d{4}/g) ?? []);
  expect(codes.length).toBeGreaterThan(10);
  expect(codes.filter((code) => !isCode(code))).toEqual([]);
  const tests = repositoryFiles("test").filter((path) => path.endsWith(".test.ts"));
  const titles = tests.map(readRepositoryFile).join("\n");
  const rules = [...page.matchAll(/\[(D\d\.\d+)\]/g)].map(([, rule]) => rule ?? "");
  expect(rules.length).toBeGreaterThan(20);
  expect(rules.filter((rule) => !new RegExp(`["'\`]${rule.replace(".", "\\.")} `).test(titles))).toEqual([]);
});
