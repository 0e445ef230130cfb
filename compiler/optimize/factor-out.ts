import { rangeWithAxes } from "../graph/ranges.ts";
import type { Axis, Expr, Guard } from "../graph/expr.ts";
import type { ComputeNode, Graph } from "../graph/graph.ts";
import { axesOf, axesOfForm, visitExpr } from "../graph/visit.ts";
import {
  axis as axisForm,
  constant,
  floorDivide,
  one,
  product,
  provablyNonnegative,
  subtract,
  zero,
  type Form,
} from "../integers/index.ts";
import { isFloat } from "../scalar/dtype.ts";
import { formsOfNode, substituteAxesInForm } from "./body.ts";
import { holds, readsInside } from "./bounds.ts";
import { factorsOf, productOf } from "./factors.ts";
import { rewriteNodes, untagged, type Rewriting } from "./rewriting.ts";

/**
 * Σᵣ a·b(r) is a·Σᵣ b(r): factors free of the reduction axes stand outside the sum, in a node of their own, and an
 * axis that nothing mentions is a factor too, its extent.
 */
export function factorOut(graph: Graph): Graph {
  return rewriteNodes(graph, (node, rewriting) => {
    if (node.reduce === undefined) return node;
    return node.reduce.op === "sum" ? factorOutOfSum(node, rewriting) : dropIdleAxes(node, rewriting);
  });
}

/** A largest or smallest entry, any and all do not ask how often a value is there. */
function dropIdleAxes(node: ComputeNode, rewriting: Rewriting): ComputeNode {
  const { reduce } = node;
  if (reduce === undefined || !["max", "min", "any", "all"].includes(reduce.op)) return node;
  const idle = idleAxes(node, reduce.axes);
  const axes = reduce.axes.filter((axis) => !idle.includes(axis));
  if (idle.length === 0 || !idle.every((axis) => isNeverEmpty(axis, rewriting))) return node;
  if (axes.length > 0) return { ...untagged(node), reduce: { ...reduce, axes } };
  if (node.domain.length > 0 && reduce.op !== "any") return node;
  const { reduce: _gone, ...pointwise } = untagged(node);
  return pointwise;
}

function idleAxes(node: ComputeNode, axes: readonly Axis[]): readonly Axis[] {
  const used = new Set(formsOfNode(node).flatMap((form) => [...axesOfForm(form)]));
  return axes.filter((axis) => !used.has(axis.name));
}

function isNeverEmpty(axis: Axis, rewriting: Rewriting): boolean {
  return provablyNonnegative(subtract(axis.extent, one), rewriting.dimRange);
}

/** Is there, wherever the guards outside hold, a place of the reduction in its domain? Tried: both ends, the middle. */
function hasPoint(
  node: ComputeNode,
  axes: readonly Axis[],
  outside: readonly Guard[],
  rewriting: Rewriting,
): boolean {
  const inner = node.domain.filter((guard) => !outside.includes(guard));
  const range = rangeWithAxes(node.axes, rewriting.dimRange);
  const points: readonly ((extent: Form) => Form)[] = [
    () => zero,
    (extent) => subtract(extent, one),
    (extent) => floorDivide(extent, constant(2)),
  ];
  return points.some((point) => {
    const values = new Map(axes.map((axis) => [axis.name, point(axis.extent)]));
    return inner.every((guard) => {
      const form = substituteAxesInForm(guard.form, values);
      const given = [...rewriting.facts, ...outside];
      if (guard.relation === "zero") return form.terms.length === 0;
      return holds(form, given, range);
    });
  });
}

function factorOutOfSum(node: ComputeNode, rewriting: Rewriting): ComputeNode {
  const { reduce } = node;
  if (reduce === undefined) return node;
  const factors = factorsOf(node.body, isFloat(node.dtype));
  const idle = idleAxes(node, reduce.axes);
  const reduced = new Set(reduce.axes.map((axis) => axis.name));
  const outside = node.domain.filter((guard) =>
    [...axesOfForm(guard.form)].every((name) => !reduced.has(name)),
  );
  // Over an empty set the sum is 0 whatever stands before it; 0/0 and 0·∞ outside it would not be.
  const mayBeEmpty =
    !reduce.axes.every((axis) => isNeverEmpty(axis, rewriting)) ||
    !hasPoint(node, reduce.axes, outside, rewriting);
  const range = rangeWithAxes(node.axes, rewriting.dimRange);
  const isFree = (factor: Expr): boolean => {
    if (isNumber(factor)) return true;
    if (mayBeEmpty || mentionsLocal(factor)) return false;
    if ([...axesOf(factor)].some((name) => reduced.has(name))) return false;
    return readsInside(factor, [...rewriting.facts, ...outside], range, rewriting);
  };
  const free = {
    numerators: factors.numerators.filter((factor) => isFree(factor) && !isOne(factor)),
    denominators: factors.denominators.filter(isFree),
    negative: factors.negative,
  };
  const none = free.numerators.length + free.denominators.length === 0 && !free.negative;
  if (none && idle.length === 0) return node;
  const inner = {
    numerators: factors.numerators.filter((factor) => !free.numerators.includes(factor)),
    denominators: factors.denominators.filter((factor) => !free.denominators.includes(factor)),
    negative: false,
  };
  const axes = reduce.axes.filter((axis) => !idle.includes(axis));
  const times: readonly Expr[] =
    idle.length === 0 ? [] : [{ kind: "convert", to: node.dtype, operand: extentOf(idle) }];
  const body = productOf(inner, node.dtype);
  const { reduce: _moved, ...pointwise } = untagged(node);
  const sum: Expr =
    axes.length === 0 ? body : addSum({ ...untagged(node), reduce: { op: "sum", axes }, body }, rewriting);
  return {
    ...pointwise,
    domain: outside,
    body: productOf({ ...free, numerators: [sum, ...free.numerators, ...times] }, node.dtype),
  };
}

/** The sum as a node of its own; answers the read of it. */
function addSum(sum: ComputeNode, rewriting: Rewriting): Expr {
  const name = rewriting.freshName(`${sum.name}.sum`);
  rewriting.add({ ...sum, name });
  return { kind: "read", operand: name, at: sum.axes.map((axis) => axisForm(axis.name)) };
}

function extentOf(axes: readonly Axis[]): Expr {
  return { kind: "index", form: product(axes.map((axis) => axis.extent)) };
}

function isNumber(expr: Expr): boolean {
  return expr.kind === "constant" || (expr.kind === "convert" && isNumber(expr.operand));
}

function isOne(expr: Expr): boolean {
  return expr.kind === "constant" && expr.value === 1;
}

function mentionsLocal(expr: Expr): boolean {
  let found = false;
  visitExpr(expr, (inner) => (found ||= inner.kind === "local"));
  return found;
}
