import { readerNamed, rowsOfPart, type RemoteFeed, type RemoteReader, type Source } from "../data/index.ts";
import { foldRows, openFeed, partOf, withoutPart, type Feed, type Splittable } from "../training/index.ts";
import type { CompiledData } from "../compiler/compile.ts";
import type { DataSource } from "../compiler/graph/graph.ts";
import { InputError } from "./exit.ts";
import { isFolder } from "./module-host.ts";
import { startReader } from "./start-reader.ts";

export interface FeedsOptions {
  /** The folder of the sources. */
  readonly folder: string;
  /** What is wanted of: what is learned from, then what is tested on. */
  readonly declarations: readonly CompiledData[];
  /** Of random draws and of folds. */
  readonly seed: number;
  readonly folds?: number | undefined;
  /** Told which file is being read, and how many of them are, as a share. */
  readonly onProgress?: (step: string, done: number) => void;
}

export interface OpenedFeeds {
  /** A feed for each declaration, in their order; as many such lists as there are folds. */
  readonly feeds: readonly (readonly Feed[])[];
  /** Names of the classes, where a source that holds them says them. */
  readonly classes: readonly string[] | undefined;
  /** Ends the thread that reads. */
  readonly close: () => Promise<void>;
}

/** Opens the sources of declarations, in a thread of their own, and computes what is computed from whole ones. */
export async function openFeeds(options: FeedsOptions): Promise<OpenedFeeds> {
  const { folder, declarations, seed, folds, onProgress } = options;
  if (!isFolder(folder)) throw new InputError(`${folder}, where the data should be, is no folder`);
  const reader = startReader(folder);
  try {
    const wanted = declarations.flatMap((declared) =>
      declared.sources.map((source) => ({ declared: declared.name, source })),
    );
    const all: Opened[] = [];
    const known = new Map<string, Promise<Source>>();
    for (const { declared, source } of wanted) {
      onProgress?.(`reading ${source.path}`, all.length / wanted.length);
      all.push(await openDeclared(declared, source, reader, known));
    }
    const lists = folds === undefined ? [all.map(({ rows }) => rows)] : await foldRows(folds, seed, all);
    const feeds: (readonly Feed[])[] = [];
    for (const list of lists) {
      let start = 0;
      const own: Feed[] = [];
      for (const declared of declarations) {
        const taken = all.slice(start, start + declared.sources.length);
        const sources = taken.map(({ source }, place) => ({ source, rows: list[start + place] }));
        own.push(await feedOf(declared, sources, seed, reader));
        start += declared.sources.length;
      }
      feeds.push(own);
    }
    const named = all.find(({ source: { meta, shape } }) => meta.names !== undefined && shape.length === 1);
    return { feeds, classes: named?.source.meta.names, close: reader.close };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

/** What the thread that reads makes of a declaration. */
function feedOf(
  declared: CompiledData,
  sources: RemoteFeed["sources"],
  seed: number,
  reader: RemoteReader,
): Promise<Feed> {
  const facts = sources.map(({ source: { file, shape }, rows }) => ({
    file,
    shape: rows === undefined ? shape : ([rows.length, ...shape.slice(1)] as const),
  }));
  const { name, javascript, weights } = declared;
  const module = { name, javascript, weights, seed };
  const plain = declared.sources.map((source) => ({
    name: source.name,
    shape: source.shape,
    inputs: source.inputs,
  }));
  return openFeed(declared, facts, (dims) => reader.feed({ sources, declared: plain, module, dims }));
}

interface Opened extends Splittable {
  /** Those that count, where not all do. */
  readonly rows: Int32Array | undefined;
}

/** Opens a source with all its rows. What is declared twice, for two parts of one file, is read and held once. */
async function openDeclared(
  declared: string,
  source: DataSource,
  reader: RemoteReader,
  known: Map<string, Promise<Source>>,
): Promise<Opened> {
  const { name, path, arguments: given, dtype, shape, range } = source;
  if (dtype === "f16") {
    throw new InputError(`${declared}: no reader gives f16; declare ${name} as f32, and round its values`);
  }
  const spec = {
    reader: readerNamed(source.reader),
    path,
    arguments: withoutPart(given),
    type: { dtype, shape, ...(range !== undefined && { range }) },
  };
  const key = JSON.stringify(spec);
  const opening = known.get(key) ?? reader.open(spec);
  known.set(key, opening);
  const opened = await opening;
  const rows = rowsOfPart({ ...spec, arguments: given }, opened.shape[0]);
  return { source: opened, part: partOf(given), rows };
}
