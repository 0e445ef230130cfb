import type { ScalarName } from "./names.ts";

/**
 * What a derivative is written with. Autodiff builds bodies with it, a test plain numbers; so this folder knows nothing
 * of graphs. Constants take the dtype of the function's operands.
 */
export interface ScalarBuilder<Value> {
  readonly constant: (value: number) => Value;
  readonly apply: (fn: ScalarName, ...operands: readonly Value[]) => Value;
  readonly select: (condition: Value, then: Value, otherwise: Value) => Value;
}

/** ∂ result / ∂ one operand. */
export type Derivative = <Value>(
  build: ScalarBuilder<Value>,
  operands: { readonly x: Value; readonly y: Value; readonly result: Value },
) => Value;
