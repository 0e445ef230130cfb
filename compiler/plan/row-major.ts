import type { Layout } from "./layout.ts";

/** The layout of everything at a program's edge: as the shape says, the last dim innermost, without padding. */
export function rowMajor(rank: number): Layout {
  return {
    axes: Array.from({ length: rank }, (_, dim) => ({ dim, divide: 1 })),
    padding: Array.from({ length: rank }, () => ({ before: 0, after: 0 })),
  };
}
