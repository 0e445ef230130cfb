import type { BodyScan, Carry, Result } from "../check/typed.ts";
import { copyAt } from "../graph/build.ts";
import type { Node } from "../graph/graph.ts";
import { axis as axisForm } from "../integers/index.ts";
import type { GraphBuilder, OpenScan } from "./graph-builder.ts";
import { closeStates } from "./states.ts";
import { valueOf, type Context, type Elaboration, type Value } from "./elaboration.ts";

/** The context with the turns of a body's own scans, under names that the graph has for them alone. */
export function withScans(
  scans: readonly BodyScan[],
  context: Context,
  { builder }: Pick<Elaboration, "builder">,
): Context {
  if (scans.length === 0) return context;
  const turns = new Map(context.turns);
  for (const { turn, extent } of scans) {
    const own = builder.addScan(turn.replace(/\$.*$/, ""), extent);
    turns.set(turn, { name: own.turn, extent });
  }
  return { ...context, turns };
}

/** What is carried depends on all indices around the body: which ones it needs is known only when it is. */
export function elaborateCarry(
  { name, turn, dtype, shape, span }: Carry,
  first: Value,
  context: Context,
  prefix: string,
  { builder }: Elaboration,
): Value {
  const all = context.axes.map((axis) => axis.name);
  const of = underAll(first, `${prefix}${name}_first`, context, builder);
  const node = builder.add(prefix + name, (unique): Node => ({
    kind: "carry",
    name: unique,
    dtype,
    shape: [...context.axes.map((axis) => axis.extent), ...shape],
    turn: turnOf(turn, context),
    of,
    span,
  }));
  return { node, context: all };
}

/** A result stands after what all carries of its scan are in the next turn. */
export function elaborateResult(
  { kind, name, turn, of, span }: Result,
  scans: readonly BodyScan[],
  values: ReadonlyMap<string, Value>,
  context: Context,
  prefix: string,
  elaboration: Elaboration,
): Value {
  const { builder } = elaboration;
  const scan = openScan(turnOf(turn, context), builder);
  const carries = scans.find((each) => each.turn === turn)?.carries ?? [];
  if (scan.carries.length < carries.length + scan.states.size) {
    for (const { current, next } of carries) {
      const after = underAll(valueOf(values, next), `${prefix}${current}_next`, context, builder);
      scan.carries.push({ current: valueOf(values, current).node, next: after });
    }
    closeStates(scan, elaboration);
  }
  const value = valueOf(values, of);
  const source = builder.node(value.node);
  const base = { dtype: source.dtype, turn: scan.turn, of: value.node, span };
  if (kind === "last") {
    const node = builder.add(prefix + name, (unique): Node => ({
      ...base,
      kind,
      name: unique,
      shape: source.shape,
    }));
    return { ...value, node };
  }
  const stack = builder.add(prefix + name, (unique): Node => ({
    ...base,
    kind,
    name: unique,
    shape: [scan.extent, ...source.shape],
  }));
  const count = value.context.length;
  if (count === 0) return { ...value, node: stack };
  // The indices around the body come first, before the turns.
  const places = source.shape.map((extent, place) => ({ name: `i${place}`, extent }));
  const time = { name: "t", extent: scan.extent };
  const axes = [...places.slice(0, count), time, ...places.slice(count)];
  const node = builder.add(`${prefix}${name}`, (unique): Node => ({
    kind: "compute",
    name: unique,
    dtype: source.dtype,
    shape: axes.map((axis) => axis.extent),
    axes,
    domain: [],
    body: copyAt(
      builder.node(stack),
      [time, ...places].map((axis) => axisForm(axis.name)),
    ),
    span,
  }));
  return { ...value, node };
}

function turnOf(turn: string, { turns }: Context): string {
  const axis = turns.get(turn);
  if (axis === undefined) throw new Error(`bug: the turn ${turn} is that of no scan`);
  return axis.name;
}

function openScan(turn: string, { scans }: GraphBuilder): OpenScan {
  const scan = scans.find((each) => each.turn === turn);
  if (scan === undefined) throw new Error(`bug: no scan has the turn ${turn}`);
  return scan;
}

/** The node of a value that has one entry for each value of all indices around the body. */
function underAll(value: Value, name: string, { axes }: Context, builder: GraphBuilder): string {
  const all = axes.map((axis) => axis.name);
  if (value.context.length === all.length && value.context.every((own, place) => own === all[place]))
    return value.node;
  const source = builder.node(value.node);
  const own = source.shape.slice(value.context.length).map((extent, place) => {
    let unique = `i${place}`;
    while (all.includes(unique)) unique = `${unique}_`;
    return { name: unique, extent };
  });
  const whole = [...axes, ...own];
  const at = [...value.context, ...own.map((axis) => axis.name)].map((axis) => axisForm(axis));
  return builder.add(name, (unique): Node => ({
    kind: "compute",
    name: unique,
    dtype: source.dtype,
    shape: whole.map((axis) => axis.extent),
    axes: whole,
    domain: [],
    body: copyAt(source, at),
    ...(source.span && { span: source.span }),
  }));
}
