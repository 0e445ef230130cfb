import type { Binder, Cat, Expr, Read, Subscript } from "../../grammar/ast.ts";
import type { Span } from "../diagnostics/source.ts";
import { add, product, showForm, type Form } from "../integers/index.ts";
import { equalSizes } from "./arrays.ts";
import { silentTrialOf } from "./builder.ts";
import type { Context, IndexValue } from "./checker-types.ts";
import { axisForms, freshAxis, underAxes } from "./context.ts";
import { evaluate } from "./evaluate.ts";
import { generated, membersOf } from "./generators.ts";
import { tellIn } from "./session.ts";
import { onlyTraining, partsOf, partsOfSubscript, usesName } from "./syntax-walk.ts";
import { shapeOfValue } from "./value.ts";

/** The range of an index as one place gives it. */
export interface Candidate {
  /** One for an index; for `..b` as many as it stands for. */
  readonly sizes: readonly Form[];
  readonly span: Span;
  /** `x` in `x[n, i]`, for messages. */
  readonly source: string;
}

/** Binders without a range of their own, with where they have been seen. */
export type Candidates = Map<string, Candidate[]>;

export interface Ranges {
  readonly sizes: ReadonlyMap<string, readonly Form[]>;
  /** Those for which positions disagree, which has been said. */
  readonly refused: ReadonlySet<string>;
}

/**
 * D4.1: the range of an index is the dim of every position in which it stands bare in an unguarded read, all of them
 * equal. `given` has what the left side's type says. What needs one index to find another is looked at again.
 */
export function inferRanges(
  binders: readonly Binder[],
  bodies: readonly Expr[],
  context: Context,
  given: Candidates,
): Ranges {
  const pending = new Set(
    binders.flatMap((binder) =>
      (binder.kind === "index" && binder.range === undefined) || binder.kind === "pack"
        ? [binder.name.text]
        : [],
    ),
  );
  const found = new Map<string, readonly Form[]>();
  const refused = new Set<string>();
  let trial: Context = {
    ...context,
    builder: silentTrialOf(context.builder),
    frame: { taken: new Set(context.frame.taken) },
  };
  for (const binder of binders) {
    // An index with a range of its own is known while the others are looked for; its exact range does not matter here.
    if (binder.kind === "index" && binder.range !== undefined) pending.add(binder.name.text);
  }
  const explicit = new Set(
    binders.flatMap((binder) =>
      binder.kind === "index" && binder.range !== undefined ? [binder.name.text] : [],
    ),
  );
  for (let turn = 0; turn <= binders.length; turn++) {
    const candidates: Candidates = new Map([...given].map(([name, list]) => [name, [...list]]));
    for (const body of bodies) collect(body, pending, candidates, trial);
    let progress = false;
    for (const name of pending) {
      const list = candidates.get(name);
      const first = list?.[0];
      if (list === undefined || first === undefined || found.has(name) || explicit.has(name)) continue;
      if (!agree(name, list, context)) refused.add(name);
      found.set(name, first.sizes);
      trial = withIndexOf(trial, name, first.sizes);
      progress = true;
    }
    for (const name of found.keys()) pending.delete(name);
    if (!progress) break;
  }
  return { sizes: found, refused };
}

function withIndexOf(context: Context, name: string, sizes: readonly Form[]): Context {
  const axes = sizes.map((extent) => freshAxis(context, name, extent));
  const forms = axisForms(axes);
  const [only] = forms;
  const value: IndexValue =
    only !== undefined && forms.length === 1 ? { kind: "index", form: only } : { kind: "indices", forms };
  return { ...underAxes(context, axes), indices: new Map(context.indices).set(name, value) };
}

/** All positions must give one range. */
function agree(name: string, candidates: readonly Candidate[], context: Context): boolean {
  const [first, ...rest] = candidates;
  if (first === undefined) return true;
  for (const other of rest) {
    const same =
      other.sizes.length === first.sizes.length &&
      other.sizes.every((size, place) => {
        const verdict = equalSizes(size, first.sizes[place] ?? size, context);
        return verdict === "equal" || (verdict === "unknown" && context.builder.mode === "declaration");
      });
    if (same) continue;
    tellIn(context.builder, "DLC3008", {
      message: `\`${name}\` runs over ${showSizes(first)} in ${first.source}, but over ${showSizes(other)} in ${other.source}`,
      span: other.span,
      notes: [{ text: `${showSizes(first)} here`, span: first.span }],
      help: [`give it a range, \`${name} in 0..…\`, and guard the reads that it may leave`],
    });
    return false;
  }
  return true;
}

function showSizes({ sizes }: Candidate): string {
  return sizes.length === 1
    ? sizes.map((form) => showForm(form)).join("")
    : `[${sizes.map((form) => showForm(form)).join(", ")}]`;
}

function collect(expr: Expr, pending: ReadonlySet<string>, into: Candidates, context: Context): void {
  switch (expr.kind) {
    case "read":
      collectFromRead(expr, pending, into, context, true);
      return;
    case "guarded": {
      const value = expr.value.kind === "group" ? expr.value.value : expr.value;
      if (value.kind === "read") collectFromRead(value, pending, into, context, false);
      else collect(value, pending, into, context);
      collect(expr.otherwise, pending, into, context);
      return;
    }
    case "reduction": {
      const inner = new Set([...pending, ...namesOf(expr.binders)]);
      for (const part of partsOf(expr)) collect(part, inner, into, context);
      return;
    }
    case "cat":
      collectFromCat(expr, pending, into, context);
      return;
    case "if": {
      // How far an index runs is the same while training as when it is over.
      const isOpen = usesName(expr.condition, pending) || usesName(expr.condition, onlyTraining);
      const chosen = isOpen ? undefined : knownCondition(expr.condition, context);
      if (chosen !== false) collect(expr.then, pending, into, context);
      if (chosen !== true) collect(expr.otherwise, pending, into, context);
      collect(expr.condition, pending, into, context);
      return;
    }
    case "pipe":
      // Stages are applied to what stands before them: there are no reads of their own to look for.
      collect(expr.value, pending, into, context);
      return;
    default:
      for (const part of partsOf(expr)) {
        for (const inner of contextsOf(part, expr, context)) collect(part, pending, into, inner);
      }
  }
}

/** Where a part of an expression stands: what a generator makes has a place in each of its turns. */
function contextsOf(part: Expr, expr: Expr, context: Context): readonly Context[] {
  if (!("generators" in expr) || expr.generators.some(({ over }) => over === part)) return [context];
  const isMade = !(expr.kind === "call" && expr.callee === part) && expr.generators.length > 0;
  const bare = { ...context, label: undefined, integer: false };
  return (isMade ? generated(expr.generators, bare) : undefined) ?? [context];
}

function knownCondition(condition: Expr, context: Context): boolean | undefined {
  const value = evaluate(condition, { ...context, label: undefined, integer: false });
  if (value.kind !== "array" || value.shape.length > 0) return undefined;
  return value.element([], context).known;
}

function namesOf(binders: readonly Binder[]): readonly string[] {
  return binders.flatMap((binder) => (binder.kind === "all" ? [] : [binder.name.text]));
}

function collectFromRead(
  expr: Read,
  pending: ReadonlySet<string>,
  into: Candidates,
  context: Context,
  counts: boolean,
): void {
  collect(expr.array, pending, into, context);
  for (const part of expr.subscripts.flatMap(partsOfSubscript)) {
    if (part.kind !== "name") collect(part, pending, into, context);
  }
  if (!counts || !expr.subscripts.some((subscript) => bareName(subscript, pending) !== undefined)) return;
  if (usesName(expr.array, pending)) return;
  const shape = shapeOfValue(evaluate(expr.array, { ...context, label: undefined, integer: false }));
  if (shape === undefined) return;
  const widths = subscriptWidths(expr.subscripts, shape.length, pending, context, into);
  let position = 0;
  expr.subscripts.forEach((subscript, place) => {
    const width = widths[place] ?? 0;
    const sizes = shape.slice(position, position + width);
    position += width;
    const name = bareName(subscript, pending);
    if (name === undefined || sizes.length < width || width === 0) {
      if (name === undefined || subscript.kind !== "pack") return;
    }
    const source = expr.array.kind === "name" ? `\`${expr.array.text}\`` : "this tensor";
    const all = subscript.kind === "spread" ? [product(sizes)] : sizes;
    into.set(name, [...(into.get(name) ?? []), { sizes: all, span: subscript.span, source }]);
  });
}

function bareName(subscript: Subscript, pending: ReadonlySet<string>): string | undefined {
  const name =
    subscript.kind === "name"
      ? subscript.text
      : subscript.kind === "pack"
        ? subscript.name.text
        : subscript.kind === "spread" && subscript.value.kind === "name"
          ? subscript.value.text
          : undefined;
  return name !== undefined && pending.has(name) ? name : undefined;
}

/** A pack that is not known yet takes what the other subscripts leave. */
function subscriptWidths(
  subscripts: readonly Subscript[],
  rank: number,
  pending: ReadonlySet<string>,
  context: Context,
  into: Candidates,
): readonly number[] {
  const widths = subscripts.map((subscript) => {
    if (subscript.kind === "spread") return undefined;
    if (subscript.kind !== "pack") return 1;
    const index = context.indices.get(subscript.name.text);
    if (index?.kind === "indices") return index.forms.length;
    if (index?.kind === "index") return 1;
    return pending.has(subscript.name.text) ? into.get(subscript.name.text)?.[0]?.sizes.length : 0;
  });
  const fixed = widths.reduce<number>((sum, width) => sum + (width ?? 0), 0);
  let left = rank - fixed;
  return widths.map((width) => {
    if (width !== undefined) return width;
    const all = Math.max(0, left);
    left = 0;
    return all;
  });
}

/** In each part of `cat[k]` the index ranges over that part's axis; outside, over all of them in a row (D1.5). */
function collectFromCat(expr: Cat, pending: ReadonlySet<string>, into: Candidates, context: Context): void {
  const index = expr.index.text;
  const sizes: Form[] = [];
  const only = new Set([...pending, index]);
  const parts = membersOf(expr.args, expr.generators, { ...context, label: undefined, integer: false });
  if (parts === undefined) return;
  for (const part of parts) {
    const own: Candidates = new Map();
    collect(part.expr, only, own, part.context);
    const size = own.get(index)?.[0]?.sizes[0];
    if (size !== undefined) sizes.push(size);
    for (const [name, list] of own) if (name !== index) into.set(name, [...(into.get(name) ?? []), ...list]);
  }
  if (!pending.has(index) || sizes.length < parts.length) return;
  const whole = { sizes: [add(...sizes)], span: expr.index.span, source: "these parts together" };
  into.set(index, [...(into.get(index) ?? []), whole]);
}
