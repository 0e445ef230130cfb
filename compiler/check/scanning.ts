import type { Binder, ScanStatement, Target } from "../../grammar/ast.ts";
import type { Span } from "../diagnostics/source.ts";
import type { Axis } from "../graph/expr.ts";
import { prove, showForm, type Form } from "../integers/index.ts";
import { operandArray } from "./arrays.ts";
import { explicitRange } from "./binders.ts";
import { freshBinding } from "./builder.ts";
import type { ArrayValue, Builder, Entity, OpenScan, Scope, Value } from "./checker-types.ts";
import { newContext } from "./context.ts";
import { hoist } from "./hoist.ts";
import { stored } from "./numbers.ts";
import { find, valueOf } from "./scope.ts";
import { tell, tellIn } from "./session.ts";
import { errorValue } from "./value.ts";

/** The body of a scan, or one turn of a `repeat`. */
export interface Recurrence {
  readonly statement: ScanStatement;
  readonly inner: Scope;
  readonly builder: Builder;
  /** What is carried, by name. */
  readonly carries: ReadonlyMap<string, Carried>;
}

/** A scan in one body, while it is found out. */
export interface Scanning extends Recurrence {
  /** Where it stands. */
  readonly outer: Scope;
  /** Its range, found out once. */
  readonly range: () => TurnRange | undefined;
  readonly carries: Map<string, Carried>;
  /** Whether the next value of every carry is known; undefined as long as nobody has asked. */
  finished: boolean | undefined;
}

export interface TurnRange {
  readonly axis: Axis;
  readonly start: Form;
  readonly scan: OpenScan;
}

export interface Carried {
  /** Its value before the turn. */
  readonly current: Entity;
  /** Where it is carried: in the head of the scan, or as the state that has a next value in each turn. */
  readonly span: Span;
}

/** The turns of a scan, which its body gets an axis for; undefined where its range is wrong. */
export function rangeOf(statement: ScanStatement, outer: Scope, builder: Builder): TurnRange | undefined {
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

/** What is seen from outside of a tensor inside. */
export function result(
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

/** The equation for what is carried after the turn. */
export function nextOf(name: string, { inner, carries, builder }: Recurrence): Entity | undefined {
  const next = inner.entities.get(`${name}'`);
  if (next === undefined) {
    tell(builder.session, "DLC2001", {
      message: `there is no equation for \`${name}'\`, what \`${name}\` is after the turn`,
      span: carries.get(name)?.span,
      help: [`write \`${name}' = …\` in the scan`],
    });
  }
  return next;
}

/** Finds out what every carry is after the turn. A result of the scan stands behind all of that. */
export function finish(scanning: Scanning): boolean {
  if (scanning.finished !== undefined) return scanning.finished;
  const { carries, inner, builder, range } = scanning;
  const { session } = builder;
  let complete = range() !== undefined;
  for (const [name, { current, span }] of carries) {
    const next = nextOf(name, scanning);
    if (next === undefined) {
      complete = false;
      continue;
    }
    const [before, after] = [valueOf(current, session), valueOf(next, session)];
    if (before.kind !== "array" || before.operand === undefined || after.kind !== "array") {
      complete = false;
      continue;
    }
    const { operand } = hoist(after, `${name}_next`, newContext(builder, inner), next.span ?? span);
    range()?.scan.carries.push({ current: before.operand, next: operand });
  }
  refuseShadows(scanning);
  if (builder.mode === "declaration") {
    for (const entity of [...inner.entities.values()]) if (entity.unasked !== true) valueOf(entity, session);
  }
  scanning.finished = complete;
  return complete;
}

/** D1.1, also of names that were not there yet when the body was read: those of inputs. */
function refuseShadows({ inner, outer, carries, builder }: Scanning): void {
  for (const { name, span, unasked } of inner.entities.values()) {
    const other = find(name, outer);
    if (
      unasked === true ||
      carries.has(name) ||
      name.endsWith("'") ||
      other === undefined ||
      other.scope.prelude
    )
      continue;
    tell(builder.session, "DLC2003", {
      message: `\`${name}\` would hide a name that is defined around it`,
      span,
      notes: other.entity.span ? [{ text: "it is defined here", span: other.entity.span }] : [],
      help: ["choose another name for one of them"],
    });
  }
}

/** Is a left side a next value, or an array over all turns? Other names are local. */
export function isOfScan(target: Target, { statement }: Recurrence): boolean {
  return target.primed || target.binders.some((binder) => isBinderOf(binder, statement));
}

export function isBinderOf(binder: Binder, { variable }: ScanStatement): boolean {
  return binder.kind === "index" && binder.name.text === variable.text;
}
