import type { Dtype } from "../scalar/dtype.ts";

/**
 * Explicit order for one kernel, the language that emitters understand: loops, lets, mutable locals, loads and stores
 * with one or four lanes, outlined bodies. It is total and small; a target says in its capability record what of it
 * it has, and `verifyLoops` holds the code against that.
 *
 * Values are scalars (lanes 1) or vectors (lanes 4) of f32, i32 or bool; storage dtypes are converted by loads and
 * stores. Whole numbers for addresses and bounds stand apart as `I`: integer forms while a kernel is being lowered
 * (`Nest`), plain i32 arithmetic over locals in the end (`Loops`).
 */
export type Lanes = 1 | 4;
export type RegisterType = "f32" | "i32" | "bool";
export interface Register {
  readonly type: RegisterType;
  readonly lanes: Lanes;
}

/** i32 arithmetic of addresses and bounds. It wraps; `divideFloor` rounds down and divides by positive numbers. */
export type Index =
  | { readonly kind: "constant"; readonly value: number }
  /** A loop's variable, an induction, or an i32 scalar bound by `let` or `index`. */
  | { readonly kind: "local"; readonly name: string }
  /** An i32 argument of the code: a free dim. */
  | { readonly kind: "dim"; readonly name: string }
  /** The address at which an operand begins; 0 on a target that addresses each operand by itself. */
  | { readonly kind: "base"; readonly operand: string }
  | {
      readonly kind: "add" | "multiply" | "divideFloor" | "minimum" | "maximum";
      readonly left: Index;
      readonly right: Index;
    };

/** What a target computes directly. What it lacks (exp, tanh) is expanded by the lowering from `scalar/`. */
export const loopFunctions = [
  "add",
  "subtract",
  "multiply",
  "divide",
  "negate",
  "abs",
  "sqrt",
  "floor",
  "ceil",
  "trunc",
  /** To the nearest, ties to even. */
  "nearest",
  "minimum",
  "maximum",
  /** a·b + c, fused where the target can, else rounded twice. */
  "multiplyAdd",
  "equal",
  "notEqual",
  "less",
  "lessEqual",
  "greater",
  "greaterEqual",
  /** Of bools. */
  "and",
  "or",
  "not",
  /** Of i32; shifts by a constant. */
  "shiftLeft",
  "shiftRight",
  "shiftRightUnsigned",
  "bitAnd",
  "bitOr",
  "bitXor",
  /** Between f32 and i32: values (towards zero, saturating, NaN is 0) or bits; a bool as 0 or 1. */
  "toFloat",
  "toInteger",
  "floatBits",
  "bitsFloat",
  "boolInteger",
  /** i32, rounding down and the remainder of that. */
  "divideFloor",
  "remainderFloor",
] as const;
export type LoopFunction = (typeof loopFunctions)[number];

/** Four neighbours; one element in all lanes; one element. */
export type Access = "contiguous" | "splat" | "single";

export type ExprOf<I> =
  /** The same in all lanes. */
  | { readonly kind: "constant"; readonly register: Register; readonly value: number }
  /** 0, 1, 2, 3 as i32. */
  | { readonly kind: "ramp" }
  | { readonly kind: "local"; readonly name: string; readonly register: Register }
  /** A whole number as an i32 scalar. */
  | { readonly kind: "index"; readonly value: I }
  | {
      readonly kind: "load";
      readonly operand: string;
      readonly dtype: Dtype;
      readonly access: Access;
      /** In bytes; `displacement` is added to it. */
      readonly address: I;
      readonly displacement: number;
    }
  /** Four single elements, `stride` bytes apart. */
  | {
      readonly kind: "load-strided";
      readonly operand: string;
      readonly dtype: Dtype;
      readonly address: I;
      readonly displacement: number;
      readonly stride: number;
    }
  | {
      readonly kind: "apply";
      readonly fn: LoopFunction;
      /** Of the result. */
      readonly register: Register;
      readonly operands: readonly ExprOf<I>[];
    }
  | {
      readonly kind: "select";
      readonly register: Register;
      readonly condition: ExprOf<I>;
      readonly then: ExprOf<I>;
      readonly otherwise: ExprOf<I>;
    }
  /** A scalar in all lanes. */
  | { readonly kind: "splat"; readonly operand: ExprOf<I>; readonly register: Register }
  /** Four scalars as one vector. */
  | { readonly kind: "pack"; readonly operands: readonly ExprOf<I>[]; readonly register: Register }
  /** One lane of a vector. */
  | {
      readonly kind: "lane";
      readonly operand: ExprOf<I>;
      readonly lane: number;
      readonly register: Register;
    }
  /** Lanes 1, 2, 3, 0 of the operand / lanes 2, 3, 0, 1: enough for a horizontal reduction. */
  | {
      readonly kind: "shuffle";
      readonly pattern: "rotate1" | "rotate2";
      readonly operand: ExprOf<I>;
      readonly register: Register;
    };

/** `grid` and `local` run at the same time, workgroups and the threads of one; a barrier joins the threads of one. */
export type LoopBind = "serial" | "grid" | "local";

export interface ForOf<I> {
  readonly kind: "for";
  readonly name: string;
  readonly from: I;
  /** The variable stays below it. */
  readonly to: I;
  readonly step: number;
  readonly bind: LoopBind;
  /** Locals that start at `from` and grow by `step` after each turn: addresses that follow the loop. */
  readonly inductions: readonly { readonly name: string; readonly from: I; readonly step: I }[];
  /** Whether the body reads the variable itself; a target may count by an induction where it does not. */
  readonly counted: boolean;
  /** The body becomes a function of its own, so that V8 may replace it while the loop runs. */
  readonly outlined: boolean;
  readonly body: readonly StatementOf<I>[];
}

export type StatementOf<I> =
  | ForOf<I>
  | {
      readonly kind: "let";
      readonly name: string;
      readonly value: ExprOf<I>;
      readonly register: Register;
    }
  /** A whole number under a name. */
  | { readonly kind: "index"; readonly name: string; readonly value: I }
  /** A mutable local: declared with its first value, then assigned. */
  | {
      readonly kind: "var";
      readonly name: string;
      readonly value: ExprOf<I>;
      readonly register: Register;
    }
  | {
      readonly kind: "assign";
      readonly name: string;
      readonly value: ExprOf<I>;
      readonly register: Register;
    }
  | {
      readonly kind: "store";
      readonly operand: string;
      readonly dtype: Dtype;
      /** contiguous: the value is a vector. */
      readonly access: "single" | "contiguous";
      readonly address: I;
      readonly displacement: number;
      readonly value: ExprOf<I>;
    }
  | {
      readonly kind: "if";
      readonly condition: ExprOf<I>;
      readonly then: readonly StatementOf<I>[];
      readonly otherwise: readonly StatementOf<I>[];
    }
  /** Turns as long as the condition holds, which the body makes false in the end. */
  | { readonly kind: "while"; readonly condition: ExprOf<I>; readonly body: readonly StatementOf<I>[] }
  | { readonly kind: "barrier" };

export interface LoopsOf<I> {
  readonly name: string;
  /** Base addresses, in the order of the call's operands. */
  readonly operands: readonly string[];
  /** Memory that the code needs for itself; its base addresses follow those of the operands. */
  readonly scratch: readonly Scratch[];
  /** i32 arguments, after the addresses. */
  readonly dims: readonly string[];
  readonly body: readonly StatementOf<I>[];
}

export interface Scratch {
  readonly name: string;
  readonly bytes: number;
  /** shared: of one workgroup. */
  readonly space: "memory" | "shared";
}

export type LoopExpr = ExprOf<Index>;
export type LoopStatement = StatementOf<Index>;
export type Loops = LoopsOf<Index>;

/** The type in which a storage dtype is computed with. */
export const registerTypeOf = {
  f32: "f32",
  f16: "f32",
  i32: "i32",
  i8: "i32",
  u8: "i32",
  bool: "bool",
} as const satisfies Record<Dtype, RegisterType>;

/** What an expression's value is held in. */
export function registerOf<I>(expr: ExprOf<I>): Register {
  switch (expr.kind) {
    case "ramp":
      return { type: "i32", lanes: 4 };
    case "index":
      return { type: "i32", lanes: 1 };
    case "load":
      return { type: registerTypeOf[expr.dtype], lanes: expr.access === "single" ? 1 : 4 };
    case "load-strided":
      return { type: registerTypeOf[expr.dtype], lanes: 4 };
    default:
      return expr.register;
  }
}
