import { DataError } from "./data-error.ts";
import type { CsvRecord } from "./csv-records.ts";
import { badArgument, readArguments, type Argument, type Reading } from "./reading.ts";

/** Which columns of a table are taken. */
export interface Selection {
  /** Their places in a record. */
  readonly places: readonly number[];
  readonly names: readonly string[];
  /** Whether the source is a vector, one number a row. */
  readonly isVector: boolean;
  /** How many fields each record has. */
  readonly width: number;
  /** Whether the first record is the header. */
  readonly hasHeader: boolean;
}

const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const infinity = /^([+-]?)inf(inity)?$/i;

/** The number that a field is, if it is one. */
export function numberOfField(field: string): number | undefined {
  const text = field.trim();
  if (number.test(text)) return Number(text);
  const sign = infinity.exec(text)?.[1];
  return sign === undefined ? undefined : sign === "-" ? -Infinity : Infinity;
}

const missing: ReadonlySet<string> = new Set(["", "?", "na", "n/a", "nan", "null", "none"]);

/** Whether a field of numbers says that its number is not known. */
export function isMissing(field: string): boolean {
  return missing.has(field.trim().toLowerCase());
}

/** Looks up the columns that a source asks for in the first record of its table. */
export function selectColumns(reading: Reading, first: CsvRecord): Selection {
  const { path } = reading;
  const given = readArguments(reading);
  const hasHeader = given.flag("header") ?? guessHeader(path, first);
  const width = first.fields.length;
  const header = first.fields.map((field, place) => (hasHeader ? field.trim() : String(place)));
  const [column, columns, except] = ["column", "columns", "except"].map(given.value);
  if ([column, columns, except].filter((value) => value !== undefined).length > 1) {
    throw badArgument(path, "takes one of column, columns and except, not two");
  }
  const placesOf = (list: Argument, name: string): readonly number[] => {
    const entries: readonly Argument[] = Array.isArray(list) ? list : [list];
    if (entries.length === 0) throw badArgument(path, `${name} lists nothing`);
    return entries.map((entry) => placeOf(path, header, hasHeader, entry));
  };
  let places = header.map((_, place) => place);
  if (column !== undefined) places = [placeOf(path, header, hasHeader, column)];
  if (columns !== undefined) places = [...placesOf(columns, "columns")];
  if (except !== undefined) {
    const left = new Set(placesOf(except, "except"));
    places = places.filter((place) => !left.has(place));
    if (places.length === 0) throw badArgument(path, "except leaves no column");
  }
  const isOnly = columns === undefined && except === undefined && width === 1;
  const isVector = column !== undefined || (isOnly && reading.type?.shape.length === 1);
  return { places, names: places.map((place) => header[place] ?? ""), isVector, width, hasHeader };
}

/** A first line is taken for a header unless it looks like data: then the source has to say which it is. */
function guessHeader(path: string, first: CsvRecord): boolean {
  const field = first.fields.find((text) => numberOfField(text) !== undefined);
  if (field === undefined) return true;
  const reason = `the first line has the number ${field.trim()}: say header: false where it is data, header: true where it is a name, skip: 1 where it is neither`;
  throw new DataError("DLC6110", path, reason, { line: first.line });
}

function placeOf(path: string, header: readonly string[], hasHeader: boolean, wanted: Argument): number {
  const known = hasHeader ? header.join(", ") : `0 to ${header.length - 1}`;
  if (typeof wanted === "number") {
    if (Number.isInteger(wanted) && wanted >= 0 && wanted < header.length) return wanted;
    throw badArgument(path, `has ${header.length} columns, counted from 0, and none at ${wanted}`);
  }
  if (typeof wanted !== "string") throw badArgument(path, "columns are named by texts or numbers");
  const place = hasHeader ? header.indexOf(wanted) : -1;
  if (place < 0) throw badArgument(path, `has no column ${JSON.stringify(wanted)}; its columns are ${known}`);
  if (header.indexOf(wanted, place + 1) >= 0) {
    throw badArgument(path, `has two columns ${JSON.stringify(wanted)}: name one by its number, from 0`);
  }
  return place;
}
