import type { Axis, Expr } from "../graph/expr.ts";
import { mapChildren } from "../graph/visit.ts";
import { add, axis as axisForm, multiply, one, zero, type Form } from "../integers/index.ts";

/**
 * Draws of a body are keyed by where it stands, and counted through the indices around it: so many numbers for each of
 * their values as its own axes can count.
 */
export function placedDraws(
  body: Expr,
  axes: readonly Axis[],
  around: readonly Axis[],
  path: readonly string[],
): Expr {
  const place = around.reduce((flat, { name, extent }) => add(multiply(flat, extent), axisForm(name)), zero);
  const inside = (expr: Expr, points: Form): Expr => {
    if (expr.kind === "random")
      return { ...expr, path: path.join("."), counter: add(multiply(place, points), expr.counter) };
    const within =
      expr.kind === "reduce" ? expr.axes.reduce((all, { extent }) => multiply(all, extent), points) : points;
    return mapChildren(expr, (child) => inside(child, within));
  };
  return inside(
    body,
    axes.reduce((all, { extent }) => multiply(all, extent), one),
  );
}
