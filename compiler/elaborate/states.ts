import { changedByApplication } from "../check/changed-states.ts";
import type { Body } from "../check/typed.ts";
import type { Axis } from "../graph/expr.ts";
import type { Node } from "../graph/graph.ts";
import type { Context, Elaboration } from "./elaboration.ts";
import type { CarriedState, OpenScan, StateRef } from "./graph-builder.ts";
import { pathOf, type Place } from "./paths.ts";

function stateKey({ kind, path }: StateRef): string {
  return `${kind} ${path}`;
}

/** Notes which states something in the turns of a body's scans changes: they go from turn to turn. */
export function noteChangedStates(
  body: Body,
  place: Place,
  context: Context,
  elaboration: Elaboration,
): void {
  const own = new Set(body.scans.map(({ turn }) => turn));
  for (const binding of body.bindings) {
    if (binding.kind !== "application") continue;
    const turns = binding.turns.filter((turn) => own.has(turn));
    if (turns.length === 0) continue;
    for (const { path, owned } of changedByApplication(binding)) {
      const key = stateKey(pathOf("state", { ...owned, path }, place));
      for (const turn of turns) scanOf(context.turns.get(turn), elaboration).changed.add(key);
    }
  }
}

/** What a state is at the moment for whoever is computed in these turns, the outermost first. */
export function readState(
  state: StateRef,
  times: readonly Axis[],
  elaboration: Elaboration,
  node: () => string,
): string {
  const carried = carriedState(state, times, elaboration, node);
  if (carried !== undefined) return carried.latest;
  // What is applied twice in a step changes its states twice, in order: the second time they are what the first left.
  return elaboration.updates.get(stateKey(state))?.node ?? node();
}

/** What a state is before the turn; the node itself where nothing in these scans changes it. */
export function stateBeforeTurn(
  state: StateRef,
  times: readonly Axis[],
  elaboration: Elaboration,
  node: string,
): string {
  return carriedState(state, times, elaboration, () => node)?.current ?? node;
}

export function writeState(
  state: StateRef,
  next: string,
  times: readonly Axis[],
  elaboration: Elaboration,
  node: () => string,
): void {
  const carried = carriedState(state, times, elaboration, node);
  if (carried === undefined) elaboration.updates.set(stateKey(state), { ...state, node: next });
  else carried.latest = next;
}

/** In the innermost scan that changes the state, its carry. */
function carriedState(
  state: StateRef,
  times: readonly Axis[],
  elaboration: Elaboration,
  node: () => string,
): CarriedState | undefined {
  const { builder } = elaboration;
  const key = stateKey(state);
  const place = times.findLastIndex((time) => scanOf(time, elaboration).changed.has(key));
  const time = times[place];
  if (time === undefined) return undefined;
  const scan = scanOf(time, elaboration);
  const known = scan.states.get(key);
  if (known !== undefined) return known;
  const outer = times.slice(0, place);
  const first = readState(state, outer, elaboration, node);
  const { dtype, shape, span } = builder.node(first);
  const current = builder.add(state.path, (name): Node => ({
    kind: "carry",
    name,
    dtype,
    shape,
    turn: scan.turn,
    of: first,
    ...(span && { span }),
  }));
  const carried: CarriedState = { state, current, latest: current, outer };
  scan.states.set(key, carried);
  return carried;
}

/** After all that a scan computes in its turns: its states are carried on, and outside are what the last turn left. */
export function closeStates(scan: OpenScan, elaboration: Elaboration): void {
  const { builder } = elaboration;
  for (const { current, latest } of scan.states.values()) scan.carries.push({ current, next: latest });
  for (const { state, current, outer } of scan.states.values()) {
    const { dtype, shape, span } = builder.node(current);
    const last = builder.add(`${state.path}_last`, (name): Node => ({
      kind: "last",
      name,
      dtype,
      shape,
      turn: scan.turn,
      of: current,
      ...(span && { span }),
    }));
    writeState(state, last, outer, elaboration, () => current);
  }
}

function scanOf(turn: Axis | undefined, { builder }: Elaboration): OpenScan {
  const scan = builder.scans.find((each) => each.turn === turn?.name);
  if (scan === undefined) throw new Error(`bug: no scan has the turn ${turn?.name ?? "of nobody"}`);
  return scan;
}
