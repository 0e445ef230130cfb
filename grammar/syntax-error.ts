import { EOF } from "chevrotain";
import type { IParserErrorMessageProvider, IToken, TokenType } from "chevrotain";
import { report } from "../compiler/diagnostics/report.ts";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.ts";
import type { Source, Span } from "../compiler/diagnostics/source.ts";
import type { Lexed } from "./lex.ts";
import { endOf } from "./nodes.ts";
import { habitHelp } from "./foreign-habits.ts";
import { nearestWord } from "./nearest-word.ts";
import { isOf, leftSideBefore } from "./starts.ts";
import { Float, Identifier, Int, ReduceWord, reduceWords, Sign } from "./tokens.ts";

/** What a rule with several alternatives is called where none of them fits. */
const expectedOfRule: Readonly<Record<string, string>> = {
  declaration: "a declaration",
  statement: "a statement",
  type: "a type",
  namedType: "a type",
  train: "a data declaration or a list of inputs",
  function: "`=` or `{`",
  param: "`~` or `=`",
  target: "`[`, `:` or `=`",
  binder: "an index",
  subscript: "a subscript",
  fact: "a condition or a definition",
  dim: "a size",
  generator: "a name",
  args: "`,` or `)`",
  round: "`,` or `)`",
  list: "`,` or `]`",
  stage: "a layer or a function",
};

/** Closing brackets of rules that read a list, where a comma could stand as well. */
const listRules: ReadonlySet<string> = new Set([
  "args",
  "subscripts",
  "round",
  "list",
  "formals",
  "type",
  "namedType",
  "reduction",
  "import",
  "target",
]);

/** Chevrotain's messages, cut down to what is expected: `syntaxError` makes sentences of them. */
export const syntaxErrorMessages: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected, ruleName }) => {
    const label = expected.LABEL ?? expected.name;
    return isCloser(expected) && listRules.has(ruleName) ? `\`,\` or ${label}` : label;
  },
  buildNotAllInputParsedMessage: () => "the end of the file",
  buildNoViableAltMessage: ({ ruleName }) => expectedOfRule[ruleName] ?? "an expression",
  buildEarlyExitMessage: ({ ruleName }) => expectedOfRule[ruleName] ?? "an expression",
};

const openers: ReadonlyMap<TokenType, TokenType> = new Map([
  [Sign.openRound, Sign.closeRound],
  [Sign.openSquare, Sign.closeSquare],
  [Sign.openCurly, Sign.closeCurly],
]);

function isCloser(type: TokenType): boolean {
  return type === Sign.closeRound || type === Sign.closeSquare || type === Sign.closeCurly;
}

/** Where reading stopped. */
interface Stop {
  readonly source: Source;
  /** What the rule asked for, as a phrase. */
  readonly expected: string;
  /** Whether the item before is whole, and no next one could begin. */
  readonly between: boolean;
  /** The tokens of the broken item that were read, or those of the item before. */
  readonly before: readonly IToken[];
  readonly found: IToken;
  readonly next: IToken;
  readonly at: Span;
}

/**
 * The diagnostic of what a rule threw, or of what stands `between` two items; undefined where the lexer has
 * told the cause. What is not an error of syntax is thrown on.
 */
export function syntaxError(
  thrown: unknown,
  { source, flaws }: Lexed,
  before: readonly IToken[],
  [found, next]: readonly [IToken, IToken],
  between: "statement" | "declaration" | undefined,
): Diagnostic | undefined {
  const expected = between ? `a ${between}` : expectedBy(thrown);
  const end = source.text.length;
  const at = found.tokenType === EOF ? { source, start: end, end } : spanOf(source, found);
  const previous = before.at(-1);
  const from = previous?.startOffset ?? (between ? 0 : at.start);
  if (flaws.some((flaw) => flaw >= from && flaw <= at.start)) return undefined;
  const stop: Stop = { source, expected, between: between !== undefined, before, found, next, at };
  for (const special of specials) {
    const diagnostic = special(stop);
    if (diagnostic) return diagnostic;
  }
  const sameLine = previous && !source.text.slice(endOf(previous), at.start).includes("\n");
  const orOperator = between && sameLine ? "an operator or " : "";
  const help = habitHelp(stop);
  return report("DLC1001", {
    message: `expected ${orOperator}${expected}, found ${nameOf(found)}`,
    span: at,
    help: help === undefined ? [] : [help],
  });
}

function expectedBy(thrown: unknown): string {
  const recognition = ["MismatchedTokenException", "NoViableAltException", "EarlyExitException"];
  if (thrown instanceof Error && recognition.includes(thrown.name)) return thrown.message;
  throw thrown;
}

/** The first of these that has something to say is what the user reads. */
const specials: readonly ((stop: Stop) => Diagnostic | undefined)[] = [
  hardWordAsName,
  unfinishedLine,
  closesNothing,
  notClosed,
  multiplicationWithoutSign,
  missingOperator,
  singleEquals,
  misspelledWord,
];

function hardWordAsName({ expected, before, found, next, at }: Stop): Diagnostic | undefined {
  if (!/^[a-z]+$/.test(found.image) || isOf(found, Identifier)) return undefined;
  const bound = [Sign.is, Sign.openSquare, Sign.prime, Sign.comma].includes(next.tokenType);
  const asStatement = expected === "a statement" || expected === "a declaration";
  const asFormal = expected === "`,` or `)`" && next.tokenType === Sign.colon;
  if (expected !== "a name" && !(asStatement && bound) && !asFormal) return undefined;
  const reduces = isOf(found, ReduceWord);
  return report("DLC1015", {
    message: `\`${found.image}\` is ${reduces ? "a reduction" : "a word of the language"}, not a name`,
    span: at,
    help: [
      reduces && before.at(-1)?.tokenType === Sign.dot
        ? `it stands before what it takes: \`${found.image}[k] x[n, k]\`, or \`${found.image}(x)\` of all of a tensor`
        : `choose another name, such as \`${found.image}_\``,
    ],
  });
}

/** `y = x +` and on the next line `z = 1`: the mistake is where the line ends. */
function unfinishedLine({ source, before, found }: Stop): Diagnostic | undefined {
  if (found.tokenType !== Sign.is || lastUnclosed(before)) return undefined;
  const side = leftSideBefore(source.text, before, found);
  const last = side === undefined ? undefined : before[side - 1];
  if (!last) return undefined;
  return report("DLC1001", {
    message: `expected an expression after ${nameOf(last)}`,
    span: spanOf(source, last),
    label: "the line ends here, and the next one begins an equation",
  });
}

function closesNothing({ between, before, found, at }: Stop): Diagnostic | undefined {
  if (!isCloser(found.tokenType)) return undefined;
  if (lastUnclosed(before) || (found.tokenType === Sign.closeCurly && !between)) return undefined;
  const title = `leave out this ${found.image}`;
  return report("DLC1012", {
    message: `this ${found.image} closes nothing`,
    span: at,
    help: [title],
    fix: { title, edits: [{ span: at, text: "" }] },
  });
}

/** A bracket is open, and what follows stands on another line or closes a bracket of another kind. */
function notClosed(stop: Stop): Diagnostic | undefined {
  const { source, expected, before, found, at } = stop;
  const open = lastUnclosed(before);
  const previous = before.at(-1);
  if (!open || !previous) return undefined;
  if (beginsNextItem(stop)) {
    return report("DLC1012", {
      message: `this ${open.image} is not closed`,
      span: spanOf(source, open),
      label: `${openers.get(open.tokenType)?.LABEL ?? ""} is missing before ${nameOf(previous)}`,
      notes: [{ text: "what begins here looks like an equation of its own", span: spanOf(source, previous) }],
    });
  }
  const close = openers.get(open.tokenType)?.LABEL ?? "";
  const elsewhere = found.tokenType === EOF || source.text.slice(endOf(previous), at.start).includes("\n");
  const awaited = expected.includes(close);
  if (!(awaited && elsewhere) && !isCloser(found.tokenType)) return undefined;
  if (isCloser(found.tokenType) && !awaited) return undefined;
  return report("DLC1012", {
    message: `this ${open.image} is not closed`,
    span: spanOf(source, open),
    label: `${close} is missing before ${nameOf(found)}`,
    notes: sameLine(source, open, at) ? [] : [{ text: `expected ${expected} before this`, span: at }],
  });
}

/** `y = f(x,` and below it, no further to the right, `z = 1`. */
function beginsNextItem({ source, before, found }: Stop): boolean {
  const [first] = before;
  const name = before.at(-1);
  const last = before.at(-2);
  if (found.tokenType !== Sign.is || !first || !name || !last || !isOf(name, Identifier)) return false;
  if (!source.text.slice(endOf(last), name.startOffset).includes("\n")) return false;
  const columnOf = ({ startOffset }: IToken): number =>
    startOffset - source.text.lastIndexOf("\n", startOffset);
  return columnOf(name) <= columnOf(first);
}

function multiplicationWithoutSign({ source, before, found, at }: Stop): Diagnostic | undefined {
  const factor = before.at(-1);
  if (!factor || (factor.tokenType !== Int && factor.tokenType !== Float)) return undefined;
  if (!isOf(found, Identifier) || endOf(factor) !== found.startOffset) return undefined;
  const written = `${factor.image} * ${found.image}`;
  return report("DLC1001", {
    message: `expected an operator between ${factor.image} and ${found.image}`,
    span: { source, start: factor.startOffset, end: at.end },
    help: [`write ${written}`],
    fix: { title: `write ${written}`, edits: [{ span: { ...at, end: at.start }, text: " * " }] },
  });
}

/** `y[n] = sum(i) x[n, i]`: an equation has ended, and what stands behind it on its line is none. */
function missingOperator({ source, expected, before }: Stop): Diagnostic | undefined {
  const [first] = before;
  const asLeftSide = ["`=`", expectedOfRule["target"], expectedOfRule["binder"]].includes(expected);
  if (first === undefined || !asLeftSide) return undefined;
  const line = source.text.slice(source.text.lastIndexOf("\n", first.startOffset) + 1, first.startOffset);
  const [rest = ""] = source.text.slice(first.startOffset).split("\n", 1);
  if (!/[^\s{}]\s*$/.test(line) || /[^=<>!]=(?!=)/.test(rest)) return undefined;
  const [, word, indices] = /\b([a-z]+)\(([\w\s,]+)\)\s*$/.exec(line) ?? [];
  const reduces = word !== undefined && reduceWords.includes(word);
  return report("DLC1001", {
    message: `expected an operator before ${nameOf(first)}`,
    span: spanOf(source, first),
    help: reduces
      ? [`indices of a reduction stand in square brackets: ${word}[${indices ?? ""}] …`]
      : ["what begins here has no `=` and is no equation of its own"],
  });
}

function singleEquals({ source, expected, before, found, at }: Stop): Diagnostic | undefined {
  if (found.tokenType !== Sign.is) return undefined;
  const open = lastUnclosed(before);
  const name = before.at(-1);
  const named = name && isOf(name, Identifier) && open?.tokenType === Sign.openRound;
  const opens = before.at(-2)?.tokenType;
  if (named && (opens === Sign.openRound || opens === Sign.comma)) {
    const fix = {
      title: `write ${name.image}: …`,
      edits: [{ span: { source, start: endOf(name), end: at.end }, text: ":" }],
    };
    return report("DLC1001", {
      message: "an argument is named with `:`, not with `=`",
      span: at,
      help: [fix.title],
      fix,
    });
  }
  if (expected !== "`then`" && !open) return undefined;
  return report("DLC1001", {
    message: `expected ${expected}, found \`=\``,
    span: at,
    help: ["`==` compares; `=` is the sign of an equation"],
    fix: { title: "write ==", edits: [{ span: at, text: "==" }] },
  });
}

function misspelledWord({ expected, found, next, at }: Stop): Diagnostic | undefined {
  if (expected !== "a declaration" && expected !== "a statement") return undefined;
  if (found.tokenType !== Identifier || !isOf(next, Identifier)) return undefined;
  const word = nearestWord(found.image, expected);
  if (word === undefined) return undefined;
  return report("DLC1001", {
    message: `expected ${expected}, found \`${found.image}\``,
    span: at,
    help: [`did you mean \`${word}\`?`],
    fix: { title: `write ${word}`, edits: [{ span: at, text: word }] },
  });
}

function lastUnclosed(tokens: readonly IToken[]): IToken | undefined {
  const open: IToken[] = [];
  for (const token of tokens) {
    if (openers.has(token.tokenType)) open.push(token);
    else if (isCloser(token.tokenType)) open.pop();
  }
  return open.at(-1);
}

function sameLine(source: Source, open: IToken, at: Span): boolean {
  return !source.text.slice(open.startOffset, at.start).includes("\n");
}

function spanOf(source: Source, token: IToken): Span {
  return { source, start: token.startOffset, end: endOf(token) };
}

function nameOf(token: IToken): string {
  if (token.tokenType === EOF) return "the end of the file";
  const image = token.image.length > 40 ? `${token.image.slice(0, 37)}…` : token.image;
  return `\`${image}\``;
}
