import type { Axis, Guard } from "../graph/expr.ts";
import { assume, axis, withIndex, type Form } from "../integers/index.ts";
import type { Builder, Context, Frame, Scope } from "./checker-types.ts";

export function newContext(builder: Builder, scope: Scope): Context {
  const times = timesOf(scope);
  return {
    builder,
    scope,
    indices: new Map(),
    axes: [],
    times,
    frame: { taken: new Set() },
    facts: times.reduce((all, { name, extent }) => withIndex(all, name, extent), builder.facts),
    guards: [],
    integer: false,
  };
}

/** The turns of the scans in whose bodies a scope lies, the outermost first. */
function timesOf(scope: Scope): readonly Axis[] {
  const times: Axis[] = [];
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
    const turn = at.turn?.axis();
    if (turn !== undefined) times.unshift(turn);
  }
  return times;
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
