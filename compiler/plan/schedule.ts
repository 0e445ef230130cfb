/**
 * What a split leaves where its width does not divide the extent:
 * none: it does divide; peel: narrower tiles of their own; even: as many tiles, of nearly equal widths (28 by 6 is 6, 6,
 * 6, 5, 5); overlap: the last tile begins earlier and computes some elements twice; guard: the last tile is as wide as
 * the others, and a condition leaves out what of it lies beyond. `overlap` needs an extent of at least the width: known,
 * or promised by an enclosing `when`. Only axes of the kernel, fused or not, are guarded.
 */
export type Tail = "none" | "peel" | "even" | "overlap" | "guard";

/**
 * serial: a loop. unroll: instances side by side in every inner loop. lane: vectors of four, the axis of the inner
 * width. grid, local: workgroups and the threads of one.
 */
export type Bind = "serial" | "unroll" | "lane" | "grid" | "local";

/** One decision. Axes are named as in the kernel; equally named reduction axes of several stages are decided alike. */
export type Step =
  /** Neighbouring axes, outermost first, become one, which begins where the first stood. */
  | { readonly kind: "fuse"; readonly axes: readonly string[]; readonly into: string }
  | {
      readonly kind: "split";
      readonly axis: string;
      readonly by: number;
      readonly outer: string;
      readonly inner: string;
      readonly tail: Tail;
      /** So many places at either end stay out of the tiles: conditions that may fail there hold in between. */
      readonly edges?: { readonly before: number; readonly after: number };
      /** Places of a known extent that no tile lies across: conditions on the axis are decided between them. */
      readonly cuts?: readonly number[];
    }
  /** Loops from the outside in. Axes left out follow in the kernel's order. */
  | { readonly kind: "order"; readonly axes: readonly string[] }
  | { readonly kind: "bind"; readonly axis: string; readonly to: Bind }
  /** The loop's body becomes a function of its own. */
  | { readonly kind: "outline"; readonly axis: string }
  /** An unrolled reduction axis with an accumulator for each of its instances, added up in the end. */
  | { readonly kind: "splitReduce"; readonly axis: string }
  /**
   * Of a sum in a kernel of its own: the reduction's loop `axis` runs around all others, and what each of its turns gives
   * is added to the output. So a long sum walks through parts of its operands that a cache holds.
   */
  | { readonly kind: "accumulate"; readonly axis: string }
  /** Inside the loop `at`, the part of the operand that its body reads lies in memory of the workgroup. */
  | { readonly kind: "stage"; readonly operand: string; readonly at: string; readonly space: "shared" }
  /** Two orders, chosen at run time by an extent. Only the last step may be one. */
  | {
      readonly kind: "when";
      readonly axis: string;
      readonly atLeast: number;
      readonly then: readonly Step[];
      readonly otherwise: readonly Step[];
    };

export type Schedule = readonly Step[];

/** One line a step, as snapshots and `dlc inspect` show it. */
export function showSchedule(schedule: Schedule, indent = ""): string {
  return schedule.map((step) => indent + showStep(step, indent)).join("\n");
}

function showStep(step: Step, indent: string): string {
  switch (step.kind) {
    case "fuse":
      return `fuse ${step.axes.join(" ")} into ${step.into}`;
    case "split":
      return `split ${step.axis} by ${step.by} into ${step.outer} ${step.inner} (${step.tail})${showEdges(step.edges)}${showCuts(step.cuts)}`;
    case "order":
      return `order ${step.axes.join(" ")}`;
    case "bind":
      return `bind ${step.axis} ${step.to}`;
    case "outline":
      return `outline ${step.axis}`;
    case "splitReduce":
      return `splitReduce ${step.axis}`;
    case "accumulate":
      return `accumulate ${step.axis}`;
    case "stage":
      return `stage ${step.operand} at ${step.at} ${step.space}`;
    case "when":
      return [
        `when ${step.axis} >= ${step.atLeast}`,
        showSchedule(step.then, `${indent}  `),
        `${indent}otherwise`,
        showSchedule(step.otherwise, `${indent}  `),
      ].join("\n");
    default:
      return step satisfies never;
  }
}

function showEdges(edges: (Step & { kind: "split" })["edges"]): string {
  return edges === undefined ? "" : ` between ${edges.before} and ${edges.after} at the ends`;
}

function showCuts(cuts: (Step & { kind: "split" })["cuts"]): string {
  return cuts === undefined ? "" : ` cut at ${cuts.join(" ")}`;
}
