import type { Formal } from "../../grammar/ast.ts";
import type { Span } from "../diagnostics/source.ts";
import type { Builder, Output, Scope } from "./checker-types.ts";
import { newContext } from "./context.ts";
import { fillTo } from "./equations.ts";
import { expectArray } from "./expect.ts";
import { named } from "./hoist.ts";
import { stored } from "./numbers.ts";
import { valueOf } from "./scope.ts";
import { tell } from "./session.ts";

/** D1.7: an optimizer with an equation for the next value of its first input gives that, any other both inputs. */
export function optimizerOutputs(
  inputs: readonly Formal[],
  scope: Scope,
  builder: Builder,
  span: Span,
): readonly Output[] | undefined {
  const [theta, g] = inputs;
  const primed = [theta, g].map((formal) => formal && scope.entities.get(`${formal.name.text}'`));
  if (
    theta === undefined ||
    g === undefined ||
    inputs.length > 2 ||
    primed.every((one) => one === undefined)
  ) {
    tell(builder.session, "DLC2001", {
      message: `the optimizer \`${builder.name}\` does not say what a step does`,
      span,
      help: [
        "its inputs are a parameter and its gradient; write an equation for the next value of one: `theta' = …`",
      ],
    });
    return undefined;
  }
  const wanted = primed[0] === undefined ? [theta, g] : [theta];
  const outputs = wanted.map((formal): Output | undefined => {
    const entity = scope.entities.get(`${formal.name.text}'`) ?? scope.entities.get(formal.name.text);
    if (entity === undefined) return undefined;
    const context = newContext(builder, scope);
    const at = entity.span ?? formal.span;
    const filled = fillTo(valueOf(entity, builder.session), formal.type, context, at);
    const array = expectArray(filled, context, at);
    const bound = array && named(array, `${formal.name.text}_next`, context, at);
    if (bound?.operand === undefined) return undefined;
    const { operand, shape } = bound;
    return { name: formal.name.text, operand, dtype: stored(bound.type, context), shape, span: at };
  });
  return outputs.every((output) => output !== undefined) ? outputs : undefined;
}
