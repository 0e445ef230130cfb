import type { LoopStatement } from "../plan/loops.ts";
import { bytesOf, type Dtype } from "../scalar/dtype.ts";
import { emitExpr } from "./expressions.ts";
import { callHalfOfFloat } from "./half-conversion.ts";
import { emitIndex } from "./indices.ts";
import type { Writer } from "./locals.ts";
import type { Ref } from "./module.ts";

type Store = LoopStatement & { kind: "store" };

export function emitStore(writer: Writer, store: Store): Ref {
  const { module } = writer;
  const at = emitIndex(writer, store.address);
  const value = emitExpr(writer, store.value);
  const { displacement, dtype } = store;
  if (store.access === "single") {
    const single: Readonly<Record<Dtype, () => Ref>> = {
      f32: () => module.f32.store(displacement, 4, at, value),
      i32: () => module.i32.store(displacement, 4, at, value),
      f16: () => module.i32.store16(displacement, 2, at, callHalfOfFloat(module, value)),
      i8: () => module.i32.store8(displacement, 1, at, value),
      u8: () => module.i32.store8(displacement, 1, at, value),
      bool: () => module.i32.store8(displacement, 1, at, value),
    };
    return single[dtype]();
  }
  if (dtype === "f32" || dtype === "i32") return module.v128.store(displacement, 4, at, value);
  if (dtype === "f16") return storeLanes(writer, store, value);
  const words = dtype === "bool" ? module.i32x4.neg(value) : value;
  const halves = module.i16x8.narrow_i32x4_s(words, module.copyExpression(words));
  const again = module.copyExpression(halves);
  const narrow =
    dtype === "i8" ? module.i8x16.narrow_i16x8_s(halves, again) : module.i8x16.narrow_i16x8_u(halves, again);
  return module.v128.store32_lane(displacement, 1, 0, at, narrow);
}

function storeLanes(writer: Writer, store: Store, value: Ref): Ref {
  const { module } = writer;
  const bytes = bytesOf[store.dtype];
  return module.block(
    null,
    [0, 1, 2, 3].map((lane) => {
      const scalar = module.f32x4.extract_lane(module.copyExpression(value), lane);
      const at = emitIndex(writer, store.address);
      return module.i32.store16(
        store.displacement + lane * bytes,
        bytes,
        at,
        callHalfOfFloat(module, scalar),
      );
    }),
  );
}
