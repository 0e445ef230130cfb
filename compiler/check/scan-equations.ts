import type { Binder, Equation, ScanStatement, Target } from "../../grammar/ast.ts";
import { constant, type Form } from "../integers/index.ts";
import { operandArray } from "./arrays.ts";
import { freshBinding } from "./builder.ts";
import type { Builder, Scope, Value } from "./checker-types.ts";
import { axisForms, freshAxis, newContext } from "./context.ts";
import { defineLabels, evaluateTogether, nth, targetName } from "./define-equation.ts";
import { evaluateEquation, fill, indexed, type KnownType } from "./equations.ts";
import { expectArray } from "./expect.ts";
import { hoist } from "./hoist.ts";
import { coerce, stored } from "./numbers.ts";
import { finish, isBinderOf, result, type Recurrence, type Scanning } from "./scanning.ts";
import { define, defineNew, find, lazy, valueOf } from "./scope.ts";
import { tell, tellIn } from "./session.ts";
import { holdSizes } from "./sizes.ts";
import { errorValue } from "./value.ts";

/** An array over all turns: what its left side is, and its entries of one turn. */
export type DefineArray = (target: Target, equation: Equation, evaluateTarget: EvaluateTarget) => void;

/** `h'[n, k] = …`, `y[n, t, k] = …`, or several of them that stand for the results of one right side. */
export function defineRecurrence(equation: Equation, recurrence: Recurrence, defineArray: DefineArray): void {
  const { builder, inner, statement } = recurrence;
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
        ? indexed(own, reduced, context, target.primed ? target.type : undefined, type)
        : evaluateEquation(own, reduced, inner, builder, undefined);
    };
    if (target.primed) defineNext(target, equation, evaluateTarget, recurrence);
    else if (target.binders.length === reduced.binders.length)
      define(
        session,
        inner,
        lazy(target.name.text, target.name.span, () => evaluateTarget(undefined)),
      );
    else defineArray(target, equation, evaluateTarget);
  });
  defineLabels(equation, inner, builder, only);
}

export type EvaluateTarget = (type: KnownType | undefined) => Value;

function defineNext(
  target: Target,
  equation: Equation,
  evaluateTarget: EvaluateTarget,
  { carries, inner, builder }: Recurrence,
): void {
  const { text, span } = target.name;
  const carried = carries.get(text);
  if (carried === undefined && find(text, inner)?.entity.declares !== undefined) {
    // A state of the turn itself.
    defineNew(
      builder.session,
      inner,
      lazy(`${text}'`, span, () => evaluateTarget(undefined)),
    );
    return;
  }
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
  defineNew(builder.session, inner, lazy(`${text}'`, span, evaluateNext));
}

/** An array with an axis for the turns is written in the scan and read outside. */
export function defineStacked(
  target: Target,
  equation: Equation,
  evaluateTarget: EvaluateTarget,
  scanning: Scanning,
): void {
  const { inner, outer, builder } = scanning;
  const evaluateAll = (): Value =>
    standsOnce(target, scanning) ? stackOf(target, equation, evaluateTarget, scanning) : errorValue;
  define(builder.session, outer, lazy(target.name.text, target.name.span, evaluateAll));
  refuseInside(target, inner, builder);
}

/** Inside, an array over the turns can only be written. */
export function refuseInside({ name }: Target, inner: Scope, { session }: Builder): void {
  const { text, span } = name;
  const refuse = (): Value => {
    tell(session, "DLC2019", {
      message: `\`${text}\` is read in the scan that builds it`,
      span,
      help: ["give the value of the turn a name of its own, and carry what a later turn needs"],
    });
    return errorValue;
  };
  inner.entities.set(text, { ...lazy(text, span, refuse), unasked: true });
}

/** An array has one axis for the turns. */
export function standsOnce(
  target: Target,
  { statement, builder }: Pick<Recurrence, "statement" | "builder">,
): boolean {
  if (target.binders.filter((binder) => isBinderOf(binder, statement)).length === 1) return true;
  tell(builder.session, "DLC2003", {
    message: `\`${statement.variable.text}\` stands twice on the left`,
    span: target.span,
    help: ["an array has one axis for the turns of its scan"],
  });
  return false;
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
  if (!beginsAtZero(turns.start, target, scanning)) return errorValue;
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

export function beginsAtZero(
  start: Form,
  { span }: Target,
  { statement, builder }: Pick<Recurrence, "statement" | "builder">,
): boolean {
  if (start.key === "0") return true;
  tellIn(builder, "DLC3012", {
    message: "the entries of a tensor are counted from 0, and the turns of this scan are not",
    span,
    help: [`let it begin at 0, and read at \`${statement.variable.text} + …\``],
  });
  return false;
}

/** How many axes stand before the one of the turns. */
export function placeOfTurn(binders: readonly Binder[], statement: ScanStatement, rank: number): number {
  const at = binders.findIndex((binder) => isBinderOf(binder, statement));
  const after = binders.slice(at + 1);
  return after.some(({ kind }) => kind === "pack") ? at : rank - after.length;
}
