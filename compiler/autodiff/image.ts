import type { Axis, Guard } from "../graph/expr.ts";
import { isZero, nonnegative } from "../graph/build.ts";
import {
  add,
  axis as axisForm,
  constant,
  constantOf,
  floorDivide,
  greatestCommonDivisor,
  interval,
  modulo,
  one,
  provablyNonnegative,
  scale,
  subtract,
  substituteNames,
  type Form,
  type RangeOf,
} from "../integers/index.ts";
import { hasReads, linearUnknowns, unknownsIn, withoutFractions } from "./linear.ts";

/**
 * Where in an array a read looks: coordinates of its image, and how the array's own places q lie on it. What is
 * computed runs over the image alone; the rest of the array is 0. A last-token read would cost T times too much else.
 * There is none where a subscript reads integers at places that are not known.
 */
export interface Image {
  readonly coordinates: readonly {
    readonly axis: Axis;
    /** Where q lies on it, by q. */
    readonly place: Form;
  }[];
  /** Whether q lies on the image. */
  readonly guards: readonly Guard[];
  /** Forms over the coordinates and unknowns that are 0. */
  readonly equations: readonly Form[];
  /** Unknowns that are coordinates now. */
  readonly taken: ReadonlySet<string>;
}

export interface ImageOf {
  readonly at: readonly Form[];
  /** The array's places. */
  readonly axes: readonly Axis[];
  readonly unknowns: ReadonlyMap<string, Axis>;
  /** Unknowns that no box guards; they cannot be coordinates. */
  readonly implied: ReadonlySet<string>;
  readonly range: RangeOf;
  readonly freshName: (base: string) => string;
}

export function imageOf({ at, axes, unknowns, implied, range, freshName }: ImageOf): Image | undefined {
  const coordinates: { axis: Axis; place: Form }[] = [];
  const guards: Guard[] = [];
  const equations: Form[] = [];
  const placeOf = new Map<string, Form>();
  const isUnknown = (name: string): boolean => unknowns.has(name);
  // What a subscript reads may be known once other subscripts say which unknowns are coordinates: x[n, label[n]].
  const ordered = at
    .map((form, dimension) => ({ form, own: axes[dimension] }))
    .sort((a, b) => Number(hasReads(a.form)) - Number(hasReads(b.form)));
  for (const { form, own } of ordered) {
    if (own === undefined) throw new Error("bug: more subscripts than axes");
    const q = axisForm(own.name);
    const mentioned = unknownsIn(form, isUnknown);
    const [only, second] = mentioned;
    const single = only === undefined || second !== undefined ? undefined : unknowns.get(only);
    const isWhole = form.terms.every((term) => term.denominator === 1);
    const coefficient = single && isWhole ? linearUnknowns(form, isUnknown).get(single.name) : undefined;
    if (
      single !== undefined &&
      coefficient !== undefined &&
      !implied.has(single.name) &&
      !hasReads(form) &&
      !placeOf.has(single.name)
    ) {
      // f = c·v + k: v itself is the coordinate.
      const sign = provablyNonnegative(subtract(coefficient, one), range) ? 1 : -1;
      const step = scale(coefficient, sign);
      if (provablyNonnegative(subtract(step, one), range) && unknownsIn(step, isUnknown).length === 0) {
        const rest = substituteNames(form, new Map([[single.name, constant(0)]]));
        const offset = scale(subtract(q, rest), sign);
        const place = floorDivide(offset, step);
        guards.push(isZero(modulo(offset, step)), nonnegative(place));
        guards.push(nonnegative(subtract(subtract(single.extent, one), place)));
        placeOf.set(single.name, place);
        coordinates.push({ axis: single, place });
        continue;
      }
    }
    if (mentioned.every((name) => placeOf.has(name))) {
      guards.push(isZero(withoutFractions(subtract(substituteNames(form, placeOf), q))));
      continue;
    }
    if (hasReads(form)) return undefined;
    const thin = isWhole ? thinImage(form, own, unknowns, range) : undefined;
    if (thin !== undefined) {
      const { step, base, count } = thin;
      const axis = { name: freshName(own.name), extent: constant(count) };
      const offset = subtract(q, constant(base));
      const place = floorDivide(offset, constant(step));
      guards.push(isZero(modulo(offset, constant(step))), nonnegative(place));
      guards.push(nonnegative(subtract(constant(count - 1), place)));
      coordinates.push({ axis, place });
      equations.push(subtract(form, add(scale(axisForm(axis.name), step), constant(base))));
      continue;
    }
    coordinates.push({ axis: own, place: q });
    equations.push(subtract(form, q));
  }
  return { coordinates, guards, equations, taken: new Set(placeOf.keys()) };
}

/** A lattice of at most half the places of its axis, where all is known in numbers. */
function thinImage(
  form: Form,
  own: Axis,
  unknowns: ReadonlyMap<string, Axis>,
  range: RangeOf,
): { readonly step: number; readonly base: number; readonly count: number } | undefined {
  const size = constantOf(own.extent);
  const linear = linearUnknowns(form, (name) => unknowns.has(name));
  const offset = constantOf(
    substituteNames(form, new Map([...linear.keys()].map((name) => [name, constant(0)]))),
  );
  const coefficients = [...linear.values()].map(constantOf);
  if (size === undefined || offset === undefined || coefficients.includes(undefined)) return undefined;
  const step = coefficients.reduce<number>((all, each) => greatestCommonDivisor(all, each ?? 0), 0);
  const reach = interval(form, range);
  const low = Math.max(reach.low, 0);
  const high = Math.min(reach.high, size - 1);
  if (step === 0 || !Number.isFinite(low) || !Number.isFinite(high) || high < low) return undefined;
  const base = low + ((((offset - low) % step) + step) % step);
  const count = Math.floor((high - base) / step) + 1;
  return count >= 1 && 2 * count <= size ? { step, base, count } : undefined;
}
