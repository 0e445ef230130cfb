import type {
  Block,
  Equation,
  Formal,
  FunctionDeclaration,
  ScanStatement,
  Statement,
  Target,
  UnitDeclaration,
} from "../../grammar/ast.ts";
import type { Builder, Entity, Scope, Value } from "./checker-types.ts";
import { newContext } from "./context.ts";
import { evaluateEquation, evaluateIndexedTogether } from "./equations.ts";
import { evaluate as evaluateLabelled } from "./evaluate.ts";
import { ownedTensor } from "./owned.ts";
import { define, lazy, valueOf } from "./scope.ts";
import { tell, tellIn } from "./session.ts";
import { walk } from "./syntax-walk.ts";
import { errorValue } from "./value.ts";

/** The names of a block, each found out when it is asked for (D1.2). */
export function defineStatements(
  block: Block,
  declaration: FunctionDeclaration | UnitDeclaration,
  scope: Scope,
  builder: Builder,
  results: readonly Formal[],
): void {
  for (const statement of block.statements) {
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
      if (declaration.kind === "function") {
        tell(session, "DLC2016", {
          message: `a function owns nothing, but \`${declaration.name.text}\` has a ${statement.kind}`,
          span: statement.span,
          help: ["declare it with `layer`"],
        });
      }
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
        lazy(statement.name.text, statement.name.span, () => ({
          kind: "function",
          declaration: statement,
          scope,
        })),
      );
      return;
    case "scan":
    case "repeat":
      defineScan(statement, scope, builder);
      return;
    case "entry":
    case "metric":
    case "error":
      return;
    default:
      return statement satisfies never;
  }
}

function defineEquation(
  equation: Equation,
  scope: Scope,
  builder: Builder,
  results: readonly Formal[],
): void {
  const { session } = builder;
  const [first] = equation.targets;
  if (first === undefined) return;
  if (equation.targets.length === 1) {
    const declared = first.primed
      ? undefined
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
function evaluateTogether(equation: Equation, scope: Scope, builder: Builder): Value {
  const value = equation.targets.some(({ binders }) => binders.length > 0)
    ? evaluateIndexedTogether(equation, scope, builder)
    : evaluateEquation(equation, undefined, scope, builder, undefined);
  const count =
    value.kind === "results" ? value.results.size : value.kind === "list" ? value.elements.length : 1;
  if (value.kind === "error" || count === equation.targets.length) return value;
  tellIn(builder, "DLC3013", {
    message: `${equation.targets.length} names stand for ${count} ${count === 1 ? "result" : "results"}`,
    span: equation.value.span,
  });
  return errorValue;
}

function nth(value: Value, place: number): Value {
  if (value.kind === "list") return value.elements[place] ?? errorValue;
  return value.kind === "results" ? ([...value.results.values()][place] ?? errorValue) : value;
}

/** Labels of stages are names of the block (D1.1): they mean the instance that the stage applies. */
function defineLabels(equation: Equation, scope: Scope, builder: Builder, target: Target): void {
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

function defineScan(scan: ScanStatement, scope: Scope, builder: Builder): void {
  const later = (): Value => {
    tell(builder.session, "DLC3019", {
      message: `\`${scan.kind}\` is not built yet`,
      span: { ...scan.span, end: scan.range.span.end },
    });
    return errorValue;
  };
  const names = new Map(scan.carries.map(({ name }) => [name.text, name.span]));
  for (const statement of scan.body.statements) {
    if (statement.kind !== "equation") continue;
    for (const { name, binders, primed } of statement.targets) {
      const stacked = binders.some(
        (binder) => binder.kind === "index" && binder.name.text === scan.variable.text,
      );
      if (!primed && stacked) names.set(name.text, name.span);
    }
  }
  for (const [name, span] of names) define(builder.session, scope, lazy(name, span, later));
}
