import type { Index, LoopExpr, LoopStatement } from "../plan/loops.ts";
import { baseName, dimName } from "./locals.ts";

/** The locals that statements read and do not make themselves, in the order in which they are met. */
export function freeNames(statements: readonly LoopStatement[]): readonly string[] {
  const made = new Set<string>();
  const free = new Set<string>();
  const read = (name: string): void => {
    if (!made.has(name)) free.add(name);
  };
  const visitIndex = (index: Index): void => {
    if (index.kind === "local") read(index.name);
    else if (index.kind === "dim") read(dimName(index.name));
    else if (index.kind === "base") read(baseName(index.operand));
    else if (index.kind !== "constant") [index.left, index.right].forEach(visitIndex);
  };
  const visitExpr = (expr: LoopExpr): void => {
    switch (expr.kind) {
      case "constant":
      case "ramp":
        return;
      case "local":
        read(expr.name);
        return;
      case "index":
        visitIndex(expr.value);
        return;
      case "load":
      case "load-strided":
        visitIndex(expr.address);
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
      default:
        expr satisfies never;
    }
  };
  const visit = (statement: LoopStatement): void => {
    switch (statement.kind) {
      case "for":
        visitIndex(statement.from);
        visitIndex(statement.to);
        for (const one of statement.inductions) {
          visitIndex(one.from);
          visitIndex(one.step);
          made.add(one.name);
        }
        made.add(statement.name);
        statement.body.forEach(visit);
        return;
      case "let":
      case "var":
        visitExpr(statement.value);
        made.add(statement.name);
        return;
      case "index":
        visitIndex(statement.value);
        made.add(statement.name);
        return;
      case "assign":
        visitExpr(statement.value);
        if (!made.has(statement.name)) throw new Error("bug: an outlined body assigns a local from outside");
        return;
      case "store":
        visitIndex(statement.address);
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
      case "barrier":
        return;
      default:
        statement satisfies never;
    }
  };
  statements.forEach(visit);
  return [...free];
}
