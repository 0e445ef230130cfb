import type { Block } from "../../grammar/ast.ts";
import type { Span } from "../diagnostics/source.ts";
import type { Builder, Scope } from "./checker-types.ts";
import { find } from "./scope.ts";
import { tell } from "./session.ts";

/** D1.7: in a declaration, states have next values; others have one in an optimizer or a training step alone. */
export function refuseNextValues(block: Block, scope: Scope, builder: Builder): void {
  for (const statement of block.statements) {
    for (const { name, primed } of statement.kind === "equation" ? statement.targets : []) {
      if (!primed || find(name.text, scope)?.entity.declares !== undefined) continue;
      reportNextValue(name.text, name.span, builder);
    }
  }
}

export function reportNextValue(name: string, span: Span, builder: Builder): void {
  tell(builder.session, "DLC2018", {
    message: `\`${name}\` has no next value: it is no state`,
    span,
    help: [`declare it with \`state ${name}: … = …\`, or leave out the \`'\``],
  });
}
