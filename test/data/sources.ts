import { expect } from "vitest";
import {
  blobHost,
  DataError,
  openSource,
  type Argument,
  type DataCode,
  type DataHost,
  type DeclaredType,
  type OpenOptions,
  type ReaderName,
  type Source,
} from "../../data/index.ts";

export type Files = Readonly<Record<string, Uint8Array<ArrayBuffer> | string>>;

/** A host that has these files. */
export function hostOf(files: Files): DataHost {
  return blobHost(new Map(Object.entries(files).map(([path, content]) => [path, new Blob([content])])));
}

/** A source of these files: `open(files, "csv", "iris.csv", { column: "species" })`. */
export function open(
  files: Files,
  reader: ReaderName,
  path: string,
  given: Readonly<Record<string, Argument>> = {},
  options: OpenOptions & { readonly type?: DeclaredType } = {},
): Promise<Source> {
  const { type, ...rest } = options;
  return openSource(
    hostOf(files),
    { reader, path, arguments: given, ...(type === undefined ? {} : { type }) },
    rest,
  );
}

/** All numbers of a source. */
export async function wholeOf(source: Promise<Source> | Source): Promise<readonly number[]> {
  return Array.from(await (await source).whole());
}

/** Its rows at these places, one after the other. */
export async function rowsOf(
  source: Promise<Source> | Source,
  rows: readonly number[],
): Promise<readonly number[]> {
  return Array.from(await (await source).rows(Int32Array.from(rows)));
}

/** What a fault says, without its file's name. */
export interface ExpectedFault {
  readonly code: DataCode;
  readonly file: string;
  readonly row?: number;
  readonly line?: number;
  readonly column?: string;
  readonly says: RegExp | string;
}

/** Something that fails as bad data does. */
export async function expectFault(asked: Promise<unknown>, expected: ExpectedFault): Promise<void> {
  const error: unknown = await asked.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DataError);
  if (!(error instanceof DataError)) return;
  const { says, ...place } = expected;
  const { message, ...fault } = error.fault;
  expect(fault).toMatchObject(place);
  expect(message).toBe(error.message);
  expect(message.startsWith(`${expected.file}:`)).toBe(true);
  expect(message).toMatch(says);
}
