import type { Expr, Generator, List, Read, Tuple } from "../../grammar/ast.ts";
import { constant, constantOf } from "../integers/index.ts";
import type { Context, ListValue, Value } from "./checker-types.ts";
import { evaluate } from "./evaluate.ts";
import { dimOf } from "./expect.ts";
import { known, newScope } from "./scope.ts";
import { tellIn } from "./session.ts";
import { counted, describeValue, errorValue, scalarValue } from "./value.ts";

/** More places than any network has layers: a slip of the pen, not a list. */
export const longestList = 100_000;

export function evaluateTuple(expr: Tuple, context: Context): Value {
  const inner = { ...context, label: undefined };
  return { kind: "list", elements: expr.elements.map((element) => evaluate(element, inner)) };
}

export function evaluateList(expr: List, context: Context): Value {
  if (expr.generators.length === 0) {
    return {
      kind: "list",
      elements: expr.elements.map((element, place) => evaluate(element, placed(context, place))),
    };
  }
  const [element] = expr.elements;
  if (element === undefined) return { kind: "list", elements: [] };
  const contexts = generate(expr.generators, context);
  if (contexts === undefined) {
    return errorValue;
  }
  return {
    kind: "list",
    elements: contexts.map((one, place) =>
      evaluate(element, placed({ ...one, label: context.label }, place)),
    ),
  };
}

/** `blocks[0]`: the member of a list. */
export function memberOfList({ subscripts, span }: Read, list: ListValue, context: Context): Value {
  const [place] = subscripts;
  const whole =
    place?.kind === "all" || place?.kind === "pack" || place?.kind === "spread" || place?.kind === "range";
  if (subscripts.length !== 1 || place === undefined || whole) {
    tellIn(context.builder, "DLC3013", {
      message: "of a list one member is read, by one whole number",
      span,
    });
    return errorValue;
  }
  const form = dimOf(place, context);
  const number = form && constantOf(form);
  if (number === undefined) {
    // In the check of a declaration any member may be meant.
    if (form !== undefined && context.builder.mode === "instance") {
      tellIn(context.builder, "DLC3012", {
        message: "which member of a list is meant must be known when the model is built",
        span: place.span,
      });
    }
    return errorValue;
  }
  const member = list.elements[number];
  if (member !== undefined) return member;
  tellIn(context.builder, "DLC3006", {
    message: `this list has ${list.elements.length} members, and so none at ${number}`,
    span: place.span,
  });
  return errorValue;
}

/** The place in a list is a label (D2.1); `""` before it leaves that out too. */
function placed(context: Context, place: number): Context {
  const { label } = context;
  if (label === undefined) return context;
  const turns = `${context.turns ?? ""}.${place}`;
  return { ...context, turns, label: label.at(-1) === "" ? label : [...label, `${place}`] };
}

/** One context for each turn of the generators, the last one turning fastest. */
function generate(generators: readonly Generator[], context: Context): readonly Context[] | undefined {
  let contexts: readonly Context[] = [context];
  for (const generator of generators) {
    const next: Context[] = [];
    for (const outer of contexts) {
      const turns = turnsOf(generator, outer);
      if (turns === undefined) return undefined;
      next.push(...turns);
      if (next.length > longestList) {
        tellIn(context.builder, "DLC3012", {
          message: `this list has more than ${longestList} places`,
          span: generator.span,
        });
        return undefined;
      }
    }
    contexts = next;
  }
  return contexts;
}

function turnsOf(generator: Generator, context: Context): readonly Context[] | undefined {
  const { over } = generator;
  if (over.kind === "range") {
    const [start, end] = [dimOf(over.start, context), dimOf(over.end, context)];
    if (start === undefined || end === undefined) return undefined;
    const [first, last] = [constantOf(start), constantOf(end)];
    if (first === undefined || last === undefined) {
      reportLength(over.end, context);
      return undefined;
    }
    return Array.from({ length: Math.min(Math.max(0, last - first), longestList + 1) }, (_, turn) =>
      bind(generator, scalarValue(counted(constant(first + turn))), context),
    );
  }
  const list = evaluate(over, { ...context, label: undefined });
  if (list.kind === "list") return list.elements.map((element) => bind(generator, element, context));
  if (list.kind !== "error") {
    tellIn(context.builder, "DLC3013", {
      message: `a list or a range is needed here, but this is ${describeValue(list)}`,
      span: over.span,
    });
  }
  return undefined;
}

/** In the check of a declaration a list may be as long as it likes. */
function reportLength(end: Expr, context: Context): void {
  if (context.builder.mode === "instance") {
    tellIn(context.builder, "DLC3012", {
      message: "the length of a list must be known when the model is built",
      span: end.span,
    });
  }
}

function bind(generator: Generator, value: Value, context: Context): Context {
  const scope = newScope(context.scope, context.builder);
  const values = generator.destructured ? partsOf(generator, value, context) : [value];
  generator.names.forEach((name, place) => {
    scope.entities.set(name.text, known(name.text, name.span, values[place] ?? errorValue));
  });
  return { ...context, scope };
}

function partsOf(generator: Generator, value: Value, context: Context): readonly Value[] {
  if (value.kind === "list" && value.elements.length === generator.names.length) return value.elements;
  if (value.kind !== "error") {
    tellIn(context.builder, "DLC3013", {
      message:
        value.kind === "list"
          ? `${generator.names.length} names stand for ${value.elements.length} values`
          : `${describeValue(value)} can't be taken apart`,
      span: generator.span,
    });
  }
  return [];
}
