import { negationOf, splitCondition } from "../graph/conditions.ts";
import type { Expr, Guard } from "../graph/expr.ts";
import { axis as axisForm, equalForms } from "../integers/index.ts";

/** What an update says of places where the value becomes another. */
export interface Change {
  readonly domain: readonly Guard[];
  readonly body: Expr;
}

/**
 * Where a value over some axes is another than the old one, and which: of `if s == place then new else old`. `old` has the
 * names of the old one. Undefined where the value is anything else.
 */
export function changeOf(
  { body, domain }: Change,
  axes: readonly string[],
  old: ReadonlySet<string>,
): Change | undefined {
  // Outside of a domain the value is 0.
  if (body.kind !== "select" || domain.length > 0) return undefined;
  const isOld = (expr: Expr): boolean =>
    expr.kind === "read" &&
    old.has(expr.operand) &&
    expr.at.every((form, dim) => equalForms(form, axisForm(axes[dim] ?? "")));
  const { guards, rest } = splitCondition(body.condition);
  if (rest.length > 0) return undefined;
  if (isOld(body.otherwise)) return { domain: guards, body: body.then };
  const negated = negationOf(guards);
  return isOld(body.then) && negated.length > 0 ? { domain: negated, body: body.otherwise } : undefined;
}
