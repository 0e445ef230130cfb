import { rangeWithAxes } from "../graph/ranges.ts";
import { negationOf, splitCondition } from "../graph/conditions.ts";
import type { Expr, Guard } from "../graph/expr.ts";
import type { ComputeNode, Graph } from "../graph/graph.ts";
import { constantOf, simplifyByRange, type RangeOf } from "../integers/index.ts";
import { simplifyApply } from "./algebra.ts";
import { allAxes, dtypeIn, mapList } from "./body.ts";
import { rewriteNodes, truth, untagged, type Rewriting } from "./rewriting.ts";
import { mapChildren } from "../graph/visit.ts";
import { decide, simplerForm, simplerGuard, simplifyDomain } from "./simplify-domain.ts";
import type { Dtype } from "../scalar/dtype.ts";

/**
 * Fewer operations for the same values: forms by the ranges of their axes, guards that always or never hold, choices
 * that are decided, neutral operands, conversions that change nothing.
 */
export function simplify(graph: Graph): Graph {
  return rewriteNodes(graph, simplifyNode);
}

/** What is known where an expression stands. */
interface Known {
  readonly range: RangeOf;
  readonly guards: readonly Guard[];
  readonly rewriting: Rewriting;
  readonly locals: ReadonlyMap<string, Dtype>;
}

function simplifyNode(node: ComputeNode, rewriting: Rewriting): ComputeNode {
  const range = rangeWithAxes(allAxes(node), rewriting.dimRange);
  const domain = simplifyDomain(node.domain, range, rewriting.facts);
  const known = { range, guards: [...rewriting.facts, ...domain], rewriting, locals: new Map() };
  const body = simplifyIn(node.body, known);
  return domain === node.domain && body === node.body ? node : { ...untagged(node), domain, body };
}

function simplifyIn(expr: Expr, known: Known): Expr {
  switch (expr.kind) {
    case "constant":
    case "local":
      return expr;
    case "index": {
      const form = simplifyByRange(expr.form, known.range);
      const value = constantOf(form);
      if (value !== undefined && Number.isInteger(value)) return { kind: "constant", dtype: "i32", value };
      return form.key === expr.form.key ? expr : { ...expr, form };
    }
    case "guard": {
      const guard = simplerGuard(expr.guard, known.range);
      const decided = decide(guard, known.range, known.guards);
      if (decided !== undefined) return decided ? truth.true : truth.false;
      return guard === expr.guard ? expr : { ...expr, guard };
    }
    case "read": {
      const at = mapList(expr.at, (form) => simplerForm(form, known.range));
      return at === expr.at ? expr : { ...expr, at };
    }
    case "random": {
      const counter = simplifyByRange(expr.counter, known.range);
      return counter.key === expr.counter.key ? expr : { ...expr, counter };
    }
    case "apply": {
      const operands = mapList(expr.operands, (operand) => simplifyIn(operand, known));
      const whole = operands === expr.operands ? expr : { ...expr, operands };
      return simplifyApply(whole, (inner) => dtypeIn(inner, known.rewriting.nodes, known.locals));
    }
    case "convert":
      return simplifyConvert(expr, known);
    case "select":
      return simplifySelect(expr, known);
    case "let": {
      const value = simplifyIn(expr.value, known);
      const dtype = dtypeIn(value, known.rewriting.nodes, known.locals);
      const locals = new Map(known.locals).set(expr.name, dtype);
      const body = simplifyIn(expr.body, { ...known, locals });
      return value === expr.value && body === expr.body ? expr : { ...expr, value, body };
    }
    case "reduce": {
      const range = rangeWithAxes(expr.axes, known.range);
      const guards = [...known.guards, ...expr.domain];
      return mapChildren(expr, (child) => simplifyIn(child, { ...known, range, guards }));
    }
    default:
      return expr satisfies never;
  }
}

function simplifyConvert(expr: Expr & { kind: "convert" }, known: Known): Expr {
  const operand = simplifyIn(expr.operand, known);
  const from = dtypeIn(operand, known.rewriting.nodes, known.locals);
  if (from === expr.to) return operand;
  if (operand.kind === "constant" && expr.to === "f32" && Math.fround(operand.value) === operand.value) {
    return { kind: "constant", dtype: "f32", value: operand.value };
  }
  // f32(f32(b)) of a bool or of what is f16 already loses nothing on the way.
  if (operand.kind === "convert" && expr.to === "f32") {
    const inner = dtypeIn(operand.operand, known.rewriting.nodes, known.locals);
    if (inner === "bool") return { ...expr, operand: operand.operand };
  }
  return operand === expr.operand ? expr : { ...expr, operand };
}

function simplifySelect(expr: Expr & { kind: "select" }, known: Known): Expr {
  const condition = simplifyIn(expr.condition, known);
  if (condition.kind === "constant") {
    return simplifyIn(condition.value !== 0 ? expr.then : expr.otherwise, known);
  }
  const { guards, rest } = splitCondition(condition);
  const negated = rest.length === 0 ? negationOf(guards) : [];
  const then = simplifyIn(expr.then, { ...known, guards: [...known.guards, ...guards] });
  const otherwise = simplifyIn(expr.otherwise, { ...known, guards: [...known.guards, ...negated] });
  if (then.kind === "constant" && otherwise.kind === "constant" && then.dtype === otherwise.dtype) {
    if (Object.is(then.value, otherwise.value)) return then;
    if (then.dtype === "bool") {
      return then.value !== 0 ? condition : { kind: "apply", fn: "not", operands: [condition] };
    }
  }
  if (condition.kind === "apply" && condition.fn === "not" && condition.operands[0] !== undefined) {
    return { kind: "select", condition: condition.operands[0], then: otherwise, otherwise: then };
  }
  const same = condition === expr.condition && then === expr.then && otherwise === expr.otherwise;
  return same ? expr : { kind: "select", condition, then, otherwise };
}
