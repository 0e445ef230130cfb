import type { Axis, Guard } from "../graph/expr.ts";
import { assume, axis, withIndex, type Facts, type Form } from "../integers/index.ts";
import type { Builder } from "./builder.ts";
import type { Scope } from "./scope.ts";

/** One index or, for `..b`, several. */
export type IndexValue =
  | { readonly kind: "index"; readonly form: Form }
  | { readonly kind: "indices"; readonly forms: readonly Form[] };

/** The names of axes in the equation that is being built, and of its `let`s. */
export interface Frame {
  readonly taken: Set<string>;
}

/** Where an expression stands: whose names it sees, under which indices and conditions. */
export interface Context {
  readonly builder: Builder;
  readonly scope: Scope;
  readonly indices: ReadonlyMap<string, IndexValue>;
  readonly axes: readonly Axis[];
  readonly frame: Frame;
  readonly facts: Facts;
  /** The conditions of enclosing branches and filters that are affine. */
  readonly guards: readonly Guard[];
  /** True in dims, subscripts, ranges and operands of `%`, where `/` must come out whole. */
  readonly integer: boolean;
  /** The labels of an instance that would stand here. */
  readonly label?: readonly string[] | undefined;
  /** The places in the lists around an instance that would stand here. */
  readonly turns?: string | undefined;
  /** A parameter's initial value: `random` may stand here. */
  readonly draws?: Draws | undefined;
}

/** The streams of one initialiser, and how the entry that is drawn is counted. */
export interface Draws {
  readonly streams: { next: number };
  readonly axes: readonly Axis[];
}

export function newContext(builder: Builder, scope: Scope): Context {
  return {
    builder,
    scope,
    indices: new Map(),
    axes: [],
    frame: { taken: new Set() },
    facts: builder.facts,
    guards: [],
    integer: false,
  };
}

/** A name for an axis that nothing in this equation has. */
export function freshName(frame: Frame, hint: string): string {
  let name = hint;
  for (let turn = 2; frame.taken.has(name); turn++) name = `${hint}_${turn}`;
  frame.taken.add(name);
  return name;
}

export function freshAxis(context: Context, hint: string, extent: Form): Axis {
  return { name: freshName(context.frame, hint), extent };
}

export function underAxes(context: Context, axes: readonly Axis[]): Context {
  const facts = axes.reduce((all, { name, extent }) => withIndex(all, name, extent), context.facts);
  return { ...context, axes: [...context.axes, ...axes], facts };
}

export function underGuards(context: Context, guards: readonly Guard[]): Context {
  if (guards.length === 0) return context;
  return { ...context, guards: [...context.guards, ...guards], facts: assume(context.facts, ...guards) };
}

/** Names and indices of one place, axes and conditions of another: a value is written here and wanted there. */
export function wantedIn(written: Context, wanted: Context): Context {
  return {
    ...written,
    axes: wanted.axes,
    frame: wanted.frame,
    facts: wanted.facts,
    guards: wanted.guards,
    draws: wanted.draws ?? written.draws,
  };
}

export function axisForms(axes: readonly Axis[]): readonly Form[] {
  return axes.map(({ name }) => axis(name));
}
