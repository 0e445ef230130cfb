import { axis } from "../integers/index.ts";
import type { Builder, Scope, Value } from "./checker-types.ts";
import { newContext } from "./context.ts";
import { fillTo } from "./equations.ts";
import { expectArray } from "./expect.ts";
import { named } from "./hoist.ts";
import { find, valueOf } from "./scope.ts";

/**
 * D1.7: each state with an equation for its next value in this scope takes that at the end of the call; one whose equation
 * gives it again keeps its value, as one without an equation does.
 */
export function collectUpdates(scope: Scope, builder: Builder): void {
  for (const entity of [...scope.entities.values()]) {
    const state = entity.name.endsWith("'") ? find(entity.name.slice(0, -1), scope)?.entity : undefined;
    if (state?.span === undefined || entity.span === undefined || state.declares === undefined) continue;
    const [old, next] = [valueOf(state, builder.session), valueOf(entity, builder.session)];
    // What a turn carries of a state is none itself: its value after the last turn is the next one.
    if (old.kind !== "array" || next.kind === "error" || !builder.states.has(old.operand ?? "")) continue;
    if (old.operand === undefined || (!builder.training && isCopyOf(next, old.operand, builder))) continue;
    const context = newContext(builder, scope);
    const filled = fillTo(next, state.declares.type, context, entity.span);
    const array = expectArray(filled, context, entity.span);
    const bound = array && named(array, `${state.name}_next`, context, entity.span);
    if (bound?.operand === undefined || bound.operand === old.operand) continue;
    builder.updates.push({ kind: "state", name: old.operand, operand: bound.operand });
  }
}

/** The state itself, or an equation that gives each of its entries again. */
function isCopyOf(value: Value, state: string, { bindings }: Builder): boolean {
  if (value.kind !== "array") return false;
  if (value.operand === state) return true;
  const binding = bindings.find(({ name }) => name === value.operand);
  if (binding?.kind !== "equation" || binding.domain.length > 0) return false;
  const { axes, body } = binding;
  return (
    body.kind === "read" &&
    body.operand === state &&
    body.at.every((form, place) => form.key === axis(axes[place]?.name ?? "").key)
  );
}
