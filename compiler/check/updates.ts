import type { Builder, Scope } from "./checker-types.ts";
import { newContext } from "./context.ts";
import { fillTo } from "./equations.ts";
import { expectArray } from "./expect.ts";
import { named } from "./hoist.ts";
import { valueOf } from "./scope.ts";

/** D1.7: in a training step each state of the block with an equation for its next value takes that. */
export function collectUpdates(scope: Scope, builder: Builder): void {
  for (const entity of [...scope.entities.values()]) {
    const state = entity.name.endsWith("'") ? scope.entities.get(entity.name.slice(0, -1)) : undefined;
    if (state?.span === undefined || entity.span === undefined || state.declares === undefined) continue;
    const [old, next] = [valueOf(state, builder.session), valueOf(entity, builder.session)];
    if (old.kind !== "array" || old.operand === undefined || next.kind === "error") continue;
    const context = newContext(builder, scope);
    const filled = fillTo(next, state.declares.type, context, entity.span);
    const array = expectArray(filled, context, entity.span);
    const bound = array && named(array, `${state.name}_next`, context, entity.span);
    if (bound?.operand === undefined || bound.operand === old.operand) continue;
    builder.updates.push({ kind: "state", name: old.operand, operand: bound.operand });
  }
}
