import {
  atomsOf,
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
  /** Integers bound in it, the variable of its loop among them. */
  readonly names: Set<string>;
  /** Whether it runs only where a condition holds. */
  readonly conditional: boolean;
}

/** Statements under construction, innermost block last, and what is known of the variables in scope. */
export interface Builder {
  readonly kernel: Kernel;
  readonly operands: Map<string, Operand>;
  readonly blocks: Block[];
  readonly ranges: Map<string, Bounds>;
  readonly counts: Map<string, number>;
  /** Loads that are in bounds wherever the variables of their addresses are in range. */
  readonly safe: Set<string>;
}

export function makeBuilder(kernel: Kernel): Builder {
  return {
    kernel,
    operands: new Map(kernel.operands.map((operand) => [operand.name, operand])),
    blocks: [makeBlock()],
    ranges: new Map(),
    counts: new Map(),
    safe: new Set(),
  };
}

function makeBlock(variable?: string, conditional = false): Block {
  return {
    statements: [],
    loaded: new Map(),
    names: new Set(variable === undefined ? [] : [variable]),
    conditional,
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

/** The statements that `build` emits: a loop's, with its variable, or others that always run. */
export function block(builder: Builder, build: () => void, variable?: string): readonly NestStatement[] {
  return builtIn(builder, makeBlock(variable), build);
}

/** The statements that `build` emits, for one side of a condition. */
export function branch(builder: Builder, build: () => void): readonly NestStatement[] {
  return builtIn(builder, makeBlock(undefined, true), build);
}

function builtIn(builder: Builder, inner: Block, build: () => void): readonly NestStatement[] {
  builder.blocks.push(inner);
  build();
  builder.blocks.pop();
  return inner.statements;
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
  builder.blocks.at(-1)?.names.add(name);
  builder.ranges.set(name, bounds);
  return axisForm(name);
}

/** An i32 scalar under a name, as a form. */
export function bindInteger(builder: Builder, value: Value, stem: string, bounds: Bounds = {}): Form {
  const shared = shareLoad(builder, value);
  if (shared.expr.kind === "local") {
    builder.ranges.set(shared.expr.name, bounds);
    return axisForm(shared.expr.name);
  }
  return copyInteger(builder, shared, stem, bounds);
}

/** As `bindInteger`, under a name of its own: what a mutable local holds now. */
export function copyInteger(builder: Builder, value: Value, stem: string, bounds: Bounds = {}): Form {
  const name = freshName(builder, stem);
  emit(builder, { kind: "let", name, value: value.expr, register: { type: "i32", lanes: 1 } });
  builder.blocks.at(-1)?.names.add(name);
  builder.ranges.set(name, bounds);
  return axisForm(name);
}

/** Loads at one address within a block are one; those of a scatter stand outside the loops that don't move them. */
export function shareLoad(builder: Builder, value: Value): Value {
  const { expr } = value;
  if (expr.kind !== "load" && expr.kind !== "load-strided") return value;
  const shape = expr.kind === "load" ? expr.access : `strided${expr.stride}`;
  const key = `${expr.operand} ${shape} ${expr.displacement} ${expr.address.key}`;
  const known = builder.blocks.findLast((inner) => inner.loaded.has(key))?.loaded.get(key);
  if (known !== undefined) return known;
  // What the kernel itself writes may change between two loads.
  if (builder.operands.get(expr.operand)?.access !== "read") return bindValue(builder, value, expr.operand);
  const home = homeOf(builder, expr.operand, expr.address);
  const name = freshName(builder, expr.operand);
  home?.statements.push({ kind: "let", name, value: expr, register: value.register });
  home?.names.add(name);
  const bound: Value = { expr: { kind: "local", name, register: value.register }, register: value.register };
  home?.loaded.set(key, bound);
  return bound;
}

/**
 * The block where a load is made. In a scatter, whose loops go over what does not depend on the place that data say, it
 * is the outermost one that has all of its address and runs the load in any case; elsewhere the current one, since what
 * lives on while a reduction runs takes a register from its sums.
 */
function homeOf(builder: Builder, operand: string, address: Form): Block | undefined {
  const { blocks } = builder;
  const scatters = builder.kernel.stages.some(({ at }) => at !== undefined);
  let place = blocks.length - 1;
  if (!scatters || !builder.safe.has(safeKey(operand, address))) return blocks[place];
  const names = atomsOf(address).flatMap((atom) => (atom.kind === "axis" ? [atom.name] : []));
  while (place > 0) {
    const inner = blocks[place];
    if (inner === undefined || inner.conditional || names.some((name) => inner.names.has(name))) break;
    place -= 1;
  }
  return blocks[place];
}

export function safeKey(operand: string, address: Form): string {
  return `${operand} ${address.key}`;
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
