import { fromTerms, type Form } from "../integers/index.ts";
import type { ExprOf, StatementOf } from "./loops.ts";

/** An address without its constant, and the constant. Accesses of one variable part share a pointer. */
export function variablePart(form: Form): { readonly variable: Form; readonly fixed: number } {
  const fixed = form.terms.find((term) => term.factors.length === 0);
  if (fixed === undefined || fixed.denominator !== 1) return { variable: form, fixed: 0 };
  return { variable: fromTerms(form.terms.filter((term) => term !== fixed)), fixed: fixed.numerator };
}

export function pointerKey(operand: string | undefined, variable: Form): string {
  return `${operand ?? ""}|${variable.key}`;
}

/** The least constant among the accesses that share a pointer, so that no displacement is negative. */
export function collectOrigins(statements: readonly StatementOf<Form>[]): ReadonlyMap<string, number> {
  const origins = new Map<string, number>();
  const access = (operand: string, address: Form): void => {
    const { variable, fixed } = variablePart(address);
    const key = pointerKey(operand, variable);
    origins.set(key, Math.min(origins.get(key) ?? fixed, fixed));
  };
  const visitExpr = (expr: ExprOf<Form>): void => {
    switch (expr.kind) {
      case "load":
      case "load-strided":
        access(expr.operand, expr.address);
        return;
      case "apply":
      case "pack":
        expr.operands.forEach(visitExpr);
        return;
      case "select":
        [expr.condition, expr.then, expr.otherwise].forEach(visitExpr);
        return;
      case "splat":
      case "lane":
      case "shuffle":
        visitExpr(expr.operand);
        return;
      case "constant":
      case "ramp":
      case "local":
      case "index":
        return;
      default:
        expr satisfies never;
    }
  };
  const visit = (statement: StatementOf<Form>): void => {
    switch (statement.kind) {
      case "for":
        statement.body.forEach(visit);
        return;
      case "let":
      case "var":
      case "assign":
        visitExpr(statement.value);
        return;
      case "store":
        access(statement.operand, statement.address);
        visitExpr(statement.value);
        return;
      case "if":
        visitExpr(statement.condition);
        [...statement.then, ...statement.otherwise].forEach(visit);
        return;
      case "while":
        visitExpr(statement.condition);
        statement.body.forEach(visit);
        return;
      case "index":
      case "barrier":
        return;
      default:
        statement satisfies never;
    }
  };
  statements.forEach(visit);
  return origins;
}
