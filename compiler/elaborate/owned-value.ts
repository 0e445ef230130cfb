import type { BeforeTurn, Body, OwnedTensor } from "../check/typed.ts";
import type { Axis } from "../graph/expr.ts";
import { constant } from "../integers/index.ts";
import { valueOf, type Context, type Elaboration, type Value } from "./elaboration.ts";
import { pathOf, type Place } from "./paths.ts";
import { readState, stateBeforeTurn } from "./states.ts";

/** Values that stand for parameters by their absolute paths, in an instance that was given others. */
export type Given = ReadonlyMap<string, Value>;

/** A parameter or a state of a body, where the body stands. */
export function ownedValue(
  declared: "param" | "state",
  tensor: OwnedTensor,
  place: Place,
  { times }: Context,
  elaboration: Elaboration,
  given: Given,
): Value {
  const { kind, path } = pathOf(declared, tensor, place);
  const other = kind === "param" ? given.get(path) : undefined;
  if (other !== undefined) return other;
  const owned = (): string =>
    elaboration.builder.once(`${kind} ${path}`, path, (name) => {
      elaboration.own(kind, path, tensor);
      return {
        kind: declared,
        name,
        path,
        dtype: tensor.dtype,
        shape: tensor.shape.map((size) => constant(size)),
        span: tensor.span,
        ...(kind === "slot" && { slot: true }),
      };
    });
  const node = kind === "state" ? readState({ kind, path }, times, elaboration, owned) : owned();
  return { node, context: [] };
}

export function elaborateBeforeTurn(
  { turns, of }: BeforeTurn,
  { states }: Body,
  values: ReadonlyMap<string, Value>,
  place: Place,
  context: Context,
  elaboration: Elaboration,
): Value {
  const state = states.find(({ name }) => name === of);
  if (state === undefined) throw new Error(`bug: ${of} is no state`);
  const { node } = valueOf(values, of);
  const times = [...context.times, ...ownTimes(turns, context)];
  return { node: stateBeforeTurn(pathOf("state", state, place), times, elaboration, node), context: [] };
}

/** The turns of scans that a body does not stand in as a whole. */
export function ownTimes(turns: readonly string[], { turns: axes, times }: Context): readonly Axis[] {
  return turns.flatMap((turn) => {
    const own = axes.get(turn);
    return own === undefined || times.some(({ name }) => name === own.name) ? [] : [own];
  });
}
