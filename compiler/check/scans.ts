import type { Formal, ScanStatement, Statement } from "../../grammar/ast.ts";
import { add, axis as axisForm } from "../integers/index.ts";
import { operandArray } from "./arrays.ts";
import { freshBinding } from "./builder.ts";
import type { Builder, Scope, Value } from "./checker-types.ts";
import { newContext } from "./context.ts";
import { defineEquation } from "./define-equation.ts";
import { fillTo } from "./equations.ts";
import { evaluate } from "./evaluate.ts";
import { expectArray } from "./expect.ts";
import { hoist } from "./hoist.ts";
import { stored } from "./numbers.ts";
import { defineRecurrence } from "./scan-equations.ts";
import { finish, isBinderOf, isOfScan, rangeOf, result, type Scanning } from "./scanning.ts";
import { define, lazy, newScope, valueOf } from "./scope.ts";
import { tell } from "./session.ts";
import { counted, errorValue, scalarValue } from "./value.ts";

/**
 * The names of a scan: inside it those of its body, its variable, and what it carries before and after the turn;
 * outside what it carries, after the last turn, and the arrays that it builds (D1.6).
 */
export function defineScan(
  statement: ScanStatement,
  outer: Scope,
  builder: Builder,
  defineOther: (statement: Statement, scope: Scope) => void,
): void {
  const range = once(() => rangeOf(statement, outer, builder));
  const variable = statement.variable.text;
  const inner: Scope = {
    ...newScope(outer, builder),
    turn: { variable, axis: () => range()?.axis },
  };
  const scanning: Scanning = {
    statement,
    outer,
    inner,
    builder,
    range,
    carries: new Map(),
    finished: undefined,
  };
  define(
    builder.session,
    inner,
    lazy(variable, statement.variable.span, () => variableOf(scanning)),
  );
  for (const formal of statement.carries) defineCarry(formal, scanning);
  for (const one of statement.body.statements) {
    if (one.kind === "equation" && one.targets.some((target) => isOfScan(target, scanning)))
      defineRecurrence(one, scanning);
    else if (one.kind === "equation") defineEquation(one, inner, builder, []);
    else defineOther(one, inner);
  }
}

/** Says so of a scan, and defines what it would define, so that nothing is said of its readers. */
export function refuseScan(scan: ScanStatement, message: string, scope: Scope, builder: Builder): void {
  const later = (): Value => {
    tell(builder.session, "DLC3019", { message, span: { ...scan.span, end: scan.range.span.end } });
    return errorValue;
  };
  const names = new Map(scan.carries.map(({ name }) => [name.text, name.span]));
  for (const statement of scan.body.statements) {
    for (const { name, binders, primed } of statement.kind === "equation" ? statement.targets : []) {
      if (!primed && binders.some((binder) => isBinderOf(binder, scan))) names.set(name.text, name.span);
    }
  }
  for (const [name, span] of names) define(builder.session, scope, lazy(name, span, later));
}

function once<T>(find: () => T): () => T {
  let found: { readonly value: T } | undefined;
  return () => (found ??= { value: find() }).value;
}

function variableOf({ range }: Scanning): Value {
  const found = range();
  if (found === undefined) return errorValue;
  const { axis, start } = found;
  return scalarValue({
    ...counted(add(axisForm(axis.name), start)),
    range: { low: start, high: add(start, axis.extent) },
  });
}

/** Inside, a carried name is its value before the turn; outside, the one after the last turn. */
function defineCarry(formal: Formal, scanning: Scanning): void {
  const { inner, outer, builder, carries } = scanning;
  const { text, span } = formal.name;
  const current = lazy(text, span, () => firstValue(formal, scanning));
  define(
    builder.session,
    outer,
    lazy(text, span, () => lastValue(text, scanning)),
  );
  inner.entities.set(text, current);
  carries.set(text, { formal, current });
}

function firstValue(formal: Formal, { statement, range, outer, builder }: Scanning): Value {
  const { name, type, initial, span } = formal;
  const turns = range();
  if (turns === undefined) return errorValue;
  if (initial === undefined) {
    tell(builder.session, "DLC2001", {
      message: `\`${name.text}\` has no value before the first turn`,
      span,
      help: [`write \`carry ${name.text} = …\``],
    });
    return errorValue;
  }
  const context = newContext(builder, outer);
  const given = fillTo(evaluate(initial, context), type, context, span);
  const array = expectArray(given, context, span);
  if (array === undefined) return errorValue;
  const { operand } = hoist(array, `${name.text}_first`, context, span);
  const carry = freshBinding(builder, name.text);
  const dtype = stored(array.type, context);
  const { shape } = array;
  const { turn } = turns.scan;
  builder.bindings.push({
    kind: "carry",
    name: carry,
    turn,
    of: operand,
    dtype,
    shape,
    span: statement.span,
  });
  // What it starts with says nothing of later turns.
  return operandArray(carry, { dtype, shape, range: type && array.range }, [], array.origin);
}

function lastValue(name: string, scanning: Scanning): Value {
  const { builder, carries, statement } = scanning;
  const current = carries.get(name)?.current;
  if (current === undefined || !finish(scanning)) return errorValue;
  const carry = valueOf(current, builder.session);
  return carry.kind === "array" ? result("last", carry, name, statement.span, scanning) : errorValue;
}
