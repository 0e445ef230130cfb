/**
 * Straight-line programs for functions that a target lacks. A step is one operation on f32 or i32 values or on masks,
 * the same in every lane: no branches, so that an emitter makes four lanes of it as it stands. Constants are steps of
 * their own, so that they can be kept in registers outside a loop.
 */

/** Operations and their operands. `multiplyAdd` may round once or twice: the stated errors hold for both. */
export const expansionOps = {
  add: "f f -> f",
  subtract: "f f -> f",
  multiply: "f f -> f",
  divide: "f f -> f",
  /** a·b + c */
  multiplyAdd: "f f f -> f",
  negate: "f -> f",
  abs: "f -> f",
  floor: "f -> f",
  /** b < a ? b : a, so that a NaN in a stays (`f32x4.pmin`) */
  lesser: "f f -> f",
  /** a < b ? b : a, so that a NaN in a stays (`f32x4.pmax`) */
  greater: "f f -> f",
  /** The 32 bits of a float, and back. */
  bitsOf: "f -> i",
  floatOf: "i -> f",
  /** The float of an integer below 2²⁴. */
  toFloat: "i -> f",
  /** All integer arithmetic wraps. */
  addInteger: "i i -> i",
  subtractInteger: "i i -> i",
  andInteger: "i i -> i",
  orInteger: "i i -> i",
  xorInteger: "i i -> i",
  /** Shifts are by a constant step. */
  shiftLeft: "i i -> i",
  /** Copies of the sign come in. */
  shiftRight: "i i -> i",
  equal: "f f -> m",
  notEqual: "f f -> m",
  less: "f f -> m",
  lessEqual: "f f -> m",
  equalInteger: "i i -> m",
  andMask: "m m -> m",
  orMask: "m m -> m",
  /** The second operand where the mask holds, else the third. */
  select: "m f f -> f",
} as const satisfies Record<string, string>;

export type ExpansionOp = keyof typeof expansionOps;

export type Step =
  /** Rounded to f32. */
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "integer"; readonly value: number }
  | { readonly kind: "apply"; readonly op: ExpansionOp; readonly operands: readonly number[] };

/** Value n < `inputs` is operand n; value `inputs` + k is step k; the last step is the result. */
export interface Expansion {
  readonly inputs: 1 | 2;
  readonly steps: readonly Step[];
  /** Greatest error in units of the last place of an f32 result, for normal results where `range` says. */
  readonly ulp: number;
  /** Where the bound holds, and what happens beyond. */
  readonly range: string;
}

/** A value of an expansion while it is written. */
export interface ExpansionBuilder {
  readonly float: (value: number) => number;
  readonly integer: (value: number) => number;
  readonly apply: (op: ExpansionOp, ...operands: readonly number[]) => number;
}

/** Collects the steps of an expansion; equal steps are made once. */
export function makeExpansion(
  inputs: 1 | 2,
  bound: Pick<Expansion, "ulp" | "range">,
  write: (build: ExpansionBuilder, x: number, y: number) => number,
): Expansion {
  const steps: Step[] = [];
  const known = new Map<string, number>();
  const push = (step: Step): number => {
    const key = JSON.stringify([step.kind, step.kind === "apply" ? step : writeExactly(step.value)]);
    const place = known.get(key) ?? inputs + steps.push(step) - 1;
    known.set(key, place);
    return place;
  };
  const result = write(
    {
      float: (value) => push({ kind: "float", value: Math.fround(value) }),
      integer: (value) => push({ kind: "integer", value: value | 0 }),
      apply: (op, ...operands) => push({ kind: "apply", op, operands }),
    },
    0,
    1,
  );
  if (result !== inputs + steps.length - 1)
    throw new Error("bug: the result of an expansion is its last step");
  return { inputs, steps, ...bound };
}

/** JSON has no infinities and no −0. */
function writeExactly(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

/** Σ coefficients·xⁿ by Horner, highest power first. */
export function horner(build: ExpansionBuilder, x: number, coefficients: readonly number[]): number {
  const [first, ...rest] = coefficients.map((coefficient) => build.float(coefficient));
  if (first === undefined) throw new Error("bug: a polynomial without coefficients");
  return rest.reduce((sum, coefficient) => build.apply("multiplyAdd", sum, x, coefficient), first);
}

/** Adding 1.5·2²³ rounds to a whole number, which then stands in the lowest bits. */
export const roundingShift = 12582912;
