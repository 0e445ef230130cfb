import type { Formal, NamedType } from "../../grammar/ast.ts";
import { constant, constantOf, dim, rangeUnderFacts, type Form } from "../integers/index.ts";
import type { FreeDim } from "../graph/graph.ts";
import type { Builder, Context } from "./checker-types.ts";
import type { Matched } from "./match.ts";
import { find, known } from "./scope.ts";
import { tell } from "./session.ts";
import { showTensorType } from "./show-types.ts";
import { declaredDtype, declaredRange, sizeOf } from "./types.ts";
import { counted, scalarValue } from "./value.ts";

/** An input that nobody gives: of the entry of a model, whose open sizes are its free dims, or of a declaration. */
export function freeInput(formal: Formal, context: Context): Matched | undefined {
  const { type } = formal;
  if (type === undefined) return { dtype: context.builder.real, shape: [] };
  const dtype = declaredDtype(type, context);
  if (dtype === undefined || type.kind !== "named-type") return undefined;
  const shape = freeShape(type, context);
  if (shape === undefined) return undefined;
  const range = declaredRange(type, context);
  const name = `${formal.name.text}: ${showTensorType(dtype, shape)}`;
  return { dtype, shape, range, origin: { name, shape, from: undefined } };
}

function freeShape(type: NamedType, context: Context): readonly Form[] | undefined {
  const shape: Form[] = [];
  const { scope, builder } = context;
  for (const one of type.dims) {
    if (one.kind === "pack") {
      const found = find(one.name.text, scope)?.entity.value;
      if (found?.kind === "pack") {
        shape.push(...found.dims);
        continue;
      }
      if (builder.mode === "instance") {
        tell(builder.session, "DLC3012", {
          message: "the entry of a model has a fixed number of axes",
          span: one.span,
          help: ["write a name for each of them"],
        });
        return undefined;
      }
      // One axis stands for any number of them.
      const dims = [dim(one.name.text)];
      scope.entities.set(one.name.text, known(one.name.text, one.span, { kind: "pack", dims }));
      shape.push(...dims);
      continue;
    }
    if (one.kind === "name" && /^[A-Z]/.test(one.text) && find(one.text, scope) === undefined) {
      const size = dim(one.text);
      scope.entities.set(one.text, known(one.text, one.span, scalarValue(counted(size))));
      builder.freeDims.add(one.text);
      shape.push(size);
      continue;
    }
    const size = hidesDeclaration(one, context) ? undefined : sizeOf(one, context);
    if (size === undefined) return undefined;
    shape.push(size);
  }
  return resized(shape, builder.session.supposed.imageSize);
}

/** D1.1: a size may not be called like a declaration of the file. */
function hidesDeclaration(one: NamedType["dims"][number], context: Context): boolean {
  if (one.kind !== "name" || !/^[A-Z]/.test(one.text)) return false;
  const entity = find(one.text, context.scope)?.entity;
  const kind = entity?.value.kind;
  if (entity === undefined || (kind !== "unit" && kind !== "function")) return false;
  tell(context.builder.session, "DLC2003", {
    message: `the size \`${one.text}\` would hide a declaration of that name`,
    span: one.span,
    notes: entity.span ? [{ text: "it is declared here", span: entity.span }] : [],
    help: ["choose another name for one of them"],
  });
  return true;
}

/** The shape with other numbers for the height and the width that it has. */
function resized(shape: readonly Form[], size: number | undefined): readonly Form[] {
  if (size === undefined || shape.length < 3) return shape;
  return shape.map((form, place) => (place >= 2 && constantOf(form) !== undefined ? constant(size) : form));
}

/** The free dims with what the entry's `where` bounds them by. */
export function boundedDims(builder: Builder): readonly FreeDim[] {
  return [...builder.freeDims].map((name) => {
    const { low, high } = rangeUnderFacts(dim(name), builder.facts);
    const least = Number.isFinite(low) ? Math.max(1, low) : 1;
    return { name, low: least, ...(Number.isFinite(high) && { high }) };
  });
}
