import { nonnegative } from "../graph/build.ts";
import type { Guard } from "../graph/expr.ts";
import { rangeWithAxes } from "../graph/ranges.ts";
import { substituteAxes } from "../graph/visit.ts";
import {
  axis as axisForm,
  constantOf,
  one,
  scale,
  subtract,
  substituteNames,
  zero,
  type Form,
} from "../integers/index.ts";
import { axisNames, type Building } from "./building.ts";
import { imageOf } from "./image.ts";
import { hasReads, linearUnknowns, unknownsIn } from "./linear.ts";
import { purifier } from "./purify.ts";
import type { ReadAdjoint } from "./read-adjoint.ts";
import { scatterTerms } from "./scatter-terms.ts";
import { solve, type Unknown } from "./solve.ts";
import { sumOver } from "./sum-over.ts";
import { simplifyGuards, type Term } from "./term.ts";

/**
 * The adjoint of one read in gather form: q = at is solved for the summed axes, so that each place of the array gathers
 * what reads it; undefined where nothing ever does. Where a subscript depends on data, or the equations cannot be
 * solved, the terms are scattered. Adds the nodes that this needs.
 */
export function adjointOfRead(given: ReadAdjoint, building: Building): Term | undefined {
  const own = withFreshAxes(given, building);
  const fixed = fixByParameters(own);
  const gathered = gather(fixed, building);
  return gathered === "stuck" ? scatterTerms(fixed, building) : gathered;
}

/** The summed axes under names that neither the array's places nor the free axes have. */
function withFreshAxes(given: ReadAdjoint, building: Building): ReadAdjoint {
  const fresh = axisNames(building, given.axes, given.free);
  const names = new Map<string, Form>();
  // An axis with one place is no unknown.
  const summed = given.summed.flatMap((axis) => {
    if (constantOf(axis.extent) === 1) {
      names.set(axis.name, zero);
      return [];
    }
    const name = fresh(axis.name);
    if (name !== axis.name) names.set(axis.name, axisForm(name));
    return [{ ...axis, name }];
  });
  return substituted({ ...given, summed }, names);
}

function substituted(given: ReadAdjoint, values: ReadonlyMap<string, Form>): ReadAdjoint {
  if (values.size === 0) return given;
  return {
    ...given,
    at: given.at.map((form) => substituteNames(form, values)),
    guards: given.guards.map((guard) => ({ ...guard, form: substituteNames(guard.form, values) })),
    expr: substituteAxes(given.expr, values),
  };
}

/**
 * An equality that gives a summed axis in terms of parameters alone is used before anything else: then the array's
 * place is a parameter too, and what is computed has no axis for it. So a gradient per example stays one of N values.
 */
function fixByParameters(given: ReadAdjoint): ReadAdjoint {
  for (const guard of given.guards) {
    if (guard.relation !== "zero" || hasReads(guard.form)) continue;
    const isSummed = (name: string): boolean => given.summed.some((axis) => axis.name === name);
    const [name, second] = unknownsIn(guard.form, isSummed);
    const axis = given.summed.find((each) => each.name === name);
    if (name === undefined || second !== undefined || axis === undefined) continue;
    const coefficient = constantOf(linearUnknowns(guard.form, isSummed).get(name) ?? zero);
    if (coefficient !== 1 && coefficient !== -1) continue;
    const rest = subtract(guard.form, scale(axisForm(name), coefficient));
    const value = scale(rest, -coefficient);
    if (value.terms.some((term) => term.denominator !== 1)) continue;
    const inside = [nonnegative(value), nonnegative(subtract(subtract(axis.extent, one), value))];
    const others = given.guards.filter((other) => other !== guard);
    const next = substituted(
      { ...given, summed: given.summed.filter((each) => each !== axis), guards: others },
      new Map([[name, value]]),
    );
    return fixByParameters({ ...next, guards: [...inside, ...next.guards] });
  }
  return given;
}

function gather(given: ReadAdjoint, building: Building): Term | undefined | "stuck" {
  const freshName = axisNames(building, given.axes, given.free, given.summed);
  const range = rangeWithAxes([...given.axes, ...given.free, ...given.summed], building.dimRange);
  const pure = purifier(given.summed, range, freshName);
  const at = given.at.map(pure.purify);
  const known = at.filter((form) => form !== undefined);
  if (known.length < at.length) return "stuck";
  const isSummed = (name: string): boolean => given.summed.some((axis) => axis.name === name);
  const equations: Form[] = [];
  const later: Form[] = [];
  const others: Guard[] = [];
  for (const guard of given.guards) {
    const usable = guard.relation === "zero" && unknownsIn(guard.form, isSummed).length > 0;
    const form = usable ? pure.purify(guard.form) : undefined;
    if (form === undefined) others.push(guard);
    else if (hasReads(form)) later.push(form);
    else equations.push(form);
  }
  const all: readonly Unknown[] = [
    ...given.summed.map((axis): Unknown => ({ axis, implied: false })),
    ...pure.unknowns,
  ];
  const widened = rangeWithAxes(
    pure.unknowns.map((unknown) => unknown.axis),
    range,
  );
  const image = imageOf({
    at: known,
    axes: given.axes,
    unknowns: new Map(all.map(({ axis }) => [axis.name, axis])),
    implied: new Set(all.filter((unknown) => unknown.implied).map(({ axis }) => axis.name)),
    range: widened,
    freshName,
  });
  if (image === undefined) return "stuck";
  const solution = solve({
    equations: [...image.equations, ...equations, ...pure.equations],
    later,
    unknowns: all.filter(({ axis }) => !image.taken.has(axis.name)),
    range: widened,
    freshName,
  });
  if (solution.isStuck) return "stuck";
  const coordinates = image.coordinates.map(({ axis }) => axis);
  const inside = rangeWithAxes([...solution.free, ...coordinates, ...given.free], building.dimRange);
  const solved = (form: Form): Form => substituteNames(form, solution.values);
  const guards = simplifyGuards(
    [...solution.guards, ...others.map((guard) => ({ ...guard, form: solved(guard.form) }))],
    inside,
  );
  const outside = simplifyGuards(
    image.guards,
    rangeWithAxes([...given.axes, ...given.free], building.dimRange),
  );
  if (guards === undefined || outside === undefined) return undefined;
  const expr = substituteAxes(given.expr, solution.values);
  const sum = { free: solution.free, guards, expr };
  const places = new Map(image.coordinates.map(({ axis, place }) => [axis.name, place]));
  const summed = sumOver(sum, [...given.free, ...coordinates], given.name, building);
  return {
    axes: given.axes,
    guards: [
      ...outside,
      ...summed.guards.map((guard) => ({ ...guard, form: substituteNames(guard.form, places) })),
    ],
    expr: substituteAxes(summed.expr, places),
  };
}
