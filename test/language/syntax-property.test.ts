import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderAll, toJson } from "../../compiler/diagnostics/index.ts";
import { format, parse } from "../../grammar/index.ts";
import { corpus, tokenTexts } from "./corpus.ts";
import { withoutSpans } from "./tree.ts";

const pool = [...new Set(corpus.flatMap(({ text }) => tokenTexts(text)))].filter(
  (token) => !token.startsWith("///"),
);
const anyProgram = fc.constantFrom(...corpus.map(({ text }) => text));
const whiteSpace = fc.constantFrom(
  " ",
  " ",
  "  ",
  "     ",
  "\n",
  "\n\n",
  "\n\n\n  ",
  "\t",
  " // a note\n",
  "\n// alone\n",
  "\n/// doc\n",
  "\r\n",
);

/** A program with white space and comments of its own between the same tokens. */
const respaced = anyProgram.chain((text) => {
  const tokens = tokenTexts(text).filter((token) => !token.startsWith("///"));
  return fc
    .array(whiteSpace, { minLength: tokens.length, maxLength: tokens.length })
    .map((spaces) => tokens.map((token, index) => token + (spaces[index] ?? "")).join(""));
});

/** A program with some white space between its tokens widened, narrowed or broken. */
const nudged = anyProgram.chain((text) =>
  fc.array(fc.tuple(fc.nat(text.length), whiteSpace), { maxLength: 12 }).map((nudges) => {
    let result = text;
    for (const [at, space] of nudges) {
      const blank = result.indexOf(" ", at);
      if (blank !== -1) result = result.slice(0, blank) + space + result.slice(blank + 1);
    }
    return result;
  }),
);

/** A program with tokens left out, doubled, or replaced by others. */
const mangled = anyProgram.chain((text) =>
  fc
    .array(fc.record({ at: fc.nat(text.length), cut: fc.nat(30), put: fc.constantFrom("", ...pool) }), {
      minLength: 1,
      maxLength: 8,
    })
    .map((edits) =>
      edits.reduce(
        (result, { at, cut, put }) => `${result.slice(0, at)} ${put} ${result.slice(at + cut)}`,
        text,
      ),
    ),
);

const tokenSoup = fc.array(fc.constantFrom(...pool), { maxLength: 120 }).map((tokens) => tokens.join(" "));

function holds(text: string): void {
  const source = { path: "test.dl", text };
  const { diagnostics, file } = parse(source);
  expect(file.kind).toBe("file");
  for (const { span } of diagnostics) {
    if (!span) continue;
    expect(span.start).toBeLessThanOrEqual(span.end);
    expect(span.end).toBeLessThanOrEqual(text.length);
  }
  if (diagnostics.length > 0) expect(renderAll(diagnostics, { colour: false, width: 80 })).toContain("DLC1");
  JSON.stringify(diagnostics.map(toJson));
}

function formatsWell(text: string): void {
  const once = format({ path: "test.dl", text });
  if (once.kind === "refused") return;
  const twice = format({ path: "test.dl", text: once.text });
  expect(twice).toEqual(once);
  const before = parse({ path: "test.dl", text });
  const after = parse({ path: "test.dl", text: once.text });
  expect(withoutSpans(after.file)).toEqual(withoutSpans(before.file));
  expect(after.comments.map((comment) => comment.text)).toEqual(
    before.comments.map((comment) => comment.text),
  );
}

describe("for any text", () => {
  it("the parser gives a tree and messages that can be shown", () => {
    fc.assert(fc.property(mangled, holds), { numRuns: 150 });
    fc.assert(fc.property(tokenSoup, holds), { numRuns: 150 });
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 300 }), holds), { numRuns: 150 });
  }, 60_000);

  it("the formatter keeps tree and comments, and changes its own text no more", () => {
    fc.assert(fc.property(respaced, formatsWell), { numRuns: 40 });
    fc.assert(fc.property(nudged, formatsWell), { numRuns: 80 });
    fc.assert(fc.property(mangled, formatsWell), { numRuns: 150 });
  }, 120_000);

  it("the ways of making texts reach the formatter", () => {
    const accepted = fc
      .sample(respaced, { numRuns: 30, seed: 1 })
      .map((text) => format({ path: "", text }).kind);
    expect(accepted).not.toContain("refused");
  });
});
