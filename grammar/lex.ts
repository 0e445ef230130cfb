import { Lexer } from "chevrotain";
import type { IToken } from "chevrotain";
import { report } from "../compiler/diagnostics/report.ts";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.ts";
import type { Source } from "../compiler/diagnostics/source.ts";
import type { Comment } from "./ast.ts";
import { meantBy, unknownCharacters } from "./unknown-characters.ts";
import { vocabulary, Float, Int, StringToken } from "./tokens.ts";

export interface Lexed {
  readonly source: Source;
  readonly tokens: IToken[];
  readonly comments: readonly Comment[];
  readonly diagnostics: readonly Diagnostic[];
  /** Where a diagnostic of this stage points: a parse error at or just after it is its consequence. */
  readonly flaws: readonly number[];
}

/** Names of lists and paths are counted, not written with a point: `blocks.0` is a path of the weights file. */
const precedesMember = /[A-Za-z0-9_)\]']$/;

let lexer: Lexer | undefined;

/** Tables are built on first use, so that importing the grammar costs nothing. */
function theLexer(): Lexer {
  lexer ??= new Lexer(vocabulary, { positionTracking: "onlyOffset", skipValidations: true });
  return lexer;
}

export function lex(source: Source): Lexed {
  const { text } = source;
  const { tokens, groups, errors } = theLexer().tokenize(text);
  const found: { readonly at: number; readonly diagnostic: Diagnostic }[] = [];
  for (const error of errors) {
    const at = error.offset;
    const span = { source, start: at, end: at + error.length };
    found.push({ at, diagnostic: unknownCharacters(span, text.slice(at, span.end)) });
    // Read as what is meant, so that what follows is no second error.
    const meant = meantBy(text.slice(at, span.end));
    const [token] = meant === undefined ? [] : theLexer().tokenize(meant).tokens;
    if (token !== undefined) tokens.push({ ...token, startOffset: at, endOffset: span.end - 1 });
  }
  if (errors.length > 0) tokens.sort((a, b) => a.startOffset - b.startOffset);
  for (const token of tokens) {
    const diagnostic = flawOf(source, token);
    if (diagnostic) found.push({ at: token.startOffset, diagnostic });
  }
  found.sort((a, b) => a.at - b.at);
  return {
    source,
    tokens,
    comments: (groups["comments"] ?? []).map((token) => commentOf(source, token)),
    diagnostics: found.map(({ diagnostic }) => diagnostic),
    flaws: found.map(({ at }) => at),
  };
}

function commentOf(source: Source, token: IToken): Comment {
  const text = token.image.trimEnd();
  const span = { source, start: token.startOffset, end: token.startOffset + text.length };
  return { kind: "comment", text, doc: /^\/\/\/(?!\/)/.test(text), span };
}

function flawOf(source: Source, token: IToken): Diagnostic | undefined {
  const { image, startOffset: start } = token;
  const span = { source, start, end: start + image.length };
  switch (token.tokenType) {
    case StringToken:
      if (isTerminated(image)) return undefined;
      return report("DLC1003", {
        message: "this text has no closing quote",
        span,
        help: ['a text ends on its line; a line break in it is written \\n, a quote \\"'],
      });
    case Float:
      if (image.endsWith(".")) return halfNumber(span, `${image}0`);
      if (image.startsWith(".")) {
        if (precedesMember.test(source.text.slice(Math.max(0, start - 1), start))) {
          return report("DLC1004", {
            message: `after a point stands a name, not the number ${image.slice(1)}`,
            span,
            help: [`the member of a list is read with brackets, [${image.slice(1)}]`],
          });
        }
        return halfNumber(span, `0${image}`);
      }
      return Number.isFinite(Number(image))
        ? undefined
        : tooLarge(span, "the largest number is about 1.8e308");
    case Int:
      return Number.isSafeInteger(Number(image))
        ? undefined
        : tooLarge(span, "whole numbers are exact up to 9007199254740991");
    default:
      return undefined;
  }
}

function isTerminated(image: string): boolean {
  if (image.length < 2 || !image.endsWith('"')) return false;
  const backslashes = /\\*$/.exec(image.slice(0, -1))?.[0].length ?? 0;
  return backslashes % 2 === 0;
}

function halfNumber(span: Diagnostic["span"] & object, written: string): Diagnostic {
  return report("DLC1004", {
    message: "a number has digits on both sides of its point",
    span,
    help: [`write ${written}`],
    fix: { title: `write ${written}`, edits: [{ span, text: written }] },
  });
}

function tooLarge(span: Diagnostic["span"] & object, label: string): Diagnostic {
  return report("DLC1005", { message: "this number is too large", span, label });
}
