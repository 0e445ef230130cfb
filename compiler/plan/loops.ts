import type { Dtype } from "../scalar/dtype.ts";

/**
 * Explicit order for one kernel, the language that emitters understand: loops, lets, mutable locals, loads and stores
 * with one or four lanes, calls of outlined bodies. It is total and small; a target says in its capability record what
 * of it it has.
 *
 * Values are scalars (lanes 1) or vectors (lanes 4) of f32 or i32; storage dtypes are converted by loads and stores.
 * Addresses are bytes: `base` operand + `offset` (an i32 expression) + `displacement` (a constant).
 */
export type Lanes = 1 | 4;
export type Register = { readonly type: "f32" | "i32" | "bool"; readonly lanes: Lanes };

export type LoopExpr =
  | { readonly kind: "constant"; readonly register: Register; readonly value: number }
  | { readonly kind: "local"; readonly name: string; readonly register: Register }
  /** An i32 argument of the code: a free dim. */
  | { readonly kind: "dim"; readonly name: string }
  | {
      readonly kind: "load";
      readonly operand: string;
      readonly dtype: Dtype;
      /** contiguous: four neighbours; splat: one element in all lanes; single: lanes 1. */
      readonly access: "single" | "splat" | "contiguous";
      readonly offset: LoopExpr;
      readonly displacement: number;
    }
  /** Four single elements, `stride` bytes apart. */
  | {
      readonly kind: "load-strided";
      readonly operand: string;
      readonly dtype: Dtype;
      readonly offset: LoopExpr;
      readonly stride: LoopExpr;
      readonly displacement: number;
    }
  | {
      readonly kind: "apply";
      readonly fn: LoopFunction;
      readonly register: Register;
      readonly operands: readonly LoopExpr[];
    }
  | {
      readonly kind: "select";
      readonly register: Register;
      readonly condition: LoopExpr;
      readonly then: LoopExpr;
      readonly otherwise: LoopExpr;
    }
  | { readonly kind: "splat"; readonly operand: LoopExpr; readonly register: Register }
  /** One lane of a vector. */
  | { readonly kind: "lane"; readonly operand: LoopExpr; readonly lane: number }
  /** Lanes 1, 2, 3, 0 of the operand / lanes 2, 3, 0, 1: enough for a horizontal reduction. */
  | { readonly kind: "shuffle"; readonly pattern: "rotate1" | "rotate2"; readonly operand: LoopExpr };

/** What a target computes directly, or expands (`scalar/` has the expansions). */
export type LoopFunction =
  | "add"
  | "subtract"
  | "multiply"
  | "divide"
  | "negate"
  | "abs"
  | "sqrt"
  | "floor"
  | "ceil"
  | "minimum"
  | "maximum"
  /** a·b + c, fused where the target can, else rounded twice. */
  | "multiplyAdd"
  | "equal"
  | "notEqual"
  | "less"
  | "lessEqual"
  | "greater"
  | "greaterEqual"
  | "and"
  | "or"
  | "not"
  | "shiftLeft"
  | "shiftRight"
  | "bitAnd"
  | "bitOr"
  | "bitXor"
  /** Between f32 and i32: values (towards zero, saturating, NaN is 0) or bits. */
  | "toFloat"
  | "toInteger"
  | "floatBits"
  | "bitsFloat"
  /** i32, rounding down and the remainder of that. */
  | "divideFloor"
  | "remainderFloor";

export type LoopStatement =
  /** for name from `from` while < `to` step `step`. An outlined body becomes a function of its own, so that V8 may replace it while the loop runs. */
  | {
      readonly kind: "for";
      readonly name: string;
      readonly from: LoopExpr;
      readonly to: LoopExpr;
      readonly step: number;
      readonly outlined: boolean;
      readonly body: readonly LoopStatement[];
    }
  | { readonly kind: "let"; readonly name: string; readonly value: LoopExpr; readonly register: Register }
  /** A mutable local: declared with its first value, then assigned. */
  | { readonly kind: "var"; readonly name: string; readonly value: LoopExpr; readonly register: Register }
  | { readonly kind: "assign"; readonly name: string; readonly value: LoopExpr }
  | {
      readonly kind: "store";
      readonly operand: string;
      readonly dtype: Dtype;
      readonly access: "single" | "contiguous";
      readonly offset: LoopExpr;
      readonly displacement: number;
      readonly value: LoopExpr;
    }
  | {
      readonly kind: "if";
      readonly condition: LoopExpr;
      readonly then: readonly LoopStatement[];
      readonly otherwise: readonly LoopStatement[];
    }
  | { readonly kind: "barrier" };

export interface Loops {
  readonly name: string;
  /** Base addresses, in the order of the call's operands. */
  readonly operands: readonly string[];
  /** i32 arguments, after the operands. */
  readonly dims: readonly string[];
  /** Bytes of scratch memory, as named operands that the caller does not see; sizes are constants. */
  readonly scratch: readonly { readonly name: string; readonly bytes: number }[];
  readonly body: readonly LoopStatement[];
}
