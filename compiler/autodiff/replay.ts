import { stackNode } from "../graph/build.ts";
import type { Expr, Guard } from "../graph/expr.ts";
import { mapForms, mapGuard, rewriteExpr } from "../graph/visit.ts";
import { atomForm, substitute, type Form } from "../integers/index.ts";
import { nodeOf, type Building } from "./building.ts";

/** Forms and expressions of a scan as they were in turns that are over. */
export interface Replay {
  readonly form: (form: Form) => Form;
  readonly guard: (guard: Guard) => Guard;
  readonly expr: (expr: Expr) => Expr;
}

/** `times` are the turns that are meant, by the scans that are over: what was computed in them is read in their stacks. */
export function replay(times: ReadonlyMap<string, Form>, building: Building): Replay {
  const targetOf = (operand: string): { readonly operand: string; readonly leading: readonly Form[] } => {
    const over = building.nesting.chainOf(operand).filter((turn) => times.has(turn));
    const stack = over.reduceRight((name, turn) => stackOf(turn, name, building), operand);
    return { operand: stack, leading: over.flatMap((turn) => times.get(turn) ?? []) };
  };
  const form = (old: Form): Form =>
    substitute(old, (atom) => {
      if (atom.kind === "axis") return times.get(atom.name);
      if (atom.kind !== "read") return undefined;
      const { operand, leading } = targetOf(atom.operand);
      return atomForm({ ...atom, operand, at: [...leading, ...atom.at.map(form)] });
    });
  const reads = (own: Expr): Expr => {
    if (own.kind !== "read") return own;
    const { operand, leading } = targetOf(own.operand);
    return { ...own, operand, at: [...leading, ...own.at] };
  };
  if (times.size === 0) return { form: (own) => own, guard: (own) => own, expr: (own) => own };
  return {
    form,
    guard: (guard) => mapGuard(guard, form),
    expr: (expr) => rewriteExpr(mapForms(expr, form), reads),
  };
}

/** The node that holds another one for all turns of a scan; it is made once. */
export function stackOf(turn: string, of: string, building: Building): string {
  const key = `stack of ${of} by ${turn}`;
  const known = building.helpers.get(key);
  if (known !== undefined) return known;
  const scan = building.scans.find((each) => each.turn === turn);
  if (scan === undefined) throw new Error(`bug: there is no scan ${turn}`);
  const node = stackNode(building.freshName(`${of}.all`), scan, nodeOf(building, of));
  building.add(node);
  building.helpers.set(key, node.name);
  return node.name;
}
