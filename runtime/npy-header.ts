/** What stands before the numbers of a `.npy` file. */
export interface NpyHeader {
  readonly kind: "header";
  /** NumPy's kind and bytes per number: `f4`, `u1`. */
  readonly element: string;
  readonly little: boolean;
  /** Whether the first axis is the fastest. */
  readonly fortran: boolean;
  readonly shape: readonly number[];
  /** The byte at which the numbers begin. */
  readonly start: number;
}

export interface NpyHeaderFault {
  readonly kind: "fault";
  /** Of another format, torn, or of things that are no numbers. */
  readonly fault: "format" | "torn" | "element";
  /** As the end of a sentence that begins with the file's name. */
  readonly reason: string;
}

/** More bytes than any header of numbers has: enough of a file's beginning. */
export const npyHeaderBytes = 2 ** 16 + 12;

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** Reads the header of NumPy's format, versions 1 to 3 (NumPy Enhancement Proposal 1), from a file's first bytes. */
export function readNpyHeader(file: Uint8Array): NpyHeader | NpyHeaderFault {
  const refuse = (fault: NpyHeaderFault["fault"], reason: string): NpyHeaderFault => ({
    kind: "fault",
    fault,
    reason,
  });
  if (file.byteLength < 10 || magic.some((byte, place) => file[place] !== byte)) {
    return refuse("format", "is no .npy file: it doesn't begin as one");
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const major = file[6] ?? 0;
  if (major < 1 || major > 3) {
    return refuse("format", `is a .npy file of version ${major}; versions 1 to 3 are known`);
  }
  const wide = major > 1;
  if (file.byteLength < 12) return refuse("torn", "is cut off in its header");
  const start = wide ? 12 + view.getUint32(8, true) : 10 + view.getUint16(8, true);
  if (start > file.byteLength) return refuse("torn", "is cut off in its header");
  const header = new TextDecoder().decode(file.subarray(wide ? 12 : 10, start));
  const order = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  const sizes = /'shape':\s*\(([\d\s,]*)\)/.exec(header)?.[1];
  if (order === undefined || sizes === undefined) {
    return refuse("format", "has a header that can't be read");
  }
  const [, byteOrder, element] = /'descr':\s*'([<>=|])([a-z]\d+)'/.exec(header) ?? [];
  if (element === undefined) return refuse("element", "holds something else than numbers");
  const shape = sizes
    .split(",")
    .filter((size) => size.trim() !== "")
    .map(Number);
  return { kind: "header", element, little: byteOrder !== ">", fortran: order === "True", shape, start };
}

/** Puts an array whose first axis is the fastest in row-major order; `result` is as long as `values`. */
export function fromFortran(
  values: ArrayLike<number>,
  shape: readonly number[],
  result: Record<number, number>,
): void {
  const at = shape.map(() => 0);
  let stride = 1;
  const strides = shape.map((size) => {
    const own = stride;
    stride *= size;
    return own;
  });
  for (let place = 0; place < values.length; place++) {
    result[place] = values[at.reduce((sum, index, axis) => sum + index * (strides[axis] ?? 0), 0)] ?? 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (at[axis] ?? 0) + 1;
      at[axis] = next < (shape[axis] ?? 0) ? next : 0;
      if (at[axis] !== 0) break;
    }
  }
}
