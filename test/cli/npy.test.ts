import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readNpy, writeNpy } from "../../compiler/interop/npy.ts";
import { tensorBytes } from "../../compiler/interop/tensor-bytes.ts";

/** What NumPy wrote; `npy/make_npy.py` makes the files again. */
const stored = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(join(import.meta.dirname, "npy", `${name}.npy`)));

describe("a .npy file of NumPy's", () => {
  it.each([
    ["f64-fortran", "f64", [2, 3], [0.5, 1.5, 2.5, 3.5, 4.5, 5.5]],
    ["u8-fortran-3d", "u8", [2, 3, 4], Array.from({ length: 24 }, (_, n) => n)],
    ["i16-big-endian", "i16", [2, 2], [1, -2, 300, 4]],
    ["i64", "i64", [2], [2 ** 40, -1]],
    ["f16", "f16", [5], [1.5, -0.25, 65504, 2 ** -24, Infinity]],
    ["bool", "bool", [2, 1], [1, 0]],
    ["f32-scalar", "f32", [], [3.25]],
    ["version-2", "f32", [2], [7, 8]],
  ])("%s is read row by row", (name, dtype, shape, data) => {
    expect(readNpy(stored(name))).toEqual({ kind: "array", dtype, shape, data: Float64Array.from(data) });
  });

  it("is what is written for the same numbers", () => {
    expect(writeNpy("f32", [2, 3], [1, 2, 3, 4, 5, 6.5])).toEqual(stored("f32"));
    expect(writeNpy("f16", [5], [1.5, -0.25, 65504, 6e-8, Infinity])).toEqual(stored("f16"));
    expect(writeNpy("f32", [], [3.25])).toEqual(stored("f32-scalar"));
  });

  it.each([
    ["cut off in its data", stored("f32").slice(0, -1), "should hold 6 numbers of 4 bytes"],
    ["cut off in its header", stored("f32").slice(0, 40), "is cut off in its header"],
    ["of text", stored("text"), "holds something else than numbers"],
    ["of another kind", new TextEncoder().encode("1 2 3 4 5 6"), "is no .npy file"],
    ["of nothing", new Uint8Array(0), "is no .npy file"],
  ])("%s is refused with the reason", (_what, bytes, reason) => {
    expect(readNpy(bytes)).toEqual({ kind: "fault", reason: expect.stringContaining(reason) });
  });
});

describe("the bytes of a tensor", () => {
  it("has the 16 bits of IEEE 754 for f16: normal, subnormal, tie, overflow, NaN", () => {
    const values = [1, -2, 65504, 65520, 2 ** -14, 2 ** -24, 1 + 2 ** -11, 1 + 3 * 2 ** -11, -0, NaN];
    const bits = [0x3c00, 0xc000, 0x7bff, 0x7c00, 0x0400, 0x0001, 0x3c00, 0x3c02, 0x8000, 0x7e00];
    expect([...new Uint16Array(tensorBytes("f16", values).buffer)]).toEqual(bits);
  });
});
