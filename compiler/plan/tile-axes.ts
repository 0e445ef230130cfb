import { constantOf } from "../integers/index.ts";
import { edgesAlong, extentOf, type KernelView, type StageView } from "./kernel-access.ts";
import type { Step } from "./schedule.ts";

export interface Unrolled {
  readonly steps: readonly Step[];
  /** What remains as a loop, if anything does. */
  readonly loop?: string;
}

/** An axis in instances of `by`, apart from the places at its ends where a stage's conditions may fail. */
export function unroll(
  view: KernelView,
  stage: StageView,
  axis: string,
  by: number,
  tail: "even" | "overlap",
): Unrolled {
  if (by === 1) return { steps: [], loop: axis };
  const ends = edgesAlong(view, stage, axis);
  const edges = ends !== undefined && ends.before + ends.after > 0 ? ends : undefined;
  if (constantOf(extentOf(view, axis)) === by && edges === undefined) {
    return { steps: [{ kind: "bind", axis, to: "unroll" }] };
  }
  const [outer, inner] = [`${axis}.t`, `${axis}.u`];
  return {
    steps: [
      { kind: "split", axis, by, outer, inner, tail, ...(edges && { edges }) },
      { kind: "bind", axis: inner, to: "unroll" },
    ],
    loop: outer,
  };
}

/** An axis whose loop is apart between some places. */
export function cut(axis: string, cuts: readonly number[]): Unrolled {
  if (cuts.length === 0) return { steps: [], loop: axis };
  const [outer, inner] = [`${axis}.t`, `${axis}.u`];
  return { steps: [{ kind: "split", axis, by: 1, outer, inner, tail: "none", cuts }], loop: outer };
}

/** An axis in vectors, `vectors` of them side by side, none of them across one of the `cuts`. */
export function vectorize(
  view: KernelView,
  axis: string,
  vectors: number,
  tail: "even" | "peel",
  cuts: readonly number[] = [],
): Unrolled {
  const extent = constantOf(extentOf(view, axis));
  if (extent !== undefined && extent <= 4 * vectors && cuts.length === 0)
    return { steps: [{ kind: "bind", axis, to: "lane" }] };
  const [outer, inner] = [`${axis}.t`, `${axis}.v`];
  return {
    steps: [
      {
        kind: "split",
        axis,
        by: 4 * vectors,
        outer,
        inner,
        tail,
        ...(cuts.length > 0 && { cuts }),
      },
      { kind: "bind", axis: inner, to: "lane" },
    ],
    loop: outer,
  };
}

/** Lanes along a reduction, with several partial sums where there is length for them. */
export function vectorizeReduction(view: KernelView, axis: string, parts: number): Unrolled {
  const extent = constantOf(extentOf(view, axis));
  if (extent !== undefined && extent < 4) return { steps: [], loop: axis };
  const [outer, inner] = [`${axis}.t`, `${axis}.v`];
  if (parts === 1 || (extent !== undefined && extent < 8 * parts)) {
    return {
      steps: [
        { kind: "split", axis, by: 4, outer, inner, tail: "peel" },
        { kind: "bind", axis: inner, to: "lane" },
      ],
      loop: outer,
    };
  }
  const wide = `${axis}.w`;
  return {
    steps: [
      { kind: "split", axis, by: 4 * parts, outer, inner: wide, tail: "peel" },
      { kind: "split", axis: wide, by: 4, outer: `${axis}.p`, inner, tail: "peel" },
      { kind: "splitReduce", axis: `${axis}.p` },
      { kind: "bind", axis: inner, to: "lane" },
    ],
    loop: outer,
  };
}

/** A long reduction in several partial sums, one element of each at a time; undefined where that is not worth it. */
export function splitChains(view: KernelView, axis: string | undefined, parts: number): Unrolled | undefined {
  if (axis === undefined || parts === 1) return undefined;
  const extent = constantOf(extentOf(view, axis));
  if (extent !== undefined && extent < 8 * parts) return undefined;
  const [outer, inner] = [`${axis}.t`, `${axis}.p`];
  return {
    steps: [
      { kind: "split", axis, by: parts, outer, inner, tail: "peel" },
      { kind: "splitReduce", axis: inner },
    ],
    loop: outer,
  };
}
