import type { Span } from "../diagnostics/source.ts";
import type { Expr } from "../graph/expr.ts";
import {
  add,
  constant,
  constantOf,
  dim,
  floorDivide,
  isIntegral,
  modulo,
  multiply,
  negate,
  power,
  prove,
  rangeUnderFacts,
  showForm,
  subtract,
  type Form,
} from "../integers/index.ts";
import { isFloat, type Dtype } from "../scalar/dtype.ts";
import type { ScalarName } from "../scalar/names.ts";
import type { Context } from "./checker-types.ts";
import type { NumberType, Scalar } from "./scalar.ts";
import { apply, literal, retype } from "./exprs.ts";
import { combinedRange, integerRangeOf } from "./integer-ranges.ts";
import { tellIn } from "./session.ts";
import { showInteger } from "./show-integer.ts";
import { counted } from "./value.ts";

export function isFloatType(type: NumberType): boolean {
  return type === "float" || (type !== "counted" && isFloat(type));
}

export function isIntegerType(type: NumberType): boolean {
  return type === "counted" || type === "i32" || type === "i8" || type === "u8";
}

export function showType(type: NumberType): string {
  return type === "counted" ? "a whole number" : type === "float" ? "a float" : type;
}

/** The dtype in which a value of this type is stored. */
export function stored(type: NumberType, context: Context): Dtype {
  return type === "counted" ? "i32" : type === "float" ? context.builder.real : type;
}

/** The element as `to`, for the joins that the language makes by itself (D5.1). */
export function coerce(scalar: Scalar, to: NumberType): Expr {
  if (scalar.type === to || to === "counted") return scalar.expr;
  if (to === "float") return coerce(scalar, "f32");
  if (scalar.type === "counted" && to !== "i32") {
    const value = scalar.form && constantOf(scalar.form);
    return value === undefined ? { kind: "convert", to, operand: scalar.expr } : literal(to, value);
  }
  if (scalar.type === "float" && to !== "f32") return retype(scalar.expr, to);
  // An element of what is stored in 8 bits, which was widened when it was read.
  if (to === "u8" || to === "i8") return { kind: "convert", to, operand: scalar.expr };
  return scalar.expr;
}

/** True where `coerce` may be used: nothing but counted integers and float literals converts by itself. */
export function fits(type: NumberType, to: NumberType): boolean {
  if (type === to) return true;
  if (type === "counted") return to !== "bool";
  return type === "float" && isFloatType(to);
}

/** The type in which two operands meet. */
export function join(a: NumberType, b: NumberType): NumberType | undefined {
  if (fits(a, b)) return b;
  return fits(b, a) ? a : undefined;
}

/** u8 and i8 are i32 as soon as they are read. */
export function widened(scalar: Scalar): Scalar {
  if (scalar.type !== "u8" && scalar.type !== "i8") return scalar;
  return { ...scalar, type: "i32", expr: { kind: "convert", to: "i32", operand: scalar.expr } };
}

export const arithmetic = {
  "+": "add",
  "-": "subtract",
  "*": "multiply",
  "/": "divide",
  "%": "remainder",
  "^": "power",
} as const satisfies Record<string, ScalarName>;

export type ArithmeticOperator = keyof typeof arithmetic;

/** One result for two elements, or undefined where they don't go together (which has been said). */
export function combine(
  operator: ArithmeticOperator,
  left: Scalar,
  right: Scalar,
  context: Context,
  span: Span,
): Scalar | undefined {
  const type = join(left.type, right.type);
  if (left.type === "bool" || right.type === "bool" || type === undefined) {
    reportMix(operator, left.type, right.type, context, span);
    return undefined;
  }
  if (type === "counted" || type === "i32")
    return combineIntegers(operator, left, right, type, context, span);
  if (operator === "%") {
    tellIn(context.builder, "DLC3017", {
      message: `\`%\` needs whole numbers, but one of these is ${showType(type)}`,
      span,
      help: ["take `x - q * floor(x / q)`"],
    });
    return undefined;
  }
  return { type, expr: apply(arithmetic[operator], coerce(left, type), coerce(right, type)) };
}

function reportMix(
  operator: string,
  left: NumberType,
  right: NumberType,
  context: Context,
  span: Span,
): void {
  const bool = left === "bool" || right === "bool";
  const integer = [left, right].find((type) => type === "i32" || type === "u8" || type === "i8");
  tellIn(context.builder, "DLC3017", {
    message: bool
      ? `\`${operator}\` needs numbers, but this is a condition`
      : `\`${operator}\` joins ${showType(left)} and ${showType(right)}: nothing is converted unless it is written`,
    span,
    help: bool
      ? ["write `if condition then 1 else 0`, or count with `sum`"]
      : integer === undefined
        ? [`write \`${right}(…)\` around the ${left}`]
        : [`write \`real(…)\` around the ${integer}`],
  });
}

function combineIntegers(
  operator: ArithmeticOperator,
  left: Scalar,
  right: Scalar,
  type: "counted" | "i32",
  context: Context,
  span: Span,
): Scalar | undefined {
  if (operator === "/") {
    if (context.integer || type === "i32") return divideExactly(left, right, type, context, span);
    const expr = apply("divide", coerce(left, "f32"), coerce(right, "f32"));
    // A quotient that comes out whole is known as a form all the same: `if d < D/2` is a fact about d.
    return {
      type: "float",
      expr,
      form: left.form && right.form && wholeQuotient(left.form, right.form, context),
    };
  }
  const form = left.form && right.form && combineForms(operator, left.form, right.form, context, span);
  if (form === "refused") return undefined;
  if (form !== undefined) {
    return type === "counted"
      ? counted(form)
      : { type, form, expr: integerExpr(operator, left, right, form) };
  }
  if (operator === "^" && type === "counted") {
    // A negative or unknown exponent leaves the whole numbers.
    return { type: "float", expr: apply("power", coerce(left, "f32"), coerce(right, "f32")) };
  }
  if (operator === "%" && !isPositive(right, context, span)) return undefined;
  const range = combinedRange(operator, left, right, context.facts);
  return { type, expr: apply(arithmetic[operator], left.expr, right.expr), ...(range && { range }) };
}

/** Reads are left as they stand in a value; only in subscripts they become forms. */
function integerExpr(operator: ArithmeticOperator, left: Scalar, right: Scalar, form: Form): Expr {
  if (constantOf(form) !== undefined) return { kind: "index", form };
  return apply(arithmetic[operator], left.expr, right.expr);
}

function combineForms(
  operator: ArithmeticOperator,
  left: Form,
  right: Form,
  context: Context,
  span: Span,
): Form | "refused" | undefined {
  switch (operator) {
    case "+":
      return add(left, right);
    case "-":
      return subtract(left, right);
    case "*":
      return multiply(left, right);
    case "%":
      return positive(right, context, span) ? modulo(left, right) : "refused";
    case "^": {
      const exponent = constantOf(right);
      // 2^depth, while the depth is not chosen yet, is a size by itself.
      if (exponent === undefined && context.builder.mode === "declaration") {
        return dim(`(${showForm(left)})^(${showForm(right)})`);
      }
      return exponent !== undefined && exponent >= 0 && exponent <= 64 ? power(left, exponent) : undefined;
    }
    case "/":
      return undefined;
    default:
      return operator satisfies never;
  }
}

/** The same of a divisor that may be no form: then by the range in which it lies. */
function isPositive(divisor: Scalar, context: Context, span: Span): boolean {
  const least = divisor.form ?? integerRangeOf(divisor, context.facts)?.low;
  if (least !== undefined) return positive(least, context, span);
  if (context.builder.mode === "declaration") return true;
  reportDivisor("this divisor", context, span);
  return false;
}

/** D5.4: a divisor is proved not to be zero; here all divisors are sizes, so they are proved positive. */
export function positive(divisor: Form, context: Context, span: Span): boolean {
  const verdict = prove({ relation: "nonnegative", form: subtract(divisor, constant(1)) }, context.facts);
  if (verdict === "proved") return true;
  if (verdict === "undecided" && context.builder.mode === "declaration")
    return constantOf(divisor) === undefined;
  reportDivisor(showInteger("divisor", divisor, span, context.builder), context, span);
  return false;
}

function reportDivisor(divisor: string, context: Context, span: Span): void {
  tellIn(context.builder, "DLC3009", {
    message: `${divisor} is not known to be at least 1`,
    span,
    help: ["state it in a `where`, or give the integer that it is made of a range"],
  });
}

/** D5.3: in an integer position `/` comes out whole by proof. */
function divideExactly(
  left: Scalar,
  right: Scalar,
  type: "counted" | "i32",
  context: Context,
  span: Span,
): Scalar | undefined {
  if (type === "i32" && !context.integer) {
    tellIn(context.builder, "DLC3017", {
      message: "`/` of i32 values has no dtype of its own",
      span,
      help: ["write `floor(a / b)` for a whole number, or `real(a) / real(b)`"],
    });
    return undefined;
  }
  const [p, q] = [left.form, right.form];
  if (p === undefined || q === undefined) {
    tellIn(context.builder, "DLC3009", {
      message: "this division is not known to come out whole",
      span,
      help: ["write `floor(a / b)`"],
    });
    return undefined;
  }
  if (!positive(q, context, span)) return undefined;
  const quotient = exactQuotient(p, q, context);
  if (quotient !== undefined) return counted(quotient);
  const verdict = prove({ relation: "zero", form: modulo(p, q) }, context.facts);
  if (verdict === "undecided" && context.builder.mode === "declaration") return counted(floorDivide(p, q));
  tellIn(context.builder, "DLC3009", {
    message:
      verdict === "refuted"
        ? `${showForm(p)} is not a multiple of ${showForm(q)}`
        : `${showForm(p)} is not known to be a multiple of ${showForm(q)}`,
    span,
    help: [
      "write `floor(a / b)` where the rest is to be dropped",
      "or state in a `where` that it comes out whole",
    ],
  });
  return undefined;
}

function wholeQuotient(p: Form, q: Form, context: Context): Form | undefined {
  const least = prove({ relation: "nonnegative", form: subtract(q, constant(1)) }, context.facts);
  return least === "proved" ? exactQuotient(p, q, context) : undefined;
}

/** p/q as a form without a floor where q divides p, by the facts too. */
function exactQuotient(p: Form, q: Form, context: Context): Form | undefined {
  const divisor = constantOf(q);
  const divided = floorDivide(p, q);
  if (multiply(divided, q).key === p.key) return divided;
  if (prove({ relation: "zero", form: modulo(p, q) }, context.facts) !== "proved") return undefined;
  if (divisor === undefined) return divided;
  const whole = floorDivide(p, q);
  return isIntegral(whole) ? whole : undefined;
}

export function negative(operand: Scalar): Scalar {
  const form = operand.form && negate(operand.form);
  if (operand.type === "counted" && form !== undefined) return counted(form);
  const expr = operand.expr;
  if (expr.kind === "constant") return { type: operand.type, expr: { ...expr, value: -expr.value }, form };
  return { type: operand.type, expr: apply("negate", expr), form };
}

/** The numbers between which an integer is known to lie. */
export function boundsOfScalar(scalar: Scalar, context: Context): { low: number; high: number } {
  if (scalar.form !== undefined) return rangeUnderFacts(scalar.form, context.facts);
  if (scalar.range !== undefined) {
    const low = rangeUnderFacts(scalar.range.low, context.facts).low;
    const high = rangeUnderFacts(scalar.range.high, context.facts).high - 1;
    return { low, high };
  }
  return { low: -Infinity, high: Infinity };
}
