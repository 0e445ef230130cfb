import type { Expr, Guard } from "../graph/expr.ts";
import type { Form } from "../integers/index.ts";
import type { Dtype } from "../scalar/dtype.ts";
import type { IntegerRange } from "./typed.ts";

/**
 * The type of a number while it is being checked. `counted` integers are exact and take the dtype of what they meet;
 * `float` is a float literal that has not met its partner yet.
 */
export type NumberType = Dtype | "counted" | "float";

/** What a condition says about indices and dims, where it holds and where it does not. */
export interface ConditionFacts {
  readonly whenTrue: readonly Guard[];
  readonly whenFalse: readonly Guard[];
}

/** One element of an array, or a number by itself. */
export interface Scalar {
  readonly type: NumberType;
  /** Of a counted integer: i32. Of a `float`: f32. */
  readonly expr: Expr;
  /** The value as an integer form, where it is one. */
  readonly form?: Form | undefined;
  /** Of an integer: low ≤ value < high. */
  readonly range?: IntegerRange | undefined;
  /** Of a bool that is known when the model is built. */
  readonly known?: boolean | undefined;
  readonly facts?: ConditionFacts | undefined;
}

/** How a tensor came to have its shape: the applications behind it, up to an input. */
export interface Origin {
  /** `conv1`, `maxPool2d`, or of an input its type. */
  readonly name: string;
  readonly shape: readonly Form[];
  /** What it was made from; none for an input. */
  readonly from: Origin | undefined;
}
