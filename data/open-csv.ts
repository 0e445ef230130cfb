import { blockedSource } from "./blocked-source.ts";
import { selectColumns, type Selection } from "./csv-columns.ts";
import { readRecords, recordRanges, type CsvRecord, type RecordRange } from "./csv-records.ts";
import { fieldReader, type FieldReader } from "./csv-values.ts";
import { DataError } from "./data-error.ts";
import { memorySource } from "./memory-source.ts";
import { openBytes } from "./open-bytes.ts";
import { badArgument, readArguments, type Reading } from "./reading.ts";
import { newArray, type Source, type TensorData } from "./source.ts";

/** How much of a table is parsed for one row of a batch, where the table is larger than the budget. */
const blockBytes = 4096;

/**
 * A table of numbers, or one column of it, as RFC 4180 has it: `csv("iris.csv", columns: ["length", "width"])` is
 * f32[M, 2], `csv("iris.csv", column: "species", classes: true)` i32[M]. `except` takes all columns but those; columns
 * are named by the header or by their number from 0; `header: false` says that there is none, `skip` how many lines stand
 * before it, `separator` what stands between fields, `missing` what a field without a number is. The file is read from end to end once, so that every fault
 * is found at the start.
 */
export async function openCsv(reading: Reading): Promise<Source> {
  const { path, budget } = reading;
  const bytes = await openBytes(reading.host, path, budget);
  if (bytes.size === 0) throw new DataError("DLC6102", path, "is empty");
  const separator = separatorOf(reading);
  const skip = readArguments(reading).count("skip", 0) ?? 0;
  let table: { readonly selection: Selection; readonly fields: FieldReader } | undefined;
  const blocks: { readonly range: RecordRange; readonly headers: number }[] = [];
  const firsts: number[] = [];
  /** The numbers read, by block, until they are too many to keep. */
  let kept: Float64Array[] | undefined = [];
  let rows = 0;
  for await (const range of recordRanges(bytes, separator, blockBytes, skip)) {
    const all = await readRecords(bytes, separator, range);
    const [first] = all;
    if (first === undefined) continue;
    let headers = 0;
    if (table === undefined) {
      const selection = selectColumns(reading, first);
      table = { selection, fields: fieldReader(reading, selection) };
      headers = selection.hasHeader ? 1 : 0;
    }
    const { selection, fields } = table;
    const records = all.slice(headers);
    const numbers = numbersOf(path, records, selection, fields, rows);
    if (records.length === 0) continue;
    blocks.push({ range, headers });
    firsts.push(rows);
    rows += records.length;
    if (rows * selection.places.length * numbers.BYTES_PER_ELEMENT > budget) kept = undefined;
    kept?.push(numbers);
  }
  if (table === undefined || rows === 0) throw new DataError("DLC6102", path, "holds no rows");
  const { selection, fields } = table;
  const { dtype, names, renumber } = fields.finish();
  const columns = selection.places.length;
  const shape = selection.isVector ? ([rows] as const) : ([rows, columns] as const);
  const meta = { columns: selection.names, ...(names === undefined ? {} : { names }) };

  if (kept !== undefined) {
    await bytes.close();
    const values = newArray(dtype, rows * columns);
    let at = 0;
    for (const numbers of kept) {
      for (const number of numbers) {
        values[at] = renumber === undefined ? number : (renumber[number] ?? 0);
        at += 1;
      }
    }
    return memorySource(path, dtype, shape, values, meta);
  }

  const load = async (block: number): Promise<TensorData> => {
    const { range, headers } = blocks[block] ?? missingBlock(block);
    const records = (await readRecords(bytes, separator, range)).slice(headers);
    const numbers = numbersOf(path, records, selection, fields, firsts[block] ?? 0);
    const values = newArray(dtype, numbers.length);
    values.set(numbers);
    return values;
  };
  return blockedSource({ file: path, dtype, shape, meta, firsts, load, budget, close: () => bytes.close() });
}

function missingBlock(block: number): never {
  throw new Error(`bug: a table without block ${block}`);
}

function numbersOf(
  path: string,
  records: readonly CsvRecord[],
  selection: Selection,
  fields: FieldReader,
  firstRow: number,
): Float64Array {
  const { places, names, width } = selection;
  const numbers = new Float64Array(records.length * places.length);
  records.forEach((record, index) => {
    const row = firstRow + index;
    if (record.fields.length !== width) {
      const reason = `has ${record.fields.length} fields, but the first line has ${width}`;
      throw new DataError("DLC6105", path, reason, { row, line: record.line });
    }
    places.forEach((place, column) => {
      const field = record.fields[place] ?? "";
      numbers[index * places.length + column] = fields.read(field, record, row, names[column] ?? "");
    });
  });
  return numbers;
}

function separatorOf(reading: Reading): string {
  const separator = readArguments(reading).text("separator") ?? (reading.path.endsWith(".tsv") ? "\t" : ",");
  if (/^[\x20-\x7e\t]$/.test(separator) && separator !== '"') return separator;
  throw badArgument(
    reading.path,
    `separator should be one character of ASCII, not ${JSON.stringify(separator)}`,
  );
}
