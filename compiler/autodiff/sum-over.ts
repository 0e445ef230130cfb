import { apply, computeNode, indexOf, read } from "../graph/build.ts";
import type { Axis, Expr, Guard } from "../graph/expr.ts";
import { axesOf, axesOfForm } from "../graph/visit.ts";
import { axis as axisForm, one, product } from "../integers/index.ts";
import type { Building } from "./building.ts";
import type { Term } from "./term.ts";

export interface Sum {
  readonly free: readonly Axis[];
  readonly guards: readonly Guard[];
  readonly expr: Expr;
}

/** A sum as a node of its own over those of the axes that it depends on; without anything to sum, what it is itself. */
export function sumOver(
  { free, guards, expr }: Sum,
  axes: readonly Axis[],
  name: string,
  building: Building,
): Pick<Term, "guards" | "expr"> {
  const used = new Set([...axesOf(expr), ...guards.flatMap(({ form }) => [...axesOfForm(form)])]);
  const idle = free.filter((axis) => !used.has(axis.name));
  const summed = free.filter((axis) => used.has(axis.name));
  const times = product(idle.map((axis) => axis.extent));
  const count: Expr = { kind: "convert", to: "f32", operand: indexOf(times) };
  const whole = times.key === one.key ? expr : apply("multiply", expr, count);
  if (summed.length === 0) return { guards, expr: whole };
  const own = axes.filter((axis) => used.has(axis.name));
  const node = computeNode({
    name: building.freshName(name),
    dtype: "f32",
    axes: own,
    reduce: { op: "sum", axes: summed },
    domain: guards,
    body: whole,
  });
  building.add(node);
  return { guards: [], expr: read(node.name, ...own.map((axis) => axisForm(axis.name))) };
}
