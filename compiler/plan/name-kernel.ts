import type { Expr } from "../graph/expr.ts";
import { printExpr } from "../graph/print.ts";
import { constantOf } from "../integers/index.ts";
import type { Stage } from "./kernel.ts";

/** Longer names say no more. */
const mostWords = 6;

/** What a kernel does, as a profile shows it: `conv5x5_add_relu`, `matmul`, `row_max_exp_sum`. */
export function nameKernel(stages: readonly Stage[]): string {
  const parts = stages.map(nameStage);
  const names = parts.filter((part, place) => part !== "" && part !== parts[place - 1]);
  if (stages.some((stage) => stage.recognition?.kind === "rowwise")) names.unshift("row");
  const words = names.join("_").split("_").slice(0, mostWords);
  return names.length === 0 ? "copy" : words.join("_");
}

function nameStage(stage: Stage): string {
  if (stage.at !== undefined) return "scatter";
  if (stage.order !== undefined) return "sort";
  if (stage.running !== undefined) return `running_${stage.running.op}`;
  const tag = stage.recognition;
  if (stage.reduce === undefined || tag === undefined) return stage.reduce?.op ?? nameBody(stage.body);
  const window = (names: readonly string[]): string =>
    names
      .map((name) => stage.reduce?.axes.find((axis) => axis.name === name)?.extent)
      .map((extent) => (extent === undefined ? 1 : (constantOf(extent) ?? "n")))
      .join("x");
  switch (tag.kind) {
    case "contraction":
      return tag.batch.length > 0 ? "batch_matmul" : "matmul";
    case "convolution":
      return `conv${window(tag.window)}`;
    case "depthwise":
      return `depthwise${window(tag.window)}`;
    case "window":
      return `${stage.reduce.op}pool${window(tag.window)}`;
    case "prefix":
    case "rowwise":
    case "elementwise":
      return stage.reduce.op;
    default:
      return tag satisfies never;
  }
}

/** The functions of a body from the inside out; a bare read has none. */
function nameBody(body: Expr): string {
  switch (body.kind) {
    case "constant":
      return "fill";
    case "read":
    case "local":
    case "index":
    case "guard":
      return "";
    case "random":
      return "random";
    case "convert":
      return nameBody(body.operand);
    case "let":
      return join(nameBody(body.value), nameBody(body.body));
    case "select":
      if (isPositivePart(body)) return join(nameBody(body.otherwise), "relu");
      return join(nameBody(body.then), body.condition.kind === "guard" ? "" : "select");
    case "apply": {
      const inner = body.operands.map(nameBody).filter((name) => name !== "" && name !== "fill");
      return join(inner[0] ?? "", isRelu(body) ? "relu" : body.fn);
    }
    case "reduce":
      return body.op;
    default:
      return body satisfies never;
  }
}

function isRelu(body: Expr & { kind: "apply" }): boolean {
  return (
    body.fn === "maximum" &&
    body.operands.some((operand) => operand.kind === "constant" && operand.value === 0)
  );
}

/** if x <= 0 then 0 else x */
function isPositivePart({ condition, then, otherwise }: Expr & { kind: "select" }): boolean {
  if (condition.kind !== "apply" || !/^less/.test(condition.fn)) return false;
  const [left, right] = condition.operands;
  const isZero = (expr: Expr | undefined): boolean => expr?.kind === "constant" && expr.value === 0;
  return left !== undefined && isZero(right) && isZero(then) && printExpr(left) === printExpr(otherwise);
}

function join(inner: string, outer: string): string {
  if (inner === "" || outer === "") return inner + outer;
  return inner.split("_").length >= 3 ? inner : `${inner}_${outer}`;
}
