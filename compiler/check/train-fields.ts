import type { Statement, TrainDeclaration } from "../../grammar/ast.ts";
import type { Session } from "./checker-types.ts";
import { tell } from "./session.ts";
import { suggest } from "./suggest.ts";
import { walk } from "./syntax-walk.ts";

const fields = ["loss", "optimizer", "batch", "accumulate", "epochs", "patience", "seed", "freeze", "test"];

/** The field of a `train` block that a statement defines (D1.8). */
export function fieldOf(statement: Statement): string | undefined {
  if (statement.kind !== "equation") return undefined;
  const [target, second] = statement.targets;
  if (target === undefined || second !== undefined || target.primed) return undefined;
  return fields.includes(target.name.text) ? target.name.text : undefined;
}

/** An equation that nobody reads, under nearly the name of a field that is not there: `epocs = 10` would be passed over. */
export function warnOfFields({ body }: TrainDeclaration, session: Session): void {
  const { statements } = body;
  const missing = fields.filter((field) => !statements.some((one) => fieldOf(one) === field));
  for (const statement of statements) {
    const [target, second] = statement.kind === "equation" ? statement.targets : [];
    if (target === undefined || second !== undefined || target.primed) continue;
    if (fieldOf(statement) !== undefined || target.binders.length > 0) continue;
    const { text, span } = target.name;
    const guess = suggest(text, missing) ?? missing.find((field) => text.toLowerCase().startsWith(field));
    if (guess === undefined || isRead(text, statements)) continue;
    tell(session, "DLC2021", {
      message: `nothing reads \`${text}\`, which is nearly the field \`${guess}\``,
      span,
      help: [`did you mean \`${guess}\`?`],
      fix: { title: `write \`${guess}\``, edits: [{ span, text: guess }] },
    });
  }
}

function isRead(name: string, statements: readonly Statement[]): boolean {
  let found = false;
  for (const statement of statements) {
    if (statement.kind !== "equation" && statement.kind !== "metric") continue;
    walk(statement.value, (expr) => {
      if (expr.kind === "name" && expr.text === name) found = true;
      return undefined;
    });
  }
  return found;
}
