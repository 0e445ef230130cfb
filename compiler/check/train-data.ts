import type { TrainDeclaration } from "../../grammar/ast.ts";
import type { Span } from "../diagnostics/source.ts";
import { dim } from "../integers/index.ts";
import type { Module, Session } from "./checker-types.ts";
import { newContext } from "./context.ts";
import { checkData } from "./data.ts";
import type { Hypers } from "./hypers.ts";
import { constantBuilder } from "./modules.ts";
import { known, newScope } from "./scope.ts";
import { tell } from "./session.ts";
import { showTensorType } from "./show-types.ts";
import { fieldOf } from "./train-fields.ts";
import type { CheckedData } from "./typed.ts";

interface Examples {
  readonly data?: CheckedData;
  readonly test?: CheckedData;
}

/** What is learned from, and what is judged after each epoch. Both may use the hyper-parameters of the model. */
export function examplesOf(
  train: TrainDeclaration,
  hypers: Hypers,
  module: Module,
  session: Session,
): Examples | undefined {
  const builder = constantBuilder(session, `train ${nameOfData(train)}`);
  const scope = newScope(module.scope, undefined);
  for (const [name, value] of hypers) scope.entities.set(name, known(name, undefined, value));
  const context = newContext(builder, scope);
  const field = train.body.statements.find((one) => fieldOf(one) === "test");
  const value = field?.kind === "equation" ? field.value : undefined;
  if (train.data.kind === "formals") {
    if (value === undefined) return {};
    tell(session, "DLC3013", {
      message: "`test` names a data declaration, but here the caller of each step gives its inputs",
      span: value.span,
      help: ["train on a data declaration too, or take `test` away and call `evaluate`"],
    });
    return undefined;
  }
  const data = checkData(train.data, context);
  if (value === undefined) return data && { data };
  if (value.kind !== "name" && value.kind !== "call") {
    tell(session, "DLC3013", { message: "`test` names a data declaration, as `on` does", span: value.span });
    return undefined;
  }
  const test = checkData(value, context);
  if (data === undefined || test === undefined || !sameExamples(data, test, value.span, session))
    return undefined;
  return { data, test };
}

function nameOfData({ data }: TrainDeclaration): string {
  const name = data.kind === "call" ? data.callee : data;
  return name.kind === "name" ? name.text : "";
}

/** What is tested goes into the same evaluation, so that it has the same names, dtypes and sizes. */
function sameExamples(data: CheckedData, test: CheckedData, span: Span, session: Session): boolean {
  const [given, wanted] = [test, data].map((one) =>
    one.evaluate.outputs.map((output) => describeOutput(one, output)),
  );
  const different = wanted?.find((text) => given?.includes(text) !== true);
  if (different === undefined && given?.length === wanted?.length) return true;
  tell(session, "DLC3021", {
    message: `the examples of \`test\` are ${(given ?? []).join(", ")}, but those of the training ${(wanted ?? []).join(", ")}`,
    span,
  });
  return false;
}

function describeOutput(
  { rows }: CheckedData,
  { name, dtype, shape }: CheckedData["evaluate"]["outputs"][number],
): string {
  return `${name}: ${showTensorType(dtype, rows === undefined ? shape : [dim("N"), ...shape.slice(1)])}`;
}
