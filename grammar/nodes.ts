import type { IToken } from "chevrotain";
import type { BinaryOperator, ReduceOperator, UnitKind } from "./ast.ts";

/** Tokens carry text; the tree carries words of known meaning. */
const binaryOperators: Readonly<Record<BinaryOperator, true>> = {
  "+": true,
  "-": true,
  "*": true,
  "/": true,
  "%": true,
  "^": true,
  "==": true,
  "!=": true,
  "<": true,
  "<=": true,
  ">": true,
  ">=": true,
  and: true,
  or: true,
};

const reduceOperators: Readonly<Record<ReduceOperator, true>> = {
  sum: true,
  prod: true,
  max: true,
  min: true,
  mean: true,
  argmax: true,
  argmin: true,
  any: true,
  all: true,
};

const unitKinds: Readonly<Record<UnitKind, true>> = { layer: true, model: true, optimizer: true, data: true };

function isKeyOf<T extends string>(table: Readonly<Record<T, true>>, text: string): text is T {
  return Object.hasOwn(table, text);
}

function wordOf<T extends string>(table: Readonly<Record<T, true>>, token: IToken): T {
  if (isKeyOf(table, token.image)) return token.image;
  throw new Error(`bug: the lexer gave ${JSON.stringify(token.image)} a category that it does not have`);
}

export const binaryOperator = (token: IToken): BinaryOperator => wordOf(binaryOperators, token);
export const reduceOperator = (token: IToken): ReduceOperator => wordOf(reduceOperators, token);
export const unitKind = (token: IToken): UnitKind => wordOf(unitKinds, token);

/** The offset after the last character of a token. */
export function endOf(token: IToken): number {
  return token.startOffset + token.image.length;
}
