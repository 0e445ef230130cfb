import type { Dim, Type } from "../../grammar/ast.ts";
import { prove, subtract, type Form } from "../integers/index.ts";
import { dtypes, type Dtype } from "../scalar/dtype.ts";
import type { Context } from "./checker-types.ts";
import { dimOf, integerFormOf } from "./expect.ts";
import { find } from "./scope.ts";
import { tellIn } from "./session.ts";
import { suggest } from "./suggest.ts";
import type { IntegerRange } from "./typed.ts";

/** The dtype of a tensor's type; `real` is what the application makes it. */
export function declaredDtype(type: Type, context: Context): Dtype | undefined {
  if (type.kind !== "named-type") return refuseList(type, context);
  const name = type.name.text;
  if (name === "real") return context.builder.real;
  const dtype = dtypes.find((one) => one === name);
  if (dtype !== undefined) return dtype;
  const guess = suggest(name, [...dtypes, "real"]);
  const hyper = ["dim", "int", "layer", "fn", "string"].includes(name);
  tellIn(context.builder, "DLC3013", {
    message: hyper ? `a \`${name}\` is a hyper-parameter, no tensor` : `there is no type \`${name}\``,
    span: type.name.span,
    help: hyper
      ? ["hyper-parameters stand in a list of their own, before that of the tensors"]
      : [guess ? `did you mean \`${guess}\`?` : `the types are real, ${dtypes.join(", ")}`],
  });
  return undefined;
}

function refuseList(type: Type, context: Context): undefined {
  tellIn(context.builder, "DLC3013", {
    message: "lists and tuples are hyper-parameters, no tensors",
    span: type.span,
  });
}

/** `in low..high` of an integer's type. */
export function declaredRange(type: Type, context: Context): IntegerRange | undefined {
  if (type.kind !== "named-type" || type.range === undefined) return undefined;
  const low = integerFormOf(type.range.start, context);
  const high = integerFormOf(type.range.end, context);
  return low && high && { low, high };
}

/** The shape of a type all of whose names are bound. */
export function declaredShape(type: Type, context: Context): readonly Form[] | undefined {
  if (type.kind !== "named-type") return refuseList(type, context);
  const shape: Form[] = [];
  for (const dim of type.dims) {
    if (dim.kind === "pack") {
      const found = find(dim.name.text, context.scope)?.entity.value;
      if (found?.kind !== "pack") {
        tellIn(context.builder, "DLC2001", {
          message: `there is no \`..${dim.name.text}\` here`,
          span: dim.span,
        });
        return undefined;
      }
      shape.push(...found.dims);
      continue;
    }
    const size = sizeOf(dim, context);
    if (size === undefined) return undefined;
    shape.push(size);
  }
  return shape;
}

/** The size that stands in a type. */
export function sizeOf(dim: Exclude<Dim, { kind: "pack" }>, context: Context): Form | undefined {
  if (dim.kind !== "name" || find(dim.text, context.scope) !== undefined || /^[A-Z]/.test(dim.text)) {
    return dimOf(dim, context);
  }
  const capital = dim.text.slice(0, 1).toUpperCase() + dim.text.slice(1);
  tellIn(context.builder, "DLC2001", {
    message: `there is no \`${dim.text}\` here`,
    span: dim.span,
    help: [`a size that an input brings along has a capitalised name: \`${capital}\``],
  });
  return undefined;
}

export function rangeHolds(
  inner: IntegerRange,
  outer: IntegerRange,
  context: Context,
): "proved" | "refuted" | "undecided" {
  const low = prove({ relation: "nonnegative", form: subtract(inner.low, outer.low) }, context.facts);
  const high = prove({ relation: "nonnegative", form: subtract(outer.high, inner.high) }, context.facts);
  if (low === "refuted" || high === "refuted") return "refuted";
  return low === "proved" && high === "proved" ? "proved" : "undecided";
}
