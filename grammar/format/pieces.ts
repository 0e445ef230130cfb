import type { IToken, TokenType } from "chevrotain";
import type { Comment } from "../ast.ts";
import { endOf } from "../nodes.ts";

/** A token or a comment, with what the source tells about its place. */
export interface Piece {
  readonly text: string;
  /** Undefined for a comment. */
  readonly type: TokenType | undefined;
  readonly start: number;
  readonly end: number;
  /** Line breaks between the piece before and this one. */
  readonly breaks: number;
  /** White space directly before it on its line, and its column from 0. */
  readonly blanks: number;
  readonly column: number;
  readonly line: number;
}

/** Tokens and comments of a source in their order. */
export function piecesOf(
  text: string,
  tokens: readonly IToken[],
  comments: readonly Comment[],
): readonly Piece[] {
  const bare = [
    ...tokens.map((token) => ({
      text: token.image,
      type: token.tokenType,
      start: token.startOffset,
      end: endOf(token),
    })),
    ...comments.map(({ text: image, span }) => ({
      text: image,
      type: undefined,
      start: span.start,
      end: span.end,
    })),
  ].sort((a, b) => a.start - b.start);
  let end = 0;
  let line = 0;
  let lineStart = 0;
  return bare.map((piece) => {
    const between = text.slice(end, piece.start);
    const breaks = between.split("\n").length - 1;
    line += breaks;
    if (breaks > 0) lineStart = end + between.lastIndexOf("\n") + 1;
    const blanks = piece.start - Math.max(end, lineStart);
    end = piece.end;
    return { ...piece, breaks, blanks, column: piece.start - lineStart, line };
  });
}
