import type { DataHost, HostFile } from "./host.ts";
import { matchType } from "./match-type.ts";
import { openCsv } from "./open-csv.ts";
import { openIdx } from "./open-idx.ts";
import { openImages } from "./open-images.ts";
import { openJson } from "./open-json.ts";
import { openNpy } from "./open-npy.ts";
import { openCharacters, openWords } from "./open-text.ts";
import { badArgument, readArguments, type Argument, type DeclaredType, type Reading } from "./reading.ts";
import { restrict } from "./restrict.ts";
import type { Source } from "./source.ts";
import { splitByShare, splitEvery, type Split } from "./split.ts";

export type ReaderName = "idx" | "csv" | "npy" | "json" | "words" | "characters" | "images";

/** A source as a data declaration writes it: `pixels: u8[M, 28, 28] = idx("train-images-idx3-ubyte.gz")`. */
export interface SourceSpec {
  readonly reader: ReaderName;
  /** The file or folder that the reader is given first. */
  readonly path: string;
  /** What it is given by name. */
  readonly arguments?: Readonly<Record<string, Argument>>;
  /** What the source is declared as; without it, it is what the file says. */
  readonly type?: DeclaredType;
}

/** The reader of a name that a checked declaration has. */
export function readerNamed(name: string): ReaderName {
  if (isReader(name)) return name;
  throw new Error(`bug: no reader is called ${name}`);
}

function isReader(name: string): name is ReaderName {
  return Object.hasOwn(readers, name);
}

export interface OpenOptions {
  /** How many bytes each source may hold in memory, `usualBudget` unless given; a larger one is read in parts. */
  readonly budget?: number;
}

export const usualBudget = 2 ** 30;

interface Reader {
  readonly open: (reading: Reading) => Promise<Source>;
  readonly arguments: readonly string[];
}

const readers: Readonly<Record<ReaderName, Reader>> = {
  idx: { open: openIdx, arguments: [] },
  csv: {
    open: openCsv,
    arguments: ["column", "columns", "except", "header", "skip", "separator", "classes", "missing"],
  },
  npy: { open: openNpy, arguments: ["array"] },
  json: { open: openJson, arguments: ["row", "labels"] },
  words: { open: openWords, arguments: ["keep", "unknown", "from", "lower"] },
  characters: { open: openCharacters, arguments: ["alphabet", "unknown", "from", "lower"] },
  images: { open: openImages, arguments: ["labels", "classes", "channels"] },
};

/** What every reader takes: the part of the rows, and how it is told. */
const partArguments = ["part", "every", "share", "seed"];

/** What a reader is given by name. */
export function argumentsOf(reader: ReaderName): readonly string[] {
  return [...readers[reader].arguments, ...partArguments];
}

/**
 * Opens a source, checks it against its declared type, and gives its rows. With `part: "train"` or `part: "test"` it is
 * one part of them: `every: 5` puts each fifth row into the test part, `share: 0.2, seed: 7` draws a fifth of them.
 * Throws a `DataError` for whatever is wrong with the file, the arguments or the type.
 */
export async function openSource(
  host: DataHost,
  spec: SourceSpec,
  options: OpenOptions = {},
): Promise<Source> {
  const { reader, path, type } = spec;
  const { open } = readers[reader];
  const given = spec.arguments ?? {};
  const budget = options.budget ?? usualBudget;
  const files = trackFiles(host);
  const reading = { host: files.host, path, arguments: given, type, budget };
  const allowed = argumentsOf(reader);
  const unknown = Object.keys(given).find((name) => !allowed.includes(name));
  if (unknown !== undefined) {
    throw badArgument(path, `${reader} takes no argument ${unknown}, but ${allowed.join(", ")}`);
  }
  const partOf = readPart(reading);
  try {
    const opened = await open(reading);
    const checked = type === undefined ? opened : await matchType(opened, type);
    return partOf === undefined ? checked : restrict(checked, partOf(checked.shape[0]), budget);
  } catch (error) {
    await files.closeAll();
    throw error;
  }
}

/** Which of all its rows a source that says a part has; nothing where it has all. Throws DLC6110 for a part that is said wrongly. */
export function rowsOfPart(
  { path, arguments: given = {} }: SourceSpec,
  rows: number,
): Int32Array | undefined {
  return readPart({ path, arguments: given })?.(rows);
}

/** A host that knows which of its files are open, so that none stays open where opening a source fails. */
function trackFiles(host: DataHost): { readonly host: DataHost; readonly closeAll: () => Promise<void> } {
  const open = new Set<HostFile>();
  return {
    host: {
      ...host,
      open: async (path) => {
        const file = await host.open(path);
        if (file === undefined) return undefined;
        open.add(file);
        const close = async (): Promise<void> => {
          if (open.delete(file)) await file.close?.();
        };
        return { ...file, close };
      },
    },
    closeAll: async () => {
      const left = [...open];
      open.clear();
      await Promise.allSettled(left.map(async (file) => file.close?.()));
    },
  };
}

/** Which rows of how many are wanted; nothing where all are. */
function readPart(reading: Pick<Reading, "path" | "arguments">): ((rows: number) => Int32Array) | undefined {
  const given = readArguments(reading);
  const { path } = reading;
  const part = given.text("part");
  const every = given.count("every", 2);
  const share = given.number("share");
  const seed = given.count("seed", 0);
  if (part === undefined) {
    const idle = Object.entries({ every, share, seed }).find(([, value]) => value !== undefined);
    if (idle !== undefined)
      throw badArgument(path, `${idle[0]} says how rows are split, but part doesn't say which part`);
    return undefined;
  }
  if (part !== "train" && part !== "test") {
    throw badArgument(path, `part should be "train" or "test", not ${JSON.stringify(part)}`);
  }
  if ((every === undefined) === (share === undefined)) {
    throw badArgument(
      path,
      "part needs one of every (each so many-th row tests) and share (a share is drawn by seed)",
    );
  }
  if (share !== undefined && !(share > 0 && share < 1)) throw badArgument(path, "share lies between 0 and 1");
  return (rows) => {
    const split: Split =
      every === undefined ? splitByShare(rows, share ?? 0, seed ?? 0) : splitEvery(rows, every);
    if (split[part].length === 0)
      throw badArgument(path, `has ${rows} rows, which leave none for the part ${part}`);
    return split[part];
  };
}
