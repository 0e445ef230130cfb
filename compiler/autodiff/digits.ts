import type { Axis } from "../graph/expr.ts";
import {
  constant,
  constantOf,
  floorDivide,
  modulo,
  scale,
  subtract,
  axis as axisForm,
  type Form,
} from "../integers/index.ts";
import { linearUnknowns, unknownsIn } from "./linear.ts";

/** Unknowns as the digits of a number: each but the first lies in its box whatever the number is. */
export interface Digits {
  readonly first: { readonly axis: Axis; readonly value: Form };
  readonly others: readonly { readonly axis: Axis; readonly value: Form }[];
}

/**
 * The unknowns of an equation where their boxes make them the digits of what it says of them, as those of a flattened
 * index are: in 25·c + 5·y + x = q, with x and y below 5, x = q mod 5, y = ⌊q/5⌋ mod 5, c = ⌊q/25⌋. The smallest
 * coefficient is 1, so that every number has digits.
 */
export function digitsOf(
  equation: Form,
  alive: ReadonlyMap<string, { readonly axis: Axis }>,
): Digits | undefined {
  const linear = linearUnknowns(equation, (name) => alive.has(name));
  if (linear.size < 2 || linear.size !== unknownsIn(equation, (name) => alive.has(name)).length)
    return undefined;
  const places = [...linear].flatMap(([name, form]) => {
    const coefficient = constantOf(form);
    const axis = alive.get(name)?.axis;
    return coefficient === undefined || axis === undefined ? [] : [{ axis, coefficient }];
  });
  if (places.length !== linear.size) return undefined;
  places.sort((a, b) => Math.abs(a.coefficient) - Math.abs(b.coefficient));
  const sign = Math.sign(places[0]?.coefficient ?? 1);
  let unit = 1;
  for (const { axis, coefficient } of places) {
    if (coefficient !== sign * unit) return undefined;
    // The first digit may have any extent.
    unit *= constantOf(axis.extent) ?? NaN;
  }
  const rest = places.reduce(
    (form, { axis, coefficient }) => subtract(form, scale(axisForm(axis.name), coefficient)),
    equation,
  );
  const number = scale(rest, -sign);
  const digits = places.map(({ axis, coefficient }, place) => {
    const shifted = floorDivide(number, constant(Math.abs(coefficient)));
    return { axis, value: place === places.length - 1 ? shifted : modulo(shifted, axis.extent) };
  });
  const first = digits.at(-1);
  return first && { first, others: digits.slice(0, -1) };
}
