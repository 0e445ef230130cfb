import { readerNamed, type RemoteReader } from "../data/index.ts";
import { foldSources, openFeed, partOf, withoutPart, type Feed, type Splittable } from "../training/index.ts";
import type { CompiledData } from "../compiler/compile.ts";
import { InputError } from "./exit.ts";
import { isFolder, loadText } from "./module-host.ts";
import { startReader } from "./start-reader.ts";

export interface FeedsOptions {
  /** The folder of the sources. */
  readonly folder: string;
  /** What is wanted of: what is learned from, then what is tested on. */
  readonly declarations: readonly CompiledData[];
  /** Of random draws and of folds. */
  readonly seed: number;
  readonly folds?: number | undefined;
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
  const { folder, declarations, seed, folds } = options;
  if (!isFolder(folder)) throw new InputError(`${folder}, where the data should be, is no folder`);
  const reader = startReader(folder);
  try {
    const opened: (readonly Splittable[])[] = [];
    for (const declared of declarations)
      opened.push(await openSources(declared, reader, folds !== undefined));
    const all = opened.flat();
    const lists =
      folds === undefined ? [all.map(({ source }) => source)] : await foldSources(folds, seed, all);
    const feeds: (readonly Feed[])[] = [];
    for (const list of lists) {
      let start = 0;
      const own: Feed[] = [];
      for (const declared of declarations) {
        const { javascript, weights, name, sources } = declared;
        const module = await loadText(javascript, weights, name, seed);
        own.push(await openFeed(declared, list.slice(start, start + sources.length), module));
        start += sources.length;
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

async function openSources(
  declared: CompiledData,
  reader: RemoteReader,
  whole: boolean,
): Promise<readonly Splittable[]> {
  const opened: Splittable[] = [];
  for (const { name: input, reader: name, path, arguments: given, dtype, shape, range } of declared.sources) {
    if (dtype === "f16") {
      throw new InputError(
        `${declared.name}: no reader gives f16; declare ${input} as f32, and round its values`,
      );
    }
    const type = { dtype, shape, ...(range !== undefined && { range }) };
    const asked = whole ? withoutPart(given) : given;
    const source = await reader.open({ reader: readerNamed(name), path, arguments: asked, type });
    opened.push({ source, part: partOf(given) });
  }
  return opened;
}
