import type { Binder, Expr } from "../../grammar/ast.ts";
import type { Axis } from "../graph/expr.ts";
import { add, axis, constant, mentions, product, subtract, type Form } from "../integers/index.ts";
import type { Context, IndexValue } from "./checker-types.ts";
import { axisForms, freshAxis, underAxes } from "./context.ts";
import { evaluate } from "./evaluate.ts";
import { expectArray, integerOf } from "./expect.ts";
import { inferRanges, type Candidates } from "./index-ranges.ts";
import { find } from "./scope.ts";
import { tell, tellIn } from "./session.ts";
import { arraysReadAt } from "./syntax-walk.ts";

/** What the binders of a left side or of a reduction bring into scope. */
export interface Bound {
  readonly context: Context;
  /** All axes, in the order of the binders. */
  readonly axes: readonly Axis[];
  /** The value of the first index at its axis's 0, for `argmax`. */
  readonly start: Form;
  /** The number of all places. */
  readonly places: Form;
}

/** Binds indices over `bodies`, where they stand; `:` on a left side is not among the binders here. */
export function bindIndices(
  binders: readonly Binder[],
  bodies: readonly Expr[],
  context: Context,
  given: Candidates = new Map(),
): Bound | undefined {
  const ranges = inferRanges(binders, bodies, context, given);
  let inner = context;
  const all: Axis[] = [];
  let start: Form | undefined;
  let complete = true;
  for (const binder of binders) {
    if (binder.kind === "all") continue;
    const name = binder.name.text;
    refuseShadow(name, binder, inner, context);
    const own = binder.kind === "index" && binder.range ? explicitRange(binder.range, inner) : undefined;
    if (binder.kind === "index" && binder.range && own === undefined) {
      complete = false;
      continue;
    }
    if (ranges.refused.has(name)) {
      complete = false;
      continue;
    }
    const sizes = own ? [own.extent] : ranges.sizes.get(name);
    if (sizes === undefined) {
      reportNoRange(binder, name, bodies, inner);
      complete = false;
      continue;
    }
    const axes = sizes.map((extent) => freshAxis(inner, name, extent));
    const forms = own ? axes.map((one) => add(axis(one.name), own.start)) : axisForms(axes);
    start ??= own?.start;
    const [only] = forms;
    const value: IndexValue =
      binder.kind === "index" && only !== undefined
        ? { kind: "index", form: only }
        : { kind: "indices", forms };
    inner = { ...underAxes(inner, axes), indices: new Map(inner.indices).set(name, value) };
    all.push(...axes);
  }
  if (!complete) return undefined;
  return {
    context: inner,
    axes: all,
    start: start ?? constant(0),
    places: product(all.map(({ extent }) => extent)),
  };
}

function reportNoRange(binder: Binder, name: string, bodies: readonly Expr[], inner: Context): void {
  if (hasOtherCause(name, bodies, inner)) return;
  tellIn(inner.builder, "DLC3007", {
    message: `nothing says over which range \`${name}\` runs`,
    span: binder.span,
    help: [`write \`${name} in 0..…\`: no read without a guard has it bare as a subscript`],
  });
}

/**
 * Whether an index has no range since something else is wrong, which has been said: with the equation, or with an array
 * that it reads, one of an unknown name or one that is several, say.
 */
export function hasOtherCause(name: string, bodies: readonly Expr[], context: Context): boolean {
  if (hasSilentCause(context)) return true;
  for (const array of bodies.flatMap((body) => arraysReadAt(body, name, new Set([name])))) {
    expectArray(evaluate(array, { ...context, label: undefined, integer: false }), context, array.span);
  }
  return hasSilentCause(context);
}

function hasSilentCause(context: Context): boolean {
  if (context.builder.mode === "declaration") return true;
  return [...context.builder.session.diagnostics.values()].some(({ severity }) => severity === "error");
}

/** The ends of a range that is written out; sizes both. */
export function explicitRange(
  range: { readonly start: Expr; readonly end: Expr },
  context: Context,
): { readonly start: Form; readonly extent: Form } | undefined {
  const ends = [range.start, range.end].map((end) => {
    const scalar = integerOf(end, context);
    if (scalar === undefined) return undefined;
    const { form } = scalar;
    if (form !== undefined && !mentions(form, (atom) => atom.kind === "axis" || atom.kind === "read"))
      return form;
    tellIn(context.builder, "DLC3012", {
      message: "a range ends at a size, not at an index or an entry of a tensor",
      span: end.span,
      help: ["let it run over all and filter: `sum[j where j <= i] …`"],
    });
    return undefined;
  });
  const [start, end] = ends;
  return start && end && { start, extent: subtract(end, start) };
}

/** D1.1: an index hides nothing, and no other index; `inner` has those that the same list binds before it. */
function refuseShadow(name: string, binder: Binder, inner: Context, outer: Context): void {
  const found = find(name, inner.scope);
  if (!inner.indices.has(name) && (found === undefined || found.scope.prelude)) return;
  const hidden = outer.indices.has(name)
    ? "an index around it"
    : inner.indices.has(name)
      ? "an index before it"
      : "a name that is defined around it";
  tell(inner.builder.session, "DLC2003", {
    message: `the index \`${name}\` would hide ${hidden}`,
    span: binder.span,
    notes: found?.entity.span ? [{ text: "it is defined here", span: found.entity.span }] : [],
    help: ["choose another name for the index"],
  });
}
