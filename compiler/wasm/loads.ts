import type { Index, LoopExpr } from "../plan/loops.ts";
import type { Dtype } from "../scalar/dtype.ts";
import { callFloatOfHalf } from "./half-conversion.ts";
import { emitIndex } from "./indices.ts";
import type { Writer } from "./locals.ts";
import type { Ref } from "./module.ts";

type Load = LoopExpr & { kind: "load" };
type StridedLoad = LoopExpr & { kind: "load-strided" };

/** One stored element as a scalar. */
function element(writer: Writer, dtype: Dtype, address: Index, displacement: number): Ref {
  const { module } = writer;
  const at = emitIndex(writer, address);
  const single: Readonly<Record<Dtype, () => Ref>> = {
    f32: () => module.f32.load(displacement, 4, at),
    i32: () => module.i32.load(displacement, 4, at),
    f16: () => callFloatOfHalf(module, module.i32.load16_u(displacement, 2, at)),
    i8: () => module.i32.load8_s(displacement, 1, at),
    u8: () => module.i32.load8_u(displacement, 1, at),
    bool: () => module.i32.load8_u(displacement, 1, at),
  };
  return single[dtype]();
}

export function emitLoad(writer: Writer, load: Load): Ref {
  const { module } = writer;
  const { dtype, address, displacement } = load;
  const wide = dtype === "f32" || dtype === "i32";
  if (load.access === "single") return element(writer, dtype, address, displacement);
  if (load.access === "splat") {
    if (wide) return module.v128.load32_splat(displacement, 4, emitIndex(writer, address));
    return spread(writer, dtype, element(writer, dtype, address, displacement));
  }
  if (wide) return module.v128.load(displacement, 4, emitIndex(writer, address));
  if (dtype === "f16") {
    return gather(
      writer,
      dtype,
      [0, 1, 2, 3].map((lane) => element(writer, dtype, address, displacement + lane * 2)),
    );
  }
  const bytes = module.v128.load32_zero(displacement, 1, emitIndex(writer, address));
  if (dtype === "i8") return module.i32x4.extend_low_i16x8_s(module.i16x8.extend_low_i8x16_s(bytes));
  const words = module.i32x4.extend_low_i16x8_u(module.i16x8.extend_low_i8x16_u(bytes));
  return dtype === "bool" ? module.i32x4.neg(words) : words;
}

function spread(writer: Writer, dtype: Dtype, scalar: Ref): Ref {
  const { module } = writer;
  if (dtype === "f16" || dtype === "f32") return module.f32x4.splat(scalar);
  const words = module.i32x4.splat(scalar);
  return dtype === "bool" ? module.i32x4.neg(words) : words;
}

function gather(writer: Writer, dtype: Dtype, [first, ...rest]: readonly Ref[]): Ref {
  const { module } = writer;
  if (first === undefined) throw new Error("bug: a vector of nothing");
  const shape = dtype === "f32" || dtype === "f16" ? module.f32x4 : module.i32x4;
  const words = rest.reduce(
    (vector, scalar, place) => shape.replace_lane(vector, place + 1, scalar),
    shape.splat(first),
  );
  return dtype === "bool" ? module.i32x4.neg(words) : words;
}

export function emitStridedLoad(writer: Writer, load: StridedLoad): Ref {
  const { module } = writer;
  const { dtype, address, displacement, stride } = load;
  if ((dtype === "f32" || dtype === "i32") && stride === 8) {
    // Elements 0 … 3 and 3 … 6, so that nothing behind the last one is read: 0, 2 of the first, 4, 6 of the second.
    const low = module.v128.load(displacement, 4, emitIndex(writer, address));
    const high = module.v128.load(displacement + 12, 4, emitIndex(writer, address));
    const lanes = [0, 2, 5, 7];
    return module.i8x16.shuffle(
      low,
      high,
      lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * 4 + byte)),
    );
  }
  const singles = [0, 1, 2, 3].map((lane) => {
    const offset = displacement + lane * stride;
    if (offset >= 0) return element(writer, dtype, address, offset);
    const moved: Index = { kind: "add", left: address, right: { kind: "constant", value: offset } };
    return element(writer, dtype, moved, 0);
  });
  return gather(writer, dtype, singles);
}
