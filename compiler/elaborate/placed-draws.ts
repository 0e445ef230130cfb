import type { Axis, Expr } from "../graph/expr.ts";
import { axesOfForm, mapChildren } from "../graph/visit.ts";
import { add, axis as axisForm, multiply, one, zero, type Form } from "../integers/index.ts";

interface DrawPlace {
  /** Of the equation. */
  readonly axes: readonly Axis[];
  /** The indices around the body, and the turns of the scans that it stands in. */
  readonly around: readonly Axis[];
  /** Of the scans of the body and around it: those in whose bodies the draw is are in its counter. */
  readonly turns: readonly Axis[];
  readonly path: readonly string[];
}

/**
 * Draws of a body are keyed by where it stands, and counted through the indices around it: so many numbers for each of
 * their values as its own axes can count.
 */
export function placedDraws(body: Expr, { axes, around, turns, path }: DrawPlace): Expr {
  const place = around.reduce((flat, { name, extent }) => add(multiply(flat, extent), axisForm(name)), zero);
  const inside = (expr: Expr, points: Form): Expr => {
    if (expr.kind === "random") {
      const own = axesOfForm(expr.counter);
      const counted = turns.filter(({ name }) => own.has(name));
      const all = counted.reduce((size, { extent }) => multiply(size, extent), points);
      return { ...expr, path: path.join("."), counter: add(multiply(place, all), expr.counter) };
    }
    const within =
      expr.kind === "reduce" ? expr.axes.reduce((all, { extent }) => multiply(all, extent), points) : points;
    return mapChildren(expr, (child) => inside(child, within));
  };
  return inside(
    body,
    axes.reduce((all, { extent }) => multiply(all, extent), one),
  );
}
