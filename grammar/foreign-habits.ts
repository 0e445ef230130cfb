import { EOF, type IToken } from "chevrotain";
import { isOf } from "./starts.ts";
import { ReduceWord, Sign, Word } from "./tokens.ts";

/** What a rule asked for, and the tokens about the place where reading stopped. */
interface Place {
  readonly expected: string;
  readonly before: readonly IToken[];
  readonly found: IToken;
  readonly next: IToken;
}

const power = "a power is written `x^2`";
const oneEquation = "a name has one equation and never another value: give the result a name of its own";
const choice = "a choice is an expression: `if c then a else b`";
const product = "a product of matrices is `y[n, m] = sum[k] a[n, k] * b[k, m]`";

/** Words that begin a statement elsewhere. */
const statements: Readonly<Record<string, string>> = {
  return: "a result is an equation for its name: `y = …`",
  for: "an index stands for each of its values, `y[n] = …`; turns that follow each other are `scan` or `repeat`",
  while: "turns that follow each other are a `scan`, over a size that is known when it begins",
  if: choice,
  let: "an equation begins with its name: `h = …`",
  const: "an equation begins with its name: `h = …`",
  var: "an equation begins with its name: `h = …`",
  print: "nothing is printed from inside: `dlc run --show NAME` shows the value of an equation",
  pass: "leave it out",
};

/** What characters that begin no token mean elsewhere. */
export const foreignCharacters: Readonly<Record<string, string>> = { "@": product, "?": choice };

/** How that is said here which other languages say with the tokens that stand where reading stopped. */
export function habitHelp({ expected, before, found, next }: Place): string | undefined {
  const [first] = before;
  const last = before.at(-1);
  const opened = Object.hasOwn(statements, found.image) && found.tokenType !== EOF;
  if (expected === "a statement" && opened) return statements[found.image];
  const operates = [Sign.plus, Sign.minus, Sign.star, Sign.slash].includes(next.tokenType);
  if (expected === "a statement" && operates) return oneEquation;
  if (found.tokenType === Sign.star && last?.tokenType === Sign.star) return power;
  if (expected === "`else`") return "both sides of an `if` are said: `if c then a else b`";
  if (first?.tokenType === Word.import && expected === "`{`")
    return "an import names what it takes: `import std.nn { Linear, relu }`";
  if (last?.tokenType === Sign.arrow && expected === "`(`") return "results have names: `-> (y: f32[N, 3])`";
  if (first?.tokenType === Word.param && expected === "`~` or `=`")
    return "a parameter has a first value: `= 0`, or `~ normal()` for one that is drawn";
  if (first?.tokenType === Word.state && expected === "`=`") return "a state has a first value: `= 0`";
  if (isOf(found, ReduceWord) && expected === "an expression")
    return `a reduction names its indices, \`${found.image}[i] x[i]\`, or takes all of a tensor: \`${found.image}(x)\``;
  const colon = found.tokenType === Sign.colon || last?.tokenType === Sign.colon;
  if (colon && expected === "`,` or `]`")
    return "a part of an axis is written `0..3`; `:` alone is all of it";
  return undefined;
}
