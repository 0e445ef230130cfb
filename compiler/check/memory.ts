import type { FunctionDeclaration, Statement, UnitDeclaration } from "../../grammar/ast.ts";
import { axis } from "../integers/index.ts";
import type { Builder, Scope, Value } from "./checker-types.ts";
import { valueOf } from "./scope.ts";
import { tellIn } from "./session.ts";

/** What only training changes is learned. What inference changes is memory, which is not built yet. */
export function refuseMemory(
  { body }: FunctionDeclaration | UnitDeclaration,
  scope: Scope,
  builder: Builder,
): void {
  for (const entity of [...scope.entities.values()]) {
    // A state that nothing has read does not exist.
    if (entity.declares === undefined || entity.state !== "done" || entity.value.kind !== "array") continue;
    const { name, value: old } = entity;
    const next = scope.entities.get(`${name}'`);
    const value = next && valueOf(next, builder.session);
    const inEntry =
      body.kind === "block" &&
      body.statements.some(
        (one) => one.kind === "entry" && one.body.statements.some((each) => changes(each, name)),
      );
    const stays = value === undefined || value.kind === "error" || isCopyOf(value, old, builder);
    if (stays && !inEntry) continue;
    tellIn(builder, "DLC3019", {
      message: `\`${name}\` changes while the model runs: such memory is not built yet`,
      span: entity.declares.span,
    });
  }
}

function changes(statement: Statement, name: string): boolean {
  return (
    statement.kind === "equation" &&
    statement.targets.some((target) => target.primed && target.name.text === name)
  );
}

/** The state itself, or an equation that gives each of its entries again. */
function isCopyOf(value: Value, old: Value, { bindings }: Builder): boolean {
  if (value.kind !== "array" || old.kind !== "array") return false;
  if (value.operand === old.operand) return true;
  const binding = bindings.find(({ name }) => name === value.operand);
  if (binding?.kind !== "equation" || binding.domain.length > 0) return false;
  const { axes, body } = binding;
  return (
    body.kind === "read" &&
    body.operand === old.operand &&
    body.at.every((form, place) => form.key === axis(axes[place]?.name ?? "").key)
  );
}
