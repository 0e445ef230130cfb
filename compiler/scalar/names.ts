/**
 * The scalar functions of the graph: what a body may apply to numbers. Their signatures, meanings, derivatives and
 * expansions stand in one table (`table.ts`); everything that handles a function is total over these names.
 */
export const scalarNames = [
  "add",
  "subtract",
  "multiply",
  "divide",
  "negate",
  /** x^y; a whole constant y is expanded into products. */
  "power",
  /** x % y with the sign of the divisor. */
  "remainder",
  "floor",
  "ceil",
  "abs",
  "sign",
  "sqrt",
  "exp",
  "log",
  "sin",
  "cos",
  "tanh",
  "erf",
  "minimum",
  "maximum",
  "equal",
  "notEqual",
  "less",
  "lessEqual",
  "greater",
  "greaterEqual",
  "and",
  "or",
  "not",
  /** Its operand; no gradient flows through it. `differentiate` takes it away. */
  "stop",
] as const;

export type ScalarName = (typeof scalarNames)[number];
