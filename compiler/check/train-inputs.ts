import type { TrainDeclaration } from "../../grammar/ast.ts";
import type { Span } from "../diagnostics/source.ts";
import { atomsOf, bareDim, constantOf, dim } from "../integers/index.ts";
import { operandArray } from "./arrays.ts";
import type { Builder, Scope } from "./checker-types.ts";
import { newContext } from "./context.ts";
import { freeInput } from "./free-inputs.ts";
import type { Matched } from "./match.ts";
import { define, known, lazy } from "./scope.ts";
import { tell } from "./session.ts";
import { showTensorType } from "./show-types.ts";
import type { CheckedData } from "./typed.ts";
import { counted, scalarValue } from "./value.ts";

/** One tensor of a batch. */
interface StepInput extends Matched {
  readonly name: string;
  readonly span: Span;
  readonly nameSpan: Span;
}

/**
 * The inputs of a step become names of the block (D1.8): the outputs of its data or what `on (…)` lists, `N`, the number
 * of rows of the batch, and the numbers of the step.
 */
export function defineStepInputs(
  train: TrainDeclaration,
  data: CheckedData | undefined,
  scope: Scope,
  builder: Builder,
): boolean {
  const { session } = builder;
  const inputs = data ? examplesOf(train, data, builder) : listedInputs(train, scope, builder);
  if (inputs === undefined) return false;
  for (const { name, dtype, shape, range, origin, span, nameSpan } of inputs) {
    builder.names.add(name);
    builder.inputs.push({ name, dtype, shape, span, ...(range && { range }) });
    define(session, scope, known(name, nameSpan, operandArray(name, { dtype, shape, range }, [], origin)));
  }
  const isBatch = data === undefined || data.rows !== undefined;
  const rows = isBatch ? inputs[0]?.shape[0] : undefined;
  if (rows !== undefined && !scope.entities.has("N")) {
    scope.entities.set("N", known("N", train.data.span, scalarValue(counted(rows))));
  }
  for (const name of ["iteration", "epoch"]) {
    const { span } = train.model;
    const make = (): ReturnType<typeof operandArray> => {
      builder.names.add(name);
      builder.inputs.push({ name, dtype: "i32", shape: [], span });
      return operandArray(name, { dtype: "i32", shape: [] });
    };
    // Found out only where it is read: what asks for all names of a block passes over it.
    if (!scope.entities.has(name)) scope.entities.set(name, { ...lazy(name, span, make), unasked: true });
  }
  return true;
}

function listedInputs(
  train: TrainDeclaration,
  scope: Scope,
  builder: Builder,
): readonly StepInput[] | undefined {
  if (train.data.kind !== "formals") throw new Error("bug: data that were not checked");
  const context = newContext(builder, scope);
  const inputs = train.data.items.map((formal): StepInput | undefined => {
    const input = freeInput(formal, context);
    return input && { ...input, name: formal.name.text, span: formal.span, nameSpan: formal.name.span };
  });
  return inputs.every((input) => input !== undefined) ? inputs : undefined;
}

/** The outputs of the data with the rows of a batch in place of all rows; other sizes that only a file knows stay open. */
function examplesOf(
  train: TrainDeclaration,
  data: CheckedData,
  builder: Builder,
): readonly StepInput[] | undefined {
  const { span } = train.data;
  const inputs: StepInput[] = [];
  for (const { name, dtype, shape: whole, range, span: nameSpan } of data.evaluate.outputs) {
    const shape = data.rows === undefined ? whole : [dim("N"), ...whole.slice(1)];
    const own = data.rows === undefined ? shape : shape.slice(1);
    const hasBatchName = data.rows !== undefined && own.some((form) => bareDim(form) === "N");
    const isPlain = own.every((form) => constantOf(form) !== undefined || bareDim(form) !== undefined);
    const hasOpenRange = range && [range.low, range.high].some((form) => constantOf(form) === undefined);
    if (hasBatchName || !isPlain || hasOpenRange === true) {
      tell(builder.session, "DLC3012", {
        message: hasBatchName
          ? `\`N\` is the number of rows of a batch, but \`${name}\` of \`${data.name}\` is ${showTensorType(dtype, whole)}`
          : `the sizes of an example and the ranges of its integers are numbers or names, but \`${name}\` of \`${data.name}\` is ${showTensorType(dtype, whole)}`,
        span,
        notes: [{ text: "it is declared here", span: nameSpan }],
        help: hasBatchName ? ["give that size another name"] : [],
      });
      return undefined;
    }
    for (const form of shape) {
      for (const atom of atomsOf(form)) if (atom.kind === "dim") builder.freeDims.add(atom.name);
    }
    const origin = { name: `${name}: ${showTensorType(dtype, shape)}`, shape, from: undefined };
    inputs.push({ name, dtype, shape, range, origin, span: nameSpan, nameSpan });
  }
  return inputs;
}
