import type { Axis, Guard } from "../graph/expr.ts";
import { isZero, nonnegative } from "../graph/build.ts";
import {
  add,
  axis as axisForm,
  ceilDivide,
  constant,
  constantOf,
  floorDivide,
  greatestCommonDivisor,
  modulo,
  negate,
  one,
  scale,
  subtract,
  substituteNames,
  type Form,
  type RangeOf,
} from "../integers/index.ts";
import {
  contentOf,
  inverseModulo,
  linearUnknowns,
  residue,
  splitBySize,
  unknownsIn,
  unknownsUnderReads,
  withoutFractions,
} from "./linear.ts";

/** An index that is looked for. */
export interface Unknown {
  readonly axis: Axis;
  /** Whether it lies in its box whenever the others do: then nothing guards it. */
  readonly implied: boolean;
}

export interface Equations {
  /** Forms that are 0. */
  readonly equations: readonly Form[];
  /** Forms that are 0 and read integers: used only once the subscripts of these reads are known. */
  readonly later: readonly Form[];
  readonly unknowns: readonly Unknown[];
  /** The boxes of parameters and of the unknowns as they were given. */
  readonly range: RangeOf;
  readonly freshName: (base: string) => string;
}

export interface Solution {
  /** Each unknown that is not free any more, in terms of parameters and of `free`. */
  readonly values: ReadonlyMap<string, Form>;
  /** What is left to run over. */
  readonly free: readonly Axis[];
  /** What holds of parameters and `free` exactly where the values lie in their boxes and solve the equations. */
  readonly guards: readonly Guard[];
  /** Whether an equation that mentions `free` is left among the guards: right, but most places are in vain. */
  readonly isStuck: boolean;
}

/** A symbolic size counts as this much where the greatest reach is looked for. */
const largeSize = 2 ** 20;

/**
 * Solves linear equations over the integers for unknowns in boxes, all else being parameters, by elimination with
 * congruences; an unknown that is determined only modulo k becomes a residue and a new unknown that counts.
 *
 * While solving, no unknown has a box: a guard of one may not be dropped because of the box of another whose own guard
 * is dropped because of the first. Boxes come back as guards; what is left free keeps its own.
 */
export function solve({ equations, later, unknowns, range, freshName }: Equations): Solution {
  const alive = new Map(unknowns.map((unknown) => [unknown.axis.name, unknown]));
  const values = new Map<string, Form>();
  const guards: Guard[] = [];
  let open = equations.map(withoutFractions);
  const waiting = later.map(withoutFractions);
  let isStuck = false;
  const isAlive = (name: string): boolean => alive.has(name);
  const known = (form: Form): Form => substituteNames(form, values);

  const settle = (name: string, value: Form): void => {
    alive.delete(name);
    const own = new Map([[name, value]]);
    for (const [other, form] of values) values.set(other, substituteNames(form, own));
    values.set(name, value);
    open = open.map((form) => substituteNames(form, own));
  };
  const guardBox = (value: Form, extent: Form): void => {
    guards.push(nonnegative(value), nonnegative(subtract(subtract(extent, one), value)));
  };
  /** Settles unknowns until R ≡ 0 (mod k). */
  const congruence = (form: Form, k: number): void => {
    const current = residueOfUnknowns(known(form), k, isAlive);
    if (k === 1) return;
    const candidates = [...linearUnknowns(current, isAlive)].flatMap(([name, coefficient]) => {
      const d = constantOf(coefficient);
      const unknown = alive.get(name);
      if (d === undefined || unknown === undefined || d % k === 0) return [];
      return [{ name, d, unknown, shared: greatestCommonDivisor(d, k) }];
    });
    candidates.sort(
      (a, b) => a.shared - b.shared || sizeOf(b.unknown.axis.extent) - sizeOf(a.unknown.axis.extent),
    );
    const [best] = candidates;
    if (best === undefined) {
      guards.push(isZero(modulo(residue(current, k), constant(k))));
      return;
    }
    const { name, d, unknown, shared } = best;
    const rest = subtract(current, scale(axisForm(name), d));
    // The rest must be a multiple of gcd(d, k) by itself.
    alive.delete(name);
    congruence(rest, shared);
    alive.set(name, unknown);
    const period = k / shared;
    const target = floorDivide(negate(known(rest)), constant(shared));
    const phase = modulo(residue(scale(target, inverseModulo(d / shared, period)), period), constant(period));
    const times = ceilDivide(unknown.axis.extent, constant(period));
    let value = phase;
    if (constantOf(times) !== 1) {
      const counter = { name: freshName(name), extent: times };
      alive.set(counter.name, { axis: counter, implied: false });
      value = add(phase, scale(axisForm(counter.name), period));
    }
    guardBox(value, unknown.axis.extent);
    settle(name, value);
  };
  const eliminate = ({ equation, name, coefficient, unknown }: Choice): void => {
    open = open.filter((form) => form !== equation);
    const size = Math.abs(coefficient);
    const rest = scale(subtract(equation, scale(axisForm(name), coefficient)), coefficient > 0 ? -1 : 1);
    // size·unknown = rest
    alive.delete(name);
    congruence(rest, size);
    alive.set(name, unknown);
    const value = floorDivide(known(rest), constant(size));
    if (!unknown.implied) guardBox(value, unknown.axis.extent);
    settle(name, value);
  };

  for (;;) {
    open = open.map(known);
    const [first] = waiting;
    if (open.length === 0 && first === undefined) break;
    if (open.length === 0 && first !== undefined) {
      waiting.shift();
      const form = known(first);
      if (unknownsUnderReads(form, isAlive).length > 0) guards.push(isZero(form));
      else open = [form];
      continue;
    }
    const split = splitFirst(open, isAlive, range);
    if (split !== undefined) {
      open = split;
      continue;
    }
    const choice = choose(open, alive);
    if (choice === undefined) {
      for (const form of open) {
        guards.push(isZero(form));
        if (unknownsIn(form, isAlive).length > 0) isStuck = true;
      }
      open = [];
      continue;
    }
    eliminate(choice);
  }
  return {
    values,
    free: [...alive.values()].map((unknown) => unknown.axis),
    guards: guards.map((guard) => ({ ...guard, form: known(guard.form) })),
    isStuck,
  };
}

/** Terms of unknowns that are multiples of k say nothing mod k. */
function residueOfUnknowns(form: Form, k: number, isAlive: (name: string) => boolean): Form {
  let result = form;
  for (const [name, coefficient] of linearUnknowns(form, isAlive)) {
    if (contentOf(coefficient) % k !== 0) continue;
    const own = new Map([[name, constant(0)]]);
    result = substituteNames(result, own);
  }
  return result;
}

function sizeOf(extent: Form): number {
  return constantOf(extent) ?? largeSize;
}

function splitFirst(
  open: readonly Form[],
  isAlive: (name: string) => boolean,
  range: RangeOf,
): Form[] | undefined {
  for (const equation of open) {
    const parts = splitBySize(equation, isAlive, range);
    if (parts !== undefined) return [...open.filter((form) => form !== equation), ...parts];
  }
  return undefined;
}

interface Choice {
  readonly equation: Form;
  readonly name: string;
  readonly coefficient: number;
  readonly unknown: Unknown;
}

/** In the equation with the fewest unknowns, the unknown of greatest reach |c|·N. */
function choose(open: readonly Form[], alive: ReadonlyMap<string, Unknown>): Choice | undefined {
  let best: (Choice & { readonly count: number; readonly reach: number }) | undefined;
  for (const equation of open) {
    const linear = linearUnknowns(equation, (name) => alive.has(name));
    for (const [name, form] of linear) {
      const unknown = alive.get(name);
      const coefficient = constantOf(form);
      if (unknown === undefined || coefficient === undefined || coefficient === 0) continue;
      const reach = Math.abs(coefficient) * sizeOf(unknown.axis.extent);
      const count = linear.size;
      if (best !== undefined && (count > best.count || (count === best.count && reach <= best.reach)))
        continue;
      best = { equation, name, coefficient, unknown, count, reach };
    }
  }
  return best;
}
