import { DataError } from "./data-error.ts";
import type { Bytes } from "./open-bytes.ts";

/** A part of a text file that can be read by itself. */
export interface TextPiece {
  readonly offset: number;
  readonly length: number;
  readonly text: string;
}

/**
 * A UTF-8 text in pieces of about `size` bytes, which end between two characters or behind a blank. A byte order mark is
 * left out. Throws DLC6104 for other bytes.
 */
export async function* textPieces(
  bytes: Bytes,
  end: "character" | "blank",
  size: number,
): AsyncGenerator<TextPiece> {
  const mark = await bytes.read(0, Math.min(3, bytes.size));
  let offset = mark[0] === 0xef && mark[1] === 0xbb && mark[2] === 0xbf ? 3 : 0;
  while (offset < bytes.size) {
    const rest = bytes.size - offset;
    let wanted = size;
    let chunk: Uint8Array;
    let length: number;
    do {
      chunk = await bytes.read(offset, Math.min(wanted, rest));
      length = wanted >= rest ? rest : end === "blank" ? behindBlank(chunk) : behindCharacter(chunk);
      wanted *= 2;
    } while (length === 0);
    yield { offset, length, text: decodeText(bytes.file, chunk.subarray(0, length), offset) };
    offset += length;
  }
}

export function decodeText(file: string, bytes: Uint8Array, offset: number): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    const where = `the bytes from ${offset} to ${offset + bytes.byteLength}`;
    throw new DataError(
      "DLC6104",
      file,
      `is no text in UTF-8: ${where} are not; convert it (iconv -t UTF-8)`,
    );
  }
}

const blanks: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);

function behindBlank(chunk: Uint8Array): number {
  for (let end = chunk.length; end > 0; end--) if (blanks.has(chunk[end - 1] ?? 0)) return end;
  return 0;
}

/** The end of the last character that is whole: a character's first byte says how many follow it. */
function behindCharacter(chunk: Uint8Array): number {
  for (let back = 1; back <= 4 && back <= chunk.length; back++) {
    const byte = chunk[chunk.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return length <= back ? chunk.length : chunk.length - back;
  }
  return chunk.length;
}
