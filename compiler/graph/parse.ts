import type { Form } from "../integers/index.ts";
import { dtypes, type Dtype } from "../scalar/dtype.ts";
import type { Guard } from "./expr.ts";
import type { ComputeNode, FreeDim, Graph, GradNode, Node, Scan, ScatterNode, Update } from "./graph.ts";
import {
  axesScope,
  takeAxes,
  takeExpr,
  takeInfix,
  takeNumberWithSign,
  takeOneOf,
  takeReductionHead,
} from "./parse-expr.ts";
import { takeForm, takeForms, takeGuard, takeWhole, type Scope } from "./parse-form.ts";
import { takeRecognition } from "./parse-recognition.ts";
import {
  accept,
  cursorOf,
  expect,
  fail,
  isAt,
  peek,
  takeList,
  takeName,
  takeString,
  type Cursor,
} from "./tokens.ts";
import { binding } from "./words.ts";

/** The graph of a text that `printGraph` writes. Throws an Error with the line where the text is none. */
export function parseGraph(text: string): Graph {
  const cursor = cursorOf(text);
  const graph = takeGraph(cursor);
  if (peek(cursor).kind !== "end") fail(cursor, "the end");
  return graph;
}

const noAxes: Scope = new Set();

function takeGraph(cursor: Cursor): Graph {
  expect(cursor, "graph");
  const name = takeName(cursor);
  expect(cursor, "(");
  const dims = takeList(cursor, ")", () => takeDim(cursor));
  expect(cursor, "{");
  const facts: Guard[] = [];
  const scans: Scan[] = [];
  const turns = new Set<string>();
  const nodes: Node[] = [];
  const outputs: { name: string; node: string }[] = [];
  const updates: Update[] = [];
  while (!accept(cursor, "}")) {
    if (accept(cursor, "fact")) facts.push(takeGuard(cursor, noAxes));
    else if (accept(cursor, "scan")) {
      const scan = takeScan(cursor);
      scans.push(scan);
      turns.add(scan.turn);
    } else if (accept(cursor, "output")) outputs.push(takeOutput(cursor));
    else if (accept(cursor, "update")) updates.push(takeUpdate(cursor));
    else nodes.push(takeNode(cursor, turns));
  }
  return {
    name,
    dims,
    facts,
    ...(scans.length > 0 && { scans }),
    nodes,
    outputs,
    ...(updates.length > 0 && { updates }),
  };
}

/** Scans stand before the nodes, which may mention their turns. */
function takeScan(cursor: Cursor): Scan {
  const turn = takeName(cursor);
  expect(cursor, ":");
  const extent = takeForm(cursor, noAxes);
  expect(cursor, "carry");
  expect(cursor, "[");
  const carries = takeList(cursor, "]", () => {
    const current = takeName(cursor);
    expect(cursor, "to");
    return { current, next: takeName(cursor) };
  });
  return { turn, extent, carries };
}

function takeDim(cursor: Cursor): FreeDim {
  const low = peek(cursor).kind === "number" ? takeWhole(cursor) : 1;
  if (isAt(cursor, "<=")) expect(cursor, "<=");
  const name = takeName(cursor);
  return accept(cursor, "<=") ? { name, low, high: takeWhole(cursor) } : { name, low };
}

function takeOutput(cursor: Cursor): { name: string; node: string } {
  const name = takeName(cursor);
  expect(cursor, "=");
  return { name, node: takeName(cursor) };
}

const updated = ["param", "state", "slot"] as const;

function takeUpdate(cursor: Cursor): Update {
  const kind = takeOneOf(cursor, updated) ?? fail(cursor, `one of ${updated.join(", ")}`);
  const path = takeString(cursor);
  expect(cursor, "=");
  return { kind, path, node: takeName(cursor) };
}

const kinds = [
  "input",
  "param",
  "state",
  "slot",
  "constant",
  "compute",
  "scatter",
  "argsort",
  "carry",
  "last",
  "stack",
  "grad",
] as const;

function takeNode(cursor: Cursor, turns: Scope): Node {
  const name = takeName(cursor);
  expect(cursor, "=");
  const kind = takeOneOf(cursor, kinds) ?? fail(cursor, `one of ${kinds.join(", ")}`);
  const dtype = takeOneOf(cursor, dtypes) ?? fail(cursor, "a dtype");
  if (kind === "compute") return takeCompute(cursor, name, dtype, turns);
  expect(cursor, "[");
  const base = { name, dtype, shape: takeForms(cursor, noAxes) };
  switch (kind) {
    case "input":
      return {
        kind,
        ...base,
        ...takeRange(cursor),
        ...(accept(cursor, "default") && { initial: takeNumberWithSign(cursor) }),
        ...(accept(cursor, "kept") && { kept: true }),
      };
    case "param":
    case "state":
      return { kind, ...base, path: takeString(cursor) };
    case "slot":
      return { kind: "state", ...base, path: takeString(cursor), slot: true };
    case "constant":
      expect(cursor, "[");
      return { kind, ...base, values: takeList(cursor, "]", () => takeNumberWithSign(cursor)) };
    case "scatter":
      return { kind, ...base, ...takeScatter(cursor, turns) };
    case "argsort": {
      const descending = accept(cursor, "descending");
      if (!descending) expect(cursor, "ascending");
      return { kind, ...base, descending, of: takeName(cursor) };
    }
    case "carry": {
      const turn = takeName(cursor);
      expect(cursor, "from");
      return { kind, ...base, turn, of: takeName(cursor) };
    }
    case "last":
    case "stack": {
      const turn = takeName(cursor);
      expect(cursor, "of");
      return { kind, ...base, turn, of: takeName(cursor) };
    }
    case "grad":
      return { kind, ...base, ...takeGrad(cursor) };
    default:
      return kind satisfies never;
  }
}

function takeRange(cursor: Cursor): { range?: { low: Form; high: Form } } {
  if (!accept(cursor, "in")) return {};
  const low = takeForm(cursor, noAxes);
  expect(cursor, "..");
  return { range: { low, high: takeForm(cursor, noAxes) } };
}

function takeCompute(cursor: Cursor, name: string, dtype: Dtype, turns: Scope): ComputeNode {
  const { axes, domain } = takeAxes(cursor, turns);
  const outer = axesScope(turns, axes);
  const shape = axes.map((axis) => axis.extent);
  const head = takeReductionHead(cursor, outer);
  const base = { kind: "compute", name, dtype, shape, axes } as const;
  if (head === undefined) {
    return { ...base, domain, body: takeExpr(cursor, outer), ...takeRecognition(cursor) };
  }
  const body = takeInfix(cursor, axesScope(outer, head.axes), binding.product);
  const reduce = { op: head.op, axes: head.axes };
  return { ...base, reduce, domain: [...domain, ...head.domain], body, ...takeRecognition(cursor) };
}

function takeScatter(cursor: Cursor, turns: Scope): Pick<ScatterNode, "axes" | "domain" | "at" | "body"> {
  expect(cursor, "sum");
  const { axes, domain } = takeAxes(cursor, turns);
  const scope = axesScope(turns, axes);
  expect(cursor, "at");
  expect(cursor, "[");
  return { axes, domain, at: takeForms(cursor, scope), body: takeExpr(cursor, scope) };
}

function takeGrad(cursor: Cursor): Pick<GradNode, "of" | "wrt" | "axes" | "shared"> {
  const of = takeName(cursor);
  const { axes } = takeAxes(cursor, noAxes);
  expect(cursor, "by");
  const wrt = takeName(cursor);
  expect(cursor, "[");
  return { of, wrt, axes, shared: takeList(cursor, "]", () => takeName(cursor)) };
}
