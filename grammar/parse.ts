import type { IToken } from "chevrotain";
import { report } from "../compiler/diagnostics/report.ts";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.ts";
import type { Source } from "../compiler/diagnostics/source.ts";
import type { Comment, FileNode } from "./ast.ts";
import { FileParser } from "./file-parser.ts";
import { lex } from "./lex.ts";
import { limits } from "./limits.ts";

export interface Parsed {
  /** Always there: what could not be understood is an `error` node or left out. */
  readonly file: FileNode;
  /** In the order of the source. */
  readonly diagnostics: readonly Diagnostic[];
  readonly comments: readonly Comment[];
}

/** The same with the tokens, for the formatter. */
export interface ParsedTokens extends Parsed {
  readonly tokens: readonly IToken[];
}

/** Never throws for any text: every independent mistake is a diagnostic. */
export function parse(source: Source): Parsed {
  const { file, diagnostics, comments } = parseTokens(source);
  return { file, diagnostics, comments };
}

let parser: FileParser | undefined;

export function parseTokens(source: Source): ParsedTokens {
  const refused = refusal(source);
  if (refused) return { file: emptyFile(source), diagnostics: [refused], comments: [], tokens: [] };
  const lexed = lex(source);
  // The parser's tables are built on first use, so that importing the grammar costs nothing.
  parser ??= new FileParser(false);
  const { file, diagnostics } = parser.parse(lexed);
  const all = firstOf([...lexed.diagnostics, ...diagnostics].sort(bySpan));
  const empty = lexed.tokens.length === 0 && all.length === 0;
  return {
    file,
    diagnostics: empty ? [declaresNothing(source)] : all,
    comments: lexed.comments,
    tokens: lexed.tokens,
  };
}

function refusal(source: Source): Diagnostic | undefined {
  const { text } = source;
  const junk = text.slice(0, limits.characters).search(/[\0-\x08\x0e-\x1f\ufffd]/);
  if (junk !== -1) {
    return report("DLC1016", {
      message: "this file is not text",
      span: { source, start: junk, end: junk + 1 },
      label: "no text in UTF-8 has this byte",
    });
  }
  if (text.length <= limits.characters) return undefined;
  const size = text.length.toLocaleString("en-GB");
  return report("DLC1008", {
    message: `this source has ${size} characters; at most ${limits.characters.toLocaleString("en-GB")} are read`,
    span: undefined,
    notes: [{ text: `the file is ${source.path}` }],
    help: ["a table of numbers belongs into a file of data, which a `data` declaration reads"],
  });
}

/** As many as are told of one file, and that there are more. */
function firstOf(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const next = diagnostics.filter(({ severity }) => severity === "error")[limits.errors];
  if (!next) return diagnostics;
  const message = `more than ${limits.errors} syntax errors: the others are not listed`;
  return [
    ...diagnostics.slice(0, diagnostics.indexOf(next)),
    report("DLC1018", { message, span: next.span }),
  ];
}

function declaresNothing(source: Source): Diagnostic {
  return report("DLC1017", { message: "this file declares nothing", span: { source, start: 0, end: 0 } });
}

function emptyFile(source: Source): FileNode {
  return { kind: "file", declarations: [], span: { source, start: 0, end: source.text.length } };
}

function bySpan(a: Diagnostic, b: Diagnostic): number {
  return (a.span?.start ?? 0) - (b.span?.start ?? 0);
}
