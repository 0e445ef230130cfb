import type { Equation, ScanStatement, Target } from "../../grammar/ast.ts";
import {
  add,
  axis as axisForm,
  constant,
  constantOf,
  dim,
  mentions,
  prove,
  showForm,
  subtract,
  withBounds,
  type Form,
} from "../integers/index.ts";
import { equalSizes, operandArray } from "./arrays.ts";
import { explicitRange } from "./binders.ts";
import { selected } from "./branches.ts";
import { freshBinding } from "./builder.ts";
import { carriedNames, type CarriedName } from "./carries.ts";
import type { ArrayValue, Builder, Entity, Scope, Value } from "./checker-types.ts";
import { guardsExpr } from "./conditions.ts";
import { axisForms, freshAxis, newContext, underAxes } from "./context.ts";
import { expectArray } from "./expect.ts";
import { hoist } from "./hoist.ts";
import { longestList } from "./generators.ts";
import { coerce, stored } from "./numbers.ts";
import {
  beginsAtZero,
  placeOfTurn,
  refuseInside,
  standsOnce,
  type EvaluateTarget,
} from "./scan-equations.ts";
import { isBinderOf, nextOf, type Carried, type Recurrence } from "./scanning.ts";
import { defineBody, once, type DefineOther } from "./scans.ts";
import { define, defineNew, known, lazy, newScope, valueOf } from "./scope.ts";
import { tellIn } from "./session.ts";
import { showShape } from "./show-types.ts";
import { holdSizes } from "./sizes.ts";
import { counted, errorValue, scalarValue } from "./value.ts";

/** A `repeat` in one body, while it is found out. */
interface Repeating {
  readonly statement: ScanStatement;
  readonly outer: Scope;
  readonly builder: Builder;
  /** Undefined where its range is wrong. */
  readonly turns: () => Turns | undefined;
}

interface Turns {
  readonly start: Form;
  readonly extent: Form;
  /** In order. In the check of a declaration there is one, which stands for all. */
  readonly all: readonly Turn[];
}

interface Turn extends Recurrence {
  readonly carries: Map<string, Carried>;
  /** What the turn has to say of the arrays over all turns. */
  readonly parts: Map<string, Part>;
}

interface Part {
  readonly target: Target;
  readonly equation: Equation;
  readonly evaluateTarget: EvaluateTarget;
}

/** As a scan, with a body for each turn: what is instantiated or declared there is another one in each (D2.1). */
export function defineRepeat(
  statement: ScanStatement,
  outer: Scope,
  builder: Builder,
  defineOther: DefineOther,
): void {
  const carried = carriedNames(statement, outer, builder);
  const repeating: Repeating = {
    statement,
    outer,
    builder,
    turns: once(() => turnsOf(statement, outer, builder, carried, defineOther)),
  };
  for (const one of carried)
    defineNew(
      builder.session,
      outer,
      lazy(one.outside, one.span, () => lastValue(one, repeating)),
    );
  for (const one of statement.body.statements) {
    for (const target of one.kind === "equation" ? one.targets : []) {
      if (target.primed || !target.binders.some((binder) => isBinderOf(binder, statement))) continue;
      const { text, span } = target.name;
      define(
        builder.session,
        outer,
        lazy(text, span, () => allParts(target, repeating)),
      );
    }
  }
}

function turnsOf(
  statement: ScanStatement,
  outer: Scope,
  builder: Builder,
  carried: readonly CarriedName[],
  defineOther: DefineOther,
): Turns | undefined {
  const ends = explicitRange(statement.range, newContext(builder, outer));
  if (ends === undefined) return undefined;
  const { start, extent } = ends;
  const all: Turn[] = [];
  const addTurn = (number: Form, labels: readonly string[]): void => {
    const turn = newTurn(number, labels, statement, outer, builder);
    const before = all.at(-1);
    for (const one of carried) carryInto(turn, one, before);
    defineBody(turn, defineOther, (target, equation, evaluateTarget) => {
      turn.parts.set(target.name.text, { target, equation, evaluateTarget });
      refuseInside(target, turn.inner, builder);
    });
    all.push(turn);
    builder.turns.push(turn.inner);
  };
  if (builder.mode === "declaration") addTurn(anyTurn(statement, start, extent, builder), []);
  else {
    const [first, count] = [constantOf(start), constantOf(extent)];
    if (first === undefined || count === undefined || !holdCount(count, statement, builder)) {
      if (count === undefined || first === undefined) reportOpenRange(statement, builder);
      return undefined;
    }
    const name = statement.variable.text;
    for (let number = first; number < first + count; number++) addTurn(constant(number), [name, `${number}`]);
  }
  return { start, extent, all };
}

function reportOpenRange({ range }: ScanStatement, builder: Builder): void {
  tellIn(builder, "DLC3012", {
    message: "the number of turns of a `repeat` must be known when the model is built",
    span: range.span,
    help: ["each turn has parameters of its own; a recurrence over time is a `scan`"],
  });
}

function holdCount(count: number, { range }: ScanStatement, builder: Builder): boolean {
  if (count >= 0 && count <= longestList) return true;
  tellIn(builder, count < 0 ? "DLC3005" : "DLC3012", {
    message:
      count < 0
        ? `the number of turns, ${count}, is less than 0`
        : `this \`repeat\` has more than ${longestList} turns`,
    span: range.span,
  });
  return false;
}

/** A number within the range, of which nothing else is known. */
function anyTurn(statement: ScanStatement, start: Form, extent: Form, builder: Builder): Form {
  const name = `${statement.variable.text}$${(builder.session.scans.count += 1)}`;
  const bounds = { low: start, high: subtract(add(start, extent), constant(1)) };
  const atom = { kind: "dim", name } as const;
  if (prove({ relation: "nonnegative", form: extent }, builder.certain) === "refuted") {
    tellIn(builder, "DLC3005", {
      message: `the number of turns, ${showForm(extent)}, is less than 0`,
      span: statement.range.span,
    });
  }
  builder.facts = withBounds(builder.facts, atom, bounds);
  builder.certain = withBounds(builder.certain, atom, bounds);
  return dim(name);
}

function newTurn(
  number: Form,
  labels: readonly string[],
  statement: ScanStatement,
  outer: Scope,
  builder: Builder,
): Turn {
  const inner: Scope = { ...newScope(outer, builder), labels };
  const { text, span } = statement.variable;
  define(builder.session, inner, known(text, span, scalarValue(counted(number))));
  return { statement, inner, builder, carries: new Map(), parts: new Map() };
}

/** What is carried is before a turn what it was after the one before. */
function carryInto(turn: Turn, carried: CarriedName, before: Turn | undefined): void {
  const { name, span, first, ranged, declares } = carried;
  const { builder, inner } = turn;
  const evaluateCurrent = (): Value => {
    const value = before === undefined ? first() : nextValue(name, before);
    const context = newContext(builder, inner);
    const array = value && expectArray(value, context, span);
    if (array === undefined) return errorValue;
    const operand = copyOf(array, name, turn);
    const dtype = stored(array.type, context);
    const { shape, origin } = array;
    return operandArray(operand, { dtype, shape, range: ranged ? array.range : undefined }, [], origin);
  };
  const current: Entity = { ...lazy(name, span, evaluateCurrent), ...(declares && { declares }) };
  inner.entities.set(name, current);
  turn.carries.set(name, { current, span });
}

/** A binding of its own, so that a gradient by it is one of this turn. */
function copyOf(array: ArrayValue, name: string, { builder, inner, statement }: Turn): string {
  const context = newContext(builder, inner);
  return hoist({ ...array, operand: undefined }, name, context, statement.span).operand;
}

function nextValue(name: string, turn: Turn): Value | undefined {
  const next = nextOf(name, turn);
  return next && valueOf(next, turn.builder.session);
}

function lastValue({ name, first }: CarriedName, repeating: Repeating): Value {
  const { turns, builder } = repeating;
  const found = turns();
  if (found === undefined) return errorValue;
  let last: Value | undefined = undefined;
  // One after the other: a long repetition is no deep one.
  for (const turn of found.all) last = nextValue(name, turn) ?? errorValue;
  checkAll(repeating);
  if (last === undefined) return first();
  const current = found.all[0]?.carries.get(name)?.current;
  if (builder.mode === "instance" || current === undefined) return last;
  const carried = valueOf(current, builder.session);
  return carried.kind === "array" ? symbolOf(carried, name, repeating) : errorValue;
}

/** In the check of a declaration, what comes of all turns is another value than what comes of one. */
function symbolOf(array: ArrayValue, name: string, { builder, outer }: Repeating): Value {
  const { shape, range } = array;
  const dtype = stored(array.type, newContext(builder, outer));
  return operandArray(freshBinding(builder, name), { dtype, shape, range });
}

/** Also what nothing needs is checked, once. */
function checkAll({ turns, builder }: Repeating): void {
  if (builder.mode === "instance") return;
  for (const { inner } of turns()?.all ?? [])
    for (const entity of [...inner.entities.values()]) {
      if (entity.unasked !== true) valueOf(entity, builder.session);
    }
}

/** An array whose entries at a place are those of that turn. */
function allParts(target: Target, repeating: Repeating): Value {
  const { statement, outer, builder, turns } = repeating;
  const found = turns();
  if (found === undefined || !standsOnce(target, repeating)) return errorValue;
  if (!beginsAtZero(found.start, target, repeating)) return errorValue;
  const name = target.name.text;
  const parts: { readonly array: ArrayValue; readonly span: Equation["span"] }[] = [];
  for (const turn of found.all) {
    const part = turn.parts.get(name);
    const context = newContext(builder, turn.inner);
    const value = part?.evaluateTarget(undefined);
    const array = part && value && expectArray(value, context, part.equation.span);
    if (part === undefined || array === undefined) return errorValue;
    const { operand } = hoist(array, name, context, part.equation.span);
    const { shape, range } = array;
    const type = { dtype: stored(array.type, context), shape, range };
    parts.push({ array: operandArray(operand, type), span: part.equation.span });
  }
  checkAll(repeating);
  if (!holdSizes([found.extent], `\`${name}\``, builder, target.span)) return errorValue;
  const context = newContext(builder, outer);
  const [first] = parts;
  if (first === undefined) return errorValue;
  const { shape } = first.array;
  const other = parts.find(({ array }) => !sameShape(array.shape, shape));
  if (other !== undefined || shape.some((size) => dependsOnTurn(size, statement))) {
    const sizes = other === undefined ? "" : `: ${showShape(shape)} and ${showShape(other.array.shape)}`;
    tellIn(builder, "DLC3021", {
      message: `\`${name}\` has another shape in each turn${sizes}`,
      span: first.span,
    });
    return errorValue;
  }
  const place = placeOfTurn(target.binders, statement, shape.length);
  const sizes = [...shape.slice(0, place), found.extent, ...shape.slice(place)];
  const axes = sizes.map((size) => freshAxis(context, "i", size));
  const forms = axisForms(axes);
  const turn = axisForm(axes[place]?.name ?? "");
  const at = forms.filter((_, position) => position !== place);
  const elements = parts.map(({ array }) => array.element(at, underAxes(context, axes)));
  let body = elements.at(-1);
  for (let number = elements.length - 2; number >= 0; number--) {
    const element = elements[number];
    const isTurn = guardsExpr([{ relation: "nonnegative", form: subtract(constant(number), turn) }]);
    body = body && element && selected(isTurn, element, body, target, context);
  }
  if (body === undefined) return errorValue;
  const binding = freshBinding(builder, name);
  const dtype = stored(body.type, context);
  const { span } = first;
  builder.bindings.push({
    kind: "equation",
    name: binding,
    axes,
    domain: [],
    dtype,
    body: coerce(body, dtype),
    span,
  });
  return operandArray(binding, { dtype, shape: sizes, range: body.range });

  function sameShape(a: readonly Form[], b: readonly Form[]): boolean {
    return (
      a.length === b.length && a.every((size, axis) => equalSizes(size, b[axis] ?? size, context) === "equal")
    );
  }
}

function dependsOnTurn(size: Form, { variable }: ScanStatement): boolean {
  return mentions(size, (atom) => atom.kind === "dim" && atom.name.startsWith(`${variable.text}$`));
}
