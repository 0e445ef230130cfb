import { emit, freshName, register, type Builder, type Value } from "./lower-builder.ts";

/** An i32 that changes while code runs. */
export interface IntegerVariable {
  /** What it holds where this is evaluated. */
  readonly current: Value;
  readonly set: (value: Value) => void;
}

export function integerVariable(builder: Builder, stem: string, first: Value): IntegerVariable {
  const name = freshName(builder, stem);
  const i32 = register("i32", 1);
  emit(builder, { kind: "var", name, value: first.expr, register: i32 });
  return {
    current: { expr: { kind: "local", name, register: i32 }, register: i32 },
    set: (value) => {
      emit(builder, { kind: "assign", name, value: value.expr, register: i32 });
    },
  };
}
