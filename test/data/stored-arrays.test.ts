import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import type { ElementName } from "../../data/elements.ts";
import { encodeIdx, encodeNpy, type IdxElement } from "./encode.ts";
import { expectFault, hostOf, open, rowsOf, wholeOf } from "./sources.ts";
import { openSource } from "../../data/index.ts";

const shapes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 });

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, dim) => size * dim, 1);
}

/** Numbers that the element type holds exactly, their extremes among them. */
const valuesOf: Readonly<Record<ElementName, fc.Arbitrary<number>>> = {
  bool: fc.integer({ min: 0, max: 1 }),
  u8: fc.integer({ min: 0, max: 255 }),
  i8: fc.integer({ min: -128, max: 127 }),
  u16: fc.integer({ min: 0, max: 65535 }),
  i16: fc.integer({ min: -32768, max: 32767 }),
  u32: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  i32: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  u64: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  i64: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  f16: fc.integer({ min: -2048, max: 2048 }),
  f32: fc.float({ noNaN: true }).map((value) => value + 0),
  f64: fc.float({ noNaN: true }).map((value) => value + 0),
};

const dtypes: Readonly<Record<ElementName, string>> = {
  bool: "bool",
  u8: "u8",
  i8: "i8",
  u16: "i32",
  i16: "i32",
  u32: "i32",
  i32: "i32",
  u64: "i32",
  i64: "i32",
  f16: "f32",
  f32: "f32",
  f64: "f32",
};

/** An element, a shape, as many numbers, and some rows. */
function arrays<Element extends ElementName>(elements: readonly Element[]) {
  return fc.tuple(fc.constantFrom(...elements), shapes).chain(([element, shape]) =>
    fc.record({
      element: fc.constant(element),
      shape: fc.constant(shape),
      values: fc.array(valuesOf[element], { minLength: sizeOf(shape), maxLength: sizeOf(shape) }),
      rows: fc.array(fc.nat({ max: (shape[0] ?? 1) - 1 }), { maxLength: 8 }),
    }),
  );
}

/** The rows of a row-major array, computed from its definition. */
function rowsIn(
  shape: readonly number[],
  values: readonly number[],
  rows: readonly number[],
): readonly number[] {
  const size = sizeOf(shape.slice(1));
  return rows.flatMap((row) => values.slice(row * size, (row + 1) * size));
}

const idxElements: readonly IdxElement[] = ["u8", "i8", "i16", "i32", "f32", "f64"];

describe("IDX", () => {
  it("gives back every array that was written, in memory, packed, and read by offset", async () => {
    await fc.assert(
      fc.asyncProperty(arrays(idxElements), async ({ element, shape, values, rows }) => {
        const file = encodeIdx(element, shape, values);
        const files = { "a-ubyte": file, "a-ubyte.gz": new Uint8Array(gzipSync(file)) };
        for (const [path, budget] of [
          ["a-ubyte", 2 ** 20],
          ["a-ubyte.gz", 2 ** 20],
          ["a-ubyte", 0],
        ] as const) {
          const source = await open(files, "idx", path, {}, { budget });
          expect([source.dtype, source.shape]).toEqual([dtypes[element], shape]);
          expect(await rowsOf(source, rows)).toEqual(rowsIn(shape, values, rows));
          if (budget > 0) expect(await wholeOf(source)).toEqual(values);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("NPY", () => {
  it("gives back every array that was written, in both byte orders and versions", async () => {
    const elements = Object.keys(valuesOf) as ElementName[];
    const options = fc.record({
      little: fc.boolean(),
      version: fc.constantFrom(1 as const, 2 as const),
      isPacked: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(arrays(elements), options, async ({ element, shape, values, rows }, option) => {
        const file = encodeNpy(element, shape, values, option);
        const files = { "a.npy": option.isPacked ? new Uint8Array(gzipSync(file)) : file };
        const source = await open(files, "npy", "a.npy");
        expect([source.dtype, source.shape]).toEqual([dtypes[element], shape]);
        expect(await wholeOf(source)).toEqual(values);
        expect(await rowsOf(source, rows)).toEqual(rowsIn(shape, values, rows));
      }),
      { numRuns: 100 },
    );
  });

  it("puts an array whose first axis is the fastest in row-major order", async () => {
    // NumPy's own example: [[1, 2, 3], [4, 5, 6]] in Fortran order lies as 1 4 2 5 3 6.
    const file = encodeNpy("i64", [2, 3], [1, 4, 2, 5, 3, 6], { fortran: true });
    expect(await wholeOf(open({ "f.npy": file }, "npy", "f.npy"))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("takes one array out of an archive, stored or deflated", async () => {
    const one = encodeNpy("u8", [3], [1, 2, 3]);
    const two = encodeNpy("f32", [2, 1], [0.5, -4]);
    for (const level of [0, 9] as const) {
      const files = { "d.npz": new Uint8Array(zipSync({ "x.npy": one, "y.npy": two }, { level })) };
      expect(await wholeOf(open(files, "npy", "d.npz", { array: "x" }))).toEqual([1, 2, 3]);
      expect(await wholeOf(open(files, "npy", "d.npz", { array: "y" }))).toEqual([0.5, -4]);
      await expectFault(open(files, "npy", "d.npz"), {
        code: "DLC6110",
        file: "d.npz",
        says: /several arrays \(x, y\): name one/,
      });
      await expectFault(open(files, "npy", "d.npz", { array: "z" }), {
        code: "DLC6110",
        file: "d.npz",
        says: /no array z, but x, y/,
      });
    }
    const alone = { "one.npz": new Uint8Array(zipSync({ "x.npy": one })) };
    expect(await wholeOf(open(alone, "npy", "one.npz"))).toEqual([1, 2, 3]);
  });

  it("says which row holds an integer that i32 does not", async () => {
    const file = encodeNpy("i64", [3, 2], [1, 2, 3, 2 ** 40, 5, 6]);
    await expectFault(open({ "ids.npy": file }, "npy", "ids.npy"), {
      code: "DLC6107",
      file: "ids.npy",
      row: 1,
      says: /1099511627776 does not fit i32/,
    });
  });
});

describe("a file larger than its budget", () => {
  const rows = 5000;
  const values = Array.from({ length: rows * 20 }, (_, place) => (place * 7 + (place >> 8)) % 256);

  /** A host that counts what is read, and how much at most at once. */
  function counting(file: Uint8Array<ArrayBuffer>) {
    const inner = hostOf({ big: file });
    const read = { total: 0, most: 0 };
    const host: typeof inner = {
      ...inner,
      open: async (path) => {
        const opened = await inner.open(path);
        if (opened === undefined) return undefined;
        return {
          ...opened,
          read: (offset, length) => {
            read.total += length;
            read.most = Math.max(read.most, length);
            return opened.read(offset, length);
          },
        };
      },
    };
    return { host, read };
  }

  it("is read by rows, near ones together, and never as a whole", async () => {
    const { host, read } = counting(encodeIdx("u8", [rows, 20], values));
    const source = await openSource(host, { reader: "idx", path: "big" }, { budget: 10_000 });
    expect(read.total).toBeLessThan(100);
    const wanted = [4999, 0, 17, 18, 18, 2500];
    expect(await rowsOf(source, wanted)).toEqual(rowsIn([rows, 20], values, wanted));
    // Rows 0 to 18 in one read, the others by themselves.
    expect(read.most).toBe(19 * 20);
    expect(read.total).toBeLessThan(600);
    await expectFault(source.whole(), {
      code: "DLC6111",
      file: "big",
      says: /100\.0 kB.*budget of 10\.0 kB/,
    });
  });

  it("is refused where its form can't be read in parts", async () => {
    const packed = { "big.gz": new Uint8Array(gzipSync(encodeIdx("u8", [rows, 20], values))) };
    await expectFault(open(packed, "idx", "big.gz", {}, { budget: 10_000 }), {
      code: "DLC6111",
      file: "big.gz",
      says: /unpacks to more than the budget of 10\.0 kB; unpacked on disk \(gunzip\)/,
    });
    const fortran = { "f.npy": encodeNpy("u8", [rows, 20], values, { fortran: true }) };
    await expectFault(open(fortran, "npy", "f.npy", {}, { budget: 10_000 }), {
      code: "DLC6111",
      file: "f.npy",
      says: /can't be read in parts/,
    });
  });
});
