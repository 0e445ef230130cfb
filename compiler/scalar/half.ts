const scratch = new DataView(new ArrayBuffer(8));

/** The nearest f16 value, ties to even; beyond 65504 + 16 it is infinite. */
export function roundToHalf(value: number): number {
  const magnitude = Math.abs(value);
  if (!(magnitude < 65520)) return Number.isNaN(value) ? NaN : Math.sign(value) * Infinity;
  scratch.setFloat64(0, magnitude);
  const exponent = (scratch.getUint16(0) >> 4) - 1023;
  // Adding 2⁵² steps leaves whole steps, since a f64 has no bits below them there.
  const shift = 2 ** (Math.max(exponent, -14) - 10 + 52);
  const rounded = magnitude + shift - shift;
  return value < 0 || Object.is(value, -0) ? -rounded : rounded;
}
