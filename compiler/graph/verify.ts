import { constantOf, equalForms, highest, one, subtract, type RangeOf } from "../integers/index.ts";
import { isFloat } from "../scalar/dtype.ts";
import { reducedDtype } from "./dtype-of.ts";
import type { ArgsortNode, ComputeNode, Graph, Node } from "./graph.ts";
import { checkGrad, checkScatter, undifferentiated } from "./verify-gradient.ts";
import { printForm } from "./print.ts";
import { sizeOfShape } from "./tensor.ts";
import { checkAxes, checkExpr, checkExtent, checkForm, withGiven, type Place } from "./verify-expr.ts";
import { normalFormViolations } from "./verify-normal.ts";
import { scanViolations } from "./verify-scans.ts";
import { operandsOf } from "./visit.ts";

export interface VerifyOptions {
  /** Whether the graph must be in normal form. */
  readonly normal: boolean;
  /** Whether gradients must be gone, as they are from `differentiate` on. */
  readonly differentiated?: boolean;
}

/** What is wrong with a graph, each with the name of its node. */
export function verify(graph: Graph, { normal, differentiated }: VerifyOptions): readonly string[] {
  const found: string[] = [];
  const reportGraph = (message: string): void => void found.push(`${graph.name}: ${message}`);
  const nodes = new Map<string, Node>();
  const place: Place = {
    dims: new Set(graph.dims.map(({ name }) => name)),
    axes: new Set((graph.scans ?? []).map(({ turn }) => turn)),
    nodes,
    locals: new Map(),
    given: graph.facts,
  };
  for (const name of repeated(graph.dims.map((dim) => dim.name))) reportGraph(`two dims are named ${name}`);
  for (const { name, low, high } of graph.dims) {
    if (!Number.isSafeInteger(low) || low < 1) reportGraph(`the dim ${name} may be less than 1`);
    if (high !== undefined && high < low) reportGraph(`the dim ${name} has no value`);
  }
  for (const { form } of graph.facts) checkExtent(form, place, reportGraph);
  for (const { extent } of graph.scans ?? []) checkExtent(extent, place, reportGraph);
  for (const node of graph.nodes) {
    const report = (message: string): void => void found.push(`${node.name}: ${message}`);
    checkNode(node, place, report);
    if (node.kind === "compute" && normal) normalFormViolations(node).forEach(report);
    if (differentiated === true) undifferentiated(node).forEach(report);
    if (nodes.has(node.name)) report("two nodes have this name");
    nodes.set(node.name, node);
  }
  for (const name of repeated(graph.outputs.map((output) => output.name))) {
    reportGraph(`two outputs are named ${name}`);
  }
  for (const { name, node } of graph.outputs) {
    if (!nodes.has(node)) reportGraph(`the output ${name} is ${node}, which is no node`);
  }
  checkUpdates(graph, nodes, reportGraph);
  scanViolations(graph).forEach((message) => found.push(message));
  return found;
}

/** An update names one tensor once, and gives it a value of its own dtype and shape. */
function checkUpdates(
  { updates = [] }: Graph,
  nodes: ReadonlyMap<string, Node>,
  report: (message: string) => void,
): void {
  for (const path of repeated(updates.map((update) => update.path))) report(`${path} is updated twice`);
  for (const { kind, path, node: name } of updates) {
    const node = nodes.get(name);
    if (node === undefined) report(`the update of ${path} is ${name}, which is no node`);
    else if (node.shape.some((extent) => constantOf(extent) === undefined)) {
      report(`the update of ${path} has a shape that is known only at a call`);
    }
    const own = [...nodes.values()].find(
      (each) => (each.kind === "param" || each.kind === "state") && each.path === path,
    );
    if (own === undefined || node === undefined) continue;
    const ownKind = own.kind === "state" && own.slot === true ? "slot" : own.kind;
    if (ownKind !== kind) report(`${path} is a ${ownKind} and updated as a ${kind}`);
    const alike =
      own.dtype === node.dtype &&
      own.shape.length === node.shape.length &&
      own.shape.every((extent, dim) => equalForms(extent, node.shape[dim] ?? extent));
    if (!alike) report(`the update of ${path} has another dtype or shape`);
  }
}

function repeated(names: readonly string[]): readonly string[] {
  return names.filter((name, place) => names.indexOf(name) < place);
}

function checkNode(node: Node, place: Place, report: (message: string) => void): void {
  for (const extent of node.shape) checkExtent(extent, place, report);
  switch (node.kind) {
    case "input":
      if (node.range === undefined) return;
      if (isFloat(node.dtype) || node.dtype === "bool") report(`a range is for integers, not ${node.dtype}`);
      checkExtentOfRange(node.range, place, report);
      return;
    case "param":
    case "state":
      if (node.path === "") report("the path is empty");
      return;
    case "constant": {
      const shape = node.shape.map(constantOf);
      const known = shape.filter((extent) => extent !== undefined);
      if (known.length < shape.length) report("the shape of a constant is constant");
      else if (sizeOfShape(known) !== node.values.length) {
        report(`${node.values.length} values do not fill the shape [${known.join(", ")}]`);
      }
      return;
    }
    case "compute":
      checkCompute(node, place, report);
      return;
    case "scatter":
      checkScatter(node, place, report);
      return;
    case "argsort":
      checkArgsort(node, place, report);
      return;
    case "carry":
    case "last":
    case "stack":
      // `scanViolations` sees them with their scan.
      return;
    case "grad":
      checkGrad(node, place, report);
      return;
    default:
      return node satisfies never;
  }
}

function checkArgsort(node: ArgsortNode, place: Place, report: (message: string) => void): void {
  const of = place.nodes.get(node.of);
  if (node.dtype !== "i32") report(`places are i32, not ${node.dtype}`);
  if (of === undefined) {
    report(`${node.of} is sorted, but no node before has that name`);
    return;
  }
  if (of.dtype === "bool") report(`${node.of} is bool, which has no order`);
  const [rows, own] = [of.shape.slice(0, -1), node.shape.slice(0, -1)];
  const sameRows =
    rows.length === own.length && rows.every((extent, at) => equalForms(extent, own[at] ?? extent));
  const [length, count] = [of.shape.at(-1), node.shape.at(-1)];
  if (length === undefined || count === undefined) report("a number has no order");
  else if (!sameRows || highest(subtract(length, count), dimsAtLeastOne) < 0)
    report(`the order of ${node.of} has [${[...rows, length].map(printForm).join(", ")}] places at most`);
}

const dimsAtLeastOne: RangeOf = (atom) => (atom.kind === "dim" ? { low: one } : undefined);

function checkExtentOfRange(
  range: { readonly low: ComputeNode["shape"][number]; readonly high: ComputeNode["shape"][number] },
  place: Place,
  report: (message: string) => void,
): void {
  checkExtent(range.low, place, report);
  checkExtent(range.high, place, report);
}

function checkCompute(node: ComputeNode, place: Place, report: (message: string) => void): void {
  if (node.shape.length !== node.axes.length) {
    report(`${node.axes.length} axes make a value of ${node.shape.length} axes`);
  }
  node.axes.forEach(({ name, extent }, at) => {
    const size = node.shape[at];
    if (size === undefined || equalForms(size, extent)) return;
    report(`the axis ${name} runs to ${printForm(extent)} in a shape of ${printForm(size)}`);
  });
  const outer = checkAxes(node.axes, place, report);
  const inner = checkAxes(node.reduce?.axes ?? [], outer, report);
  for (const { form } of node.domain) checkForm(form, inner, report);
  if (node.reduce?.op === "partition" && node.reduce.axes.length !== 1) report("a partition has one axis");
  const body = checkExpr(node.body, withGiven(inner, node.domain), report);
  if (body === undefined) return;
  const result = node.reduce === undefined ? body : reducedDtype(node.reduce.op, body);
  if (result !== node.dtype) {
    const what = node.reduce === undefined ? body : `${node.reduce.op} of ${body}`;
    report(`the body is ${what}, and the node ${node.dtype}`);
  }
  checkRecognition(node, report);
}

/** A tag speaks of the node's own axes and operands. */
function checkRecognition(node: ComputeNode, report: (message: string) => void): void {
  const axes = new Set([...node.axes, ...(node.reduce?.axes ?? [])].map(({ name }) => name));
  const operands = new Set(operandsOf(node));
  for (const [field, value] of Object.entries(node.recognition ?? {})) {
    if (field === "kind") continue;
    if (typeof value === "string") {
      if (!operands.has(value)) report(`its tag names ${value} as ${field}, which it does not read`);
      continue;
    }
    for (const name of value) if (!axes.has(name)) report(`its tag names the axis ${name}, which it has not`);
  }
}
