/** One tensor of a safetensors file: its bytes are a view into the file's. */
export interface StoredTensor {
  /** As the file writes it: "F32", "F16", "BF16", "I32", "U8", "BOOL", … */
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

const bitsOf: Readonly<Record<string, number>> = {
  F64: 64,
  F32: 32,
  F16: 16,
  BF16: 16,
  I64: 64,
  I32: 32,
  I16: 16,
  I8: 8,
  U64: 64,
  U32: 32,
  U16: 16,
  U8: 8,
  BOOL: 8,
  F8_E4M3: 8,
  F8_E5M2: 8,
};

/**
 * The tensors of a safetensors file by name. The format: 8 bytes of header length, a JSON header, then the data.
 * A file that is torn or that contradicts itself is refused whole: an Error
 * says which tensor and why.
 */
export function readSafetensors(file: Uint8Array): ReadonlyMap<string, StoredTensor> {
  if (file.byteLength < 8) throw bad(`it has ${file.byteLength} bytes, fewer than a header`);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const headerLength = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  const start = 8 + headerLength;
  if (start > file.byteLength) {
    throw bad(`its header is said to be ${headerLength} bytes long, but ${file.byteLength - 8} follow`);
  }
  const header = parseHeader(file.subarray(8, start));
  const data = file.subarray(start);
  const tensors = new Map<string, StoredTensor>();
  const ranges: [number, number, string][] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const { dtype, shape, range } = readEntry(name, entry);
    const [from, to] = range;
    if (to > data.byteLength) {
      throw bad(`${name} ends at byte ${to} of its data, which has ${data.byteLength}`);
    }
    const bits = bitsOf[dtype];
    if (bits === undefined) throw bad(`${name} has the unknown dtype ${dtype}`);
    const expected = (shape.reduce((all, size) => all * size, 1) * bits) / 8;
    if (to - from !== expected) {
      throw bad(`${name} is ${dtype}[${shape.join(", ")}], ${expected} bytes, but takes ${to - from}`);
    }
    ranges.push([from, to, name]);
    tensors.set(name, { dtype, shape, bytes: data.subarray(from, to) });
  }
  ranges.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let end = 0;
  let last = "";
  for (const [from, to, name] of ranges) {
    if (from < end) throw bad(`${last} and ${name} overlap`);
    [end, last] = [to, name];
  }
  return tensors;
}

/** What a safetensors file says of itself; texts by name. */
export function readMetadata(file: Uint8Array): Readonly<Record<string, string>> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const header = parseHeader(file.subarray(8, 8 + view.getUint32(0, true)));
  const metadata = isRecord(header["__metadata__"]) ? header["__metadata__"] : {};
  const texts = Object.entries(metadata).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  return Object.fromEntries(texts);
}

function bad(reason: string): Error {
  return new Error(`not a whole safetensors file: ${reason}`);
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (isRecord(header)) return header;
  } catch {
    // Said below, in the same words as for a header that is some other JSON.
  }
  throw bad("its header is no JSON object");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function readEntry(
  name: string,
  entry: unknown,
): { dtype: string; shape: readonly number[]; range: readonly [number, number] } {
  const { dtype, shape, data_offsets: offsets } = isRecord(entry) ? entry : {};
  const [from, to, more] = isSizes(offsets) ? offsets : [];
  if (
    typeof dtype !== "string" ||
    !isSizes(shape) ||
    from === undefined ||
    to === undefined ||
    more !== undefined ||
    from > to
  ) {
    throw bad(`the entry of ${name} is malformed`);
  }
  return { dtype, shape, range: [from, to] };
}
