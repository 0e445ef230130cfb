import { listFolder } from "./class-folders.ts";
import { DataError } from "./data-error.ts";
import { memorySource, narrowSource } from "./memory-source.ts";
import { openBytes, readWhole } from "./open-bytes.ts";
import { badArgument, integerDtype, readArguments, type Reading } from "./reading.ts";
import { decodeText } from "./text-pieces.ts";
import { integerRanges, newArray, sizeOfRow, type Source, type TensorData } from "./source.ts";

/** The numbers of one file, in order, and the shape of a row where the nesting of its lists gives it. */
interface Numbers {
  readonly flat: readonly number[];
  readonly row: readonly number[] | undefined;
}

/**
 * Numbers in JSON: lists of lists, or one flat list whose rows have the declared shape, `pixels: f32[M, 784]`; either may
 * be the field `data` of an object. A folder has a file for each class, `digits/0.json` and so on, whose rows follow
 * each other in the order of the names; `labels: true` gives the classes, i32[M]. `row` is the shape of a row of flat
 * lists where no declared shape says it: `json("mnist/src/digits", row: [28, 28], labels: true)`.
 */
export async function openJson(reading: Reading): Promise<Source> {
  const { path } = reading;
  const entries = await listFolder(reading, path);
  const isFolder = entries !== undefined;
  const files = isFolder
    ? entries.filter(({ name }) => name.endsWith(".json")).map(({ name }) => `${path}/${name}`)
    : [path];
  if (files.length === 0) throw new DataError("DLC6102", path, "this folder holds no .json file");
  const wantsLabels = readArguments(reading).flag("labels") === true;
  if (wantsLabels && !isFolder) throw badArgument(path, "is one file; labels come from a folder of files");

  let row: readonly number[] | undefined;
  const counts: number[] = [];
  const parts: TensorData[] = [];
  let left = reading.budget;
  const range = reading.type === undefined || wantsLabels ? undefined : integerRanges[reading.type.dtype];
  const dtype = reading.type !== undefined && range !== undefined ? reading.type.dtype : "f32";
  for (const file of files) {
    const { numbers, size } = await readFile(reading, file, left);
    left -= size;
    const own = numbers.row ?? flatRow(reading, wantsLabels);
    if (row !== undefined && own.join() !== row.join()) {
      throw new DataError(
        "DLC6105",
        file,
        `has rows of [${own.join(", ")}], but ${files[0] ?? ""} of [${row.join(", ")}]`,
      );
    }
    row = own;
    const each = sizeOfRow([0, ...own]);
    if (numbers.flat.length % each !== 0) {
      const reason = `holds ${numbers.flat.length} numbers, which are no whole rows of ${each}`;
      throw new DataError("DLC6103", file, reason);
    }
    if (range !== undefined) {
      const bad = numbers.flat.findIndex(
        (value) => !(Number.isInteger(value) && value >= range[0] && value <= range[1]),
      );
      if (bad >= 0) {
        const at = Math.floor(bad / each);
        throw new DataError(
          "DLC6107",
          file,
          `row ${at}: ${numbers.flat[bad] ?? 0} is no number of type ${dtype}`,
          { row: at },
        );
      }
    }
    counts.push(numbers.flat.length / each);
    if (wantsLabels) continue;
    const part = newArray(dtype, numbers.flat.length);
    part.set(numbers.flat);
    parts.push(part);
  }
  const rows = counts.reduce((sum, count) => sum + count, 0);
  if (wantsLabels) {
    const names = files.map((file) => file.slice(path.length + 1, -".json".length));
    const labels = new Int32Array(rows);
    let at = 0;
    for (const [label, count] of counts.entries()) {
      labels.fill(label, at, at + count);
      at += count;
    }
    return narrowSource(path, integerDtype(reading.type, names.length), labels, { names });
  }
  const shape = [rows, ...(row ?? [])] as const;
  const values = newArray(dtype, rows * sizeOfRow(shape));
  let at = 0;
  for (const part of parts) {
    values.set(part, at);
    at += part.length;
  }
  return memorySource(path, dtype, shape, values);
}

/** The shape of the rows of a flat list: given, or as declared, or single numbers. */
function flatRow(reading: Reading, wantsLabels: boolean): readonly number[] {
  const { path, type } = reading;
  const given = readArguments(reading).value("row");
  if (given !== undefined) {
    const sizes: readonly unknown[] = Array.isArray(given) ? given : [given];
    return sizes.map((size) => {
      if (typeof size === "number" && Number.isInteger(size) && size > 0) return size;
      throw badArgument(path, `row should be a list of sizes, not ${JSON.stringify(given)}`);
    });
  }
  if (wantsLabels)
    throw badArgument(path, "is a flat list: row says how many numbers belong to a label, row: [28, 28]");
  return (type?.shape.slice(1) ?? []).map((size) => {
    if (typeof size === "number") return size;
    throw badArgument(path, `is a flat list: row says what the declared ${size} is`);
  });
}

async function readFile(
  reading: Reading,
  file: string,
  budget: number,
): Promise<{ readonly numbers: Numbers; readonly size: number }> {
  const bytes = await openBytes(reading.host, file, budget);
  const content = await readWhole(bytes, budget).finally(bytes.close);
  if (content.length === 0) throw new DataError("DLC6102", file, "is empty");
  return { numbers: numbersIn(file, parseJson(file, decodeText(file, content, 0))), size: content.length };
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DataError("DLC6104", file, `is no JSON: ${why}`);
  }
}

function numbersIn(file: string, value: unknown): Numbers {
  const list = typeof value === "object" && value !== null && "data" in value ? value.data : value;
  if (!isList(list))
    throw new DataError("DLC6104", file, "holds no list of numbers, nor an object with one as data");
  if (list.length === 0) throw new DataError("DLC6102", file, "holds an empty list");
  const flat: number[] = [];
  const [first] = list;
  if (!isList(first)) {
    flatten(file, list, [list.length], flat, -1);
    return { flat, row: undefined };
  }
  const row = shapeOf(first);
  list.forEach((entry, place) => flatten(file, entry, row, flat, place));
  return { flat, row };
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function shapeOf(value: unknown): readonly number[] {
  return isList(value) ? [value.length, ...shapeOf(value[0])] : [];
}

/** Appends a nested list of a known shape; `row` is below 0 where the list is flat, and its places are counted instead. */
function flatten(file: string, value: unknown, shape: readonly number[], flat: number[], row: number): void {
  const [size, ...inner] = shape;
  if (size === undefined) {
    if (typeof value === "number") return void flat.push(value);
    const at = row < 0 ? flat.length : row;
    const reason = `${row < 0 ? "place" : "row"} ${at}: ${JSON.stringify(value)} is no number`;
    throw new DataError("DLC6106", file, reason, { row: at });
  }
  if (!isList(value) || value.length !== size) {
    const actual = isList(value) ? `a list of ${value.length}` : JSON.stringify(value);
    throw new DataError(
      "DLC6105",
      file,
      `row ${row}: ${actual} stands where the first row has a list of ${size}`,
      { row },
    );
  }
  for (const entry of value) flatten(file, entry, inner, flat, row);
}
