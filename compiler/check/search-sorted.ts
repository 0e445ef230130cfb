import type { Span } from "../diagnostics/source.ts";
import { add, constant, zero } from "../integers/index.ts";
import { entrywise, sampleElement } from "./arrays.ts";
import type { Context, Value } from "./checker-types.ts";
import { axisForms, freshAxis, underAxes } from "./context.ts";
import { expectArray } from "./expect.ts";
import { apply } from "./exprs.ts";
import { coerce, join, showType, widened } from "./numbers.ts";
import { oneAxis } from "./one-axis.ts";
import type { Scalar } from "./scalar.ts";
import { tellIn } from "./session.ts";
import { errorValue, scalarValue } from "./value.ts";

/**
 * `searchsorted(sorted, v)`: how many entries of one axis stand before v in the order of `sort`, which is the first place
 * where v may be put; for each entry of v. The axis has to be in that order: the place is searched for by halves.
 */
export function searchSorted(sorted: Value, v: Value, context: Context, span: Span): Value {
  const row = oneAxis("searchsorted", { value: sorted, span }, "searchsorted(s[n, :], v[n, :])", context);
  const wanted = expectArray(v, context, span);
  const [length] = row?.shape ?? [];
  if (row === undefined || wanted === undefined || length === undefined) return errorValue;
  const range = { low: zero, high: add(length, constant(1)) };
  const placeOf = (value: Scalar, inner: Context): Scalar | undefined => {
    const before = entrywise(
      [row, scalarValue(value)],
      inner,
      span,
      ([entry, sought], at) => entry && sought && precedes(widened(entry), widened(sought), at, span),
    );
    const entries = expectArray(before, inner, span);
    if (entries === undefined) return undefined;
    const axis = freshAxis(inner, "place", length);
    const isBefore = entries.element(axisForms([axis]), underAxes(inner, [axis]));
    const expr = { kind: "reduce", op: "partition", axes: [axis], domain: [], body: isBefore.expr } as const;
    return { type: "i32", expr, range };
  };
  if (wanted.shape.length === 0) {
    const place = placeOf(wanted.element([], context), context);
    return place === undefined ? errorValue : scalarValue(place);
  }
  const sample = sampleElement(wanted.shape, context, (at, inner) =>
    placeOf(wanted.element(at, inner), inner),
  );
  if (sample === undefined) return errorValue;
  return {
    kind: "array",
    type: "i32",
    shape: wanted.shape,
    range,
    origin: wanted.origin,
    element: (at, inner) => placeOf(wanted.element(at, inner), inner) ?? sample,
  };
}

/** a < b, where NaN is greater than all numbers. */
function precedes(a: Scalar, b: Scalar, context: Context, span: Span): Scalar | undefined {
  const type = join(a.type, b.type);
  if (type === undefined || type === "bool") {
    tellIn(context.builder, "DLC3017", {
      message: `\`searchsorted\` can't compare ${showType(a.type)} with ${showType(b.type)}`,
      span,
      help: ["convert one of them, as in `real(n)`"],
    });
    return undefined;
  }
  const [x, y] = [coerce(a, type), coerce(b, type)];
  const isLess = apply("less", x, y);
  if (type === "i32" || type === "counted") return { type: "bool", expr: isLess };
  return {
    type: "bool",
    expr: apply("or", isLess, apply("and", apply("equal", x, x), apply("notEqual", y, y))),
  };
}
