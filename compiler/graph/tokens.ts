import { plainName, readQuotedName } from "./words.ts";

/** A piece of a graph's text. A name in backquotes is a `name`, never a word with a meaning of its own. */
export interface Token {
  readonly kind: "word" | "name" | "number" | "string" | "symbol" | "end";
  /** A name or string without its quotes. */
  readonly text: string;
  readonly line: number;
}

const symbols = /\.\.|==|!=|<=|>=|[-+*/%^<>=:,|@(){}[\]]/y;
const blanks = /(?:\s|\/\/[^\n]*)+/y;
const digits = /\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/y;
const quoted = /`(?:[^`\\\n]|\\.)*`/y;
const text = /"(?:[^"\\\n]|\\.)*"/y;

export function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let place = 0;
  let line = 1;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = place;
    const found = pattern.exec(source)?.[0];
    if (found !== undefined) place += found.length;
    return found;
  };
  const next = (): Omit<Token, "line"> | undefined => {
    const word = take(plainName);
    if (word !== undefined) return { kind: "word", text: word };
    const number = take(digits);
    if (number !== undefined) return { kind: "number", text: number };
    const name = take(quoted);
    if (name !== undefined) return { kind: "name", text: readQuotedName(name) };
    const string = take(text);
    if (string !== undefined) return { kind: "string", text: String(JSON.parse(string)) };
    const symbol = take(symbols);
    return symbol === undefined ? undefined : { kind: "symbol", text: symbol };
  };
  for (;;) {
    line += (take(blanks)?.match(/\n/g) ?? []).length;
    if (place >= source.length) break;
    const token = next();
    if (token === undefined) throw textError(line, `unexpected ${JSON.stringify(source[place])}`);
    tokens.push({ ...token, line });
  }
  return [...tokens, { kind: "end", text: "the end", line }];
}

export function textError(line: number, message: string): Error {
  return new Error(`graph text, line ${line}: ${message}`);
}

/** Where a reader stands in the tokens of a text. */
export interface Cursor {
  readonly tokens: readonly Token[];
  place: number;
}

export function cursorOf(source: string): Cursor {
  return { tokens: tokenize(source), place: 0 };
}

export function peek(cursor: Cursor, ahead = 0): Token {
  const token = cursor.tokens[Math.min(cursor.place + ahead, cursor.tokens.length - 1)];
  if (token === undefined) throw new Error("bug: a text without an end");
  return token;
}

export function fail(cursor: Cursor, expected: string): never {
  const { line, text: found } = peek(cursor);
  throw textError(line, `expected ${expected}, found ${found}`);
}

/** Whether the next token is this word or symbol. */
export function isAt(cursor: Cursor, expected: string, ahead = 0): boolean {
  const token = peek(cursor, ahead);
  return (token.kind === "word" || token.kind === "symbol") && token.text === expected;
}

/** Takes this word or symbol, if it is next. */
export function accept(cursor: Cursor, expected: string): boolean {
  if (!isAt(cursor, expected)) return false;
  cursor.place += 1;
  return true;
}

export function expect(cursor: Cursor, expected: string): void {
  if (!accept(cursor, expected)) fail(cursor, expected);
}

export function takeName(cursor: Cursor): string {
  const token = peek(cursor);
  if (token.kind !== "word" && token.kind !== "name") fail(cursor, "a name");
  cursor.place += 1;
  return token.text;
}

export function takeString(cursor: Cursor): string {
  const token = peek(cursor);
  if (token.kind !== "string") fail(cursor, "a text in quotes");
  cursor.place += 1;
  return token.text;
}

/** A number without a sign. */
export function takeNumber(cursor: Cursor): number {
  const token = peek(cursor);
  if (token.kind !== "number") fail(cursor, "a number");
  cursor.place += 1;
  return Number(token.text);
}

/** Items up to `close`, which is taken, with commas between them. */
export function takeList<Item>(cursor: Cursor, close: string, item: () => Item): readonly Item[] {
  const items: Item[] = [];
  while (!accept(cursor, close)) {
    if (items.length > 0) expect(cursor, ",");
    items.push(item());
  }
  return items;
}
