import type { Statement } from "../../grammar/ast.ts";

const fields = ["loss", "optimizer", "batch", "accumulate", "epochs", "patience", "seed", "freeze", "test"];

/** The field of a `train` block that a statement defines (D1.8). */
export function fieldOf(statement: Statement): string | undefined {
  if (statement.kind !== "equation") return undefined;
  const [target, second] = statement.targets;
  if (target === undefined || second !== undefined || target.primed) return undefined;
  return fields.includes(target.name.text) ? target.name.text : undefined;
}
