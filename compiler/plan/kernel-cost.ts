import type { Expr } from "../graph/expr.ts";
import { childrenOf } from "../graph/visit.ts";
import { add, multiply, one, product, scale, type Form } from "../integers/index.ts";
import { bytesOf } from "../scalar/dtype.ts";
import type { Kernel } from "./kernel.ts";

/** Of one call, as polynomials in the kernel's dims. */
export interface KernelCost {
  /** Applications of scalar functions, one more for each term of a reduction and each element of a sort. A guarded term counts as one. */
  readonly operations: Form;
  /** What is read and written if each operand crosses once, without padding. */
  readonly bytes: Form;
}

export function costOfKernel(kernel: Kernel): KernelCost {
  // What ends at run time is counted as if it went to the end.
  const most = new Map((kernel.bounds ?? []).map(({ axis, most: extent }) => [axis, extent]));
  const extents = new Map(kernel.axes.map(({ name, extent }) => [name, most.get(name) ?? extent]));
  const operations = kernel.stages.map(({ axes, reduce, order, running, body }) => {
    const places = product(axes.map((name) => extents.get(name) ?? one));
    const inner = order ? [order.axis] : running ? [running.over] : reduce?.axes;
    const terms = product((inner ?? []).map(({ name, extent }) => most.get(name) ?? extent));
    const each = operationsOf(body) + (inner === undefined ? 0 : 1);
    return scale(multiply(places, terms), each);
  });
  const bytes = kernel.operands.map(({ shape, dtype }) => scale(product(shape), bytesOf[dtype]));
  return { operations: add(...operations), bytes: add(...bytes) };
}

function operationsOf(expr: Expr): number {
  const own = expr.kind === "apply" || (expr.kind === "select" && expr.condition.kind !== "guard") ? 1 : 0;
  return childrenOf(expr).reduce((sum, child) => sum + operationsOf(child), own);
}
