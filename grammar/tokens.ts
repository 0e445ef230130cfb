import { createToken, Lexer } from "chevrotain";
import type { TokenType } from "chevrotain";

export const Identifier = createToken({
  name: "Identifier",
  pattern: /[A-Za-z_][A-Za-z0-9_]*/,
  label: "a name",
});
export const ReduceWord = createToken({ name: "ReduceWord", pattern: Lexer.NA, label: "a reduction" });
export const UnitWord = createToken({ name: "UnitWord", pattern: Lexer.NA, label: "`layer`" });
export const Additive = createToken({ name: "Additive", pattern: Lexer.NA, label: "`+` or `-`" });
export const Multiplicative = createToken({
  name: "Multiplicative",
  pattern: Lexer.NA,
  label: "`*`, `/` or `%`",
});
export const Comparison = createToken({ name: "Comparison", pattern: Lexer.NA, label: "a comparison" });

/** `label` is what a message calls the token. */
function word(text: string, ...categories: TokenType[]): TokenType {
  return createToken({
    name: `Word_${text}`,
    pattern: text,
    longer_alt: Identifier,
    categories,
    label: `\`${text}\``,
  });
}

function sign(name: string, pattern: string, ...categories: TokenType[]): TokenType {
  return createToken({ name, pattern, categories, label: `\`${pattern}\`` });
}

/** The hard words and the soft ones, which are names, too, wherever a name may stand. */
export const Word = {
  if: word("if"),
  then: word("then"),
  else: word("else"),
  for: word("for"),
  in: word("in"),
  where: word("where"),
  and: word("and"),
  or: word("or"),
  not: word("not"),
  true: word("true"),
  false: word("false"),
  fn: word("fn"),
  cat: word("cat"),
  as: word("as"),
  import: word("import", Identifier),
  train: word("train", Identifier),
  on: word("on", Identifier),
  param: word("param", Identifier),
  state: word("state", Identifier),
  entry: word("entry", Identifier),
  metric: word("metric", Identifier),
  scan: word("scan", Identifier),
  repeat: word("repeat", Identifier),
  carry: word("carry", Identifier),
};
export const reduceWords = ["sum", "prod", "max", "min", "mean", "argmax", "argmin", "any", "all"];
const unitWords = ["layer", "model", "optimizer", "data"];

export const Sign = {
  arrow: sign("Arrow", "->"),
  pipe: sign("Pipe", "|>"),
  dots: sign("Dots", ".."),
  equal: sign("Equal", "==", Comparison),
  notEqual: sign("NotEqual", "!=", Comparison),
  lessEqual: sign("LessEqual", "<=", Comparison),
  greaterEqual: sign("GreaterEqual", ">=", Comparison),
  less: sign("Less", "<", Comparison),
  greater: sign("Greater", ">", Comparison),
  is: sign("Is", "="),
  tilde: sign("Tilde", "~"),
  plus: sign("Plus", "+", Additive),
  minus: sign("Minus", "-", Additive),
  star: sign("Star", "*", Multiplicative),
  slash: sign("Slash", "/", Multiplicative),
  percent: sign("Percent", "%", Multiplicative),
  caret: sign("Caret", "^"),
  prime: sign("Prime", "'"),
  dot: sign("Dot", "."),
  comma: sign("Comma", ","),
  colon: sign("Colon", ":"),
  openRound: sign("OpenRound", "("),
  closeRound: sign("CloseRound", ")"),
  openSquare: sign("OpenSquare", "["),
  closeSquare: sign("CloseSquare", "]"),
  openCurly: sign("OpenCurly", "{"),
  closeCurly: sign("CloseCurly", "}"),
};

/** Ends at the end of the line at the latest; whether its closing quote is there, the lexer looks. */
export const StringToken = createToken({
  name: "String",
  pattern: /"(?:[^"\\\r\n]|\\[^\r\n]?)*"?/,
  label: "a text in quotes",
});

/** `1.` and `.5` are read as numbers too, so that one slip gives one message. */
export const Float = createToken({
  name: "Float",
  pattern: /\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\d+\.(?!\.)|\.\d+(?:[eE][+-]?\d+)?/,
  label: "a number",
});
export const Int = createToken({ name: "Int", pattern: /\d+/, label: "a whole number" });

const WhiteSpace = createToken({ name: "WhiteSpace", pattern: /\s+/, group: Lexer.SKIPPED });
const CommentToken = createToken({ name: "Comment", pattern: /\/\/[^\r\n]*/, group: "comments" });

/** In the order in which they are tried: a longer sign before its beginning, words before names. */
export const vocabulary: TokenType[] = [
  WhiteSpace,
  CommentToken,
  StringToken,
  Sign.dots,
  Float,
  Int,
  ...Object.values(Word),
  ...reduceWords.map((text) => word(text, ReduceWord)),
  ...unitWords.map((text) => word(text, Identifier, UnitWord)),
  Identifier,
  ReduceWord,
  UnitWord,
  Additive,
  Multiplicative,
  Comparison,
  ...Object.values(Sign).filter((token) => token !== Sign.dots),
];

/** Whether tokens of a type are a category's: `sum` is a reduction, `data` is a name. */
export function isCategory(type: TokenType, category: TokenType): boolean {
  return type === category || (type.CATEGORIES ?? []).includes(category);
}
