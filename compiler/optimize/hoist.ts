import { negationOf, splitCondition } from "../graph/conditions.ts";
import type { Expr } from "../graph/expr.ts";
import type { ComputeNode, Graph } from "../graph/graph.ts";
import { axesOf, axesOfForm, mapChildren, visitExpr } from "../graph/visit.ts";
import { constantOf } from "../integers/index.ts";
import { isFloat } from "../scalar/dtype.ts";
import { allAxes, dtypeIn, formsOfNode } from "./body.ts";
import { costOfExpr, worthANode } from "./cost.ts";
import { factorsOf, productOf, type Factors } from "./factors.ts";
import { materialise, type Place } from "./materialise.ts";
import { rewriteNodes, untagged, type Rewriting } from "./rewriting.ts";

/**
 * A subexpression over fewer axes than its node is computed once, in a node of its own: (x − μ)/√(σ² + ε)·γ + β keeps
 * a subtraction, a product and a sum for each entry, and γ/√(σ² + ε) is computed for each channel. In an element-wise
 * body a few additions are left where they are: to read them would cost as much.
 */
export function hoist(graph: Graph): Graph {
  return rewriteNodes(graph, hoistFrom);
}

interface Hoisting {
  readonly rewriting: Rewriting;
  /** Axes of the node with more than one place. */
  readonly full: ReadonlySet<string>;
  readonly least: number;
  readonly isProduct: boolean;
}

function hoistFrom(node: ComputeNode, rewriting: Rewriting): ComputeNode {
  const place: Place = { node, axes: allAxes(node), guards: node.domain, conditions: [] };
  const full = new Set(place.axes.filter((axis) => constantOf(axis.extent) !== 1).map((axis) => axis.name));
  const used = new Set(formsOfNode(node).flatMap((form) => [...axesOfForm(form)]));
  if (node.reduce !== undefined && node.axes.some((axis) => full.has(axis.name) && !used.has(axis.name))) {
    return broadcastReduction(node, place, rewriting);
  }
  const inReduction = node.reduce !== undefined;
  const hoisting: Hoisting = {
    rewriting,
    full,
    least: inReduction ? 1 : worthANode,
    isProduct: inReduction,
  };
  const body = hoistIn(regroup(node.body, hoisting), place, hoisting);
  return body === node.body ? node : { ...untagged(node), body };
}

/** A reduction that is the same for all places of an axis is computed for one. */
function broadcastReduction(node: ComputeNode, place: Place, rewriting: Rewriting): ComputeNode {
  const { reduce } = node;
  if (reduce === undefined) return node;
  const part = { dtype: node.dtype, body: node.body, reduce: { ...reduce, domain: node.domain } };
  const made = materialise(part, { ...place, guards: [] }, rewriting);
  rewriting.add(made.node);
  const { reduce: _moved, ...pointwise } = untagged(node);
  return { ...pointwise, domain: [], body: made.read };
}

function hoistIn(expr: Expr, place: Place, hoisting: Hoisting): Expr {
  // Normal form has none here; what is inside has axes that the place does not know.
  if (expr.kind === "reduce") return expr;
  const hoisted = hoistWhole(expr, place, hoisting);
  if (hoisted !== undefined) return hoisted;
  if (expr.kind !== "select") return mapChildren(expr, (child) => hoistIn(child, place, hoisting));
  const { guards, rest } = splitCondition(expr.condition);
  const negated = rest.length === 0 ? negationOf(guards) : [];
  const condition = hoistIn(expr.condition, place, hoisting);
  const inThen = {
    ...place,
    guards: [...place.guards, ...guards],
    conditions: [...place.conditions, ...rest],
  };
  const not: Expr = { kind: "apply", fn: "not", operands: [expr.condition] };
  const inOther =
    negated.length > 0
      ? { ...place, guards: [...place.guards, ...negated] }
      : { ...place, conditions: [...place.conditions, not] };
  const then = hoistIn(expr.then, inThen, hoisting);
  const otherwise = hoistIn(expr.otherwise, inOther, hoisting);
  const same = condition === expr.condition && then === expr.then && otherwise === expr.otherwise;
  return same ? expr : { kind: "select", condition, then, otherwise };
}

function hoistWhole(expr: Expr, place: Place, hoisting: Hoisting): Expr | undefined {
  if (!isFewer(axesOf(expr), hoisting) || costOfExpr(expr) < hoisting.least || mentionsLocal(expr)) {
    return undefined;
  }
  const dtype = dtypeIn(expr, hoisting.rewriting.nodes);
  if ([...place.conditions].some(mentionsLocal)) return undefined;
  const made = materialise({ dtype, body: expr }, place, hoisting.rewriting);
  // Guards may have brought in the axes that were to be saved.
  if (!isFewer(new Set(made.node.axes.map((axis) => axis.name)), hoisting)) return undefined;
  hoisting.rewriting.add(made.node);
  return made.read;
}

function isFewer(axes: ReadonlySet<string>, { full }: Hoisting): boolean {
  return [...full].some((name) => !axes.has(name));
}

function mentionsLocal(expr: Expr): boolean {
  let found = false;
  visitExpr(expr, (inner) => (found ||= inner.kind === "local"));
  return found;
}

/** Products with the factors over the same few axes side by side, where that part is worth a node. */
function regroup(expr: Expr, hoisting: Hoisting): Expr {
  const isProduct = expr.kind === "apply" && (expr.fn === "multiply" || expr.fn === "divide");
  if (!isProduct) return mapChildren(expr, (child) => regroup(child, hoisting));
  const dtype = mentionsLocal(expr) ? undefined : dtypeIn(expr, hoisting.rewriting.nodes);
  if (dtype === undefined || !isFloat(dtype)) {
    return mapChildren(expr, (child) => regroup(child, hoisting));
  }
  const factors = factorsOf(expr, true);
  const groups = groupsOf(factors, hoisting);
  const combined = groups
    .filter(
      (group) => group.numerators.length + group.denominators.length > 1 || group.denominators.length > 0,
    )
    .map((group) => ({ group, part: productOf(group, dtype) }))
    .filter(({ group, part }) => isWorthIt(group, part, hoisting));
  if (combined.length === 0) return mapChildren(expr, (child) => regroup(child, hoisting));
  const gone = new Set(combined.flatMap(({ group }) => [...group.numerators, ...group.denominators]));
  const inner = (factor: Expr): Expr => regroup(factor, hoisting);
  return productOf(
    {
      numerators: [
        ...factors.numerators.filter((factor) => !gone.has(factor)).map(inner),
        ...combined.map(({ part }) => part),
      ],
      denominators: factors.denominators.filter((factor) => !gone.has(factor)).map(inner),
      negative: factors.negative,
    },
    dtype,
  );
}

/** A lone divisor is worth a reciprocal only if it has to be a node anyway. */
function isWorthIt(group: Factors, part: Expr, { least }: Hoisting): boolean {
  if (group.numerators.length + group.denominators.length > 1) return costOfExpr(part) >= least;
  return group.denominators.some((divisor) => costOfExpr(divisor) >= least);
}

function groupsOf(factors: Factors, hoisting: Hoisting): readonly Factors[] {
  const all = [
    ...factors.numerators.map((expr) => ({ expr, over: false, axes: axesOf(expr) })),
    ...factors.denominators.map((expr) => ({ expr, over: true, axes: axesOf(expr) })),
  ].filter(({ axes }) => axes.size > 0 && isFewer(axes, hoisting));
  const groups: { axes: ReadonlySet<string>; members: typeof all }[] = [];
  const largestFirst = [...all].sort((a, b) => b.axes.size - a.axes.size);
  // A product of two stays one of two; of more, a factor joins one whose axes include its own.
  const join = hoisting.isProduct && all.length > 2;
  for (const factor of largestFirst) {
    const home = groups.find(
      ({ axes }) =>
        [...factor.axes].every((name) => axes.has(name)) && (join || axes.size === factor.axes.size),
    );
    if (home === undefined) groups.push({ axes: factor.axes, members: [factor] });
    else home.members.push(factor);
  }
  return groups.map(({ members }) => ({
    numerators: members.filter(({ over }) => !over).map(({ expr }) => expr),
    denominators: members.filter(({ over }) => over).map(({ expr }) => expr),
    negative: false,
  }));
}
