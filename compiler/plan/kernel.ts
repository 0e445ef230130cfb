import type { Span } from "../diagnostics/source.ts";
import type { Axis, Expr, Guard, ReduceOp } from "../graph/expr.ts";
import type { Recognition } from "../graph/recognition.ts";
import type { Form } from "../integers/index.ts";
import type { Dtype } from "../scalar/dtype.ts";
import type { Layout } from "./layout.ts";

/** A buffer as a kernel sees it; `name` is what bodies read and stages store. */
export interface Operand {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly Form[];
  readonly layout: Layout;
  readonly access: "read" | "write";
  /** Of a written one: what is in its padding is zero before the call. */
  readonly paddingIsZero?: true;
}

/**
 * One value of a kernel: value[axes] = reduce(r… | domain) body. Its body reads operands and the values of earlier
 * stages. A stage without `output` is local: the schedule keeps it in registers or in scratch memory.
 */
export interface Stage {
  readonly name: string;
  readonly dtype: Dtype;
  /** Names of kernel axes; the value has one subscript for each, in this order. */
  readonly axes: readonly string[];
  readonly reduce?: { readonly op: ReduceOp; readonly axes: readonly Axis[] };
  /**
   * Of a scatter: where in its output, which is zero before, the body at a point of the axes is added. Subscripts and
   * body are evaluated inside the domain alone.
   */
  readonly at?: readonly Form[];
  /**
   * Where in its output the value is stored, in the domain alone; all else keeps what it holds. Left out where that is at
   * the axes.
   */
  readonly target?: readonly Form[];
  /**
   * Of a sort: the body is what stands at each place of `axis`, one more axis that the value has after those of the
   * stage, where it holds the first `count` places in the order of what stands there.
   */
  readonly order?: Order;
  /** Of a running sum: the body is what a place of `over` adds. */
  readonly running?: Running;
  readonly domain: readonly Guard[];
  /** Without reductions (normal form). */
  readonly body: Expr;
  /** The operand of access "write" that holds the value. */
  readonly output?: string;
  readonly recognition?: Recognition;
  readonly span?: Span;
}

export interface Order {
  readonly axis: Axis;
  readonly count: Form;
  readonly descending: boolean;
}

/**
 * One more axis that the value has, `along`, `place` is where among its axes: the value at i is the reduction of the body at
 * all places j of `over` with j ≤ i + ahead, or backwards j ≥ i − ahead.
 */
export interface Running {
  readonly op: ReduceOp;
  readonly along: Axis;
  readonly place: number;
  readonly over: Axis;
  readonly ahead: Form;
  readonly backwards: boolean;
}

/**
 * An axis whose extent, the dim `count`, is found when the kernel begins: it runs from the place `from`, or 0, to before
 * `end`, which mention numbers in memory. `most` is the extent of what is read and written along it.
 */
export interface RunBound {
  readonly axis: string;
  readonly count: string;
  readonly from?: Form;
  readonly end: Form;
  readonly most: Form;
}

/**
 * Meaning without order: what one call computes. Parallel axes are shared by the stages (a row statistic has the axes
 * of the row only, the element-wise stage after it one more); each stage has its reduction axes for itself.
 */
export interface Kernel {
  /** Readable and deterministic, `conv5x5_relu`; not unique. */
  readonly name: string;
  readonly axes: readonly Axis[];
  readonly operands: readonly Operand[];
  readonly stages: readonly Stage[];
  /** Names of the free dims that extents, guards and layouts mention: i32 arguments of the code. */
  readonly dims: readonly string[];
  /** Left out where there are none. */
  readonly bounds?: readonly RunBound[];
}

/** Whether a stage's value at a place is something else than its body there. */
export function isNotElementWise({ reduce, at, target, order, running }: Stage): boolean {
  return [reduce, at, target, order, running].some((part) => part !== undefined);
}
