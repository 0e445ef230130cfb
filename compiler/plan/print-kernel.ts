import type { Axis } from "../graph/expr.ts";
import { printExpr, printForm, printGuard } from "../graph/print.ts";
import type { Form } from "../integers/index.ts";
import type { Kernel, Operand, Stage } from "./kernel.ts";
import { showLayout } from "./show-layout.ts";

/** A kernel as `dlc inspect --stage kernels` and snapshots show it: its axes, what it reads, a line a stage. */
export function printKernel(kernel: Kernel): string {
  const dims = kernel.dims.length === 0 ? "" : ` (${kernel.dims.join(", ")})`;
  const reads = kernel.operands.filter((operand) => operand.access === "read");
  const lines = [
    `kernel ${kernel.name}${dims}`,
    `  over ${printAxes(kernel.axes)}`,
    ...(kernel.bounds ?? []).map(
      ({ axis, from, end }) => `  ${axis} from ${from ? printForm(from) : "0"} to ${printForm(end)}`,
    ),
    ...reads.map((operand) => `  read ${printOperand(operand)}`),
    ...kernel.stages.map((stage) => `  ${printStage(stage, kernel)}`),
  ];
  return lines.join("\n");
}

function printAxes(axes: readonly Axis[]): string {
  return axes.length === 0
    ? "one value"
    : axes.map(({ name, extent }) => `${name}: ${printForm(extent)}`).join(", ");
}

function printOperand({ name, dtype, shape, layout }: Operand): string {
  return `${name}: ${dtype}[${shape.map(printForm).join(", ")}]${showLayout(layout)}`;
}

function printStage(stage: Stage, kernel: Kernel): string {
  const { name, axes, reduce, at, target, order, running, domain, body, output, recognition } = stage;
  const guards = domain.length === 0 ? "" : ` | ${domain.map(printGuard).join(", ")}`;
  const sorted =
    order &&
    ` the first ${printForm(order.count)} places of [${printAxes([order.axis])}] by${order.descending ? " descending" : ""}`;
  const summed =
    running &&
    ` ${running.op}[${printAxes([running.over])}${guards}] up to ${running.backwards ? "the end from" : ""}[${printAxes([running.along])}] + ${printForm(running.ahead)} of`;
  const head =
    sorted ?? summed ?? (reduce === undefined ? guards : ` ${reduce.op}[${printAxes(reduce.axes)}${guards}]`);
  const operand = kernel.operands.find((each) => each.name === output);
  const tail = operand === undefined ? "" : ` -> ${printOperand(operand)}`;
  const tag = recognition === undefined ? "" : ` @${recognition.kind}`;
  const list = (forms: readonly Form[]): string => forms.map(printForm).join(", ");
  const added = at ? `at [${list(at)}] +=` : target ? `into [${list(target)}]` : "=";
  return `${name}[${axes.join(", ")}] ${added}${head} ${printExpr(body)}${tag}${tail}`;
}
