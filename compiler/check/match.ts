import type { Dim, Formal, NamedType } from "../../grammar/ast.ts";
import type { Span } from "../diagnostics/source.ts";
import { add, constant, showForm, type Form } from "../integers/index.ts";
import type { Dtype } from "../scalar/dtype.ts";
import { equalSizes } from "./arrays.ts";
import type { ApplicationSite, Context, Given } from "./checker-types.ts";
import type { Origin } from "./scalar.ts";
import { dimOf } from "./expect.ts";
import { boundsOfScalar, fits, isIntegerType, showType } from "./numbers.ts";
import { chainNote } from "./origins.ts";
import { find, known } from "./scope.ts";
import { tell } from "./session.ts";
import { showTensorType } from "./show-types.ts";
import type { IntegerRange } from "./typed.ts";
import { declaredDtype, declaredRange, declaredShape, rangeHolds } from "./types.ts";
import { counted, scalarValue } from "./value.ts";

/** An input with its declared dtype and its solved shape. */
export interface Matched {
  readonly dtype: Dtype;
  readonly shape: readonly Form[];
  readonly range?: IntegerRange | undefined;
  readonly origin?: Origin | undefined;
}

/** D3.1: binds the dims of an input's type that are not bound yet, and holds the others against the argument. */
export function matchInput(
  formal: Formal,
  given: Given,
  context: Context,
  site: ApplicationSite,
): Matched | undefined {
  const { type } = formal;
  if (type?.kind !== "named-type") {
    // A number without a type: a formula's argument.
    const dtype = type === undefined ? context.builder.real : declaredDtype(type, context);
    return dtype && { dtype, shape: given.shape, origin: given.origin };
  }
  const dtype = declaredDtype(type, context);
  if (dtype === undefined) return undefined;
  const converts = fits(given.type, dtype) || (given.type === "counted" && dtype !== "bool");
  if (!converts) {
    tell(context.builder.session, "DLC3003", {
      message: `\`${formal.name.text}\`${of(site)} is ${showTensorType(type.name.text, [])}, but ${showType(given.type)} is given`,
      span: site?.span ?? formal.span,
      notes: [{ text: "it is declared here", span: formal.span }],
      help: given.type === "bool" || dtype === "bool" ? [] : [`write \`${type.name.text}(…)\` around it`],
    });
    return undefined;
  }
  const open = type.dims.every(
    (one) => one.kind === "pack" && find(one.name.text, context.scope) === undefined,
  );
  const filled = given.shape.length === 0 && type.dims.length > 0 && !open;
  const shape = filled ? declaredShape(type, context) : matchShape(formal, type, given, context, site);
  if (shape === undefined) return undefined;
  const range = declaredRange(type, context);
  if (range !== undefined && !matchRange(formal, given, range, context, site)) return undefined;
  return {
    dtype,
    shape,
    range: range ?? (isIntegerType(dtype) ? given.range : undefined),
    origin: given.origin,
  };
}

function of(site: ApplicationSite): string {
  return site === undefined ? "" : ` of ${site.name}`;
}

function matchShape(
  formal: Formal,
  type: NamedType,
  given: Given,
  context: Context,
  site: ApplicationSite,
): readonly Form[] | undefined {
  const { dims } = type;
  const packs = dims.filter((dim) => dim.kind === "pack").length;
  const fixed = dims.length - packs;
  const rank = given.shape.length;
  if (packs === 0 ? rank !== fixed : rank < fixed) {
    reportRank(formal, type, given, context, site);
    return undefined;
  }
  let position = 0;
  for (const dim of dims) {
    if (dim.kind === "pack") {
      const width = packWidth(dim.name.text, rank - fixed, context);
      const part = given.shape.slice(position, position + width);
      position += width;
      if (!matchPack(dim.name.text, dim.span, part, formal, given, context, site)) return undefined;
      continue;
    }
    const size = given.shape[position];
    if (size === undefined) {
      reportRank(formal, type, given, context, site);
      return undefined;
    }
    if (!matchDim(dim, size, position, formal, given, context, site)) return undefined;
    position++;
  }
  return given.shape;
}

/** The first of several packs takes what is left, unless it is bound already. */
function packWidth(name: string, left: number, context: Context): number {
  const found = find(name, context.scope)?.entity.value;
  return found?.kind === "pack" ? found.dims.length : left;
}

function matchPack(
  name: string,
  span: Span,
  part: readonly Form[],
  formal: Formal,
  given: Given,
  context: Context,
  site: ApplicationSite,
): boolean {
  const found = find(name, context.scope)?.entity.value;
  if (found?.kind !== "pack") {
    context.scope.entities.set(name, known(name, span, { kind: "pack", dims: part }));
    return true;
  }
  for (const [place, size] of part.entries()) {
    const expected = found.dims[place];
    if (expected === undefined || equalSizes(size, expected, context) !== "equal") {
      reportSize(formal, place, expected ?? constant(1), size, `..${name}`, given, context, site);
      return false;
    }
  }
  return true;
}

function matchDim(
  dim: Exclude<Dim, { kind: "pack" }>,
  size: Form,
  position: number,
  formal: Formal,
  given: Given,
  context: Context,
  site: ApplicationSite,
): boolean {
  if (dim.kind === "name" && /^[A-Z]/.test(dim.text) && find(dim.text, context.scope) === undefined) {
    context.scope.entities.set(dim.text, known(dim.text, dim.span, scalarValue(counted(size))));
    return true;
  }
  const expected = dimOf(dim, context);
  if (expected === undefined) return false;
  const verdict = equalSizes(size, expected, context);
  if (verdict === "equal" || (verdict === "unknown" && context.builder.mode === "declaration")) return true;
  const text = dim.span.source.text.slice(dim.span.start, dim.span.end);
  reportSize(formal, position, expected, size, text, given, context, site);
  return false;
}

/** What the axis of an image or of a row is called. */
export function axisWord(position: number, rank: number): string | undefined {
  if (rank >= 3 && position === 1) return "channels";
  if (position === rank - 1 && rank >= 2) return "features";
  return undefined;
}

function reportSize(
  formal: Formal,
  position: number,
  expected: Form,
  size: Form,
  text: string,
  given: Given,
  context: Context,
  site: ApplicationSite,
): void {
  const word = axisWord(position, given.shape.length);
  const wanted = showForm(expected);
  const what = word ? `${wanted} ${word}` : text === wanted ? `a size of ${wanted}` : `${text} = ${wanted}`;
  tell(context.builder.session, "DLC3004", {
    message: `${site?.name ?? context.builder.name} expects ${what}, but its input has ${showForm(size)}`,
    span: site?.span ?? formal.span,
    label: `\`${formal.name.text}\` is ${showTensorType(given.type === "float" || given.type === "counted" ? "real" : given.type, given.shape)}`,
    notes: [
      ...chainNote(showForm(size), given.origin),
      { text: "the input is declared here", span: formal.span },
    ],
  });
}

function reportRank(
  formal: Formal,
  type: NamedType,
  given: Given,
  context: Context,
  site: ApplicationSite,
): void {
  const text = type.span.source.text.slice(type.span.start, type.span.end);
  const { length } = type.dims;
  tell(context.builder.session, "DLC3002", {
    message: `${site?.name ?? context.builder.name} takes ${text}, with ${length} ${length === 1 ? "axis" : "axes"}, but its input has ${given.shape.length}`,
    span: site?.span ?? formal.span,
    label: `this is ${showTensorType(showType(given.type), given.shape)}`,
    notes: [
      ...chainNote(showTensorType(given.type, given.shape), given.origin),
      { text: "the input is declared here", span: formal.span },
    ],
    help: length === 2 && given.shape.length > 2 ? ["put `flatten` before it"] : [],
  });
}

/** An integer that is declared with a range lies in it by proof: every gather relies on it. */
function matchRange(
  formal: Formal,
  given: Given,
  range: IntegerRange,
  context: Context,
  site: ApplicationSite,
): boolean {
  const inner = given.range ?? (given.form && { low: given.form, high: add(given.form, constant(1)) });
  const wide = { low: -Infinity, high: Infinity };
  const verdict = inner ? rangeHolds(inner, range, context) : "undecided";
  if (verdict === "proved" || (verdict === "undecided" && context.builder.mode === "declaration"))
    return true;
  const bounds = inner
    ? boundsOfScalar({ type: "i32", expr: { kind: "index", form: constant(0) }, range: inner }, context)
    : wide;
  const has =
    Number.isFinite(bounds.low) && Number.isFinite(bounds.high)
      ? `${bounds.low}..${bounds.high + 1}`
      : "no known range";
  tell(context.builder.session, "DLC3014", {
    message: `\`${formal.name.text}\`${of(site)} lies in ${showForm(range.low)}..${showForm(range.high)}, but this has ${inner ? `the range ${has}` : has}`,
    span: site?.span ?? formal.span,
    notes: [{ text: "it is declared here", span: formal.span }],
    help: ["declare the integer with a range, or use `clamp`"],
  });
  return false;
}
