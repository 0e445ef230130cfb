import type { Expr, Guarded, Read, Subscript } from "../../grammar/ast.ts";
import type { Span } from "../diagnostics/source.ts";
import {
  add,
  constantOf,
  floorDivide,
  mentions,
  modulo,
  one,
  product,
  prove,
  showForm,
  subtract,
  zero,
  type Form,
} from "../integers/index.ts";
import { neededGuards, proveBounds, type Subscripted } from "./bounds.ts";
import { selected } from "./branches.ts";
import type { ArrayValue, Context, ParametersValue, Value } from "./checker-types.ts";
import { guardsExpr } from "./conditions.ts";
import { underGuards } from "./context.ts";
import { evaluate } from "./evaluate.ts";
import { dimOf, expectArray, integerFormOf, scalarOf } from "./expect.ts";
import { memberOfList } from "./lists.ts";
import { partOfParameters } from "./parameters.ts";
import { reduceOrElse } from "./reductions.ts";
import { reportUnknown } from "./scope.ts";
import { tellIn } from "./session.ts";
import { showShape } from "./show-types.ts";
import { errorValue, floatConstant, scalarValue } from "./value.ts";

/** What stands on one axis: a place, or a stretch of the axis that stays one. */
type Place =
  | { readonly kind: "at"; readonly form: Form }
  | { readonly kind: "along"; readonly start: Form; readonly extent: Form };

interface Resolved {
  readonly array: ArrayValue;
  readonly places: readonly Place[];
  readonly checks: readonly Subscripted[];
}

export function evaluateRead(expr: Read, context: Context): Value {
  const inner = { ...context, label: undefined, integer: false };
  const whole = evaluate(expr.array, inner);
  if (whole.kind === "parameters") return readParameters(expr, whole, context);
  if (whole.kind === "list") return memberOfList(expr, whole, context);
  const resolved = resolveRead(expr, whole, context);
  if (resolved === undefined) return errorValue;
  for (const check of resolved.checks) proveBounds(check, nameOfArray(expr.array), context);
  return element(resolved, context);
}

/** `x[n, 0..3, :]`: places are filled in, stretches stay axes. */
function element({ array, places }: Resolved, context: Context): ArrayValue {
  const along = places.filter((place) => place.kind === "along");
  const full = (at: readonly Form[]): readonly Form[] => {
    let next = 0;
    return places.map((place) => (place.kind === "at" ? place.form : add(place.start, at[next++] ?? zero)));
  };
  if (along.length === 0) return scalarValue(array.element(full([]), context));
  return {
    kind: "array",
    type: array.type,
    shape: along.map(({ extent }) => extent),
    range: array.range,
    origin: array.origin,
    element: (at, wanted) => array.element(full(at), wanted),
  };
}

function nameOfArray(expr: Expr): string {
  return expr.kind === "name" ? `\`${expr.text}\`` : "this tensor";
}

/** `g[n]`: the parameters that belong to one value of an index. */
function readParameters(expr: Read, whole: ParametersValue, context: Context): Value {
  // Their leading axes are read like those of any tensor.
  const leading: ArrayValue = {
    kind: "array",
    type: "f32",
    shape: whole.shape,
    element: () => floatConstant(0),
  };
  const resolved = resolveRead(expr, leading, context);
  if (resolved === undefined) return errorValue;
  for (const check of resolved.checks) proveBounds(check, nameOfArray(expr.array), context);
  const forms = resolved.places.flatMap((place) => (place.kind === "at" ? [place.form] : []));
  if (forms.length === resolved.places.length) return partOfParameters(whole, forms);
  tellIn(context.builder, "DLC3002", {
    message: "the parameters of an instance are read one instance at a time",
    span: expr.span,
    help: ["give each axis an index"],
  });
  return errorValue;
}

function resolveRead(expr: Read, value: Value, context: Context): Resolved | undefined {
  const inner = { ...context, label: undefined, integer: false };
  const array = expectArray(value, inner, expr.array.span);
  if (array === undefined) return undefined;
  const rank = array.shape.length;
  const spans = widthsOf(expr.subscripts, rank, context);
  if (spans === undefined) return undefined;
  const covered = spans.reduce((sum, width) => sum + width, 0);
  if (covered !== rank) {
    tellIn(context.builder, "DLC3002", {
      message: `${nameOfArray(expr.array)} has ${rank} ${rank === 1 ? "axis" : "axes"}, ${showShape(array.shape)}, but ${covered} ${covered === 1 ? "subscript" : "subscripts"} here`,
      span: expr.span,
      help: rank === 0 ? ["a number is written without brackets"] : [],
    });
    return undefined;
  }
  const places: Place[] = [];
  const checks: Subscripted[] = [];
  for (const [position, subscript] of expr.subscripts.entries()) {
    const lengths = array.shape.slice(places.length, places.length + (spans[position] ?? 0));
    const more = resolveSubscript(subscript, lengths, checks, context);
    if (more === undefined) return undefined;
    places.push(...more);
  }
  return { array, places, checks };
}

/** How many axes each subscript stands for; a spread takes what the others leave. */
function widthsOf(
  subscripts: readonly Subscript[],
  rank: number,
  context: Context,
): readonly number[] | undefined {
  const widths: (number | undefined)[] = [];
  for (const subscript of subscripts) {
    if (subscript.kind === "pack") {
      const index = context.indices.get(subscript.name.text);
      if (index?.kind !== "indices") {
        reportUnknown(subscript.name.text, subscript.name.span, context);
        return undefined;
      }
      widths.push(index.forms.length);
    } else widths.push(subscript.kind === "spread" ? undefined : 1);
  }
  const fixed = widths.reduce<number>((sum, width) => sum + (width ?? 0), 0);
  return widths.map((width) => width ?? Math.max(0, rank - fixed));
}

function resolveSubscript(
  subscript: Subscript,
  lengths: readonly Form[],
  checks: Subscripted[],
  context: Context,
): readonly Place[] | undefined {
  const [length] = lengths;
  switch (subscript.kind) {
    case "all":
      return length && [{ kind: "along", start: zero, extent: length }];
    case "pack": {
      const index = context.indices.get(subscript.name.text);
      if (index?.kind !== "indices") return undefined;
      return index.forms.map((form, place) => at(form, lengths[place], checks, subscript.span));
    }
    case "spread":
      return spread(subscript.value, lengths, checks, context);
    case "range": {
      const [start, end] = [dimOf(subscript.start, context), dimOf(subscript.end, context)];
      if (start === undefined || end === undefined || length === undefined) return undefined;
      const extent = subtract(end, start);
      if (!isLength(extent, subscript.span, context)) return undefined;
      const last = subtract(end, one);
      // An empty stretch reads nothing, so that its ends need not be in bounds.
      if (constantOf(extent) !== 0) {
        checks.push(
          { form: start, length, span: subscript.span },
          { form: last, length, span: subscript.span },
        );
      }
      return [{ kind: "along", start, extent }];
    }
    default: {
      const form = integerFormOf(subscript, context);
      return form && [at(form, length, checks, subscript.span)];
    }
  }
}

/** All parts that are taken for the values of an index have one length; it may begin where the index says. */
function isLength(extent: Form, span: Span, context: Context): boolean {
  if (mentions(extent, ({ kind }) => kind === "axis" || kind === "read")) {
    tellIn(context.builder, "DLC3012", {
      message: `the length of this part, ${showForm(extent)}, follows an index or an entry of a tensor`,
      span,
      help: ["take the whole axis and filter: `sum[j where j <= i] …`"],
    });
    return false;
  }
  const length = constantOf(extent);
  if (length === undefined || length >= 0) return true;
  tellIn(context.builder, "DLC3005", { message: `this part ends ${-length} before it begins`, span });
  return false;
}

function at(form: Form, length: Form | undefined, checks: Subscripted[], span: Span): Place {
  if (length !== undefined) checks.push({ form, length, span });
  return { kind: "at", form };
}

/** `..(k)` counts through several axes, the last one fastest. */
function spread(
  value: Expr,
  lengths: readonly Form[],
  checks: Subscripted[],
  context: Context,
): readonly Place[] | undefined {
  const form = integerFormOf(value, context);
  if (form === undefined) return undefined;
  checks.push({ form, length: product(lengths), span: value.span });
  return lengths.map((length, place) => {
    const after = product(lengths.slice(place + 1));
    if (constantOf(length) === 1) return { kind: "at", form: zero };
    const whole = floorDivide(form, after);
    // Before the first axis only axes of length 1 may stand, so that it needs no remainder.
    const first = lengths.slice(0, place).every((before) => constantOf(before) === 1);
    return { kind: "at", form: first ? whole : modulo(whole, length) };
  });
}

/** `(x[i - 1] else d)`: d where any subscript of that one read is outside (D4.3). */
export function evaluateGuarded(expr: Guarded, context: Context): Value {
  const value = ungrouped(expr.value);
  if (value.kind === "reduction") return reduceOrElse(value, expr.otherwise, context);
  if (value.kind !== "read") {
    tellIn(context.builder, "DLC3020", {
      message: "`else` in brackets says what a read outside its array gives, but this is no read",
      span: expr.value.span,
      help: ["write `if condition then a else b` for a choice"],
    });
    return errorValue;
  }
  const array = evaluate(value.array, { ...context, label: undefined, integer: false });
  const resolved = resolveRead(value, array, context);
  const otherwise = scalarOf(expr.otherwise, { ...context, label: undefined, integer: false });
  if (resolved === undefined || otherwise === undefined) return errorValue;
  if (resolved.places.some((place) => place.kind === "along")) {
    tellIn(context.builder, "DLC3020", {
      message: "only a read of one entry can be guarded",
      span: expr.value.span,
      help: ["give each axis an index"],
    });
    return errorValue;
  }
  const guards = neededGuards(resolved.checks, context);
  if (guards.length === 0) return element(resolved, context);
  if (guards.some((guard) => prove(guard, context.facts) === "refuted")) {
    if (context.builder.mode === "instance") {
      tellIn(context.builder, "DLC3016", {
        message: "this read always lies outside, so that its guard is all there is",
        span: expr.span,
      });
    }
    return scalarValue(otherwise);
  }
  const read = element(resolved, underGuards(context, guards)).element([], context);
  const result = selected(guardsExpr(guards), read, otherwise, expr, context);
  return result === undefined ? errorValue : scalarValue(result);
}

function ungrouped(expr: Expr): Expr {
  return expr.kind === "group" ? ungrouped(expr.value) : expr;
}
