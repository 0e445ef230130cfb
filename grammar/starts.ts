import { EOF } from "chevrotain";
import type { IToken, TokenType } from "chevrotain";
import { Identifier, isCategory, Sign, UnitWord, Word } from "./tokens.ts";

/** The token at a distance: 1 is the next one. */
type Ahead = (distance: number) => IToken;

const statementWords: ReadonlySet<TokenType> = new Set([
  Word.param,
  Word.state,
  Word.entry,
  Word.metric,
  Word.scan,
  Word.repeat,
  Word.fn,
]);

/** A left side longer than this is not recognised after a mistake. */
const reach = 64;

export function isOf(token: IToken | undefined, category: TokenType): boolean {
  return token !== undefined && isCategory(token.tokenType, category);
}

/** `import`, `train` or the word of a unit, before a name: nothing else begins so. */
export function beginsDeclaration(ahead: Ahead): boolean {
  const word = ahead(1);
  const opens = word.tokenType === Word.import || word.tokenType === Word.train || isOf(word, UnitWord);
  return opens && isOf(ahead(2), Identifier);
}

/** The same, and what begins declarations of a file as well as statements of a block. */
export function beginsDeclarationOrConstant(ahead: Ahead): boolean {
  if (beginsDeclaration(ahead)) return true;
  if (ahead(1).tokenType === Word.fn) return isOf(ahead(2), Identifier);
  return isOf(ahead(1), Identifier) && ahead(2).tokenType === Sign.is;
}

/** A word of a statement before a name; or targets up to their `=`. */
export function beginsStatement(ahead: Ahead): boolean {
  if (statementWords.has(ahead(1).tokenType) && isOf(ahead(2), Identifier)) return true;
  let at = 1;
  for (;;) {
    if (!isOf(ahead(at), Identifier)) return false;
    at += 1;
    if (ahead(at).tokenType === Sign.prime) at += 1;
    if (ahead(at).tokenType === Sign.openSquare) at = afterBrackets(ahead, at);
    else if (ahead(at).tokenType === Sign.colon) return typeEndsInEquation(ahead, at + 1);
    const { tokenType } = ahead(at);
    if (tokenType === Sign.is) return true;
    if (tokenType !== Sign.comma || at > reach) return false;
    at += 1;
  }
}

function afterBrackets(ahead: Ahead, open: number): number {
  let depth = 0;
  for (let at = open; at < open + reach; at += 1) {
    const { tokenType } = ahead(at);
    if (tokenType === EOF) return at;
    if (tokenType === Sign.openSquare || tokenType === Sign.openRound) depth += 1;
    if (tokenType === Sign.closeSquare || tokenType === Sign.closeRound) depth -= 1;
    if (depth === 0) return at + 1;
  }
  return open;
}

function typeEndsInEquation(ahead: Ahead, start: number): boolean {
  if (!isOf(ahead(start), Identifier)) return false;
  let at = start + 1;
  if (ahead(at).tokenType === Sign.openSquare) at = afterBrackets(ahead, at);
  return ahead(at).tokenType === Sign.is;
}

/** The names that a broken declaration or statement would have bound, as far as its beginning tells. */
export function declaredNames(tokens: readonly IToken[]): readonly IToken[] {
  const [first, second] = tokens;
  if (!first || !second) return [];
  const { tokenType } = first;
  if (tokenType === Word.train) return [];
  if (tokenType === Word.import && isOf(second, Identifier)) {
    const open = tokens.findIndex((token) => token.tokenType === Sign.openCurly);
    return open === -1 ? [] : tokens.slice(open).filter((token) => isOf(token, Identifier));
  }
  const opens = statementWords.has(tokenType) || isOf(first, UnitWord);
  if (opens && isOf(second, Identifier)) return [second];
  const names: IToken[] = [];
  let depth = 0;
  let expected = true;
  for (const token of tokens) {
    if (token.tokenType === Sign.openSquare) depth += 1;
    else if (token.tokenType === Sign.closeSquare) depth -= 1;
    else if (token.tokenType === Sign.is && depth === 0) return names;
    else if (token.tokenType === Sign.comma && depth === 0) expected = true;
    else if (expected && depth === 0) {
      if (!isOf(token, Identifier)) break;
      names.push(token);
      expected = false;
    }
  }
  return names;
}

/** The names directly before a `=`: the carries of a broken header. */
export function equatedNames(tokens: readonly IToken[]): readonly IToken[] {
  return tokens.filter((token, at) => isOf(token, Identifier) && tokens[at + 1]?.tokenType === Sign.is);
}

/**
 * Where, in tokens before a `=` that nobody expected, its left side begins: at the beginning of a line, so
 * that the line before must have been left unfinished. Undefined where it does not.
 */
export function leftSideBefore(text: string, tokens: readonly IToken[], equals: IToken): number | undefined {
  for (let at = tokens.length - 1; at > 0; at -= 1) {
    const token = tokens[at];
    const before = tokens[at - 1];
    if (!token || !before) return undefined;
    if (!text.slice(before.startOffset + before.image.length, token.startOffset).includes("\n")) continue;
    const side = [...tokens.slice(at), equals];
    return beginsStatement((distance) => side[distance - 1] ?? equals) ? at : undefined;
  }
  return undefined;
}
