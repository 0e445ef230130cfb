import type { Expr } from "../graph/expr.ts";
import { apply } from "./algebra.ts";
import type { Dtype } from "../scalar/dtype.ts";

/** A product as the list of what is multiplied and what divides. */
export interface Factors {
  readonly numerators: readonly Expr[];
  readonly denominators: readonly Expr[];
  readonly negative: boolean;
}

/** The factors of an expression, through products and signs, of a float also through quotients. */
export function factorsOf(expr: Expr, isFloat: boolean): Factors {
  if (expr.kind === "apply") {
    const [a, b] = expr.operands;
    if (a !== undefined && expr.fn === "negate") {
      const inner = factorsOf(a, isFloat);
      return { ...inner, negative: !inner.negative };
    }
    const over = expr.fn === "divide" && isFloat;
    if (a !== undefined && b !== undefined && (expr.fn === "multiply" || over)) {
      const [left, right] = [factorsOf(a, isFloat), factorsOf(b, isFloat)];
      return {
        numerators: [...left.numerators, ...(over ? right.denominators : right.numerators)],
        denominators: [...left.denominators, ...(over ? right.numerators : right.denominators)],
        negative: left.negative !== right.negative,
      };
    }
  }
  return { numerators: [expr], denominators: [], negative: false };
}

/** The product again; 1 of the dtype where there is nothing. */
export function productOf({ numerators, denominators, negative }: Factors, dtype: Dtype): Expr {
  const [first, ...more] = numerators;
  const one: Expr = { kind: "constant", dtype, value: 1 };
  const above = more.reduce((all, factor) => apply("multiply", all, factor), first ?? one);
  const [divisor, ...divisors] = denominators;
  const whole =
    divisor === undefined
      ? above
      : apply(
          "divide",
          above,
          divisors.reduce((all, factor) => apply("multiply", all, factor), divisor),
        );
  return negative ? apply("negate", whole) : whole;
}
