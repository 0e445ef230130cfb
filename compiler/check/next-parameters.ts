import { parametersAs, sameRoots } from "./align-parameters.ts";
import type { Builder, Entity, ParametersValue, Scope, Value } from "./checker-types.ts";
import { newContext } from "./context.ts";
import { isUnder, rootsOfValue } from "./parameters.ts";
import { find, valueOf } from "./scope.ts";
import { tell } from "./session.ts";
import { describeValue } from "./value.ts";

/**
 * What the equations for next values of a `train` block give, `d' = …`: parameters of the layer that stands before the
 * prime, which is part of the model. Undefined where one of them gives anything else, which is told.
 */
export function nextParameters(scope: Scope, builder: Builder): readonly ParametersValue[] | undefined {
  const primed = [...scope.entities.values()].filter(({ name }) => name.endsWith("'"));
  const found = primed.map((entity) => nextOf(entity, scope, builder));
  return found.every((one) => one !== undefined) ? found : undefined;
}

function nextOf(entity: Entity, scope: Scope, builder: Builder): ParametersValue | undefined {
  const { session } = builder;
  const { span } = entity;
  const name = entity.name.slice(0, -1);
  const value = valueOf(entity, session);
  const layer = find(name, scope)?.entity;
  const before: Value | undefined = layer && valueOf(layer, session);
  if (value.kind === "error" || before?.kind === "error") return undefined;
  const roots = before === undefined ? [] : rootsOfValue(before);
  if (roots.length === 0) {
    // A state has no place in a training, which is told of the state.
    if (layer?.declares !== undefined) return undefined;
    tell(session, "DLC2018", {
      message: `\`${name}\` has no next value: it is no layer of the model`,
      span,
      help: ["a step changes `model`, by `model' = …`, or layers of it by their names"],
    });
    return undefined;
  }
  if (value.kind !== "parameters" || value.shape.length > 0) {
    tell(session, "DLC3013", {
      message: `the next value of \`${name}\` is a tensor for each of its parameters, but this is ${value.kind === "parameters" ? "such tensors for each value of an index" : describeValue(value)}`,
      span,
      help: [`write \`${name}' = ${name} - 0.1 * grad(loss, ${name})\`, or what an optimizer makes of both`],
    });
    return undefined;
  }
  const isLike = value.like?.some((one) => sameRoots(rootsOfValue(one), roots)) === true;
  const own = isLike && before ? (parametersAs(value, before, newContext(builder, scope)) ?? value) : value;
  const stray = [...own.tensors.values()].find(
    ({ owned }) => !roots.some((root) => isUnder(owned.path, root)),
  );
  if (stray !== undefined) {
    const path = stray.owned.path.labels.filter((label) => label !== "").join(".");
    tell(session, "DLC3013", {
      message: `this gives \`${path}\` its next value too, which is no part of \`${name}\``,
      span,
      help: [`take the gradient by \`${name}\` alone, \`grad(loss, ${name})\``],
    });
    return undefined;
  }
  return own;
}
