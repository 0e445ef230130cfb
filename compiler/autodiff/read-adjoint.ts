import type { Axis, Expr, Guard } from "../graph/expr.ts";
import type { Form } from "../integers/index.ts";

/** Σ over `summed` of [q = at] [guards] expr, for each place q of `axes` and each value of the free axes. */
export interface ReadAdjoint {
  /** Of the new nodes. */
  readonly name: string;
  readonly axes: readonly Axis[];
  readonly free: readonly Axis[];
  readonly summed: readonly Axis[];
  readonly at: readonly Form[];
  readonly guards: readonly Guard[];
  readonly expr: Expr;
  readonly isConditional: boolean;
}
