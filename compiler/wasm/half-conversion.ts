import binaryen from "binaryen";
import type { Module, Ref } from "./module.ts";

const widenName = "float_of_half";
const narrowName = "half_of_float";

export function callFloatOfHalf(module: Module, bits: Ref): Ref {
  return module.call(widenName, [bits], binaryen.f32);
}

export function callHalfOfFloat(module: Module, value: Ref): Ref {
  return module.call(narrowName, [value], binaryen.i32);
}

/** Conversions between f32 and the bits of f16, to the nearest, ties to even, as plain instructions have them not. */
export function addHalfConversion(module: Module): void {
  const { i32, f32, local } = module;
  const bits = (): Ref => local.get(0, binaryen.i32);
  // Exponent and fraction moved into the place of f32's, then the exponent's bias corrected by a product, which
  // normalises subnormals too: 2^(127−15).
  const magnitude = f32.mul(
    f32.reinterpret(i32.shl(i32.and(bits(), i32.const(0x7fff)), i32.const(13))),
    f32.const(2 ** 112),
  );
  // An exponent of all ones stays one: infinity and NaN.
  const special = i32.or(i32.const(0x7f800000), i32.shl(i32.and(bits(), i32.const(0x3ff)), i32.const(13)));
  const isSpecial = i32.ge_u(i32.and(bits(), i32.const(0x7fff)), i32.const(0x7c00));
  const unsigned = module.select(isSpecial, special, i32.reinterpret(magnitude));
  const sign = i32.shl(i32.and(bits(), i32.const(0x8000)), i32.const(16));
  module.addFunction(widenName, binaryen.i32, binaryen.f32, [], f32.reinterpret(i32.or(unsigned, sign)));

  const word = (): Ref => local.get(1, binaryen.i32);
  const size = (): Ref => i32.and(word(), i32.const(0x7fffffff));
  // Below 2⁻¹⁴ the fraction is fixed-point: adding 1/2 leaves it, rounded, in the low bits.
  const subnormal = i32.sub(
    i32.reinterpret(f32.add(f32.reinterpret(size()), f32.const(0.5))),
    i32.const(0x3f000000),
  );
  // Half of a last place is added, less one where the kept last bit is even; the carry moves into the exponent.
  const odd = i32.and(i32.shr_u(size(), i32.const(13)), i32.const(1));
  const normal = i32.shr_u(
    i32.add(i32.add(i32.sub(size(), i32.const(0x38000000)), i32.const(0xfff)), odd),
    i32.const(13),
  );
  const finite = module.select(i32.lt_u(size(), i32.const(0x38800000)), subnormal, normal);
  const large = module.select(i32.gt_u(size(), i32.const(0x7f800000)), i32.const(0x7e00), i32.const(0x7c00));
  const half = module.select(i32.ge_u(size(), i32.const(0x477ff000)), large, finite);
  const signBit = i32.and(i32.shr_u(word(), i32.const(16)), i32.const(0x8000));
  module.addFunction(
    narrowName,
    binaryen.f32,
    binaryen.i32,
    [binaryen.i32],
    module.block(
      null,
      [local.set(1, i32.reinterpret(local.get(0, binaryen.f32))), i32.or(half, signBit)],
      binaryen.i32,
    ),
  );
}
