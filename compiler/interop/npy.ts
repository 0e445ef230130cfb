import { fromFortran, readNpyHeader } from "../../runtime/npy-header.ts";
import type { Dtype } from "../scalar/dtype.ts";
import { sizeOfShape } from "../graph/tensor.ts";
import { halfValue, tensorBytes } from "./tensor-bytes.ts";

/** An array as a `.npy` file holds it, but row-major and in f64 whatever its dtype. */
export interface NpyArray {
  readonly kind: "array";
  /** As messages call it: `f64`, `i64`. */
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export interface NpyFault {
  readonly kind: "fault";
  /** What is wrong, as the end of a sentence that begins with the file's name. */
  readonly reason: string;
}

type Read = (view: DataView, at: number, little: boolean) => number;

/** By NumPy's kind and bytes per element. Integers of 64 bits are exact up to 2^53, as all numbers here. */
const readers: Readonly<Record<string, { readonly dtype: string; readonly read: Read }>> = {
  f2: { dtype: "f16", read: (view, at, little) => halfValue(view.getUint16(at, little)) },
  f4: { dtype: "f32", read: (view, at, little) => view.getFloat32(at, little) },
  f8: { dtype: "f64", read: (view, at, little) => view.getFloat64(at, little) },
  i1: { dtype: "i8", read: (view, at) => view.getInt8(at) },
  i2: { dtype: "i16", read: (view, at, little) => view.getInt16(at, little) },
  i4: { dtype: "i32", read: (view, at, little) => view.getInt32(at, little) },
  i8: { dtype: "i64", read: (view, at, little) => Number(view.getBigInt64(at, little)) },
  u1: { dtype: "u8", read: (view, at) => view.getUint8(at) },
  u2: { dtype: "u16", read: (view, at, little) => view.getUint16(at, little) },
  u4: { dtype: "u32", read: (view, at, little) => view.getUint32(at, little) },
  u8: { dtype: "u64", read: (view, at, little) => Number(view.getBigUint64(at, little)) },
  b1: { dtype: "bool", read: (view, at) => (view.getUint8(at) === 0 ? 0 : 1) },
};

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/**
 * Reads NumPy's format, versions 1 to 3 (NumPy Enhancement Proposal 1): C and Fortran order, both byte orders. A torn
 * file and one of Python objects or records is a fault.
 */
export function readNpy(file: Uint8Array): NpyArray | NpyFault {
  const fault = (reason: string): NpyFault => ({ kind: "fault", reason });
  const header = readNpyHeader(file);
  if (header.kind === "fault") return fault(header.reason);
  const { element, little, fortran, shape, start } = header;
  const reader = readers[element];
  if (reader === undefined) return fault("holds something else than numbers");
  const width = Number(element.slice(1));
  const count = sizeOfShape(shape);
  if (count * width !== file.byteLength - start) {
    return fault(
      `should hold ${count} numbers of ${width} bytes, [${shape.join(", ")}], but has ${file.byteLength - start} bytes of data`,
    );
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const data = new Float64Array(count);
  for (let place = 0; place < count; place++) data[place] = reader.read(view, start + place * width, little);
  const rowMajor = fortran ? new Float64Array(count) : data;
  if (fortran) fromFortran(data, shape, rowMajor);
  return { kind: "array", dtype: reader.dtype, shape, data: rowMajor };
}

const descriptions = {
  f32: "<f4",
  f16: "<f2",
  i32: "<i4",
  i8: "|i1",
  u8: "|u1",
  bool: "|b1",
} as const satisfies Record<Dtype, string>;

/** The bytes of a `.npy` file of version 1, in C order; the data begins at a multiple of 64, as NumPy writes it. */
export function writeNpy(
  dtype: Dtype,
  shape: readonly number[],
  values: ArrayLike<number>,
): Uint8Array<ArrayBuffer> {
  const sizes = shape.length === 1 ? `${shape.join()},` : shape.join(", ");
  const dictionary = `{'descr': '${descriptions[dtype]}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const length = Math.ceil((10 + dictionary.length + 1) / 64) * 64 - 10;
  const header = new TextEncoder().encode(`${dictionary.padEnd(length - 1)}\n`);
  const data = tensorBytes(dtype, values);
  const file = new Uint8Array(10 + length + data.byteLength);
  file.set([...magic, 1, 0, length & 255, length >> 8]);
  file.set(header, 10);
  file.set(data, 10 + length);
  return file;
}
