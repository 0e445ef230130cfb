import { rowMajor, withPadding, type Layout } from "../../compiler/plan/layout.ts";
import type { LayoutWish } from "../../compiler/plan/assign-layouts.ts";
import { lower } from "../../compiler/plan/lower.ts";
import type { PlanTarget } from "../../compiler/plan/make-plan.ts";

/** Loops in the kernel's own order over row-major buffers: what holds here holds of the plan, not of a schedule. */
export const naiveTarget: PlanTarget = {
  name: "wasm",
  fusion: { mostOperands: 16 },
  inPlace: true,
  endsAtRunTime: false,
  wish: () => new Map(),
  schedule: () => [],
  lower,
};

/** As the naive one, but what has four dims is stored channels-last with a halo of one around its pixels. */
export const haloTarget: PlanTarget = { ...naiveTarget, wish: wishForHalos };

function wishForHalos(kernel: Parameters<LayoutWish>[0]): ReadonlyMap<string, Layout> {
  const wishes = kernel.operands.map(({ name, shape }): readonly [string, Layout] => {
    if (shape.length !== 4) return [name, rowMajor(shape.length)];
    const order = { ...rowMajor(4), axes: [0, 2, 3, 1].map((dim) => ({ dim, divide: 1 })) };
    const sides = [0, 0, 1, 1].map((width) => ({ before: width, after: width }));
    return [name, withPadding(order, sides)];
  });
  return new Map(wishes);
}
