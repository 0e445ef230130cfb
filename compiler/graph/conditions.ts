import { constant, negate, subtract } from "../integers/index.ts";
import type { Expr, Guard } from "./expr.ts";

/** The guards that a condition is the conjunction of, and what of it is no guard. */
export function splitCondition(condition: Expr): { guards: readonly Guard[]; rest: readonly Expr[] } {
  if (condition.kind === "guard") return { guards: [condition.guard], rest: [] };
  if (condition.kind === "apply" && condition.fn === "and") {
    const parts = condition.operands.map(splitCondition);
    return { guards: parts.flatMap((part) => part.guards), rest: parts.flatMap((part) => part.rest) };
  }
  return { guards: [], rest: [condition] };
}

/** The conjunction of guards and conditions; true for none. */
export function conjunction(guards: readonly Guard[], rest: readonly Expr[] = []): Expr {
  const parts: readonly Expr[] = [...guards.map((guard): Expr => ({ kind: "guard", guard })), ...rest];
  const [first, ...others] = parts;
  if (first === undefined) return { kind: "constant", dtype: "bool", value: 1 };
  return others.reduce<Expr>((all, part) => ({ kind: "apply", fn: "and", operands: [all, part] }), first);
}

/** What holds where a single guard does not; nothing is known where one of several does not, or an equality. */
export function negationOf(guards: readonly Guard[]): readonly Guard[] {
  const [guard, second] = guards;
  if (guard === undefined || second !== undefined || guard.relation === "zero") return [];
  // ¬(f ≥ 0) is −f − 1 ≥ 0.
  return [{ relation: "nonnegative", form: subtract(negate(guard.form), constant(1)) }];
}
