import type { Axis } from "../graph/expr.ts";
import {
  add,
  atomForm,
  atomsOf,
  axis as axisForm,
  constantOf,
  floorDivide,
  fromTerms,
  multiply,
  one,
  scale,
  subtract,
  substitute,
  zero,
  type Atom,
  type Form,
  type RangeOf,
} from "../integers/index.ts";
import { endOf, unknownsIn } from "./linear.ts";
import type { Unknown } from "./solve.ts";

export interface Purifier {
  /** The form without a floor that mentions an unknown; undefined where that cannot be. */
  readonly purify: (form: Form) => Form | undefined;
  /** What defines the unknowns that came in. */
  readonly equations: readonly Form[];
  readonly unknowns: readonly Unknown[];
}

type Floor = Extract<Atom, { kind: "floor" }>;

interface Digits {
  /** ⌊E/c⌋ */
  readonly quotient: Form;
  /** E mod c */
  readonly remainder: Form;
}

/**
 * Divisions of unknowns become unknowns: E = c·s + t with 0 ≤ t < c, one pair for each E and c, so that subscripts are
 * linear. E and the box of t imply that of s.
 */
export function purifier(
  unknowns: readonly Axis[],
  range: RangeOf,
  freshName: (base: string) => string,
): Purifier {
  const pairs = new Map<string, Digits | undefined>();
  const equations: Form[] = [];
  const added: Unknown[] = [];
  const boxes = new Map<string, Form>();
  const isUnknown = (name: string): boolean => boxes.has(name) || unknowns.some((axis) => axis.name === name);
  const widened: RangeOf = (atom) => {
    const high = atom.kind === "axis" ? boxes.get(atom.name) : undefined;
    return high === undefined ? range(atom) : { low: zero, high };
  };
  const introduce = (base: string, extent: Form, implied: boolean): Form => {
    if (constantOf(extent) === 1) return zero;
    const axis = { name: freshName(base), extent };
    added.push({ axis, implied });
    boxes.set(axis.name, subtract(extent, one));
    return axisForm(axis.name);
  };
  const makeDigits = (floor: Floor): Digits | undefined => {
    const inner = purify(floor.of);
    const low = endOf(floor.of, false, widened);
    const high = endOf(floor.of, true, widened);
    if (inner === undefined || low === undefined || high === undefined) return undefined;
    if (unknownsIn(floor.by, isUnknown).length > 0) return undefined;
    const first = floorDivide(low, floor.by);
    const count = add(subtract(floorDivide(high, floor.by), first), one);
    const quotient = add(introduce("s", count, true), first);
    const remainder = introduce("t", floor.by, false);
    equations.push(subtract(inner, add(multiply(floor.by, quotient), remainder)));
    return { quotient, remainder };
  };
  const digitsOf = (floor: Floor): Digits | undefined => {
    const key = atomForm(floor).key;
    if (!pairs.has(key)) pairs.set(key, makeDigits(floor));
    return pairs.get(key);
  };
  const purify = (form: Form): Form | undefined => {
    const floor = atomsOf(form).find(
      (atom): atom is Floor => atom.kind === "floor" && unknownsIn(atomForm(atom), isUnknown).length > 0,
    );
    if (floor === undefined) return form;
    const digits = digitsOf(floor);
    if (digits === undefined) return undefined;
    const key = atomForm(floor).key;
    const remainders = remaindersIn(form, floor);
    const rest = substitute(remainders.rest, (atom) =>
      atom.kind === "floor" && atomForm(atom).key === key ? digits.quotient : undefined,
    );
    return purify(
      add(rest, scale(digits.remainder, remainders.times.numerator, remainders.times.denominator)),
    );
  };
  return { purify, equations, unknowns: added };
}

interface Times {
  readonly numerator: number;
  readonly denominator: number;
}

/** form = times·(E − c·⌊E/c⌋) + rest, where that makes the form shorter; else times is 0. */
function remaindersIn(form: Form, floor: Floor): { readonly times: Times; readonly rest: Form } {
  const product = multiply(floor.by, atomForm(floor));
  const remainder = subtract(floor.of, product);
  const [wanted] = product.terms;
  const found = form.terms.find(
    (term) =>
      wanted !== undefined &&
      fromTerms([{ ...term, numerator: 1, denominator: 1 }]).key ===
        fromTerms([{ ...wanted, numerator: 1, denominator: 1 }]).key,
  );
  const none = { times: { numerator: 0, denominator: 1 }, rest: form };
  if (found === undefined || wanted === undefined) return none;
  const times = {
    numerator: -found.numerator * wanted.denominator,
    denominator: found.denominator * wanted.numerator,
  };
  const rest = subtract(form, scale(remainder, times.numerator, times.denominator));
  return rest.terms.length < form.terms.length ? { times, rest } : none;
}
