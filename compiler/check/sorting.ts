import type { Span } from "../diagnostics/source.ts";
import { constant, prove, showForm, subtract, zero, type Form } from "../integers/index.ts";
import { operandArray } from "./arrays.ts";
import { freshBinding } from "./builder.ts";
import type { ArrayValue, Context, Value } from "./checker-types.ts";
import { axisForms } from "./context.ts";
import { hoist } from "./hoist.ts";
import { stored } from "./numbers.ts";
import { oneAxis, type GivenArgument } from "./one-axis.ts";
import { tellIn } from "./session.ts";
import { errorValue } from "./value.ts";

const parameters = { sort: ["x", "descending"], topk: ["x", "k"] } as const;

export function isSorting(name: string): name is keyof typeof parameters {
  return name in parameters;
}

/**
 * `sort(x, descending: false)`: the entries of one axis in their order; `topk(x, k)`: the k greatest of them, from the
 * greatest, as `values`, and their places as `indices`. Both under the indices around them (D4.5).
 */
export function applySorting(
  name: keyof typeof parameters,
  positional: readonly GivenArgument[],
  named: ReadonlyMap<string, GivenArgument>,
  context: Context,
  span: Span,
): Value {
  const [first, second] = parameters[name];
  const x = positional[0] ?? named.get(first);
  const option = positional[1] ?? named.get(second);
  const all = [first, second];
  const surplus = [...named.keys()].find((key) => !all.some((each) => each === key));
  if (
    x === undefined ||
    (name === "topk" && option === undefined) ||
    surplus !== undefined ||
    positional.length + named.size > 2
  ) {
    tellIn(context.builder, "DLC2012", {
      message:
        surplus === undefined
          ? `\`${name}\` takes ${all.map((each) => `\`${each}\``).join(" and ")}`
          : `\`${name}\` has no argument \`${surplus}\``,
      span,
      help: [
        name === "sort"
          ? "write `sort(x)`, or `sort(x, descending: true)`"
          : "write `values, indices = topk(x, k)`",
      ],
    });
    return errorValue;
  }
  const example = name === "sort" ? "sort(x[n, :])" : "topk(x[n, :], k).values";
  const array = oneAxis(name, x, example, context);
  const [length] = array?.shape ?? [];
  if (array === undefined || length === undefined || option?.value.kind === "error") return errorValue;
  if (name === "sort") {
    const descending = option === undefined ? false : knownCondition(option, context);
    return descending === undefined
      ? errorValue
      : ordered(array, length, length, descending, context, span).values;
  }
  const count = option && countOf(option, length, context);
  if (count === undefined) return errorValue;
  const { values, places } = ordered(array, length, count, true, context, span);
  return {
    kind: "results",
    results: new Map([
      ["values", values],
      ["indices", places],
    ]),
  };
}

function knownCondition({ value, span }: GivenArgument, context: Context): boolean | undefined {
  const scalar = value.kind === "array" ? value.scalar : undefined;
  if (scalar?.type === "bool") {
    // In the check of a declaration either order will do.
    if (scalar.known !== undefined || context.builder.mode === "declaration") return scalar.known ?? false;
  }
  tellIn(context.builder, "DLC3012", {
    message: "`descending` is a condition that is known when the model is built",
    span,
  });
  return undefined;
}

/** How many are wanted: from 1 to as many as there are. */
function countOf({ value, span }: GivenArgument, length: Form, context: Context): Form | undefined {
  const scalar = value.kind === "array" ? value.scalar : undefined;
  if (scalar?.type !== "counted" || scalar.form === undefined) {
    tellIn(context.builder, "DLC3012", {
      message:
        "the number of entries that `topk` gives is a size of its result, known when the model is built or called",
      span,
    });
    return undefined;
  }
  const { form } = scalar;
  for (const bound of [subtract(form, constant(1)), subtract(length, form)]) {
    const verdict = prove({ relation: "nonnegative", form: bound }, context.facts);
    if (verdict === "proved" || (verdict === "undecided" && context.builder.mode === "declaration")) continue;
    tellIn(context.builder, "DLC3014", {
      message: `\`topk\` gives from 1 to all ${showForm(length)} entries, but ${showForm(form)} ${verdict === "refuted" ? "are" : "may not be so many:"} asked for`,
      span,
      help: ["state it in a `where`: `where k <= C`"],
    });
    return undefined;
  }
  return form;
}

function ordered(
  array: ArrayValue,
  length: Form,
  count: Form,
  descending: boolean,
  context: Context,
  span: Span,
): { readonly values: ArrayValue; readonly places: ArrayValue } {
  const { builder } = context;
  const hoisted = hoist(array, "unsorted", context, span);
  const name = freshBinding(builder, "order");
  builder.bindings.push({
    kind: "sorting",
    name,
    of: hoisted.operand,
    context: hoisted.context,
    count,
    descending,
    span,
  });
  const around = axisForms(hoisted.context);
  const dtype = stored(array.type, context);
  const keys = operandArray(hoisted.operand, { dtype, shape: [length], range: array.range }, around);
  const range = { low: zero, high: length };
  const places = operandArray(name, { dtype: "i32", shape: [count], range }, around);
  const values: ArrayValue = {
    kind: "array",
    type: keys.type,
    shape: [count],
    range: array.range,
    origin: array.origin,
    element: (at, wanted) => {
      const { form } = places.element(at, wanted);
      if (form === undefined) throw new Error("bug: a place is no whole number");
      return keys.element([form], wanted);
    },
  };
  return { values, places };
}
