import type { Derivative, ScalarBuilder } from "./builder.ts";
import type { ScalarName } from "./names.ts";

const one: Derivative = (build) => build.constant(1);
const minusOne: Derivative = (build) => build.constant(-1);

/** 1 where x is taken, half on a tie, 0 where the other is. */
function taken<Value>(
  build: ScalarBuilder<Value>,
  own: Value,
  wins: "less" | "greater",
  other: Value,
): Value {
  const tie = build.select(build.apply("equal", own, other), build.constant(0.5), build.constant(0));
  return build.select(build.apply(wins, own, other), build.constant(1), tie);
}

/** ∂/∂x and ∂/∂y of every scalar function; `undefined` where nothing flows. Conventions at kinks: language, D6. */
export const derivatives: Readonly<Record<ScalarName, readonly (Derivative | undefined)[]>> = {
  add: [one, one],
  subtract: [one, minusOne],
  multiply: [(_, { y }) => y, (_, { x }) => x],
  divide: [
    (build, { y }) => build.apply("divide", build.constant(1), y),
    // d(x/y) = −(x/y)/y dy
    (build, { y, result }) => build.apply("negate", build.apply("divide", result, y)),
  ],
  negate: [minusOne],
  power: [
    // y·x^(y−1), and 0 for y = 0 also where x is 0.
    (build, { x, y }) => {
      const slope = build.apply(
        "multiply",
        y,
        build.apply("power", x, build.apply("subtract", y, build.constant(1))),
      );
      return build.select(build.apply("equal", y, build.constant(0)), build.constant(0), slope);
    },
    // x^y·log x, and its limit 0 where x = 0 and y ≥ 0.
    (build, { x, y, result }) => {
      const zero = build.constant(0);
      const limit = build.apply("and", build.apply("equal", x, zero), build.apply("greaterEqual", y, zero));
      return build.select(limit, zero, build.apply("multiply", result, build.apply("log", x)));
    },
  ],
  remainder: [
    one,
    // x % y = x − y⌊x/y⌋
    (build, { x, y }) => build.apply("negate", build.apply("floor", build.apply("divide", x, y))),
  ],
  floor: [undefined],
  ceil: [undefined],
  abs: [(build, { x }) => build.apply("sign", x)],
  sign: [undefined],
  // d√x = dx/(2√x)
  sqrt: [(build, { result }) => build.apply("divide", build.constant(0.5), result)],
  exp: [(_, { result }) => result],
  log: [(build, { x }) => build.apply("divide", build.constant(1), x)],
  sin: [(build, { x }) => build.apply("cos", x)],
  cos: [(build, { x }) => build.apply("negate", build.apply("sin", x))],
  // d tanh x = (1 − tanh² x) dx
  tanh: [
    (build, { result }) =>
      build.apply("subtract", build.constant(1), build.apply("multiply", result, result)),
  ],
  // d erf x = 2/√π e^(−x²) dx
  erf: [
    (build, { x }) => {
      const bell = build.apply("exp", build.apply("negate", build.apply("multiply", x, x)));
      return build.apply("multiply", build.constant(1.1283791670955126), bell);
    },
  ],
  minimum: [(build, { x, y }) => taken(build, x, "less", y), (build, { x, y }) => taken(build, y, "less", x)],
  maximum: [
    (build, { x, y }) => taken(build, x, "greater", y),
    (build, { x, y }) => taken(build, y, "greater", x),
  ],
  equal: [undefined, undefined],
  notEqual: [undefined, undefined],
  less: [undefined, undefined],
  lessEqual: [undefined, undefined],
  greater: [undefined, undefined],
  greaterEqual: [undefined, undefined],
  and: [undefined, undefined],
  or: [undefined, undefined],
  not: [undefined],
  stop: [undefined],
};
