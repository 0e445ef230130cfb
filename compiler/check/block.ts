import type { Block, Formal, FunctionDeclaration, Statement, UnitDeclaration } from "../../grammar/ast.ts";
import type { Builder, Scope } from "./checker-types.ts";
import { defineEquation } from "./define-equation.ts";
import { ownedTensor } from "./owned.ts";
import { defineRepeat } from "./repeats.ts";
import { defineScan, scansLast } from "./scans.ts";
import { define, known, lazy } from "./scope.ts";

/** The names of a block, each found out when it is asked for (D1.2). */
export function defineStatements(
  block: Block,
  declaration: FunctionDeclaration | UnitDeclaration,
  scope: Scope,
  builder: Builder,
  results: readonly Formal[],
): void {
  for (const statement of scansLast(block.statements)) {
    defineStatement(statement, declaration, scope, builder, results);
  }
}

function defineStatement(
  statement: Statement,
  declaration: FunctionDeclaration | UnitDeclaration,
  scope: Scope,
  builder: Builder,
  results: readonly Formal[],
): void {
  const { session } = builder;
  switch (statement.kind) {
    case "param":
    case "state": {
      const { name } = statement;
      const owned = lazy(name.text, name.span, () => ownedTensor(statement, scope, builder));
      define(session, scope, statement.kind === "state" ? { ...owned, declares: statement } : owned);
      return;
    }
    case "equation":
      defineEquation(statement, scope, builder, results);
      return;
    case "function":
      define(
        session,
        scope,
        known(statement.name.text, statement.name.span, {
          kind: "function",
          declaration: statement,
          scope,
        }),
      );
      return;
    case "scan":
    case "repeat": {
      const defineOther = (inner: Statement, own: Scope): void =>
        defineStatement(inner, declaration, own, builder, []);
      (statement.kind === "scan" ? defineScan : defineRepeat)(statement, scope, builder, defineOther);
      return;
    }
    case "entry":
    case "metric":
    case "error":
      return;
    default:
      return statement satisfies never;
  }
}
