import type { Block, Expr, Formal } from "../../grammar/ast.ts";
import { constant, showForm } from "../integers/index.ts";
import { equalSizes } from "./arrays.ts";
import type { ApplicationSite, Builder, Context, Output, Scope } from "./checker-types.ts";
import type { Origin } from "./scalar.ts";
import { newContext } from "./context.ts";
import { fillTo } from "./equations.ts";
import { evaluate } from "./evaluate.ts";
import { expectArray } from "./expect.ts";
import { named } from "./hoist.ts";
import { stored } from "./numbers.ts";
import { chainNote } from "./origins.ts";
import { find, valueOf } from "./scope.ts";
import { brokenBelow, tell, tellIn } from "./session.ts";
import { showTensorType } from "./show-types.ts";
import { openSize } from "./sizes.ts";
import { declaredDtype, declaredRange, declaredShape } from "./types.ts";

/** The results of a declaration: the equations of those names, held against their declared types. */
export function outputsOf(
  body: Block | Expr,
  results: readonly Formal[],
  scope: Scope,
  builder: Builder,
  site: ApplicationSite,
  origin: Origin | undefined,
): readonly Output[] | undefined {
  const context = newContext(builder, scope);
  if (!sizesAreWhole(results, context, site, origin)) return undefined;
  if (body.kind !== "block") return expressionOutput(body, results[0], context);
  if (results.length === 0) {
    tell(builder.session, "DLC2001", {
      message: `\`${builder.name}\` does not say what it gives`,
      span: body.span,
      help: ["write `-> (y: …)` after its inputs"],
    });
    return undefined;
  }
  const outputs = results.map((result) => outputOf(result, context));
  return outputs.every((output) => output !== undefined) ? outputs : undefined;
}

/** What a header says of the results. */
export function declaredOutputs(
  results: readonly Formal[],
  scope: Scope,
  builder: Builder,
  site: ApplicationSite,
  origin: Origin | undefined,
): readonly Output[] | undefined {
  const context = newContext(builder, scope);
  if (!sizesAreWhole(results, context, site, origin)) return undefined;
  const outputs: Output[] = [];
  for (const { name, type, span } of results) {
    const dtype = type ? declaredDtype(type, context) : builder.real;
    const shape = type ? declaredShape(type, context) : [];
    if (dtype === undefined || shape === undefined) return undefined;
    outputs.push({
      name: name.text,
      operand: name.text,
      dtype,
      shape,
      range: type && declaredRange(type, context),
      span,
    });
  }
  return outputs;
}

function expressionOutput(
  body: Expr,
  result: Formal | undefined,
  context: Context,
): readonly Output[] | undefined {
  const value = fillTo(evaluate(body, context), result?.type, context, body.span);
  const array = expectArray(value, context, body.span);
  if (array === undefined) return undefined;
  const name = result?.name.text ?? "value";
  const bound = named(array, name, context, body.span);
  return bound.operand === undefined
    ? undefined
    : [
        {
          name,
          operand: bound.operand,
          dtype: stored(bound.type, context),
          shape: bound.shape,
          range: bound.range,
          span: body.span,
        },
      ];
}

function outputOf(result: Formal, context: Context): Output | undefined {
  const { builder } = context;
  const name = result.name.text;
  const found = context.scope.entities.get(name) ?? find(name, context.scope)?.entity;
  if (found === undefined) {
    // It may be what could not be parsed further down: that has been told.
    if (brokenBelow(builder.session, result.span)) return undefined;
    tell(builder.session, "DLC2001", {
      message: `there is no equation for \`${name}\``,
      span: result.name.span,
      help: [`write \`${name} = …\` in the block`],
    });
    return undefined;
  }
  const value = valueOf(found, builder.session);
  if (value.kind === "error") return undefined;
  const array = expectArray(
    fillTo(value, result.type, context, found.span ?? result.span),
    context,
    found.span ?? result.span,
  );
  if (array === undefined) return undefined;
  const bound = named(array, name, context, found.span ?? result.span);
  if (bound.operand === undefined) return undefined;
  const dtype = stored(bound.type, context);
  return { name, operand: bound.operand, dtype, shape: bound.shape, range: bound.range, span: result.span };
}

/** D3.1: every dim is at least 1; said at the place that breaks it, with the sizes that led there. */
function sizesAreWhole(
  results: readonly Formal[],
  context: Context,
  site: ApplicationSite,
  origin: Origin | undefined,
): boolean {
  const { builder } = context;
  for (const result of results) {
    if (result.type === undefined) continue;
    const shape = declaredShape(result.type, context);
    if (shape === undefined) return false;
    const open = openSize(shape, builder);
    if (open === undefined) continue;
    const { size, verdict } = open;
    const text = showTensorType(declaredName(result, builder), shape);
    if (verdict === "refuted") {
      const zero = equalSizes(size, constant(0), context) === "equal";
      tell(builder.session, "DLC3005", {
        message: `${site?.name ?? builder.name} leaves nothing: a size of its result would be ${zero ? "0" : showForm(size)}`,
        span: site?.span ?? result.span,
        label: `${result.name.text} would be ${text}`,
        notes: origin ? chainNote(sizesOf(origin), origin) : [],
        help: site
          ? ["the image is too small by now: take away a step that shrinks it, or begin with a larger one"]
          : [],
      });
      return false;
    }
    tellIn(builder, "DLC3011", {
      message: `the size ${showForm(size)} of \`${result.name.text}\` is not known to be at least 1`,
      span: site?.span ?? result.span,
      label: `${result.name.text} is ${text}`,
      help: ["state it in the `where` of the model's entry"],
    });
    return false;
  }
  return true;
}

function declaredName(result: Formal, builder: Builder): string {
  const name = result.type?.kind === "named-type" ? result.type.name.text : "real";
  return name === "real" ? builder.real : name;
}

function sizesOf(origin: Origin): string {
  const sizes = origin.shape.slice(origin.shape.length >= 3 ? 2 : -1).map((form) => showForm(form));
  return sizes.every((size) => size === sizes[0]) ? (sizes[0] ?? "it") : sizes.join("×");
}
