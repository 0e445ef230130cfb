import type { DataHost, HostEntry, HostFile } from "./host.ts";

/**
 * A host over blobs: the files that somebody chose or dropped in a page (a `File` is a `Blob`), what was fetched, or
 * bytes made in memory. Only the parts that are asked for are read. Keys are paths.
 */
export function blobHost(blobs: ReadonlyMap<string, Blob>): DataHost {
  return {
    open: (path) => Promise.resolve(fileOf(blobs.get(normalize(path)))),
    list: (folder) => Promise.resolve(entriesOf(blobs, normalize(folder))),
  };
}

function fileOf(blob: Blob | undefined): HostFile | undefined {
  if (blob === undefined) return undefined;
  return {
    size: blob.size,
    read: async (offset, length) => new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer()),
  };
}

function entriesOf(blobs: ReadonlyMap<string, Blob>, folder: string): readonly HostEntry[] | undefined {
  const prefix = folder === "" ? "" : `${folder}/`;
  const entries = new Map<string, HostEntry>();
  for (const path of blobs.keys()) {
    if (!path.startsWith(prefix)) continue;
    const [name = "", ...below] = path.slice(prefix.length).split("/");
    entries.set(name, { name, kind: below.length > 0 ? "folder" : "file" });
  }
  return entries.size === 0 ? undefined : [...entries.values()];
}

/** `./a//b/` is `a/b`. */
function normalize(path: string): string {
  return path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");
}
