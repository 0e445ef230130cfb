/** Element types. `real` of the language is resolved to a float dtype by `check`. */
export const dtypes = ["f32", "f16", "i32", "i8", "u8", "bool"] as const;

export type Dtype = (typeof dtypes)[number];

/** Bytes that one element takes in a buffer. */
export const bytesOf = { f32: 4, f16: 2, i32: 4, i8: 1, u8: 1, bool: 1 } as const satisfies Record<
  Dtype,
  number
>;

export function isFloat(dtype: Dtype): boolean {
  return dtype === "f32" || dtype === "f16";
}
