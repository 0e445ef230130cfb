import { equalForms } from "../integers/index.ts";
import { isFloat } from "../scalar/dtype.ts";
import type { Axis } from "./expr.ts";
import type { GradNode, Node, ScatterNode } from "./graph.ts";
import { printExpr, printForm } from "./print.ts";
import { checkAxes, checkExpr, checkForm, withGiven, type Place } from "./verify-expr.ts";
import { visitExpr } from "./visit.ts";

type Report = (message: string) => void;

export function checkScatter(node: ScatterNode, place: Place, report: Report): void {
  const inner = checkAxes(node.axes, place, report);
  for (const { form } of node.domain) checkForm(form, inner, report);
  const inside = withGiven(inner, node.domain);
  if (node.at.length !== node.shape.length) {
    report(`${node.at.length} subscripts place terms in a value of ${node.shape.length} axes`);
  }
  for (const form of node.at) checkForm(form, inside, report);
  const body = checkExpr(node.body, inside, report);
  if (body !== undefined && body !== node.dtype) report(`the body is ${body}, and the node ${node.dtype}`);
  if (!isFloat(node.dtype) && node.dtype !== "i32") report(`a sum of ${node.dtype} has no meaning`);
}

export function checkGrad(node: GradNode, place: Place, report: Report): void {
  const [of, wrt] = [place.nodes.get(node.of), place.nodes.get(node.wrt)];
  if (of === undefined) report(`${node.of} is differentiated, but no node before has that name`);
  if (wrt === undefined) report(`${node.wrt} is no node before, so nothing can be differentiated by it`);
  checkAxes(node.axes, place, report);
  if (of === undefined || wrt === undefined) return;
  for (const each of [of, wrt]) {
    if (!isFloat(each.dtype)) report(`${each.name} is ${each.dtype}, which no gradient flows through`);
  }
  if (node.dtype !== wrt.dtype) report(`the gradient is ${node.dtype}, and ${wrt.name} ${wrt.dtype}`);
  if (!sameSizes(of.shape, node.axes)) {
    report(`the free axes are not those of ${of.name}, one scalar for each of their values`);
  }
  const shared = node.shared.map((name) => node.axes.find((axis) => axis.name === name));
  const known = shared.filter((axis) => axis !== undefined);
  if (known.length < shared.length) report(`an axis is shared that is not free`);
  if (new Set(node.shared).size < node.shared.length) report(`an axis is shared twice`);
  if (!sameSizes(wrt.shape.slice(0, known.length), known)) {
    report(`the shared axes do not lead the axes of ${wrt.name}`);
  }
  const expected = [...node.axes.map((axis) => axis.extent), ...wrt.shape.slice(known.length)];
  const same =
    expected.length === node.shape.length && expected.every((extent, at) => equals(extent, node.shape[at]));
  if (!same) report(`the shape of the gradient is [${expected.map(printForm).join(", ")}]`);
}

function sameSizes(shape: Node["shape"], axes: readonly Axis[]): boolean {
  return shape.length === axes.length && axes.every((axis, at) => equals(axis.extent, shape[at]));
}

function equals(a: Node["shape"][number], b: Node["shape"][number] | undefined): boolean {
  return b !== undefined && equalForms(a, b);
}

/** What `differentiate` leaves in no graph. */
export function undifferentiated(node: Node): readonly string[] {
  if (node.kind === "grad") return [`the gradient of ${node.of} is still to be computed`];
  if (node.kind !== "compute" && node.kind !== "scatter") return [];
  const found: string[] = [];
  visitExpr(node.body, (expr) => {
    if (expr.kind === "apply" && expr.fn === "stop")
      found.push(`${printExpr(expr)} stops gradients that are gone`);
  });
  return found;
}
