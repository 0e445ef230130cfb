import type { Pipe, Stage } from "../../grammar/ast.ts";
import { applyValue, resultsOf } from "./apply.ts";
import type { Context, Value } from "./checker-types.ts";
import { evaluate } from "./evaluate.ts";
import { textOf } from "./texts.ts";
import { errorValue } from "./value.ts";

/** `x |> conv1: Conv2d(6) |> relu`: each stage is applied to what stands before it. */
export function evaluatePipe(expr: Pipe, context: Context): Value {
  const inner = { ...context, label: undefined, integer: false };
  let current = evaluate(expr.value, inner);
  for (const stage of expr.stages) {
    const label = labelOf(stage, inner);
    const labels = label === undefined || label === "" ? label : [label, ...(inner.places ?? [])];
    const callee = evaluate(stage.value, {
      ...inner,
      label: typeof labels === "string" ? [labels] : labels,
    });
    if (current.kind === "error" || callee.kind === "error") {
      current = errorValue;
      continue;
    }
    current = applyValue({
      callee,
      args: current.kind === "list" || current.kind === "results" ? resultsOf(current) : [current],
      named: new Map(),
      context: inner,
      span: stage.span,
      name: label === undefined || label === "" ? stageName(stage) : label,
      several: true,
    });
  }
  return current;
}

function labelOf(stage: Stage, context: Context): string | undefined {
  const { label } = stage;
  if (label === undefined) return undefined;
  return label.kind === "name" ? label.text : (textOf(label, context) ?? "?");
}

function stageName(stage: Stage): string {
  let { value } = stage;
  while (value.kind === "call" || value.kind === "group")
    value = value.kind === "call" ? value.callee : value.value;
  if (value.kind === "name") return value.text;
  return value.kind === "member" ? value.name.text : "this stage";
}
