import { DataError } from "./data-error.ts";
import type { DataHost, HostFile } from "./host.ts";

/** A file as the readers see it: gzip is undone, and a read either gives all that it asks for or throws. */
export interface Bytes {
  readonly file: string;
  readonly size: number;
  /** Exactly `length` bytes from `offset`. */
  readonly read: (offset: number, length: number) => Promise<Uint8Array>;
  readonly close: () => Promise<void>;
}

/** How much is read at once from a file that is read from end to end. */
export const pieceBytes = 2 ** 20;

/**
 * Opens a file. One that gzip packed can't be read from the middle, so it is unpacked into memory, and refused with
 * DLC6111 where it grows over `budget` bytes. Throws DLC6101 for a missing file, DLC6113 for one that can't be read.
 */
export async function openBytes(host: DataHost, file: string, budget: number): Promise<Bytes> {
  const opened = await guard(file, () => host.open(file));
  if (opened === undefined) throw new DataError("DLC6101", file, "there is no such file");
  const plain = exactly(file, opened);
  let isKept = false;
  try {
    const start = await plain.read(0, Math.min(2, opened.size));
    isKept = start[0] !== 0x1f || start[1] !== 0x8b;
    return isKept ? plain : inMemory(file, await unpack(plain, budget));
  } finally {
    if (!isKept) await plain.close();
  }
}

export function inMemory(file: string, bytes: Uint8Array): Bytes {
  return {
    file,
    size: bytes.byteLength,
    read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
    close: () => Promise.resolve(),
  };
}

/** All of a file, which must fit the budget. */
export async function readWhole(bytes: Bytes, budget: number): Promise<Uint8Array> {
  if (bytes.size > budget) throw tooLarge(bytes.file, bytes.size, budget);
  return bytes.read(0, bytes.size);
}

export function tooLarge(file: string, size: number, budget: number): DataError {
  const reason = `takes ${showBytes(size)} in memory, over the budget of ${showBytes(budget)}, and this form can't be read in parts`;
  return new DataError("DLC6111", file, reason);
}

/** `1.5 MB` */
export function showBytes(size: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let amount = size;
  let unit = 0;
  while (amount >= 1000 && unit < units.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? amount : amount.toFixed(1)} ${units[unit] ?? ""}`;
}

function exactly(file: string, opened: HostFile): Bytes {
  return {
    file,
    size: opened.size,
    read: async (offset, length) => {
      const parts: Uint8Array[] = [];
      let got = 0;
      while (got < length) {
        const part = await guard(file, () => opened.read(offset + got, length - got));
        if (part.byteLength === 0) {
          throw new DataError(
            "DLC6103",
            file,
            `ends at byte ${offset + got}; it was ${opened.size} bytes when opened`,
          );
        }
        parts.push(part);
        got += part.byteLength;
      }
      return joinBytes(parts, length);
    },
    close: async () => opened.close?.(),
  };
}

async function unpack(bytes: Bytes, budget: number): Promise<Uint8Array> {
  let offset = 0;
  const packed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: async (controller) => {
      const length = Math.min(pieceBytes, bytes.size - offset);
      if (length === 0) return controller.close();
      controller.enqueue(new Uint8Array(await bytes.read(offset, length)));
      offset += length;
    },
  });
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = packed.pipeThrough(new DecompressionStream("gzip")).getReader();
  for (;;) {
    const { done, value } = await reader.read().catch((error: unknown) => {
      if (error instanceof DataError) throw error;
      throw new DataError(
        "DLC6103",
        bytes.file,
        "is packed with gzip, and torn: it can't be unpacked to its end",
      );
    });
    if (done) return joinBytes(parts, size);
    parts.push(value);
    size += value.byteLength;
    if (size > budget) {
      await reader.cancel();
      throw new DataError(
        "DLC6111",
        bytes.file,
        `unpacks to more than the budget of ${showBytes(budget)}; unpacked on disk (gunzip) it is read in parts`,
      );
    }
  }
}

function joinBytes(parts: readonly Uint8Array[], size: number): Uint8Array {
  const [first] = parts;
  if (first?.byteLength === size) return first;
  const result = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.byteLength;
  }
  return result;
}

/** What a host throws is the system's word on a file. */
export async function guard<T>(file: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof DataError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new DataError("DLC6113", file, `can't be read: ${why}`);
  }
}
