import { open, readdir, stat } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import type { DataHost, HostEntry } from "../data/index.ts";

/** The files below a folder; a path that is absolute is taken as it is. */
export function folderHost(folder: string): DataHost {
  const place = (path: string): string => (isAbsolute(path) ? path : join(folder, path));
  return {
    open: async (path) => {
      const handle = await unlessMissing(open(place(path), "r"));
      if (handle === undefined) return undefined;
      const { size } = await handle.stat();
      return {
        size,
        read: async (offset, length) => {
          const buffer = new Uint8Array(length);
          const { bytesRead } = await handle.read(buffer, 0, length, offset);
          return buffer.subarray(0, bytesRead);
        },
        close: () => handle.close(),
      };
    },
    list: async (path) => {
      const entries = await unlessMissing(readdir(place(path), { withFileTypes: true }));
      if (entries === undefined) return undefined;
      return Promise.all(
        entries.map(async (entry): Promise<HostEntry> => {
          const target = entry.isSymbolicLink()
            ? await unlessMissing(stat(join(place(path), entry.name)))
            : entry;
          return { name: entry.name, kind: target?.isDirectory() === true ? "folder" : "file" };
        }),
      );
    },
  };
}

/** A file where a folder should be counts as a missing folder. */
async function unlessMissing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}
