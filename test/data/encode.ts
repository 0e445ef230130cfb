import type { ElementName } from "../../data/elements.ts";

type Write = (view: DataView, at: number, value: number, little: boolean) => void;

/** How each stored number is written, by its width and NumPy's name; the reverse of what is tested, written apart from it. */
const writers: Readonly<Record<ElementName, readonly [bytes: number, numpy: string, write: Write]>> = {
  bool: [1, "b1", (view, at, value) => view.setUint8(at, value)],
  u8: [1, "u1", (view, at, value) => view.setUint8(at, value)],
  i8: [1, "i1", (view, at, value) => view.setInt8(at, value)],
  u16: [2, "u2", (view, at, value, little) => view.setUint16(at, value, little)],
  i16: [2, "i2", (view, at, value, little) => view.setInt16(at, value, little)],
  u32: [4, "u4", (view, at, value, little) => view.setUint32(at, value, little)],
  i32: [4, "i4", (view, at, value, little) => view.setInt32(at, value, little)],
  u64: [8, "u8", (view, at, value, little) => view.setBigUint64(at, BigInt(value), little)],
  i64: [8, "i8", (view, at, value, little) => view.setBigInt64(at, BigInt(value), little)],
  f16: [2, "f2", (view, at, value, little) => view.setUint16(at, halfBits(value), little)],
  f32: [4, "f4", (view, at, value, little) => view.setFloat32(at, value, little)],
  f64: [8, "f8", (view, at, value, little) => view.setFloat64(at, value, little)],
};

/** The bits of a small whole number as f16. */
function halfBits(value: number): number {
  if (value === 0) return 0;
  const exponent = Math.floor(Math.log2(Math.abs(value)));
  const fraction = (Math.abs(value) / 2 ** exponent - 1) * 1024;
  return (value < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | fraction;
}

function encodeNumbers(element: ElementName, values: readonly number[], little: boolean): Uint8Array {
  const [bytes, , write] = writers[element];
  const view = new DataView(new ArrayBuffer(values.length * bytes));
  values.forEach((value, place) => write(view, place * bytes, value, little));
  return new Uint8Array(view.buffer);
}

/** Pieces one after the other. */
export function concatenate(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const idxTypes = { u8: 8, i8: 9, i16: 11, i32: 12, f32: 13, f64: 14 } as const;

export type IdxElement = keyof typeof idxTypes;

export function encodeIdx(
  element: IdxElement,
  shape: readonly number[],
  values: readonly number[],
): Uint8Array<ArrayBuffer> {
  const sizes = shape.flatMap((size) => [size >>> 24, (size >>> 16) & 255, (size >>> 8) & 255, size & 255]);
  const header = Uint8Array.from([0, 0, idxTypes[element], shape.length, ...sizes]);
  return concatenate(header, encodeNumbers(element, values, false));
}

/** A `.npy` file of version 1 or 2; `values` lie as the file has them. */
export function encodeNpy(
  element: ElementName,
  shape: readonly number[],
  values: readonly number[],
  options: { readonly little?: boolean; readonly fortran?: boolean; readonly version?: 1 | 2 } = {},
): Uint8Array<ArrayBuffer> {
  const { little = true, fortran = false, version = 1 } = options;
  const [bytes, name] = writers[element];
  const order = bytes === 1 ? "|" : little ? "<" : ">";
  const sizes = shape.map((size) => `${size},`).join(" ");
  const text = `{'descr': '${order}${name}', 'fortran_order': ${fortran ? "True" : "False"}, 'shape': (${sizes}), }\n`;
  const lengthBytes = version === 1 ? 2 : 4;
  const magic = Uint8Array.from([0x93, ...Buffer.from("NUMPY"), version, 0]);
  const length = Uint8Array.from({ length: lengthBytes }, (_, place) => (text.length >> (8 * place)) & 255);
  return concatenate(magic, length, Buffer.from(text), encodeNumbers(element, values, little));
}
