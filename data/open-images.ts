import { classFolders } from "./class-folders.ts";
import { DataError } from "./data-error.ts";
import { decodeImage, isImageName, planesOf } from "./decode-image.ts";
import { headerBytes, readImageHeader, type ImageHeader } from "./image-header.ts";
import { narrowSource } from "./memory-source.ts";
import { openBytes, readWhole, tooLarge } from "./open-bytes.ts";
import { badArgument, integerDtype, readArguments, type Reading } from "./reading.ts";
import { requireRow, sizeOfRow, type Source } from "./source.ts";

/**
 * A folder of PNG and JPEG images of one size: `images("flowers")` is u8[M, channels, height, width]. With a folder for
 * each class, `images("flowers", labels: true)` is i32[M], their classes. There is one channel where all images are grey
 * and three else; `channels` says otherwise. Alpha is left out. All headers are read at the start; images are decoded when
 * their rows are first asked for, and kept where all of them fit the budget.
 */
export async function openImages(reading: Reading): Promise<Source> {
  const { path, budget } = reading;
  const given = readArguments(reading);
  const { classes, files } = await classFolders(reading, "image (.png, .jpg, .jpeg)", isImageName);
  if (given.flag("labels") === true) {
    if (classes === undefined) throw badArgument(path, "has no folders of classes, and so no labels");
    const labels = Int32Array.from(files, ({ label }) => label);
    return narrowSource(path, integerDtype(reading.type, classes.length), labels, { names: classes });
  }

  const headers: ImageHeader[] = [];
  for (const { path: file } of files) {
    const header = await headerOf(reading, file);
    const [first] = headers;
    if (first !== undefined && (header.width !== first.width || header.height !== first.height)) {
      const size = `${first.width}×${first.height}, as ${files[0]?.path ?? ""} has`;
      const reason = `is ${header.width}×${header.height}; all images of a source have one size, here ${size}`;
      throw new DataError("DLC6108", file, reason, { row: headers.length });
    }
    headers.push(header);
  }
  const [first] = headers;
  if (first === undefined) throw new Error("bug: a folder of images without images");
  const channels = channelsOf(
    reading,
    headers.every(({ isGrey }) => isGrey),
  );
  const shape = [files.length, channels, first.height, first.width] as const;
  const size = sizeOfRow(shape);
  const total = size * files.length;

  const decode = async (row: number): Promise<Uint8Array> => {
    const file = files[row]?.path ?? "";
    const bytes = await openBytes(reading.host, file, Infinity);
    const content = await readWhole(bytes, Infinity).finally(bytes.close);
    const image = await decodeImage(content).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      throw new DataError("DLC6103", file, `can't be decoded as an image: ${why}`, { row });
    });
    return Uint8Array.from(planesOf(image, channels), (value) => Math.round(value * 255));
  };
  const cache = total <= budget ? new Uint8Array(total) : undefined;
  const isCached = new Uint8Array(files.length);
  const place = async (row: number, target: Uint8Array, at: number): Promise<void> => {
    if (cache === undefined) return target.set(await decode(row), at);
    if (isCached[row] === 0) {
      cache.set(await decode(row), row * size);
      isCached[row] = 1;
    }
    target.set(cache.subarray(row * size, (row + 1) * size), at);
  };
  const rows = async (indices: Iterable<number>, count: number): Promise<Uint8Array> => {
    const result = new Uint8Array(count * size);
    let at = 0;
    for (const row of indices) {
      requireRow(row, files.length);
      await place(row, result, at);
      at += size;
    }
    return result;
  };
  return {
    file: path,
    dtype: "u8",
    shape,
    meta: {},
    isInMemory: false,
    rows: (indices) => rows(indices, indices.length),
    whole: () =>
      total > budget ? Promise.reject(tooLarge(path, total, budget)) : rows(files.keys(), files.length),
    close: () => Promise.resolve(),
  };
}

async function headerOf(reading: Reading, file: string): Promise<ImageHeader> {
  const bytes = await openBytes(reading.host, file, Infinity);
  try {
    if (bytes.size === 0) throw new DataError("DLC6102", file, "is empty");
    let header = readImageHeader(await bytes.read(0, Math.min(headerBytes, bytes.size)));
    if (header === "cut") header = readImageHeader(await bytes.read(0, bytes.size));
    if (header === undefined) throw new DataError("DLC6104", file, "is neither a PNG nor a JPEG image");
    if (header === "cut") throw new DataError("DLC6103", file, "is cut off in its header");
    return header;
  } finally {
    await bytes.close();
  }
}

function channelsOf(reading: Reading, allGrey: boolean): 1 | 3 {
  const given = readArguments(reading).number("channels");
  const declared = reading.type?.shape.length === 4 ? reading.type.shape[1] : undefined;
  const wanted = given ?? (typeof declared === "number" ? declared : undefined) ?? (allGrey ? 1 : 3);
  if (wanted === 1 || wanted === 3) return wanted;
  throw badArgument(reading.path, `channels of images are 1 or 3, not ${wanted}`);
}
