import type { Form } from "../integers/index.ts";

/**
 * One axis of storage. A logical dim with padding p contributes s + p.before, where s is its subscript; an axis takes
 * ⌊(s + before) / divide⌋, and of that the remainder by `modulo` where there is one. Several axes may come from one
 * dim: a panel of 8 output channels is `{dim: 0, divide: 8}` … `{dim: 0, divide: 1, modulo: 8}`.
 */
export interface StorageAxis {
  readonly dim: number;
  readonly divide: number;
  readonly modulo?: number;
}

/**
 * A bijection from the subscripts of a tensor (and its zero padding) to offsets: row-major over `axes`, outermost
 * first. Row-major NCHW is the identity; channels-last with a halo of one is axes 0, 2, 3, 1 with padding 1 on dims
 * 2 and 3. Where a divided dim is no multiple of the panel, the panel's rest is zero.
 */
export interface Layout {
  readonly axes: readonly StorageAxis[];
  /** One for each logical dim; elements outside the dim's own range hold zero. */
  readonly padding: readonly { readonly before: number; readonly after: number }[];
}

export interface StoredShape {
  readonly shape: readonly Form[];
  readonly layout: Layout;
}
