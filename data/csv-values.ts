import { DataError, type DataPlace } from "./data-error.ts";
import { isMissing, numberOfField, type Selection } from "./csv-columns.ts";
import type { CsvRecord } from "./csv-records.ts";
import { badArgument, integerDtype, readArguments, type Reading } from "./reading.ts";
import { integerRanges, type Dtype } from "./source.ts";

/** How the fields of the columns that are taken become numbers. */
export interface FieldReader {
  /** The number of a field; throws where there is none. */
  readonly read: (field: string, record: CsvRecord, row: number, column: string) => number;
  /** Called after the last field: the dtype, the names of the classes, and the final number of each that was read. */
  readonly finish: () => FinishedFields;
}

export interface FinishedFields {
  readonly dtype: Dtype;
  readonly names?: readonly string[];
  /** Where it is there, numbers read until now are places in it; those read from now on are final. */
  readonly renumber?: readonly number[];
}

export function fieldReader(reading: Reading, selection: Selection): FieldReader {
  const classes = readArguments(reading).value("classes");
  if (classes === undefined || classes === false) return numbers(reading);
  if (!selection.isVector) throw badArgument(reading.path, "classes needs one column, named by column");
  if (readArguments(reading).value("missing") !== undefined) {
    throw badArgument(reading.path, "missing fills numbers, and classes reads none");
  }
  if (classes === true) return foundClasses(reading);
  return listedClasses(reading, readArguments(reading).texts("classes") ?? []);
}

function numbers(reading: Reading): FieldReader {
  const { path, type } = reading;
  const fill = fillOf(reading);
  const range = type === undefined ? undefined : integerRanges[type.dtype];
  const dtype = type !== undefined && range !== undefined ? type.dtype : "f32";
  return {
    read: (field, { line }, row, column) => {
      const place = { row, line, column };
      const what = `column ${JSON.stringify(column)}`;
      const value = numberOfField(field) ?? (isMissing(field) ? fill : undefined);
      if (value === undefined && isMissing(field)) {
        const reason = `${what} has no value; missing: 0 or missing: "nan" fills such fields`;
        throw new DataError("DLC6106", path, reason, place);
      }
      if (value === undefined) {
        const help = row === 0 ? "; a column of names is read with classes: true" : "";
        throw new DataError("DLC6106", path, `${what}: ${JSON.stringify(field)} is no number${help}`, place);
      }
      if (range !== undefined && !(Number.isInteger(value) && value >= range[0] && value <= range[1])) {
        throw new DataError("DLC6107", path, `${what}: ${value} is no number of type ${dtype}`, place);
      }
      requireDeclared(reading, value, String(value), place);
      return value;
    },
    finish: () => ({ dtype }),
  };
}

function fillOf(reading: Reading): number | undefined {
  const missing = readArguments(reading).value("missing");
  if (missing === undefined || typeof missing === "number") return missing;
  if (missing === "nan") return NaN;
  throw badArgument(reading.path, 'missing should be a number or "nan"');
}

/** Classes numbered in the order of their texts' code units, as scikit-learn's LabelEncoder does. */
function foundClasses({ path, type }: Reading): FieldReader {
  const seen = new Map<string, number>();
  let final: ReadonlyMap<string, number> | undefined;
  return {
    read: (field, { line }, row, column) => {
      const text = className(path, field, line, row, column);
      const number = (final ?? seen).get(text);
      if (number !== undefined) return number;
      if (final !== undefined)
        throw new DataError("DLC6103", path, "changed while it was read", { row, line });
      seen.set(text, seen.size);
      return seen.size - 1;
    },
    finish: () => {
      const names = [...seen.keys()].sort();
      const numbers = new Map(names.map((name, number) => [name, number]));
      final = numbers;
      const renumber = [...seen.keys()].map((name) => numbers.get(name) ?? 0);
      return { dtype: integerDtype(type, names.length), names, renumber };
    },
  };
}

function listedClasses(reading: Reading, names: readonly string[]): FieldReader {
  const { path, type } = reading;
  const numbers = new Map(names.map((name, number) => [name, number]));
  if (numbers.size < names.length) throw badArgument(path, "classes lists a name twice");
  return {
    read: (field, { line }, row, column) => {
      const text = className(path, field, line, row, column);
      const number = numbers.get(text);
      const place = { row, line, column };
      if (number !== undefined) {
        requireDeclared(reading, number, `${number} (${JSON.stringify(text)})`, place);
        return number;
      }
      const reason = `column ${JSON.stringify(column)}: ${JSON.stringify(text)} is none of the classes ${names.join(", ")}`;
      throw new DataError("DLC6107", path, reason, place);
    },
    finish: () => ({ dtype: integerDtype(type, names.length), names }),
  };
}

/** The declared range is held here too, where the line is still known; that of other sources is by `matchType`. */
function requireDeclared(
  { path, type }: Reading,
  value: number,
  shown: string,
  place: Required<DataPlace>,
): void {
  if (type?.range === undefined) return;
  const [from, to] = type.range;
  if (value >= from && value < to) return;
  const reason = `column ${JSON.stringify(place.column)}: ${shown} is outside the declared range ${from}..${to}`;
  throw new DataError("DLC6107", path, reason, place);
}

function className(path: string, field: string, line: number, row: number, column: string): string {
  const text = field.trim();
  if (text !== "") return text;
  throw new DataError("DLC6106", path, `column ${JSON.stringify(column)} has no value`, {
    row,
    line,
    column,
  });
}
