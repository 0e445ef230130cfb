import { fromFortran, npyHeaderBytes, readNpyHeader } from "../runtime/npy-header.ts";
import { DataError, type DataCode } from "./data-error.ts";
import { elements, type ElementName } from "./elements.ts";
import { memorySource } from "./memory-source.ts";
import { inMemory, openBytes, readWhole, tooLarge, type Bytes } from "./open-bytes.ts";
import { requireNumbers } from "./open-idx.ts";
import { badArgument, readArguments, type Reading } from "./reading.ts";
import { newArray, type Source } from "./source.ts";
import { storedRows } from "./stored-rows.ts";

/** By NumPy's kind and bytes per number. */
const elementOf: Readonly<Record<string, ElementName>> = {
  b1: "bool",
  u1: "u8",
  i1: "i8",
  u2: "u16",
  i2: "i16",
  u4: "u32",
  i4: "i32",
  u8: "u64",
  i8: "i64",
  f2: "f16",
  f4: "f32",
  f8: "f64",
};

const codeOf = {
  format: "DLC6104",
  torn: "DLC6103",
  element: "DLC6104",
} as const satisfies Record<string, DataCode>;

/** One array as NumPy saves it, `.npy`; or one out of several, `.npz`: `npy("digits.npz", array: "images")`. */
export async function openNpy(reading: Reading): Promise<Source> {
  const { host, path, budget } = reading;
  const bytes = await openBytes(host, path, budget);
  if (bytes.size === 0) throw new DataError("DLC6102", path, "is empty");
  const wanted = readArguments(reading).text("array");
  const start = await bytes.read(0, Math.min(2, bytes.size));
  const isZip = start[0] === 0x50 && start[1] === 0x4b;
  if (!isZip && wanted !== undefined) {
    throw badArgument(path, `holds one array, so that array: "${wanted}" says nothing`);
  }
  return openArray(isZip ? await unzip(bytes, wanted, budget) : bytes, budget);
}

/** The `.npy` file in a `.npz` archive, unpacked. */
async function unzip(bytes: Bytes, wanted: string | undefined, budget: number): Promise<Bytes> {
  const { unzipSync } = await import("fflate");
  const archive = await readWhole(bytes, budget).finally(bytes.close);
  const names: string[] = [];
  let size = 0;
  let files: Readonly<Record<string, Uint8Array>>;
  const filter = (file: { name: string; originalSize: number }): boolean => {
    const name = file.name.replace(/\.npy$/, "");
    names.push(name);
    const isTaken = wanted === undefined ? names.length === 1 : name === wanted;
    if (isTaken) size = file.originalSize;
    return isTaken && size <= budget;
  };
  try {
    files = unzipSync(archive, { filter });
  } catch {
    throw new DataError("DLC6103", bytes.file, "is a torn .npz archive");
  }
  const known = names.join(", ");
  if (names.length === 0) throw new DataError("DLC6102", bytes.file, "is an archive without arrays");
  if (wanted === undefined && names.length > 1) {
    throw badArgument(bytes.file, `holds several arrays (${known}): name one with array`);
  }
  if (wanted !== undefined && !names.includes(wanted)) {
    throw badArgument(bytes.file, `holds no array ${wanted}, but ${known}`);
  }
  if (size > budget) throw tooLarge(bytes.file, size, budget);
  const [content] = Object.values(files);
  if (content === undefined) throw new Error("bug: an archive without what it lists");
  return inMemory(bytes.file, content);
}

async function openArray(bytes: Bytes, budget: number): Promise<Source> {
  const { file } = bytes;
  const header = readNpyHeader(await bytes.read(0, Math.min(npyHeaderBytes, bytes.size)));
  if (header.kind === "fault") throw new DataError(codeOf[header.fault], file, header.reason);
  const { little, fortran, start } = header;
  const element = elementOf[header.element];
  if (element === undefined) throw new DataError("DLC6104", file, "holds something else than numbers");
  const [rows, ...sizes] = header.shape;
  if (rows === undefined) throw new DataError("DLC6104", file, "holds a single number, which has no rows");
  const shape = [rows, ...sizes] as const;
  requireNumbers(file, shape, elements[element].bytes, bytes.size - start);
  if (!fortran || sizes.length === 0) return storedRows({ bytes, start, element, little, shape }, budget);

  // The first axis is the fastest: a row lies scattered over the whole file.
  const total = bytes.size - start;
  if (total > budget) throw tooLarge(file, total, budget);
  const flat = await storedRows({ bytes, start, element, little, shape: [product(shape)] }, Infinity);
  const values = newArray(flat.dtype, flat.shape[0]);
  fromFortran(await flat.whole(), shape, values);
  return memorySource(file, flat.dtype, shape, values);
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((size, dim) => size * dim, 1);
}
