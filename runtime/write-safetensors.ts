/** The bytes of a safetensors file; tensors in the given order, the data aligned to 8 bytes. */
export function writeSafetensors(
  tensors: readonly {
    readonly name: string;
    readonly dtype: string;
    readonly shape: readonly number[];
    readonly bytes: Uint8Array;
  }[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  let end = 0;
  for (const { name, dtype, shape, bytes } of tensors) {
    header[name] = { dtype, shape, data_offsets: [end, end + bytes.byteLength] };
    end += bytes.byteLength;
  }
  const text = JSON.stringify(header);
  const unpadded = new TextEncoder().encode(text);
  // The format pads the header with blanks.
  const headerLength = Math.ceil(unpadded.byteLength / 8) * 8;
  const file = new Uint8Array(8 + headerLength + end);
  new DataView(file.buffer).setUint32(0, headerLength, true);
  file.fill(0x20, 8, 8 + headerLength);
  file.set(unpadded, 8);
  let at = 8 + headerLength;
  for (const { bytes } of tensors) {
    file.set(bytes, at);
    at += bytes.byteLength;
  }
  return file;
}
