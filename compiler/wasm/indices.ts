import type { Index } from "../plan/loops.ts";
import { callDivideFloor } from "./integer-division.ts";
import { baseName, dimName, getLocal, type Writer } from "./locals.ts";
import type { Ref } from "./module.ts";

/** i32 arithmetic of addresses and bounds. */
export function emitIndex(writer: Writer, index: Index): Ref {
  const { module } = writer;
  switch (index.kind) {
    case "constant":
      return module.i32.const(index.value);
    case "local":
      return getLocal(writer, index.name);
    case "dim":
      return getLocal(writer, dimName(index.name));
    case "base":
      return getLocal(writer, baseName(index.operand));
    default: {
      const left = emitIndex(writer, index.left);
      const right = emitIndex(writer, index.right);
      const emit: Readonly<Record<typeof index.kind, () => Ref>> = {
        add: () => module.i32.add(left, right),
        multiply: () => multiplyIndex(writer, index.right, left, right),
        divideFloor: () => divideIndex(writer, index.right, left, right),
        minimum: () => chosen(writer, index, module.i32.lt_s(left, right)),
        maximum: () => chosen(writer, index, module.i32.gt_s(left, right)),
      };
      return emit[index.kind]();
    }
  }
}

function chosen(writer: Writer, index: { readonly left: Index; readonly right: Index }, condition: Ref): Ref {
  return writer.module.select(condition, emitIndex(writer, index.left), emitIndex(writer, index.right));
}

/** log2 of a power of two. */
function shiftOf(index: Index): number | undefined {
  if (index.kind !== "constant" || index.value <= 0) return undefined;
  const shift = Math.log2(index.value);
  return Number.isInteger(shift) ? shift : undefined;
}

function multiplyIndex(writer: Writer, right: Index, a: Ref, b: Ref): Ref {
  const shift = shiftOf(right);
  const { i32 } = writer.module;
  return shift === undefined ? i32.mul(a, b) : i32.shl(a, i32.const(shift));
}

function divideIndex(writer: Writer, right: Index, a: Ref, b: Ref): Ref {
  const shift = shiftOf(right);
  const { i32 } = writer.module;
  return shift === undefined ? callDivideFloor(writer.module, a, b) : i32.shr_s(a, i32.const(shift));
}
