import {
  add,
  ceilDivide,
  constant,
  constantOf,
  equalForms,
  floorDivide,
  modulo,
  multiply,
  one,
  product,
  zero,
  type Form,
} from "../integers/index.ts";

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
 * 2 and 3. Where a divided dim is no multiple of the panel, the panel's rest is zero. A kernel that writes an operand
 * writes these zeros too.
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

/** The dims in another order, outermost first, without padding. */
export function permuted(order: readonly number[]): Layout {
  return {
    axes: order.map((dim) => ({ dim, divide: 1 })),
    padding: order.map(() => ({ before: 0, after: 0 })),
  };
}

export function rowMajor(rank: number): Layout {
  return permuted(Array.from({ length: rank }, (_, dim) => dim));
}

/**
 * [dim/width][…order][width]: panels of neighbours of one dim, for a kernel that reads `width` of them at every step.
 * `order` are the other dims, outermost first.
 */
export function panels(dim: number, width: number, order: readonly number[]): Layout {
  return {
    axes: [
      { dim, divide: width },
      ...order.map((other) => ({ dim: other, divide: 1 })),
      { dim, divide: 1, modulo: width },
    ],
    padding: Array.from({ length: order.length + 1 }, () => ({ before: 0, after: 0 })),
  };
}

/** The same order, with zeros around some dims. */
export function withPadding(
  layout: Layout,
  padding: readonly { readonly before: number; readonly after: number }[],
): Layout {
  return { axes: layout.axes, padding };
}

/** Extent of each storage axis. */
export function storedExtents(stored: StoredShape): readonly Form[] {
  return stored.layout.axes.map((axis) => {
    if (axis.modulo !== undefined) return constant(axis.modulo);
    return ceilDivide(paddedExtent(stored, axis.dim), constant(axis.divide));
  });
}

export function paddedExtent(stored: StoredShape, dim: number): Form {
  const extent = stored.shape[dim];
  const padding = stored.layout.padding[dim];
  if (extent === undefined || padding === undefined) throw new Error("bug: a layout of another rank");
  return add(extent, constant(padding.before + padding.after));
}

/** Elements that a buffer of this shape and layout holds, padding included. */
export function storedSize(stored: StoredShape): Form {
  return product(storedExtents(stored));
}

/** Elements between neighbours along each storage axis. */
export function storedStrides(stored: StoredShape): readonly Form[] {
  const extents = storedExtents(stored);
  const strides: Form[] = [];
  let stride = one;
  for (let place = extents.length - 1; place >= 0; place--) {
    strides[place] = stride;
    stride = multiply(stride, extents[place] ?? one);
  }
  return strides;
}

/** Where the element at these subscripts is stored, in elements from the start. */
export function offsetOf(stored: StoredShape, at: readonly Form[]): Form {
  const strides = storedStrides(stored);
  let offset = zero;
  stored.layout.axes.forEach((axis, place) => {
    const subscript = at[axis.dim];
    const padding = stored.layout.padding[axis.dim];
    if (subscript === undefined || padding === undefined) throw new Error("bug: a read of another rank");
    let coordinate = floorDivide(add(subscript, constant(padding.before)), constant(axis.divide));
    if (axis.modulo !== undefined) coordinate = modulo(coordinate, constant(axis.modulo));
    offset = add(offset, multiply(coordinate, strides[place] ?? one));
  });
  return offset;
}

/** Whether elements lie without gaps, in any order. */
export function isDense(stored: StoredShape): boolean {
  return equalForms(storedSize(stored), product(stored.shape));
}

export function equalLayouts(a: Layout, b: Layout): boolean {
  return (
    a.axes.length === b.axes.length &&
    a.axes.every((axis, place) => {
      const other = b.axes[place];
      return axis.dim === other?.dim && axis.divide === other.divide && axis.modulo === other.modulo;
    }) &&
    a.padding.every((side, dim) => {
      const other = b.padding[dim];
      return side.before === other?.before && side.after === other.after;
    })
  );
}

/**
 * For every stored element its row-major place in the logical shape, −1 for padding. Packing and unpacking of weights
 * follow from it. All dims are constant.
 */
export function storageMap(stored: StoredShape): Int32Array {
  const shape = stored.shape.map(known);
  const map = new Int32Array(known(storedSize(stored))).fill(-1);
  const extents = storedExtents(stored).map(known);
  const at = shape.map(() => 0);
  const total = shape.reduce((all, extent) => all * extent, 1);
  for (let place = 0; place < total; place++) {
    let offset = 0;
    stored.layout.axes.forEach((axis, index) => {
      const padded = (at[axis.dim] ?? 0) + (stored.layout.padding[axis.dim]?.before ?? 0);
      let coordinate = Math.floor(padded / axis.divide);
      if (axis.modulo !== undefined) coordinate %= axis.modulo;
      offset = offset * (extents[index] ?? 1) + coordinate;
    });
    map[offset] = place;
    for (let dim = shape.length - 1; dim >= 0; dim--) {
      const next = (at[dim] ?? 0) + 1;
      at[dim] = next === shape[dim] ? 0 : next;
      if (next !== shape[dim]) break;
    }
  }
  return map;
}

function known(form: Form): number {
  const value = constantOf(form);
  if (value === undefined) throw new Error(`bug: ${form.key} is known only at run time`);
  return value;
}
