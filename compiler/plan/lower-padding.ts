import {
  add,
  axis as axisForm,
  constant,
  constantOf,
  floorDivide,
  multiply,
  product,
  scale,
  zero,
  type Form,
} from "../integers/index.ts";
import { bytesOf } from "../scalar/dtype.ts";
import type { Operand } from "./kernel.ts";
import { isDense, storedExtents, storedSize, storedStrides } from "./layout.ts";
import { belowExtent, block, emit, freshName, literal, type Builder } from "./lower-builder.ts";
import { registerTypeOf } from "./loops.ts";

/** Writes the zeros around and between an operand's elements. Its own elements may be among them, so this comes first. */
export function zeroPadding(builder: Builder, operand: Operand): void {
  if (isDense(operand)) return;
  const { axes, padding } = operand.layout;
  if (axes.some((axis) => axis.divide !== 1 || axis.modulo !== undefined)) {
    zeroAll(builder, operand);
    return;
  }
  const extents = storedExtents(operand);
  const strides = storedStrides(operand);
  axes.forEach((axis, place) => {
    const { before, after } = padding[axis.dim] ?? { before: 0, after: 0 };
    const inner = strides[place] ?? constant(1);
    const extent = extents[place] ?? constant(1);
    const period = multiply(extent, inner);
    const count = product(extents.slice(0, place));
    const end = multiply(add(extent, constant(-after)), inner);
    zeroRuns(builder, operand, [
      { count, stride: period, start: zero, length: scale(inner, before) },
      { count, stride: period, start: end, length: scale(inner, after) },
    ]);
  });
}

/** Writes zeros over all that an operand stores. */
export function zeroAll(builder: Builder, operand: Operand): void {
  const length = storedSize(operand);
  zeroRuns(builder, operand, [{ count: constant(1), stride: zero, start: zero, length }]);
}

/** `count` runs of `length` elements, `stride` apart. */
interface Runs {
  readonly count: Form;
  readonly stride: Form;
  readonly start: Form;
  readonly length: Form;
}

function zeroRuns(builder: Builder, operand: Operand, all: readonly Runs[]): void {
  for (const runs of all) {
    if (constantOf(runs.length) === 0) continue;
    loop(builder, runs.count, (run) => {
      const start = add(runs.start, multiply(run, runs.stride));
      const vectors = floorDivide(runs.length, constant(4));
      loop(builder, vectors, (vector) => {
        storeZero(builder, operand, add(start, scale(vector, 4)), "contiguous");
      });
      const done = scale(vectors, 4);
      const rest = add(runs.length, scale(done, -1));
      loop(builder, rest, (element) => {
        storeZero(builder, operand, add(start, done, element), "single");
      });
    });
  }
}

function storeZero(builder: Builder, operand: Operand, at: Form, access: "contiguous" | "single"): void {
  emit(builder, {
    kind: "store",
    operand: operand.name,
    dtype: operand.dtype,
    access,
    address: scale(at, bytesOf[operand.dtype]),
    displacement: 0,
    value: literal(registerTypeOf[operand.dtype], access === "contiguous" ? 4 : 1, 0).expr,
  });
}

function loop(builder: Builder, count: Form, body: (value: Form) => void): void {
  const known = constantOf(count);
  if (known === 0) return;
  if (known === 1) {
    body(zero);
    return;
  }
  const name = freshName(builder, "pad");
  builder.ranges.set(name, belowExtent(count));
  emit(builder, {
    kind: "for",
    name,
    from: zero,
    to: count,
    step: 1,
    bind: "serial",
    inductions: [],
    counted: true,
    outlined: false,
    body: block(
      builder,
      () => {
        body(axisForm(name));
      },
      name,
    ),
  });
}
