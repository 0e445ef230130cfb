import type { Equation, Formal, Target } from "../../grammar/ast.ts";
import type { Builder, Entity, Scope, Value } from "./checker-types.ts";
import { newContext } from "./context.ts";
import { evaluateEquation, evaluateIndexedTogether } from "./equations.ts";
import { evaluate as evaluateLabelled } from "./evaluate.ts";
import { define, find, lazy, valueOf } from "./scope.ts";
import { tellIn } from "./session.ts";
import { walk } from "./syntax-walk.ts";
import { errorValue, listed } from "./value.ts";

/** The names that an equation defines, and the labels of its stages. */
export function defineEquation(
  equation: Equation,
  scope: Scope,
  builder: Builder,
  results: readonly Formal[],
): void {
  const { session } = builder;
  const [first] = equation.targets;
  if (first === undefined) return;
  if (equation.targets.length === 1) {
    // The next value of a state has its type, so that its indices run over it.
    const declared = first.primed
      ? find(first.name.text, scope)?.entity.declares
      : results.find((result) => result.name.text === first.name.text);
    const entity = lazy(targetName(first), first.name.span, () =>
      evaluateEquation(equation, first, scope, builder, declared),
    );
    define(session, scope, { ...entity, equation: equation.value });
  } else {
    const whole = lazy(equation.targets.map(targetName).join(", "), first.name.span, () =>
      evaluateTogether(equation, scope, builder),
    );
    equation.targets.forEach((target, place) => {
      define(
        session,
        scope,
        lazy(targetName(target), target.name.span, () => nth(valueOf(whole, session), place)),
      );
    });
  }
  defineLabels(equation, scope, builder, first);
}

export function targetName({ name, primed }: Target): string {
  return primed ? `${name.text}'` : name.text;
}

/** D1.9: several results go in order to as many names. */
export function evaluateTogether(equation: Equation, scope: Scope, builder: Builder): Value {
  const value = equation.targets.some(({ binders }) => binders.length > 0)
    ? evaluateIndexedTogether(equation, scope, builder)
    : evaluateEquation(equation, undefined, scope, builder, undefined);
  const count =
    value.kind === "results" ? value.results.size : value.kind === "list" ? value.elements.length : 1;
  if (value.kind === "error" || count === equation.targets.length) return value;
  tellIn(builder, "DLC3013", {
    message: `${equation.targets.length} names stand for ${count} ${count === 1 ? "result" : "results"}${
      value.kind === "results" ? `, ${listed([...value.results.keys()])}` : ""
    }`,
    span: equation.value.span,
  });
  return errorValue;
}

/** One of several results in a row. */
export function nth(value: Value, place: number): Value {
  if (value.kind === "list") return value.elements[place] ?? errorValue;
  return value.kind === "results" ? ([...value.results.values()][place] ?? errorValue) : value;
}

/** Labels of stages are names of the block (D1.1): they mean the instance that the stage applies. */
export function defineLabels(equation: Equation, scope: Scope, builder: Builder, target: Target): void {
  walk(equation.value, (expr) => {
    if (expr.kind !== "pipe") return undefined;
    for (const { label, value } of expr.stages) {
      if (label?.kind !== "name" || label.text === target.name.text) continue;
      define(builder.session, scope, labelEntity(label.text, label.span, value, scope, builder));
    }
    return undefined;
  });
}

function labelEntity(
  name: string,
  span: Entity["span"] & object,
  value: Parameters<typeof walk>[0],
  scope: Scope,
  builder: Builder,
): Entity {
  return lazy(name, span, () => {
    const context = { ...newContext(builder, scope), label: [name] };
    return evaluateLabelled(value, context);
  });
}
