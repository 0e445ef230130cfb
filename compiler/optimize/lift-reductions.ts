import { conjunction, negationOf, splitCondition } from "../graph/conditions.ts";
import { countsPlaces, type Expr, type ReduceExpr } from "../graph/expr.ts";
import type { ComputeNode, Graph } from "../graph/graph.ts";
import { allAxes, dtypeIn, substituteLocals } from "./body.ts";
import { materialise, type Place } from "./materialise.ts";
import { rewriteNodes, untagged, type Rewriting } from "./rewriting.ts";
import { mapChildren } from "../graph/visit.ts";

/**
 * A reduction stands only at the root of a node: one inside a body becomes a node over the parallel axes that it
 * really uses.
 */
export function liftReductions(graph: Graph): Graph {
  return rewriteNodes(graph, liftFromNode);
}

function liftFromNode(node: ComputeNode, rewriting: Rewriting): ComputeNode {
  const place: Place = {
    node,
    axes: allAxes(node),
    guards: node.domain,
    conditions: [],
  };
  const { body } = node;
  const root = body.kind === "reduce" ? rootOf(node, body) : undefined;
  if (root === undefined) {
    const lifted = liftFrom(body, place, rewriting, new Map());
    return lifted === body ? node : { ...untagged(node), body: lifted };
  }
  return liftFromNode(root, rewriting);
}

/** A node whose whole body is a reduction is that reduction; a sum of sums is one sum. */
function rootOf(node: ComputeNode, body: ReduceExpr): ComputeNode | undefined {
  const { op, axes, domain } = body;
  const joined = { ...untagged(node), domain: [...node.domain, ...domain], body: body.body };
  // Outside the domain of a node without reduction the value is 0, which only these have for an identity.
  if (node.reduce === undefined) {
    const zeroOutside = node.domain.length === 0 || op === "sum" || op === "any" || op === "partition";
    return zeroOutside ? { ...joined, reduce: { op, axes } } : undefined;
  }
  if (node.reduce.op !== op || countsPlaces(op)) return undefined;
  return { ...joined, reduce: { op, axes: [...node.reduce.axes, ...axes] } };
}

function liftFrom(expr: Expr, place: Place, rewriting: Rewriting, locals: ReadonlyMap<string, Expr>): Expr {
  switch (expr.kind) {
    case "reduce": {
      const inside: Place = {
        ...place,
        axes: [...place.axes, ...expr.axes],
        guards: [...place.guards, ...expr.domain],
      };
      const body = substituteLocals(liftFrom(expr.body, inside, rewriting, locals), locals);
      const part = {
        dtype: dtypeIn({ ...expr, body }, rewriting.nodes),
        body,
        reduce: { op: expr.op, axes: expr.axes, domain: expr.domain },
      };
      const { node, read } = materialise(part, place, rewriting);
      rewriting.add(node);
      return read;
    }
    case "select": {
      const condition = liftFrom(expr.condition, place, rewriting, locals);
      const { guards, rest } = splitCondition(substituteLocals(condition, locals));
      const then = {
        ...place,
        guards: [...place.guards, ...guards],
        conditions: [...place.conditions, ...rest],
      };
      const negated = rest.length === 0 ? negationOf(guards) : [];
      const otherwise: Place = {
        ...place,
        guards: [...place.guards, ...negated],
        conditions:
          negated.length > 0
            ? place.conditions
            : [...place.conditions, { kind: "apply", fn: "not", operands: [conjunction(guards, rest)] }],
      };
      const chosen = liftFrom(expr.then, then, rewriting, locals);
      const other = liftFrom(expr.otherwise, otherwise, rewriting, locals);
      const same = condition === expr.condition && chosen === expr.then && other === expr.otherwise;
      return same ? expr : { kind: "select", condition, then: chosen, otherwise: other };
    }
    case "let": {
      const value = liftFrom(expr.value, place, rewriting, locals);
      const known = new Map(locals).set(expr.name, substituteLocals(value, locals));
      const body = liftFrom(expr.body, place, rewriting, known);
      return value === expr.value && body === expr.body ? expr : { ...expr, value, body };
    }
    default:
      return mapChildren(expr, (child) => liftFrom(child, place, rewriting, locals));
  }
}
