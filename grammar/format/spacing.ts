import type { TokenType } from "chevrotain";
import {
  Additive,
  Float,
  Identifier,
  Int,
  isCategory,
  Multiplicative,
  ReduceWord,
  Sign,
  StringToken,
  Word,
} from "../tokens.ts";
import type { Piece } from "./pieces.ts";

export const openers: ReadonlySet<TokenType> = new Set([Sign.openRound, Sign.openSquare]);
export const closers: ReadonlySet<TokenType> = new Set([Sign.closeRound, Sign.closeSquare]);

const operandEnds: ReadonlySet<TokenType> = new Set([
  Int,
  Float,
  StringToken,
  Word.true,
  Word.false,
  Word.fn,
  Word.cat,
  Sign.closeRound,
  Sign.closeSquare,
  Sign.prime,
]);

/** Whether a token can end an operand, so that what follows is an operator or a bracket that applies it. */
function endsOperand(type: TokenType): boolean {
  return operandEnds.has(type) || isCategory(type, Identifier) || isCategory(type, ReduceWord);
}

/**
 * What a token is to its neighbours: a `prefix` holds on to what follows, a `tight` operator to both sides;
 * `binary` operators stand apart; `reduction` is the bracket that ends its indices.
 */
export type Role = "prefix" | "tight" | "binary" | "reduction" | undefined;

/** The role of each piece. `+ - * / %` are tight where they are written without blanks on both sides. */
export function rolesOf(pieces: readonly Piece[]): readonly Role[] {
  const openWords: (TokenType | undefined)[] = [];
  const roles: Role[] = [];
  let before: TokenType | undefined;
  let afterOperand = false;
  pieces.forEach((piece, index) => {
    const { type } = piece;
    let role: Role;
    if (type) {
      if (openers.has(type)) openWords.push(before);
      if (closers.has(type)) {
        const word = openWords.pop();
        if (type === Sign.closeSquare && word && isCategory(word, ReduceWord)) role = "reduction";
      } else if (isCategory(type, Additive) || isCategory(type, Multiplicative)) {
        role = !afterOperand ? "prefix" : isTight(piece, pieces[index + 1]) ? "tight" : "binary";
      } else if (type === Sign.dots) {
        role = afterOperand ? "tight" : "prefix";
      } else if (type === Sign.caret || type === Sign.dot) {
        role = "tight";
      }
      afterOperand = endsOperand(type) && role !== "reduction";
      before = type;
    }
    roles.push(role);
  });
  return roles;
}

function isTight(operator: Piece, after: Piece | undefined): boolean {
  const touches = (piece: Piece): boolean => piece.blanks === 0 && piece.breaks === 0;
  return touches(operator) && after?.type !== undefined && touches(after);
}

/** The blanks before a piece on the line of the piece before it. `apart` brackets apply nothing. */
export function gapBetween(
  before: Piece,
  beforeRole: Role,
  piece: Piece,
  role: Role,
  apart: boolean,
): number {
  if (!piece.type || !before.type) return 2;
  const { type } = piece;
  if (openers.has(before.type) || closers.has(type) || type === Sign.comma) return 0;
  if (before.type === Sign.openCurly && type === Sign.closeCurly) return 0;
  if (beforeRole === "prefix" || beforeRole === "tight" || role === "tight" || type === Sign.prime) return 0;
  if (type === Sign.colon) return before.type === Sign.comma ? 1 : 0;
  if (openers.has(type) && !apart) return endsOperand(before.type) && beforeRole !== "reduction" ? 0 : 1;
  return 1;
}
