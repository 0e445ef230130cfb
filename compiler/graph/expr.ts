import type { Form } from "../integers/index.ts";
import type { Dtype } from "../scalar/dtype.ts";
import type { ScalarName } from "../scalar/names.ts";

/** A condition on indices and dims: `form ≥ 0` or `form = 0`. */
export interface Guard {
  readonly relation: "nonnegative" | "zero";
  readonly form: Form;
}

/** An axis runs from 0 to extent − 1; its name is unique in its node. `extent` mentions dims only. */
export interface Axis {
  readonly name: string;
  readonly extent: Form;
}

/**
 * `argmax` and `argmin` give the flat row-major place (i32) of the first extreme entry over their axes. An empty
 * reduction is 0, 1, −∞, +∞, false, true; `argmax` and `argmin` of nothing do not occur (check refuses them).
 *
 * `partition` counts the places of its one axis where a condition holds that holds at the first of them and at none
 * behind, as comparisons with an array in order do. Of other conditions it is some number of places.
 */
export const reduceOps = [
  "sum",
  "prod",
  "max",
  "min",
  "argmax",
  "argmin",
  "any",
  "all",
  "partition",
] as const;
export type ReduceOp = (typeof reduceOps)[number];

/** Those whose result is about the places of their axes: these axes stay as they are. */
export function countsPlaces(op: ReduceOp): op is "argmax" | "argmin" | "partition" {
  return op === "argmax" || op === "argmin" || op === "partition";
}

/**
 * The body of a compute node: the value of one element. Evaluation is lazy: a branch not taken is not evaluated, and
 * nothing is evaluated outside the domain of its node or reduction, so that guards protect reads.
 */
export type Expr =
  /** A bool is 0 or 1. */
  | { readonly kind: "constant"; readonly dtype: Dtype; readonly value: number }
  /** The i32 value of an integer form over the axes in scope and dims. */
  | { readonly kind: "index"; readonly form: Form }
  /** The bool value of a guard. */
  | { readonly kind: "guard"; readonly guard: Guard }
  /** One element of another node; as many subscripts as that node has axes. */
  | { readonly kind: "read"; readonly operand: string; readonly at: readonly Form[] }
  | { readonly kind: "apply"; readonly fn: ScalarName; readonly operands: readonly Expr[] }
  /** i32 of a float: towards zero, saturating, NaN is 0. */
  | { readonly kind: "convert"; readonly to: Dtype; readonly operand: Expr }
  | { readonly kind: "select"; readonly condition: Expr; readonly then: Expr; readonly otherwise: Expr }
  | { readonly kind: "let"; readonly name: string; readonly value: Expr; readonly body: Expr }
  | { readonly kind: "local"; readonly name: string }
  /** Uniform in [0, 1): Threefry-2x32, key from the run's seed, `path` and `stream`, counter from `counter`. */
  | { readonly kind: "random"; readonly path: string; readonly stream: number; readonly counter: Form }
  /** Only before `normalize`, which gives it a node of its own. */
  | ReduceExpr;

export interface ReduceExpr {
  readonly kind: "reduce";
  readonly op: ReduceOp;
  readonly axes: readonly Axis[];
  readonly domain: readonly Guard[];
  readonly body: Expr;
}
