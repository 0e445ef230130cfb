import type { ScanStatement, Statement } from "../../grammar/ast.ts";
import { add, axis as axisForm } from "../integers/index.ts";
import { operandArray } from "./arrays.ts";
import { freshBinding } from "./builder.ts";
import { carriedNames, type CarriedName } from "./carries.ts";
import type { Builder, Scope, Value } from "./checker-types.ts";
import { newContext } from "./context.ts";
import { defineEquation } from "./define-equation.ts";
import { expectArray } from "./expect.ts";
import { hoist } from "./hoist.ts";
import { stored } from "./numbers.ts";
import { defineRecurrence, defineStacked, type DefineArray } from "./scan-equations.ts";
import { finish, isOfScan, rangeOf, result, type Recurrence, type Scanning } from "./scanning.ts";
import { define, defineNew, lazy, newScope, valueOf } from "./scope.ts";
import { counted, errorValue, scalarValue } from "./value.ts";

/**
 * The names of a scan: inside it those of its body, its variable, and what it carries before and after the turn;
 * outside what it carries, after the last turn, and the arrays that it builds (D1.6).
 */
export function defineScan(
  statement: ScanStatement,
  outer: Scope,
  builder: Builder,
  defineOther: DefineOther,
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
  for (const carried of carriedNames(statement, outer, builder)) defineCarry(carried, scanning);
  defineBody(scanning, defineOther, (target, equation, evaluateTarget) =>
    defineStacked(target, equation, evaluateTarget, scanning),
  );
}

export type DefineOther = (statement: Statement, scope: Scope) => void;

export function defineBody(recurrence: Recurrence, defineOther: DefineOther, defineArray: DefineArray): void {
  const { statement, inner, builder } = recurrence;
  for (const one of scansLast(statement.body.statements)) {
    if (one.kind === "equation" && one.targets.some((target) => isOfScan(target, recurrence)))
      defineRecurrence(one, recurrence, defineArray);
    else if (one.kind === "equation") defineEquation(one, inner, builder, []);
    else defineOther(one, inner);
  }
}

/** A scan is looked at when all states are known that it may change. */
export function scansLast(statements: readonly Statement[]): readonly Statement[] {
  const isScan = ({ kind }: Statement): boolean => kind === "scan" || kind === "repeat";
  return [...statements.filter((one) => !isScan(one)), ...statements.filter(isScan)];
}

export function once<T>(find: () => T): () => T {
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
function defineCarry(carried: CarriedName, scanning: Scanning): void {
  const { inner, outer, builder, carries } = scanning;
  const { name, span, outside, declares } = carried;
  const current = {
    ...lazy(name, span, () => currentValue(carried, scanning)),
    ...(declares && { declares }),
  };
  defineNew(
    builder.session,
    outer,
    lazy(outside, span, () => lastValue(name, scanning)),
  );
  inner.entities.set(name, current);
  carries.set(name, { current, span });
}

function currentValue({ name, span, first, ranged }: CarriedName, scanning: Scanning): Value {
  const { statement, range, outer, builder } = scanning;
  const turns = range();
  if (turns === undefined) return errorValue;
  const context = newContext(builder, outer);
  const array = expectArray(first(), context, span);
  if (array === undefined) return errorValue;
  const { operand } = hoist(array, `${name}_first`, context, span);
  const carry = freshBinding(builder, name);
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
  return operandArray(carry, { dtype, shape, range: ranged ? array.range : undefined }, [], array.origin);
}

function lastValue(name: string, scanning: Scanning): Value {
  const { builder, carries, statement } = scanning;
  const current = carries.get(name)?.current;
  if (current === undefined || !finish(scanning)) return errorValue;
  const carry = valueOf(current, builder.session);
  return carry.kind === "array" ? result("last", carry, name, statement.span, scanning) : errorValue;
}
