import { DataError } from "./data-error.ts";
import { pieceBytes, type Bytes } from "./open-bytes.ts";
import { decodeText } from "./text-pieces.ts";

/** Whole records of a table, as they lie in the file. */
export interface RecordRange {
  readonly offset: number;
  readonly length: number;
  /** The line at which the first of them begins, from 1. */
  readonly line: number;
}

export interface CsvRecord {
  readonly fields: readonly string[];
  /** The line at which it begins, from 1. */
  readonly line: number;
}

const quote = 0x22;
const newline = 0x0a;

/**
 * Cuts a table into ranges of at least `least` bytes, each of whole records. A line break ends a record unless it stands
 * between quotes, and a quote opens a field only at its beginning (RFC 4180), so that the bytes alone decide. The first
 * `skip` lines are passed over.
 */
export async function* recordRanges(
  bytes: Bytes,
  separator: string,
  least: number,
  skip: number,
): AsyncGenerator<RecordRange> {
  const between = separator.charCodeAt(0);
  const mark = await bytes.read(0, Math.min(3, bytes.size));
  let start = mark[0] === 0xef && mark[1] === 0xbb && mark[2] === 0xbf ? 3 : 0;
  let startLine = 1;
  let line = 1;
  let isQuoted = false;
  let mayOpen = true;
  let quoteLine = 1;
  for (let at = start; at < bytes.size;) {
    const chunk = await bytes.read(at, Math.min(pieceBytes, bytes.size - at));
    for (let place = 0; place < chunk.length; place++) {
      const byte = chunk[place];
      if (byte === newline) line += 1;
      if (startLine <= skip) {
        start = at + place + 1;
        startLine = line;
      } else if (isQuoted) {
        // A doubled quote closes the field and opens it again.
        if (byte === quote) isQuoted = false;
        mayOpen = true;
      } else if (byte === quote && mayOpen) {
        isQuoted = true;
        quoteLine = line;
      } else {
        mayOpen = byte === between || byte === newline;
        const end = at + place + 1;
        if (byte !== newline || end - start < least) continue;
        yield { offset: start, length: end - start, line: startLine };
        start = end;
        startLine = line;
      }
    }
    at += chunk.length;
  }
  if (isQuoted) {
    throw new DataError("DLC6105", bytes.file, "a quote is opened here and never closed", {
      line: quoteLine,
    });
  }
  if (start < bytes.size) yield { offset: start, length: bytes.size - start, line: startLine };
}

/** The records of a range; blank lines are none. Throws DLC6105 where quotes don't close as they should. */
export async function readRecords(
  bytes: Bytes,
  separator: string,
  range: RecordRange,
): Promise<readonly CsvRecord[]> {
  const { default: csv } = await import("papaparse");
  const text = decodeText(bytes.file, await bytes.read(range.offset, range.length), range.offset);
  const config = { delimiter: separator, newline: "\n", header: false } as const;
  const { data, errors } = csv.parse<readonly string[]>(text.replaceAll("\r\n", "\n"), config);
  const records: CsvRecord[] = [];
  let line = range.line;
  data.forEach((fields, place) => {
    if (errors.some((error) => error.row === place)) {
      const reason =
        "a quoted field goes on after its closing quote; a quote inside a field is written twice";
      throw new DataError("DLC6105", bytes.file, reason, { line });
    }
    if (fields.length > 1 || (fields[0] ?? "").trim() !== "") records.push({ fields, line });
    line += 1;
    for (const field of fields) if (field.includes("\n")) line += field.split("\n").length - 1;
  });
  return records;
}
