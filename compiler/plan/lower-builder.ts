import {
  axis as axisForm,
  constant,
  simplifyByRange,
  subtract,
  zero,
  type Atom,
  type Bounds,
  type Form,
} from "../integers/index.ts";
import type { Kernel, Operand } from "./kernel.ts";
import type { ExprOf, Lanes, Register, RegisterType, StatementOf } from "./loops.ts";
import { laneAxis } from "./lower-axes.ts";

/** While a kernel is lowered, whole numbers are forms; `resolveIndices` turns them into arithmetic. */
export type NestExpr = ExprOf<Form>;
export type NestStatement = StatementOf<Form>;

/** What a body's subexpression came out as. */
export interface Value {
  readonly expr: NestExpr;
  readonly register: Register;
}

interface Block {
  readonly statements: NestStatement[];
  /** Loads that are in a local already, by what they load. */
  readonly loaded: Map<string, Value>;
}

/** Statements under construction, innermost block last, and what is known of the variables in scope. */
export interface Builder {
  readonly kernel: Kernel;
  readonly operands: Map<string, Operand>;
  readonly blocks: Block[];
  readonly ranges: Map<string, Bounds>;
  readonly counts: Map<string, number>;
}

export function makeBuilder(kernel: Kernel): Builder {
  return {
    kernel,
    operands: new Map(kernel.operands.map((operand) => [operand.name, operand])),
    blocks: [{ statements: [], loaded: new Map() }],
    ranges: new Map(),
    counts: new Map(),
  };
}

/** A name that nothing else in the kernel has. */
export function freshName(builder: Builder, stem: string): string {
  const count = builder.counts.get(stem) ?? 0;
  builder.counts.set(stem, count + 1);
  return `${stem}_${count}`;
}

export function emit(builder: Builder, statement: NestStatement): void {
  builder.blocks.at(-1)?.statements.push(statement);
}

/** The statements that `build` emits. */
export function block(builder: Builder, build: () => void): readonly NestStatement[] {
  builder.blocks.push({ statements: [], loaded: new Map() });
  build();
  return builder.blocks.pop()?.statements ?? [];
}

/** The value under a name, so that it may be used twice. */
export function bindValue(builder: Builder, value: Value, stem: string): Value {
  if (value.expr.kind === "local" || value.expr.kind === "constant") return value;
  const name = freshName(builder, stem);
  emit(builder, { kind: "let", name, value: value.expr, register: value.register });
  return { expr: { kind: "local", name, register: value.register }, register: value.register };
}

/** A whole number under a name, as a form. */
export function bindIndex(builder: Builder, form: Form, stem: string, bounds: Bounds = {}): Form {
  const name = freshName(builder, stem);
  emit(builder, { kind: "index", name, value: form });
  builder.ranges.set(name, bounds);
  return axisForm(name);
}

/** An i32 scalar under a name, as a form. */
export function bindInteger(builder: Builder, value: Value, stem: string, bounds: Bounds = {}): Form {
  const name = freshName(builder, stem);
  emit(builder, { kind: "let", name, value: value.expr, register: { type: "i32", lanes: 1 } });
  builder.ranges.set(name, bounds);
  return axisForm(name);
}

/** Loads at one address within a block are one. */
export function shareLoad(builder: Builder, value: Value): Value {
  const { expr } = value;
  if (expr.kind !== "load" && expr.kind !== "load-strided") return value;
  const shape = expr.kind === "load" ? expr.access : `strided${expr.stride}`;
  const key = `${expr.operand} ${shape} ${expr.displacement} ${expr.address.key}`;
  const known = builder.blocks.findLast((inner) => inner.loaded.has(key))?.loaded.get(key);
  if (known !== undefined) return known;
  const bound = bindValue(builder, value, expr.operand);
  // What the kernel itself writes may change between two loads.
  if (builder.operands.get(expr.operand)?.access === "read") builder.blocks.at(-1)?.loaded.set(key, bound);
  return bound;
}

/** Bounds of dims, of loop variables and of the lane. */
export function rangeOf(builder: Builder): (atom: Atom) => Bounds | undefined {
  return (atom) => {
    if (atom.kind === "dim") return { low: constant(1) };
    if (atom.kind !== "axis") return undefined;
    if (atom.name === laneAxis) return { low: zero, high: constant(3) };
    return builder.ranges.get(atom.name);
  };
}

export function simplify(builder: Builder, form: Form): Form {
  const plain = form.terms.every((term) =>
    term.factors.every((atom) => atom.kind === "axis" || atom.kind === "dim"),
  );
  return plain ? form : simplifyByRange(form, rangeOf(builder));
}

export function belowExtent(extent: Form): Bounds {
  return { low: zero, high: subtract(extent, constant(1)) };
}

export function register(type: RegisterType, lanes: Lanes): Register {
  return { type, lanes };
}

export function literal(type: RegisterType, lanes: Lanes, value: number): Value {
  const of = register(type, lanes);
  return { expr: { kind: "constant", register: of, value }, register: of };
}
