import { dtypes } from "../scalar/dtype.ts";
import { scalarNames, type ScalarName } from "../scalar/names.ts";
import { reduceOps } from "./expr.ts";

/** How tightly the parts of a body bind in the graph's text; an operand that binds less tightly has parentheses. */
export const binding = {
  /** `if … then … else …` and `let … in …` */
  loosest: 0,
  or: 1,
  and: 2,
  not: 3,
  comparison: 4,
  sum: 5,
  /** `sum[k: K] …` takes a whole product, as in the language. */
  reduction: 6,
  product: 7,
  minus: 8,
  power: 9,
  primary: 10,
} as const;

export type Binding = (typeof binding)[keyof typeof binding];

/** Scalar functions of two operands that are written between them. Left-associative but for comparisons and `^`. */
export const infix = {
  or: { symbol: "or", level: binding.or },
  and: { symbol: "and", level: binding.and },
  equal: { symbol: "==", level: binding.comparison },
  notEqual: { symbol: "!=", level: binding.comparison },
  less: { symbol: "<", level: binding.comparison },
  lessEqual: { symbol: "<=", level: binding.comparison },
  greater: { symbol: ">", level: binding.comparison },
  greaterEqual: { symbol: ">=", level: binding.comparison },
  add: { symbol: "+", level: binding.sum },
  subtract: { symbol: "-", level: binding.sum },
  multiply: { symbol: "*", level: binding.product },
  divide: { symbol: "/", level: binding.product },
  remainder: { symbol: "%", level: binding.product },
  power: { symbol: "^", level: binding.power },
} as const satisfies Partial<Record<ScalarName, { symbol: string; level: Binding }>>;

export function isInfix(fn: ScalarName): fn is keyof typeof infix {
  return fn in infix;
}

/** Words with a meaning of their own; a node, axis, dim or local of such a name is written in backquotes. */
const reserved: ReadonlySet<string> = new Set([
  ...dtypes,
  ...scalarNames,
  ...reduceOps,
  ..."if then else let in true false inf nan index random".split(" "),
  ..."graph output fact input param state constant compute scatter argsort ascending descending".split(" "),
  ..."scan carry to from last stack of grad".split(" "),
]);

/** A name that needs no backquotes: words joined by dots; `'`, `$` and `#` may stand in them. */
export const plainName = /[A-Za-z_][\w'$#]*(?:\.[\w'$#]+)*/y;

export function writeName(name: string): string {
  plainName.lastIndex = 0;
  if (plainName.exec(name)?.[0] === name && !reserved.has(name)) return name;
  return `\`${JSON.stringify(name).slice(1, -1).replaceAll("`", "\\u0060").replaceAll('\\"', '"')}\``;
}

/** The inverse of `writeName` for a name in backquotes. */
export function readQuotedName(text: string): string {
  return String(JSON.parse(`"${text.slice(1, -1).replaceAll('"', '\\"')}"`));
}
