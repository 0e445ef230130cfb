/** A file that is read in parts. */
export interface HostFile {
  /** In bytes. */
  readonly size: number;
  /** At most `length` bytes from `offset`; fewer only at the end of the file. */
  readonly read: (offset: number, length: number) => Promise<Uint8Array>;
  /** Gives up what an open file holds, where it holds anything. */
  readonly close?: () => Promise<void>;
}

export interface HostEntry {
  readonly name: string;
  readonly kind: "file" | "folder";
}

/**
 * Where bytes come from: the file system, a page's files, an archive. Paths are relative to the folder of the data and
 * separated by `/`. Both functions give nothing where there is no such file or folder, and throw where it can't be read.
 */
export interface DataHost {
  readonly open: (path: string) => Promise<HostFile | undefined>;
  /** The entries of a folder, in any order. */
  readonly list: (folder: string) => Promise<readonly HostEntry[] | undefined>;
}
