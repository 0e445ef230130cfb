import type { DataError } from "./data-error.ts";
import { newArray, type Dtype, type TensorData } from "./source.ts";

/** How files store numbers. */
export type ElementName =
  "bool" | "u8" | "i8" | "u16" | "i16" | "u32" | "i32" | "u64" | "i64" | "f16" | "f32" | "f64";

interface Element {
  readonly bytes: number;
  /** What the language makes of it: the narrowest dtype that holds it; wide integers must fit i32, f64 is rounded. */
  readonly dtype: Dtype;
  readonly read: (view: DataView, at: number, little: boolean) => number;
}

export const elements: Readonly<Record<ElementName, Element>> = {
  bool: { bytes: 1, dtype: "bool", read: (view, at) => (view.getUint8(at) === 0 ? 0 : 1) },
  u8: { bytes: 1, dtype: "u8", read: (view, at) => view.getUint8(at) },
  i8: { bytes: 1, dtype: "i8", read: (view, at) => view.getInt8(at) },
  u16: { bytes: 2, dtype: "i32", read: (view, at, little) => view.getUint16(at, little) },
  i16: { bytes: 2, dtype: "i32", read: (view, at, little) => view.getInt16(at, little) },
  u32: { bytes: 4, dtype: "i32", read: (view, at, little) => view.getUint32(at, little) },
  i32: { bytes: 4, dtype: "i32", read: (view, at, little) => view.getInt32(at, little) },
  u64: { bytes: 8, dtype: "i32", read: (view, at, little) => Number(view.getBigUint64(at, little)) },
  i64: { bytes: 8, dtype: "i32", read: (view, at, little) => Number(view.getBigInt64(at, little)) },
  f16: { bytes: 2, dtype: "f32", read: (view, at, little) => halfValue(view.getUint16(at, little)) },
  f32: { bytes: 4, dtype: "f32", read: (view, at, little) => view.getFloat32(at, little) },
  f64: { bytes: 8, dtype: "f32", read: (view, at, little) => view.getFloat64(at, little) },
};

/** Stored numbers as the language's; `first` is the number's place in the file of the first, for the message. */
export function decodeElements(
  name: ElementName,
  bytes: Uint8Array,
  little: boolean,
  faultAt: (place: number, reason: string) => DataError,
): TensorData {
  const element = elements[name];
  const count = bytes.byteLength / element.bytes;
  const result = newArray(element.dtype, count);
  if (name === "u8") {
    result.set(bytes);
    return result;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const mayNotFit = name === "u32" || name === "u64" || name === "i64";
  for (let place = 0; place < count; place++) {
    const value = element.read(view, place * element.bytes, little);
    if (mayNotFit && (value > 2 ** 31 - 1 || value < -(2 ** 31))) {
      throw faultAt(place, `${value} does not fit i32, the widest integer there is`);
    }
    result[place] = value;
  }
  return result;
}

/** The value of the 16 bits of an f16: sign, 5 bits of exponent, 10 of fraction. */
function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
