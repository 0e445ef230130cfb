import { computeNode, isZero, read, select, literal } from "../graph/build.ts";
import { conjunction } from "../graph/conditions.ts";
import type { Axis, Expr, Guard } from "../graph/expr.ts";
import type { ComputeNode, ScatterNode } from "../graph/graph.ts";
import { substituteAxes } from "../graph/visit.ts";
import {
  add,
  atomForm,
  axis as axisForm,
  multiply,
  product,
  subtract,
  substituteNames,
  zero,
  type Form,
} from "../integers/index.ts";
import { axisNames, type Building } from "./building.ts";
import { foldingBuilder } from "./fold-expr.ts";
import type { Seed } from "./reverse-body.ts";
import { termAt, type Term } from "./term.ts";

/**
 * The adjoint of a node's body at each point of its loops, from the adjoint of its value. Of a max or min it is that of
 * the first place that attains it; of a product the product of the others, which is exact where some are 0.
 */
export function seedOf(node: ComputeNode | ScatterNode, adjoint: Term, building: Building): Seed {
  const at = node.kind === "scatter" ? node.at : node.axes.map((axis) => axisForm(axis.name));
  const { guards, expr } = termAt(adjoint, at);
  const path = { guards: [...guards, ...node.domain], conditions: [] };
  if (node.kind === "scatter" || node.reduce === undefined) return { path, expr };
  switch (node.reduce.op) {
    case "sum":
      return { path, expr };
    case "max":
    case "min": {
      const first = isFirst(node, node.reduce.axes, node.reduce.op, building);
      return { path: { ...path, guards: [...path.guards, first] }, expr };
    }
    case "prod":
      return { path, expr: timesOthers(node, node.reduce.axes, expr, building) };
    case "argmax":
    case "argmin":
    case "any":
    case "all":
    case "partition":
      throw new Error(`bug: nothing flows through ${node.reduce.op}`);
    default:
      return node.reduce.op satisfies never;
  }
}

/** Whether the reduction stands at the first place that attains its value. */
function isFirst(node: ComputeNode, axes: readonly Axis[], op: "max" | "min", building: Building): Guard {
  const name = helper(node, "place", building, (own) =>
    computeNode({
      name: own,
      dtype: "i32",
      axes: node.axes,
      reduce: { op: op === "max" ? "argmax" : "argmin", axes },
      domain: node.domain,
      body: node.body,
    }),
  );
  const place = atomForm({
    kind: "read",
    operand: name,
    at: node.axes.map((axis) => axisForm(axis.name)),
    low: zero,
    high: product(axes.map((axis) => axis.extent)),
  });
  return isZero(subtract(rowMajor(axes), place));
}

function rowMajor(axes: readonly Axis[]): Form {
  return axes.reduce<Form>((sum, axis) => add(multiply(sum, axis.extent), axisForm(axis.name)), zero);
}

/** adjoint · Π over r′ ≠ r of body(r′), each such product a value of its own. */
function timesOthers(node: ComputeNode, axes: readonly Axis[], adjoint: Expr, building: Building): Expr {
  const name = helper(node, "others", building, (own) => {
    const fresh = axisNames(building, node.axes, axes);
    const others = axes.map((axis) => ({ ...axis, name: fresh(axis.name) }));
    const values = new Map(axes.map((axis, place) => [axis.name, axisForm(others[place]?.name ?? "")]));
    const same = axes.map((axis, place): Guard =>
      isZero(subtract(axisForm(others[place]?.name ?? ""), axisForm(axis.name))),
    );
    const body = substituteAxes(node.body, values);
    return computeNode({
      name: own,
      dtype: node.dtype,
      axes: [...node.axes, ...axes],
      reduce: { op: "prod", axes: others },
      domain: node.domain.map((guard) => ({ ...guard, form: substituteNames(guard.form, values) })),
      body: select(conjunction(same), literal(1, node.dtype), body),
    });
  });
  const own = read(name, ...[...node.axes, ...axes].map((axis) => axisForm(axis.name)));
  return foldingBuilder(node.dtype).apply("multiply", adjoint, own);
}

/** A node that serves every gradient through another one; it is made once. */
function helper(
  node: ComputeNode,
  what: string,
  building: Building,
  make: (name: string) => ComputeNode,
): string {
  const key = `${what} of ${node.name}`;
  const known = building.helpers.get(key);
  if (known !== undefined) return known;
  const made = make(building.freshName(`${node.name}.${what}`));
  building.add(made);
  building.helpers.set(key, made.name);
  return made.name;
}
