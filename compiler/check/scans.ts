import type { Binder, Equation, Formal, ScanStatement, Statement, Target } from "../../grammar/ast.ts";
import type { Span } from "../diagnostics/source.ts";
import type { Axis } from "../graph/expr.ts";
import { add, axis as axisForm, constant, prove, showForm, type Form } from "../integers/index.ts";
import { operandArray } from "./arrays.ts";
import { explicitRange } from "./binders.ts";
import { freshBinding } from "./builder.ts";
import type { ArrayValue, Builder, Entity, OpenScan, Scope, Value } from "./checker-types.ts";
import { axisForms, freshAxis, newContext } from "./context.ts";
import { defineEquation, defineLabels, evaluateTogether, nth, targetName } from "./define-equation.ts";
import { evaluateEquation, fill, fillTo, indexed, type KnownType } from "./equations.ts";
import { evaluate } from "./evaluate.ts";
import { expectArray } from "./expect.ts";
import { hoist } from "./hoist.ts";
import { coerce, stored } from "./numbers.ts";
import { define, lazy, newScope, valueOf } from "./scope.ts";
import { tell, tellIn } from "./session.ts";
import { holdSizes } from "./sizes.ts";
import { counted, errorValue, scalarValue } from "./value.ts";

/** A scan in one body, while it is found out. */
interface Scanning {
  readonly statement: ScanStatement;
  /** Where it stands, and its body. */
  readonly outer: Scope;
  readonly inner: Scope;
  readonly builder: Builder;
  /** Its range, found out once. */
  readonly range: () => TurnRange | undefined;
  /** What is carried, by name. */
  readonly carries: Map<string, Carried>;
  /** Whether the next value of every carry is known; undefined as long as nobody has asked. */
  finished: boolean | undefined;
}

interface TurnRange {
  readonly axis: Axis;
  readonly start: Form;
  readonly scan: OpenScan;
}

interface Carried {
  readonly formal: Formal;
  /** Its value before the turn. */
  readonly current: Entity;
}

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
  if (builder.obligations !== undefined) {
    refuseScan(statement, "`scan` in a data declaration is not built yet", outer, builder);
    return;
  }
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

function rangeOf(statement: ScanStatement, outer: Scope, builder: Builder): TurnRange | undefined {
  const { range, variable } = statement;
  const context = newContext(builder, outer);
  const ends = explicitRange(range, context);
  if (ends === undefined) return undefined;
  const { start, extent } = ends;
  const verdict = prove({ relation: "nonnegative", form: extent }, builder.certain);
  if (verdict === "refuted" || (verdict === "undecided" && builder.mode === "instance")) {
    tellIn(builder, verdict === "refuted" ? "DLC3005" : "DLC3011", {
      message: `the number of turns, ${showForm(extent)}, is ${verdict === "refuted" ? "less than 0" : "not known to be at least 0"}`,
      span: range.span,
      help: verdict === "refuted" ? [] : ["state it in the `where` of the model's entry"],
    });
    return undefined;
  }
  const turn = `${variable.text}$${(builder.session.scans.count += 1)}`;
  const scan: OpenScan = { turn, extent, carries: [] };
  builder.scans.push(scan);
  return { axis: { name: turn, extent }, start, scan };
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

/** What is seen from outside of a tensor inside. */
function result(
  kind: "last" | "stack",
  of: ArrayValue,
  name: string,
  span: Span,
  { builder, outer, range }: Scanning,
): Value {
  const turns = range();
  if (turns === undefined || of.operand === undefined) return errorValue;
  const { turn, extent } = turns.scan;
  const binding = freshBinding(builder, kind === "last" ? `${name}_last` : name);
  builder.bindings.push({ kind, name: binding, turn, of: of.operand, span });
  const dtype = stored(of.type, newContext(builder, outer));
  const shape = kind === "last" ? of.shape : [extent, ...of.shape];
  return operandArray(binding, { dtype, shape, range: of.range });
}

/** Finds out what every carry is after the turn. A result of the scan stands behind all of that. */
function finish(scanning: Scanning): boolean {
  if (scanning.finished !== undefined) return scanning.finished;
  const { carries, inner, builder, range } = scanning;
  const { session } = builder;
  let complete = range() !== undefined;
  for (const [name, { formal, current }] of carries) {
    const next = inner.entities.get(`${name}'`);
    if (next === undefined) {
      tell(session, "DLC2001", {
        message: `there is no equation for \`${name}'\`, what \`${name}\` is after the turn`,
        span: formal.name.span,
        help: [`write \`${name}' = …\` in the scan`],
      });
      complete = false;
      continue;
    }
    const [before, after] = [valueOf(current, session), valueOf(next, session)];
    if (before.kind !== "array" || before.operand === undefined || after.kind !== "array") {
      complete = false;
      continue;
    }
    const { operand } = hoist(after, `${name}_next`, newContext(builder, inner), next.span ?? formal.span);
    range()?.scan.carries.push({ current: before.operand, next: operand });
  }
  if (builder.mode === "declaration") {
    for (const entity of [...inner.entities.values()]) if (entity.unasked !== true) valueOf(entity, session);
  }
  scanning.finished = complete;
  return complete;
}

/** Is a left side a next value, or an array over all turns? Other names are local. */
function isOfScan(target: Target, { statement }: Scanning): boolean {
  return target.primed || target.binders.some((binder) => isBinderOf(binder, statement));
}

function isBinderOf(binder: Binder, { variable }: ScanStatement): boolean {
  return binder.kind === "index" && binder.name.text === variable.text;
}

/** `h'[n, k] = …`, `y[n, t, k] = …`, or several of them that stand for the results of one right side. */
function defineRecurrence(equation: Equation, scanning: Scanning): void {
  const { builder, inner, statement } = scanning;
  const { session } = builder;
  const [only, second] = equation.targets;
  if (only === undefined) return;
  const inTurn = (target: Target): Target => ({
    ...target,
    binders: target.binders.filter((binder) => !isBinderOf(binder, statement)),
  });
  const own = { ...equation, targets: equation.targets.map(inTurn) };
  const whole =
    second === undefined
      ? undefined
      : lazy(equation.targets.map(targetName).join(", "), only.name.span, () =>
          evaluateTogether(own, inner, builder),
        );
  equation.targets.forEach((target, place) => {
    const reduced = inTurn(target);
    const evaluateTarget = (type: KnownType | undefined): Value => {
      if (whole !== undefined) return nth(valueOf(whole, session), place);
      const context = newContext(builder, inner);
      return reduced.binders.length > 0
        ? indexed(own, reduced, context, target.primed ? target.type : undefined, type?.shape)
        : evaluateEquation(own, reduced, inner, builder, undefined);
    };
    if (target.primed) defineNext(target, equation, evaluateTarget, scanning);
    else if (target.binders.length === reduced.binders.length)
      define(
        session,
        inner,
        lazy(target.name.text, target.name.span, () => evaluateTarget(undefined)),
      );
    else defineStacked(target, equation, evaluateTarget, scanning);
  });
  defineLabels(equation, inner, builder, only);
}

type EvaluateTarget = (type: KnownType | undefined) => Value;

function defineNext(
  target: Target,
  equation: Equation,
  evaluateTarget: EvaluateTarget,
  { carries, inner, builder }: Scanning,
): void {
  const { text, span } = target.name;
  const carried = carries.get(text);
  if (carried === undefined) {
    tell(builder.session, "DLC2018", {
      message: `\`${text}\` has no next value in this scan, which does not carry it`,
      span,
      help: [`write \`carry ${text} = …\` in the head of the scan, or leave out the \`'\``],
    });
    return;
  }
  const evaluateNext = (): Value => {
    const before = valueOf(carried.current, builder.session);
    if (before.kind !== "array") return errorValue;
    const context = newContext(builder, inner);
    const dtype = stored(before.type, context);
    const type = { name: dtype, dtype, shape: before.shape, range: before.range };
    const after = evaluateTarget(type);
    return after.kind === "error" ? after : fill(after, type, context, equation.span);
  };
  define(builder.session, inner, lazy(`${text}'`, span, evaluateNext));
}

/** An array with an axis for the turns is written in the scan and read outside. */
function defineStacked(
  target: Target,
  equation: Equation,
  evaluateTarget: EvaluateTarget,
  scanning: Scanning,
): void {
  const { inner, outer, builder, statement } = scanning;
  const { session } = builder;
  const { text, span } = target.name;
  const refuse = (): Value => {
    tell(session, "DLC2019", {
      message: `\`${text}\` is read in the scan that builds it`,
      span,
      help: ["give the value of the turn a name of its own, and carry what a later turn needs"],
    });
    return errorValue;
  };
  const twice = target.binders.filter((binder) => isBinderOf(binder, statement)).length > 1;
  const evaluateAll = (): Value => {
    if (twice) {
      tell(session, "DLC2003", {
        message: `\`${statement.variable.text}\` stands twice on the left`,
        span: target.span,
        help: ["an array has one axis for the turns of its scan"],
      });
      return errorValue;
    }
    return stackOf(target, equation, evaluateTarget, scanning);
  };
  define(session, outer, lazy(text, span, evaluateAll));
  inner.entities.set(text, { ...lazy(text, span, refuse), unasked: true });
}

function stackOf(
  target: Target,
  equation: Equation,
  evaluateTarget: EvaluateTarget,
  scanning: Scanning,
): Value {
  const { builder, outer, inner, range, statement } = scanning;
  const turns = range();
  if (turns === undefined) return errorValue;
  if (turns.start.key !== "0") {
    tellIn(builder, "DLC3012", {
      message: "the entries of a tensor are counted from 0, and the turns of this scan are not",
      span: target.span,
      help: [`let it begin at 0, and read at \`${statement.variable.text} + …\``],
    });
    return errorValue;
  }
  const context = newContext(builder, inner);
  const value = expectArray(evaluateTarget(undefined), context, equation.span);
  if (value === undefined || !finish(scanning)) return errorValue;
  const { extent } = turns.axis;
  if (!holdSizes([extent], `\`${target.name.text}\``, builder, target.span)) return errorValue;
  const { operand } = hoist(value, target.name.text, context, equation.span);
  const part = operandArray(operand, {
    dtype: stored(value.type, context),
    shape: value.shape,
    range: value.range,
  });
  const all = result("stack", part, target.name.text, equation.span, scanning);
  const place = placeOfTurn(target.binders, statement, value.shape.length);
  if (all.kind !== "array" || place === 0) return all;
  // The turns come first in what is stacked, and where they stand on the left in the array.
  const outside = newContext(builder, outer);
  const axes = [...value.shape.slice(0, place), extent, ...value.shape.slice(place)].map((size) =>
    freshAxis(outside, "i", size),
  );
  const forms = axisForms(axes);
  const [at, rest] = [forms[place] ?? constant(0), forms.filter((_, position) => position !== place)];
  const dtype = stored(all.type, outside);
  const body = coerce(all.element([at, ...rest], outside), dtype);
  const name = freshBinding(builder, target.name.text);
  builder.bindings.push({
    kind: "equation",
    name,
    axes,
    domain: [],
    dtype,
    body,
    span: equation.span,
  });
  return operandArray(name, { dtype, shape: axes.map((one) => one.extent), range: value.range });
}

/** How many axes stand before the one of the turns. */
function placeOfTurn(binders: readonly Binder[], statement: ScanStatement, rank: number): number {
  const at = binders.findIndex((binder) => isBinderOf(binder, statement));
  const after = binders.slice(at + 1);
  return after.some(({ kind }) => kind === "pack") ? at : rank - after.length;
}
