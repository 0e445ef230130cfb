import { isZero, nonnegative, read, scatterNode } from "../graph/build.ts";
import type { Axis, Expr, Guard } from "../graph/expr.ts";
import { axesOf, axesOfForm } from "../graph/visit.ts";
import { axis as axisForm, one, subtract, type Form } from "../integers/index.ts";
import type { Building } from "./building.ts";
import type { ReadAdjoint } from "./read-adjoint.ts";
import { sumOver } from "./sum-over.ts";
import type { Term } from "./term.ts";

/**
 * The adjoint of a read whose place depends on data: axes that do not choose the place are summed first, then each term
 * is added where its subscripts say. A subscript of parameters alone is no axis of the scatter.
 */
export function scatterTerms(given: ReadAdjoint, building: Building): Term {
  const summed = new Map(given.summed.map((axis) => [axis.name, axis]));
  const chosen = given.at.map((form) => [...axesOfForm(form)].some((name) => summed.has(name)));
  const addressed = new Set(given.at.flatMap((form) => [...axesOfForm(form)]));
  const kept = given.summed.filter((axis) => addressed.has(axis.name));
  const rest = given.summed.filter((axis) => !addressed.has(axis.name));
  const isAddress = (guard: Guard): boolean =>
    [...axesOfForm(guard.form)].every((name) => !rest.some((axis) => axis.name === name));
  const term = termOf(given, kept, rest, building);
  const used = new Set([...axesOf(term.expr), ...addressed, ...term.guards.flatMap(axesOfGuard)]);
  const free = given.free.filter((axis) => used.has(axis.name));
  const axes = [...free, ...kept];
  const places = given.axes.filter((_, place) => chosen[place] === true);
  const at = [
    ...free.map((axis) => axisForm(axis.name)),
    ...given.at.filter((_, place) => chosen[place] === true),
  ];
  const node = scatterNode({
    name: building.freshName(given.name),
    dtype: "f32",
    shape: [...free, ...places].map((axis) => axis.extent),
    axes,
    domain: [
      ...given.guards.filter(isAddress),
      ...term.guards.filter((guard) => !given.guards.includes(guard)),
      // A condition inside the term may be what keeps the read in its array.
      ...(given.isConditional ? insideArray(given, chosen) : []),
    ],
    at,
    body: term.expr,
  });
  building.add(node);
  const parameters = given.at.flatMap((form, place) => {
    const own = given.axes[place];
    return chosen[place] === true || own === undefined ? [] : [isZero(subtract(form, axisForm(own.name)))];
  });
  return {
    axes: given.axes,
    guards: parameters,
    expr: read(node.name, ...[...free, ...places].map((axis) => axisForm(axis.name))),
  };
}

function axesOfGuard(guard: Guard): readonly string[] {
  return [...axesOfForm(guard.form)];
}

/** What is scattered: a read, so that passes need look at compute nodes alone. */
function termOf(
  given: ReadAdjoint,
  kept: readonly Axis[],
  rest: readonly Axis[],
  building: Building,
): { readonly guards: readonly Guard[]; readonly expr: Expr } {
  const { guards, expr } = given;
  if (rest.length === 0 && expr.kind === "read") return { guards, expr };
  return materialised({ guards, expr, rest }, [...given.free, ...kept], `${given.name}.terms`, building);
}

function materialised(
  { guards, expr, rest }: { guards: readonly Guard[]; expr: Expr; rest: readonly Axis[] },
  axes: readonly Axis[],
  name: string,
  building: Building,
): { readonly guards: readonly Guard[]; readonly expr: Expr } {
  const sum = sumOver({ free: rest, guards, expr }, axes, name, building);
  if (sum.expr.kind === "read") return sum;
  const used = new Set([...axesOf(sum.expr), ...sum.guards.flatMap(axesOfGuard)]);
  const own = axes.filter((axis) => used.has(axis.name));
  const node = {
    kind: "compute",
    name: building.freshName(name),
    dtype: "f32",
    shape: own.map((axis) => axis.extent),
    axes: own,
    domain: sum.guards,
    body: sum.expr,
  } as const;
  building.add(node);
  return { guards: [], expr: read(node.name, ...own.map((axis) => axisForm(axis.name))) };
}

function insideArray(given: ReadAdjoint, chosen: readonly boolean[]): readonly Guard[] {
  return given.at.flatMap((form: Form, place) => {
    const extent = given.axes[place]?.extent;
    if (chosen[place] !== true || extent === undefined) return [];
    return [nonnegative(form), nonnegative(subtract(subtract(extent, one), form))];
  });
}
