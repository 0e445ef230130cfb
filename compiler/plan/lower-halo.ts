import type { Expr, Guard } from "../graph/expr.ts";
import {
  add,
  constant,
  equalForms,
  highest,
  lowest,
  provablyNonnegative,
  subtract,
  type Bounds,
  type Form,
} from "../integers/index.ts";
import type { Kernel, Stage } from "./kernel.ts";

/**
 * The conditions of a stage that its loops must still keep. Where a read is a factor of what is summed, a condition that
 * keeps one of its subscripts in range is superfluous if the operand's layout holds zeros there: what the condition
 * leaves out adds 0·w. (It is not left out exactly where w is infinite.)
 */
export function neededGuards(kernel: Kernel, stage: Stage): readonly Guard[] {
  const range = rangeOfAxes(kernel, stage);
  return stage.domain.filter((guard) => {
    if (guard.relation === "nonnegative" && provablyNonnegative(guard.form, range)) return false;
    return !(
      sumsZeros(stage) && factorsOf(stage.body).some((factor) => isPadded(kernel, factor, guard, range))
    );
  });
}

function sumsZeros(stage: Stage): boolean {
  return stage.reduce === undefined || stage.reduce.op === "sum";
}

function factorsOf(expr: Expr): readonly (Expr & { kind: "read" })[] {
  if (expr.kind === "read") return [expr];
  if (expr.kind === "apply" && expr.fn === "multiply") return expr.operands.flatMap(factorsOf);
  return [];
}

type Ranges = Parameters<typeof provablyNonnegative>[1];

function isPadded(kernel: Kernel, read: Expr & { kind: "read" }, guard: Guard, range: Ranges): boolean {
  const operand = kernel.operands.find((one) => one.name === read.operand);
  if (operand === undefined || guard.relation !== "nonnegative") return false;
  return read.at.some((subscript, dim) => {
    const padding = operand.layout.padding[dim];
    const extent = operand.shape[dim];
    if (padding === undefined || extent === undefined) return false;
    const below = equalForms(guard.form, subscript);
    const beyond = subtract(subscript, subtract(extent, constant(1)));
    const above = equalForms(guard.form, subtract(subtract(extent, constant(1)), subscript));
    return (
      (below && lowest(subscript, range) >= -padding.before) ||
      (above && highest(beyond, range) <= padding.after)
    );
  });
}

/** Ranges of a stage's axes, and of dims. */
export function rangeOfAxes(kernel: Kernel, stage: Stage): Ranges {
  const extents = new Map<string, Form>(
    [...kernel.axes, ...(stage.reduce?.axes ?? [])].map((axis) => [axis.name, axis.extent]),
  );
  return (atom): Bounds | undefined => {
    if (atom.kind === "dim") return { low: constant(1) };
    const extent = atom.kind === "axis" ? extents.get(atom.name) : undefined;
    return extent && { low: constant(0), high: add(extent, constant(-1)) };
  };
}
