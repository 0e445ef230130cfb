import { bytesOf, type Dtype } from "../scalar/dtype.ts";
import { roundToHalf } from "../scalar/half.ts";

/** The bytes of values in a dtype, little-endian and row-major, each value rounded to the dtype. */
export function tensorBytes(dtype: Dtype, values: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(values.length * bytesOf[dtype]);
  switch (dtype) {
    case "f32":
      new Float32Array(bytes.buffer).set(values);
      break;
    case "f16": {
      const words = new Uint16Array(bytes.buffer);
      words.forEach((_, place) => (words[place] = halfBits(values[place] ?? 0)));
      break;
    }
    case "i32":
      new Int32Array(bytes.buffer).set(values);
      break;
    case "i8":
      new Int8Array(bytes.buffer).set(values);
      break;
    case "u8":
    case "bool":
      bytes.set(values);
      break;
    default:
      return dtype satisfies never;
  }
  return bytes;
}

/** The 16 bits of the nearest f16 value: sign, 5 bits of exponent, 10 of fraction. */
export function halfBits(value: number): number {
  const rounded = roundToHalf(value);
  if (Number.isNaN(rounded)) return 0x7e00;
  const sign = rounded < 0 || Object.is(rounded, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(rounded);
  if (magnitude === Infinity) return sign | 0x7c00;
  // Below 2⁻¹⁴ values are subnormal: multiples of 2⁻²⁴ with exponent bits 0.
  if (magnitude < 2 ** -14) return sign | (magnitude * 2 ** 24);
  const exponent = Math.floor(Math.log2(magnitude));
  return sign | ((exponent + 15) << 10) | ((magnitude / 2 ** exponent - 1) * 1024);
}

/** The value of 16 bits of an f16. */
export function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
