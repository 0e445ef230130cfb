import type { List, Read, Tuple } from "../../grammar/ast.ts";
import { constantOf } from "../integers/index.ts";
import type { Context, ListValue, Value } from "./checker-types.ts";
import { evaluate } from "./evaluate.ts";
import { dimOf } from "./expect.ts";
import { generated, placed } from "./generators.ts";
import { tellIn } from "./session.ts";
import { errorValue } from "./value.ts";

export function evaluateTuple(expr: Tuple, context: Context): Value {
  const inner = { ...context, label: undefined };
  return { kind: "list", elements: expr.elements.map((element) => evaluate(element, inner)) };
}

export function evaluateList({ elements, generators }: List, context: Context): Value {
  if (generators.length === 0) {
    return {
      kind: "list",
      elements: elements.map((element, place) => evaluate(element, placed(context, place))),
    };
  }
  const contexts = generated(generators, context);
  if (contexts === undefined) return errorValue;
  return {
    kind: "list",
    elements: contexts.flatMap((one) => elements.map((element) => evaluate(element, one))),
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
